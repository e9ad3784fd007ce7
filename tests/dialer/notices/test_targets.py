"""Webhook targets in the admin, and the addresses that are refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from dialer.models import NoticeMessage, WebhookTarget
from dialer.models.notices import check_target_url
from dialer.notices import events, outbox, signing
from tests.dialer.notices.builders import make_target
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db
ADD = reverse("admin:dialer_webhooktarget_add")
MESSAGES = reverse("admin:dialer_noticemessage_changelist")
REFUSED = [
    "http://hooks.example/nx",
    "ftp://hooks.example/nx",
    "hooks.example",
    "https://",
    "https://user:word@hooks.example/",
    "https://hooks.example/#part",
    "https://hooks.example/a b",
    "https://hooks.example:99999/",
    "https://[::1",
    "https://127.0.0.1/",
    "https://10.0.0.7/",
    "https://169.254.169.254/latest/",
    "https://[fd00::1]/",
    "https://[::ffff:10.0.0.7]/",
    "https://localhost/",
    "http://localhost:8010/",
]


def act(target: WebhookTarget, name: str) -> str:
    return reverse(f"admin:dialer_webhooktarget_{name}", args=[target.pk])


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_that_nothing_is_sent_to(url: str) -> None:
    with pytest.raises(ValidationError):
        check_target_url(url)


@pytest.mark.parametrize("url", ["https://hooks.example/nx?key=1", "https://93.184.216.34:8443/"])
def test_public_https_is_fine(url: str) -> None:
    check_target_url(url)


@pytest.mark.parametrize("url", ["http://localhost:8010/", "http://127.0.0.1:8010/", "https://[::1]/"])
def test_this_machine_is_for_demos(url: str, settings: Any) -> None:
    settings.PORTAL_WEBHOOK_LOOPBACK = True
    check_target_url(url)
    with pytest.raises(ValidationError):
        check_target_url("http://10.0.0.7/")


def test_an_administrator_adds_a_target_and_sees_its_secret_on_demand(administrator_client: Client) -> None:
    form = {"name": "Desk", "url": "https://hooks.example/nx", "events": ["campaign.started"], "is_active": "on"}
    assert administrator_client.post(ADD, form).status_code == 302
    target = WebhookTarget.objects.get()
    assert target.events == ["campaign.started"]
    secret = signing.secret_of(target)
    changes = reverse("admin:dialer_webhooktarget_change", args=[target.pk])
    assert secret not in administrator_client.get(changes).content.decode()
    shown = administrator_client.post(act(target, "secret"))
    assert secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert "The secret was viewed." in LogEntry.objects.latest("pk").change_message


def test_a_private_address_is_refused_in_the_form(administrator_client: Client) -> None:
    form = {"name": "Desk", "url": "https://10.0.0.7/", "events": ["campaign.started"]}
    assert "private network" in administrator_client.post(ADD, form).content.decode()
    assert not WebhookTarget.objects.exists()


def test_a_new_secret_and_a_test(administrator_client: Client) -> None:
    target = make_target()
    old = signing.secret_of(target)
    administrator_client.post(act(target, "rotate"))
    target.refresh_from_db()
    assert signing.secret_of(target) != old
    administrator_client.post(act(target, "test"))
    assert NoticeMessage.objects.get().event == "test"


def test_changes_are_kept_without_the_salt() -> None:
    target = make_target()
    signing.rotate_secret(target, now=NOW)
    kept = apps.get_model("dialer", "WebhookTargetEvent").objects.order_by("pgh_id")
    assert [row.pgh_label for row in kept] == ["insert", "update"]
    assert not {"salt", "old_salt"} & {field.name for field in kept.model._meta.get_fields()}


def test_trouble_and_deliveries_are_no_change() -> None:
    target = make_target()
    WebhookTarget.objects.filter(pk=target.pk).update(trouble="HTTP 500", trouble_at=NOW)
    assert apps.get_model("dialer", "WebhookTargetEvent").objects.count() == 1


@pytest.mark.parametrize("name", ["secret", "rotate", "test"])
def test_others_may_not(auditor_client: Client, supervisor_client: Client, name: str) -> None:
    target = make_target()
    for client in (auditor_client, supervisor_client):
        assert client.post(act(target, name)).status_code == 403
    assert not NoticeMessage.objects.exists()


def test_auditors_look(auditor_client: Client, supervisor_client: Client) -> None:
    target = make_target(url="https://hooks.example/path-with-key")
    events.write_test_message(target, now=NOW)
    url = reverse("admin:dialer_webhooktarget_change", args=[target.pk])
    page = auditor_client.get(url).content.decode()
    assert "target-secret" not in page
    assert auditor_client.get(MESSAGES).status_code == 200
    assert supervisor_client.get(MESSAGES).status_code == 403
    listed = auditor_client.get(reverse("admin:dialer_webhooktarget_changelist")).content.decode()
    assert "hooks.example" in listed
    assert "path-with-key" not in listed


def test_send_again_skips_what_is_being_sent(administrator_client: Client, auditor_client: Client) -> None:
    target = make_target()
    for _n in range(2):
        events.write_test_message(target, now=NOW)
    outbox.claim_message(target.pk, now=NOW)
    NoticeMessage.objects.filter(claim=None).update(state="failed", next_at=None, ended_at=NOW, tries=8)
    form = {"action": "send_again", "_selected_action": list(NoticeMessage.objects.values_list("pk", flat=True))}
    auditor_client.post(MESSAGES, form)
    assert NoticeMessage.objects.filter(state="failed").count() == 1
    page = administrator_client.post(MESSAGES, form, follow=True).content.decode()
    assert "1 message will be sent again. 1 skipped" in page
    assert not NoticeMessage.objects.filter(state="failed").exists()


def test_a_target_is_switched_off_not_deleted(administrator_client: Client) -> None:
    assert (
        administrator_client.post(reverse("admin:dialer_webhooktarget_delete", args=[make_target().pk])).status_code
        == 403
    )
