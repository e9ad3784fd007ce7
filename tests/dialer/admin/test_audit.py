"""Changes of configuration, rules and lists are kept, whoever makes them and however."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from dialer.dnc import lists as dnc
from dialer.models import CountryProfile, DncEntry, DncList, ProviderAccount
from tests.support.builders import CALLEE, NOW, make_account, make_did, make_user
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db
CHANGES = "admin:dialer_change_changelist"


def events(name: str) -> list[str]:
    return list(apps.get_model("dialer", f"{name}Event").objects.order_by("pgh_id").values_list("pgh_label", flat=True))


def test_every_change_is_kept_whoever_makes_it() -> None:
    profile = make_profile("GB")
    CountryProfile.objects.filter(pk=profile.pk).update(monday="")
    profile.delete()
    assert events("CountryProfile")[-3:] == ["insert", "update", "delete"]


def test_what_workers_write_all_the_time_is_no_change() -> None:
    account = make_account()
    before = events("ProviderAccount")
    ProviderAccount.objects.filter(pk=account.pk).update(next_slot_at=NOW)
    assert events("ProviderAccount") == before


def test_numbers_taken_off_a_list_are_kept_and_numbers_added_are_their_own_record() -> None:
    dnc_list = DncList.objects.create(name="Some")
    dnc.add(dnc_list=dnc_list, callee=CALLEE, reason="", source="", by=make_user(), now=NOW)
    assert events("DncEntry") == []
    dnc.remove(entry=DncEntry.objects.get(), by=make_user("ada", group="Administrator"))
    assert events("DncEntry") == ["delete"]


def test_the_admin_shows_who_changed_what_from_where(administrator_client: Client, auditor_client: Client) -> None:
    did = make_did(label="London")
    url = reverse("admin:dialer_didnumber_change", args=[did.pk])
    form = {"number": did.number, "label": "Leeds", "account": did.account_id, "is_active": "on"}
    administrator_client.post(url, {**form, "calls_per_minute": "0", "calls_per_day": "0"})
    page = auditor_client.get(reverse(CHANGES)).content.decode()
    assert "label: London → Leeds" in page
    assert "ada" in page
    assert url in page


def test_changes_cannot_be_changed(administrator_client: Client) -> None:
    assert administrator_client.get(reverse("admin:dialer_change_add")).status_code == 403
