"""Paced calls of agents' phones: one call at a time on each, and a DID only where there is one."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from campaigns.models import Campaign, Entry
from campaigns.pacing import claim
from dialer.calls.services import OrderRefused, request_call
from dialer.ledger import transitions
from dialer.models import AgentPhone, CallRequest, ConnectNumber, ProviderAccount, State
from dialer.models.call_parties import what_is_wrong
from telephony.contract.errors import OutcomeUnknown, RequestNotSent
from telephony.contract.orders import Accepted
from tests.support.builders import (
    NOW,
    make_agent_phone,
    make_call_request,
    make_connect_number,
    make_did,
    make_draft,
    make_user,
)
from tests.support.campaign_builders import callees, make_aicc_campaign, make_call_list
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db
TOKEN = uuid.uuid4()
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def aicc(count: int = 10, **columns: Any) -> Campaign:
    campaign = make_aicc_campaign(**columns)
    make_call_list(campaign, entries=count)
    return campaign


def batch_of(campaign: Campaign, *, now: Any = NOW) -> list[CallRequest]:
    return [call for call, _slot in claim.claim_batch(campaign.pk, token=TOKEN, now=now).calls]


def phones_of(calls: list[CallRequest]) -> list[str]:
    return [call.agent_phone.number for call in calls]


def end(call: CallRequest, *, at: Any = NOW) -> None:
    CallRequest.objects.filter(pk=call.pk).update(state=State.ACCEPTED, closed_at=at, lease_expires_at=None)


def test_no_more_calls_are_ordered_than_phones_are_free():
    campaign = aicc()
    assert phones_of(batch_of(campaign)) == ["70001", "70002", "70003"]
    assert batch_of(campaign, now=NOW + SECOND) == []
    assert Entry.objects.waiting().count() == 7


def test_an_order_is_what_the_provider_needs_and_can_be_built_without_the_database(django_assert_num_queries):
    call, *_others = batch_of(aicc())
    with django_assert_num_queries(0):
        order = call.build_order()
    assert (order.agent_phone, order.did, order.connect_number) == ("70001", "", "")
    assert what_is_wrong(call.account, order) == ""


def test_a_phone_is_free_again_once_its_call_is_closed():
    campaign = aicc()
    _first, second, _third = batch_of(campaign)
    CallRequest.objects.update(state=State.ACCEPTED, lease_expires_at=None, settled_at=NOW)
    assert batch_of(campaign, now=NOW + timedelta(hours=3)) == []
    end(second, at=NOW + SECOND)
    assert phones_of(batch_of(campaign, now=NOW + 2 * SECOND)) == ["70002"]


def test_the_phone_that_rested_longest_is_next():
    campaign = aicc()
    for minutes, number in ((1, "70001"), (3, "70002"), (2, "70003")):
        phone = AgentPhone.objects.get(number=number)
        ended = NOW - minutes * MINUTE
        make_call_request(f"+44770090090{minutes}", agent_phone=phone, state=State.ACCEPTED, closed_at=ended)
    make_agent_phone("70004")
    assert phones_of(batch_of(campaign)) == ["70004", "70002", "70003", "70001"]


@pytest.mark.parametrize("state", [State.PENDING, State.SENDING, State.ACCEPTED])
def test_a_single_call_keeps_its_phone(state):
    campaign = aicc(phones=2)
    make_call_request("+447700900900", agent_phone=AgentPhone.objects.get(number="70001"), state=state)
    assert phones_of(batch_of(campaign)) == ["70002"]


def test_a_call_in_doubt_keeps_no_phone():
    campaign = aicc(phones=1)
    (call,) = batch_of(campaign)
    transitions.settle(call, OutcomeUnknown("No answer came.", code="read_timeout"), now=NOW)
    assert phones_of(batch_of(campaign, now=NOW + SECOND)) == ["70001"]


def test_an_order_that_did_not_leave_frees_its_phone():
    campaign = aicc(phones=1)
    (call,) = batch_of(campaign)
    transitions.settle(call, RequestNotSent("No connection.", code="connect"), now=NOW)
    assert phones_of(batch_of(campaign, now=NOW + SECOND)) == ["70001"]


def test_two_campaigns_share_the_phones():
    first, second = aicc(name="First"), make_aicc_campaign("Second")
    make_call_list(second, entries=callees(5, start=100))
    Campaign.objects.filter(pk=first.pk).update(concurrent_calls=2)
    assert phones_of(batch_of(first)) == ["70001", "70002"]
    # Later, as the first batch has taken the account's next slots.
    assert phones_of(batch_of(second, now=NOW + timedelta(seconds=5))) == ["70003"]


def test_only_the_chosen_phones_are_used():
    campaign = aicc()
    campaign.agent_phones.set(AgentPhone.objects.filter(number__in=["70002", "70003"]))
    AgentPhone.objects.filter(number="70003").update(is_active=False)
    assert phones_of(batch_of(campaign)) == ["70002"]


def test_calls_at_a_time_still_cap():
    campaign = aicc(concurrent_calls=2, line_seconds=0)
    assert len(batch_of(campaign)) == 2
    CallRequest.objects.update(state=State.ACCEPTED, lease_expires_at=None, settled_at=NOW)
    # The provider tells the end, so that no length has to be assumed.
    assert batch_of(campaign, now=NOW + timedelta(hours=1)) == []


def test_without_an_active_phone_the_campaign_pauses_and_says_why():
    campaign = aicc()
    AgentPhone.objects.update(is_active=False)
    assert claim.claim_batch(campaign.pk, token=TOKEN, now=NOW).is_over
    campaign.refresh_from_db()
    assert (campaign.state, "no active agent phone" in campaign.trouble) == (Campaign.State.PAUSED, True)


def test_a_did_of_the_account_is_used_within_its_cap():
    campaign = aicc(phones=4)
    make_did("+442079460011", account=campaign.account, calls_per_minute=2)
    assert [call.did.number for call in batch_of(campaign)] == ["+442079460011"] * 2


def test_a_country_that_refuses_the_caller_id_refuses_none_that_the_provider_chooses():
    make_profile("GB", calls_per_minute=2, refused_caller_ids=["GB"])
    assert [call.did for call in batch_of(aicc())] == [None, None, None]


def test_chosen_dids_that_are_off_pause_it():
    """Somebody chose what the callee sees: another number must not take its place."""
    campaign = aicc()
    campaign.dids.set([make_did("+442079460011", account=campaign.account, is_active=False)])
    assert batch_of(campaign) == []
    campaign.refresh_from_db()
    assert "no active DID" in campaign.trouble


def test_an_agents_own_phone_is_not_called():
    campaign = aicc(1, phones=0)
    make_agent_phone("447700900000")
    make_agent_phone("70002")
    assert batch_of(campaign) == []
    assert Entry.objects.get().reason_code == "calls_itself"


def test_what_was_entered_for_another_account_does_not_reach_the_order():
    campaign = aicc(connect_number=make_connect_number(), ring_order="callee_first")
    call, *_others = batch_of(campaign)
    assert what_is_wrong(call.account, call.build_order()) == ""
    assert ConnectNumber.objects.get().calls.count() == 0


def test_an_account_that_was_switched_to_another_kind_pauses_the_campaign():
    campaign = aicc()
    ProviderAccount.objects.update(kind="huawei_ccgateway")
    assert claim.claim_batch(campaign.pk, token=TOKEN, now=NOW).is_over
    campaign.refresh_from_db()
    assert "Choose an account of NxCloud or Huawei AICC" in campaign.trouble


def test_a_single_call_finds_the_phone_of_a_campaign_busy():
    campaign = aicc(phones=1)
    (call,) = batch_of(campaign)
    transitions.settle(call, Accepted(provider_id="1"), now=NOW)
    with pytest.raises(OrderRefused) as refusal:
        request_call(make_draft("+447700900900", agent_phone=call.agent_phone), by=make_user(), now=NOW)
    assert refusal.value.code == "agent_busy"


def test_what_is_looked_at_does_not_grow_with_the_phones(django_assert_max_num_queries):
    few = aicc(1, phones=1)
    with django_assert_max_num_queries(60) as counted:
        assert len(batch_of(few)) == 1
    spent = len(counted)
    many = make_aicc_campaign("Many", phones=40)
    # On a slow machine the slots of the first batch begin later, and those of the second would lie behind the horizon.
    ProviderAccount.objects.update(next_slot_at=None)
    make_call_list(many, entries=callees(30, start=100))
    # One more where the account's rate, and not the phones, is what there is too little of: then it says so.
    with django_assert_max_num_queries(spent + 1):
        # Later: on a busy machine the first batch took its slot as far ahead as its own work lasted.
        assert len(batch_of(many, now=NOW + SECOND)) == 30
