"""Preview calls: one person at a time has a number, and not for ever."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.models import Campaign, Channel, Entry, PacedCall
from campaigns.pacing import preview_reservation
from campaigns.planning.services import TransitionRefused
from dialer.calls.services import OrderRefused
from dialer.models import CallRequest, DncEntry, DncList, ProviderAccount, State
from tests.support.builders import NOW, make_agent, make_call_request, make_gateway_account, make_user
from tests.support.campaign_builders import callees, make_aicc_campaign, make_call_list, make_paced_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    campaign = make_paced_campaign(channel=Channel.PREVIEW)
    make_call_list(campaign, entries=3)
    return campaign


def reserve(campaign: Campaign, name: str = "sam", *, now=NOW) -> Entry | None:
    return preview_reservation.reserve_number(campaign, by=make_user(name), now=now)


def test_each_person_gets_another_number_and_keeps_it(campaign):
    assert reserve(campaign).callee == callees(3)[0]
    assert reserve(campaign, "sue").callee == callees(3)[1]
    assert reserve(campaign).callee == callees(3)[0]


def test_a_number_that_nobody_called_is_free_again(campaign):
    reserve(campaign)
    assert reserve(campaign, "sue", now=NOW + preview_reservation.FOR).callee == callees(3)[0]
    entry = Entry.objects.get(callee=callees(3)[0])
    with pytest.raises(TransitionRefused):
        preview_reservation.call_number(entry, by=make_user(), now=NOW + preview_reservation.FOR, key=uuid.uuid4())
    assert not CallRequest.objects.exists()


def test_call_orders_it_and_a_double_click_is_one_order(campaign):
    entry = reserve(campaign)
    key = uuid.uuid4()
    call = preview_reservation.call_number(entry, by=make_user(), now=NOW, key=key)
    assert preview_reservation.call_number(entry, by=make_user(), now=NOW, key=key) == call
    entry.refresh_from_db()
    assert (call.state, call.callee) == (State.PENDING, entry.callee)
    assert (entry.state, entry.call_id, entry.calls, entry.reserved_by) == (Entry.State.ORDERED, call.pk, 1, None)
    assert PacedCall.objects.get().entry == entry


def test_a_key_does_not_hide_a_call_to_another_number(campaign):
    first, second = reserve(campaign), reserve(campaign, "sue")
    key = uuid.uuid4()
    preview_reservation.call_number(first, by=make_user(), now=NOW, key=key)
    with pytest.raises(OrderRefused, match="already placed another call: the callee differs"):
        preview_reservation.call_number(second, by=make_user(), now=NOW, key=key)
    with pytest.raises(OrderRefused, match=r"This form has already been used\."):
        preview_reservation.call_number(second, by=make_user("sue"), now=NOW, key=key)
    assert CallRequest.objects.count() == 1


def test_a_key_does_not_hide_another_agent():
    campaign = make_aicc_campaign("Agents", account=make_gateway_account(), channel=Channel.PREVIEW)
    make_call_list(campaign, entries=1)
    entry, key = reserve(campaign), uuid.uuid4()
    press = partial(preview_reservation.call_number, entry, by=make_user(), now=NOW, key=key)
    call = press(agent=make_agent(1001))
    with pytest.raises(OrderRefused, match="the agent differs"):
        press(agent=make_agent(1002))
    assert press(agent=call.agent) == call


def test_what_the_rules_hold_back_is_not_shown(campaign):
    dnc = DncList.objects.create(name="Ours", created_by=make_user())
    DncEntry.objects.create(dnc_list=dnc, callee=int(callees(3)[0].removeprefix("+")), added_at=NOW)
    assert reserve(campaign).callee == callees(3)[1]
    assert Entry.objects.get(callee=callees(3)[0]).reason_code == "do_not_call"


def test_a_rule_that_came_in_between_refuses_the_call_and_the_refusal_is_kept(campaign):
    entry = reserve(campaign)
    make_call_request(entry.callee, state=State.ACCEPTED)
    with pytest.raises(OrderRefused):
        preview_reservation.call_number(entry, by=make_user(), now=NOW, key=uuid.uuid4())
    entry.refresh_from_db()
    assert entry.state == Entry.State.WAITING


def test_skipped_numbers_come_later(campaign):
    entry = reserve(campaign)
    assert preview_reservation.skip_number(entry, by=make_user(), now=NOW)
    assert reserve(campaign).callee == callees(3)[1]
    later = NOW + preview_reservation.SKIPPED_FOR + timedelta(seconds=1)
    assert {reserve(campaign, name, now=later).callee for name in ("a", "b", "c")} == set(callees(3))


def test_let_go_is_free_at_once_and_only_for_who_has_it(campaign):
    entry = reserve(campaign)
    assert not preview_reservation.release_number(entry, by=make_user("sue"), now=NOW)
    assert preview_reservation.release_number(entry, by=make_user(), now=NOW)
    assert reserve(campaign, "sue").callee == entry.callee


def test_nobody_is_called_by_a_campaign_that_rests(campaign):
    entry = reserve(campaign)
    Campaign.objects.update(state=Campaign.State.PAUSED)
    with pytest.raises(TransitionRefused):
        preview_reservation.call_number(entry, by=make_user(), now=NOW, key=uuid.uuid4())
    with pytest.raises(TransitionRefused):
        reserve(campaign)


def test_an_empty_campaign_finishes(campaign):
    Entry.objects.update(state=Entry.State.DONE, disposition="answered")
    assert reserve(campaign) is None
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.FINISHED


def test_it_needs_the_permission_to_call(campaign):
    with pytest.raises(PermissionDenied):
        preview_reservation.reserve_number(campaign, by=make_user("uma", group="Auditor"), now=NOW)


def test_a_suspended_account_takes_no_call(campaign):
    entry = reserve(campaign)
    ProviderAccount.objects.update(suspended_at=NOW, suspended_reason="Wrong key.")
    with pytest.raises(OrderRefused):
        preview_reservation.call_number(entry, by=make_user(), now=NOW, key=uuid.uuid4())
