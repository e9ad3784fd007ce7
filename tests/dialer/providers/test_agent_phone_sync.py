"""Agents' phones of AICC, read from its sandbox."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.models import AgentPhone
from dialer.providers import agent_phone_sync
from dialer.providers.account_sync import TooSoon
from telephony.contract.errors import UnsupportedByProvider
from tests.support.aicc import Aicc
from tests.support.builders import NOW, make_account, make_agent_phone, make_aicc_account, make_user

pytestmark = pytest.mark.django_db
PHONES = ("442079460101", "442079460102")


@pytest.fixture
def aicc(monkeypatch: pytest.MonkeyPatch) -> Aicc:
    return Aicc(monkeypatch, aicc_phones=PHONES)


def read(*phones: str, aicc: Aicc | None = None) -> int:
    if aicc:
        aicc.configure(aicc_phones=phones)
    return async_to_sync(agent_phone_sync.read_phones)(make_aicc_account().pk, clock=timezone.now)


def active() -> list[str]:
    return list(AgentPhone.objects.active().values_list("number", flat=True))


def test_phones_are_taken_over_and_labels_kept(aicc):
    mine = make_agent_phone(PHONES[0], label="Desk 1")
    assert read() == 2
    assert active() == list(PHONES)
    mine.refresh_from_db()
    assert (mine.label, bool(mine.synced_at)) == ("Desk 1", True)


def test_one_that_is_listed_no_more_is_off_until_it_is_back(aicc):
    read()
    read(PHONES[0], aicc=aicc)
    assert active() == [PHONES[0]]
    read(PHONES[0], aicc=aicc)
    read(*PHONES, aicc=aicc)
    assert active() == list(PHONES)


def test_what_a_person_added_or_switched_off_stays(aicc):
    make_agent_phone("447700900850")
    read()
    AgentPhone.objects.filter(number=PHONES[1]).update(is_active=False)
    read()
    assert active() == [PHONES[0], "447700900850"]


def test_an_empty_list_switches_nothing_off(aicc):
    read()
    read(aicc=aicc)
    assert active() == list(PHONES)


def test_many_pages_are_read(aicc):
    assert read(*(f"4420794{number:05}" for number in range(250)), aicc=aicc) == 250


def test_other_providers_list_none():
    with pytest.raises(UnsupportedByProvider):
        async_to_sync(agent_phone_sync.read_phones)(make_account().pk, clock=timezone.now)


def test_asking_is_for_administrators_and_not_too_often(aicc):
    account, ada = make_aicc_account(), make_user("ada", group="Administrator")
    with pytest.raises(PermissionDenied):
        agent_phone_sync.ask_for_phones(account=account, by=make_user(), now=NOW)
    for _ in range(2):
        agent_phone_sync.ask_for_phones(account=account, by=ada, now=NOW)
    assert ProcrastinateJob.objects.filter(task_name=agent_phone_sync.PHONES_JOB).count() == 1
    make_agent_phone(synced_at=NOW)
    with pytest.raises(TooSoon):
        agent_phone_sync.ask_for_phones(account=account, by=ada, now=NOW)


def test_the_button_is_where_the_provider_lists_phones(administrator_client):
    for account, shown in ((make_aicc_account(), True), (make_account(), False)):
        html = administrator_client.get(
            reverse("admin:dialer_provideraccount_change", args=[account.pk])
        ).content.decode()
        assert ("account-phones" in html, "account-balance" in html) == (shown, not shown)
    url = reverse("admin:dialer_provideraccount_phones", args=[make_aicc_account().pk])
    assert administrator_client.post(url, follow=True).status_code == 200
    assert ProcrastinateJob.objects.filter(task_name=agent_phone_sync.PHONES_JOB).exists()
