"""Agent groups, members and the balance, read from the sandbox over real sockets."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.models import AgentGroup, AgentGroupMember
from dialer.providers import account_sync
from telephony.contract.errors import RateLimited, UnsupportedByProvider
from tests.dialer.reconcile.conftest import provider, sandbox_process
from tests.support.builders import NOW, make_account, make_agent_group, make_user

__all__ = ["provider", "sandbox_process"]
pytestmark = pytest.mark.django_db


def read_groups() -> int:
    return async_to_sync(account_sync.read_groups)(make_account().pk, clock=timezone.now)


def read_balance() -> None:
    async_to_sync(account_sync.read_balance)(make_account().pk, clock=timezone.now)


def test_groups_and_members_are_taken_over(provider):
    assert read_groups() == AgentGroup.objects.count() >= 2
    group = AgentGroup.objects.get(group_no="NX00000G000001")
    assert group.synced_at
    assert group.members.exists()


def test_reading_again_changes_nothing_but_the_time(provider):
    read_groups()
    before = set(AgentGroupMember.objects.values_list("pk", "user_name", "nick_name", "sip_number"))
    read_groups()
    assert set(AgentGroupMember.objects.values_list("pk", "user_name", "nick_name", "sip_number")) == before


def test_what_the_provider_lists_no_more_is_never_switched_off(provider):
    gone = make_agent_group("NX99999G999999")
    left = AgentGroupMember.objects.create(group=make_agent_group(name="Ours"), user_name="left@example.com")
    read_groups()
    gone.refresh_from_db()
    assert (gone.is_active, gone.synced_at) == (True, None)
    assert not AgentGroupMember.objects.filter(pk=left.pk).exists()
    assert AgentGroup.objects.get(group_no="NX00000G000001").name == "Ours"


def test_without_a_tenant_it_says_what_is_missing(provider, monkeypatch):
    monkeypatch.delenv("NXCLOUD_TENANT_ID")
    with pytest.raises(UnsupportedByProvider, match="TENANT_ID"):
        read_groups()


def test_the_balance_is_kept_in_the_row_with_its_time(provider):
    read_balance()
    account = make_account()
    assert account.balance is not None
    assert account.balance > 0
    assert account.balance_currency
    assert account.balance_at > timezone.now() - timedelta(minutes=1)
    assert account.balance_error == ""


def test_a_failure_keeps_the_last_balance(provider, monkeypatch):
    read_balance()
    known = make_account().balance
    monkeypatch.setenv("NXCLOUD_BASE_URL", "http://127.0.0.1:9")
    read_balance()
    account = make_account()
    assert account.balance == known
    assert account.balance_error


def test_a_provider_that_wants_to_wait_is_asked_again_by_itself_once(monkeypatch):
    async def limited(*_args: object, **_options: object) -> None:
        raise RateLimited("Too often.", code="211", retry_after=120.0)

    monkeypatch.setattr("telephony.providers.nxcloud.queries.NxCloudReads.balance", limited)
    for _ in range(2):
        read_balance()
        (job,) = ProcrastinateJob.objects.filter(task_name=account_sync.BALANCE_JOB)
    assert job.scheduled_at > timezone.now() + timedelta(seconds=60)


def test_it_is_not_asked_more_than_once_a_minute():
    account, by = make_account(), make_user("ada", group="Administrator")
    account.balance_at = NOW
    with pytest.raises(account_sync.TooSoon, match="in 61 seconds"):
        account_sync.ask_for_balance(account=account, by=by, now=NOW)
    account_sync.ask_for_balance(account=account, by=by, now=NOW + timedelta(minutes=1))
    make_agent_group(synced_at=NOW)
    with pytest.raises(account_sync.TooSoon):
        account_sync.ask_for_groups(account=account, by=by, now=NOW)
    account_sync.ask_for_groups(account=account, by=by, now=NOW + timedelta(minutes=1))
    assert (
        ProcrastinateJob.objects.filter(task_name__in=[account_sync.BALANCE_JOB, account_sync.GROUPS_JOB]).count() == 2
    )


def test_a_supervisor_does_not_change_the_groups():
    with pytest.raises(PermissionDenied):
        account_sync.ask_for_groups(account=make_account(), by=make_user(), now=NOW)


def test_the_buttons_of_the_accounts_page(administrator_client):
    account = make_account()
    page = reverse("admin:dialer_provideraccount_change", args=[account.pk])
    assert 'id="account-balance"' in administrator_client.get(page).content.decode()
    for name in ("balance", "groups"):
        answer = administrator_client.post(reverse(f"admin:dialer_provideraccount_{name}", args=[account.pk]))
        assert answer.status_code == 302
    assert (
        ProcrastinateJob.objects.filter(task_name__in=[account_sync.BALANCE_JOB, account_sync.GROUPS_JOB]).count() == 2
    )


def test_the_account_shows_its_balance_and_as_of(administrator_client):
    account = make_account()
    type(account).objects.update(balance=Decimal("12.5"), balance_currency="USD", balance_at=NOW, balance_error="Down.")
    page = reverse("admin:dialer_provideraccount_change", args=[account.pk])
    for url in (page, reverse("admin:dialer_provideraccount_changelist")):
        text = administrator_client.get(url).content.decode()
        assert "12.5" in text
        assert "USD" in text
    assert "Down." in administrator_client.get(page).content.decode()


def test_a_group_tells_when_it_is_listed_no_more(administrator_client):
    make_agent_group("NX1", synced_at=NOW)
    make_agent_group("NX2", synced_at=NOW - timedelta(days=2))
    text = administrator_client.get(reverse("admin:dialer_agentgroup_changelist")).content.decode()
    assert text.count("no longer listed") == 1


def test_the_buttons_take_nothing_from_a_supervisor(supervisor_client):
    account = make_account()
    answer = supervisor_client.post(reverse("admin:dialer_provideraccount_groups", args=[account.pk]))
    assert answer.status_code in (302, 403)
    assert not ProcrastinateJob.objects.filter(task_name=account_sync.GROUPS_JOB).exists()
