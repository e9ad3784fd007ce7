"""Which calls a pump may order now: rate, calls a minute, calls at a time, DIDs, priority, rules, money."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Entry, PacedCall
from campaigns.pacing import capacity, claim
from dialer.models import Attempt, CallRequest, Decision, DncEntry, DncList, Price, ProviderAccount, State, StopSwitch
from dialer.models.call_draft import CallDraft
from dialer.providers import rate_and_suspension
from tests.support.builders import NOW, make_call_request, make_did, make_user
from tests.support.campaign_builders import callees, make_aicc_campaign, make_call_list, make_paced_campaign
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db
TOKEN = uuid.uuid4()
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def batch_of(campaign: Campaign, *, token: uuid.UUID = TOKEN, now: Any = NOW) -> claim.Batch:
    return claim.claim_batch(campaign.pk, token=token, now=now)


def paced(count: int = 10, **columns: Any) -> Campaign:
    campaign = make_paced_campaign(**columns)
    make_call_list(campaign, entries=count)
    return campaign


def test_a_batch_is_in_the_ledger_before_anything_is_sent():
    campaign = paced(3)
    batch = batch_of(campaign)
    stored = list(CallRequest.objects.order_by("pk"))
    assert [call.pk for call, _slot in batch.calls] == [call.pk for call in stored]
    assert {call.state for call in stored} == {State.SENDING}
    assert {call.lease_token for call in stored} == {TOKEN}
    assert [call.callee for call in stored] == callees(3)
    assert [call.fingerprint for call in stored] == [CallDraft.of(call).fingerprint() for call in stored]
    assert Attempt.objects.still_open().filter(source="call").count() == 3
    assert list(Entry.objects.values_list("state", "calls")) == [(Entry.State.ORDERED, 1)] * 3
    assert set(PacedCall.objects.values_list("entry_id", "call_id")) == set(Entry.objects.values_list("pk", "call_id"))


def test_slots_are_those_of_the_account():
    campaign = paced(5)
    ProviderAccount.objects.update(requests_per_second=100)
    slots = [slot for _call, slot in batch_of(campaign).calls]
    distances = {after - before for before, after in pairwise(slots)}
    assert distances == {(SECOND + rate_and_suspension.MARGIN) / 100}


def test_no_more_calls_are_ordered_than_leave_within_the_horizon():
    campaign = paced(50)
    ProviderAccount.objects.update(requests_per_second=100)
    assert len(batch_of(campaign).calls) == 13
    # The account's slots are taken until later than the horizon now.
    again = batch_of(campaign)
    assert (again.calls, again.is_over) == ((), False)


def test_calls_per_minute_are_kept():
    campaign = paced(50, calls_per_minute=60)
    assert len(batch_of(campaign).calls) == 1
    assert not batch_of(campaign, now=NOW + SECOND / 2).calls
    assert len(batch_of(campaign, now=NOW + SECOND).calls) == 1


def test_calls_at_a_time_are_kept():
    campaign = paced(50, concurrent_calls=4)
    assert len(batch_of(campaign).calls) == 4
    assert not batch_of(campaign, now=NOW + SECOND).calls
    call = CallRequest.objects.earliest("pk")
    Entry.objects.filter(call=call).update(state=Entry.State.DONE)
    assert len(batch_of(campaign, now=NOW + 2 * SECOND).calls) == 1


def test_a_call_of_which_nothing_is_reported_counts_for_its_assumed_length():
    campaign = paced(50, concurrent_calls=2, line_seconds=60)
    batch_of(campaign)
    CallRequest.objects.update(state=State.ACCEPTED, settled_at=NOW, lease_expires_at=None)
    assert not batch_of(campaign, now=NOW + 59 * SECOND).calls
    assert len(batch_of(campaign, now=NOW + 61 * SECOND).calls) == 2


def test_an_order_in_doubt_takes_no_line():
    campaign = paced(50, concurrent_calls=2)
    batch_of(campaign)
    Entry.objects.filter(state=Entry.State.ORDERED).update(state=Entry.State.IN_DOUBT)
    assert len(batch_of(campaign, now=NOW + SECOND).calls) == 2


def test_calls_of_an_account_at_a_time_are_shared_with_single_calls():
    campaign = paced(50)
    ProviderAccount.objects.update(concurrent_calls=3)
    make_call_request("+447700900900", account=campaign.account, state=State.ACCEPTED)
    assert len(batch_of(campaign).calls) == 2


def test_the_did_that_rested_longest_is_next():
    numbers = ["+442079460001", "+442079460002", "+442079460003"]
    dids = [make_did(number) for number in numbers]
    make_call_request("+447700900901", did=dids[0], requested_at=NOW - SECOND, closed_at=NOW, state=State.ACCEPTED)
    make_call_request("+447700900902", did=dids[2], requested_at=NOW - MINUTE, closed_at=NOW, state=State.ACCEPTED)
    campaign = paced(5, dids=dids)
    used = [call.did.number[-1] for call, _slot in batch_of(campaign).calls]
    assert used == ["2", "3", "1", "2", "3"]


def test_caps_of_a_did_are_kept_and_the_others_take_over():
    dids = [make_did("+442079460001", calls_per_minute=2), make_did("+442079460002", calls_per_day=1)]
    campaign = paced(10, dids=dids)
    used = [call.did.number[-1] for call, _slot in batch_of(campaign).calls]
    assert sorted(used) == ["1", "1", "2"]
    assert not batch_of(campaign, now=NOW + SECOND).calls
    assert len(batch_of(campaign, now=NOW + 61 * SECOND).calls) == 2


def test_a_country_may_cap_every_did():
    make_profile("GB", calls_per_minute=3)
    campaign = paced(10)
    assert len(batch_of(campaign).calls) == 3


def test_an_empty_pool_means_every_active_did_of_the_account():
    make_did("+442079460002", is_active=False)
    campaign = paced(4, dids=[make_did(), make_did("+442079460003")])
    campaign.dids.clear()
    assert {call.did.number[-1] for call, _slot in batch_of(campaign).calls} == {"1", "3"}


def test_without_a_did_the_campaign_pauses_and_says_why():
    did = make_did()
    campaign = paced(4, dids=[did])
    did.is_active = False
    did.save()
    assert batch_of(campaign).is_over
    campaign.refresh_from_db()
    assert (campaign.state, "no active DID" in campaign.trouble) == (Campaign.State.PAUSED, True)


def test_rules_hold_numbers_back_with_their_reason():
    campaign = paced(3)
    dnc = DncList.objects.create(name="Ours", created_by=make_user())
    DncEntry.objects.create(dnc_list=dnc, callee=int(callees(3)[1].removeprefix("+")), added_at=NOW)
    assert [call.callee for call, _slot in batch_of(campaign).calls] == [callees(3)[0], callees(3)[2]]
    held = Entry.objects.get(callee=callees(3)[1])
    assert (held.state, held.reason_code) == (Entry.State.NOT_CALLED, "do_not_call")
    assert Decision.objects.filter(rule="do_not_call").exists()


def test_a_caller_id_that_must_not_be_shown_is_no_call_and_a_reason():
    make_profile("GB", refused_caller_ids=["US"])
    campaign = paced(2, dids=[make_did("+12025550101")])
    assert not batch_of(campaign).calls
    assert set(Entry.objects.values_list("state", "reason_code")) == {(Entry.State.NOT_CALLED, "caller_id_refused")}


def test_a_number_with_an_open_order_waits():
    campaign = paced(2)
    make_call_request(callees(2)[0], state=State.ACCEPTED)
    assert [call.callee for call, _slot in batch_of(campaign).calls] == [callees(2)[1]]
    assert Entry.objects.get(callee=callees(2)[0]).reason_code == "open_order"


def test_only_one_pump_has_a_campaign():
    campaign = paced(500)
    batch_of(campaign)
    other = uuid.uuid4()
    assert batch_of(campaign, token=other, now=NOW + SECOND).is_over
    # The first one has not come back: it died.
    later = NOW + claim.PUMP_LEASE + SECOND
    assert batch_of(campaign, token=other, now=later).calls
    assert batch_of(campaign, now=later).is_over


@pytest.mark.parametrize("state", [Campaign.State.PAUSED, Campaign.State.STOPPED, Campaign.State.DRAFT])
def test_only_a_running_campaign_calls(state):
    assert batch_of(paced(3, state=state)).is_over
    assert not CallRequest.objects.exists()


def test_nothing_is_ordered_while_everything_is_stopped():
    campaign = paced(3)
    StopSwitch.objects.update_or_create(
        pk=1, defaults={"stopped_at": NOW, "stopped_by": make_user(), "reason": "Drill"}
    )
    assert batch_of(campaign).is_over


def test_nothing_is_ordered_on_a_suspended_account():
    campaign = paced(3)
    ProviderAccount.objects.update(suspended_at=NOW, suspended_reason="Wrong key.")
    assert batch_of(campaign).is_over


def test_a_campaign_of_lower_priority_waits_while_a_higher_one_is_short_of_slots():
    high = paced(500, name="High", priority=1)
    low = make_paced_campaign("Low", priority=6)
    make_call_list(low, entries=callees(5, start=1000))
    ProviderAccount.objects.update(requests_per_second=50)
    assert len(batch_of(high).calls) == 7
    assert not batch_of(low).calls
    later = NOW + 2 * capacity.STARVED
    Campaign.objects.filter(pk=high.pk).update(state=Campaign.State.PAUSED)
    assert batch_of(low, now=later).calls


def test_budgets_are_kept_call_by_call():
    Price.objects.create(country="GB", per_minute=Decimal("0.5"))
    from dialer.policy.rulebook import Rulebook

    price = Rulebook.current().price_of("GB")
    campaign = paced(10, budget=2 * price + price / 2)
    assert len(batch_of(campaign).calls) == 2
    campaign.refresh_from_db()
    assert campaign.ordered_cost == 2 * price


def test_a_pump_without_numbers_gives_its_campaign_back_and_comes_for_the_first_that_waits():
    campaign = paced(1)
    Entry.objects.update(not_before=NOW + timedelta(hours=1), reason_code="retry")
    assert batch_of(campaign).is_over
    campaign.refresh_from_db()
    assert campaign.pump_token is None
    assert campaign.state == Campaign.State.RUNNING


def uncapped() -> Campaign:
    return make_paced_campaign(dids=[make_did("+442079460001"), make_did("+442079460002")])


def capped() -> Campaign:
    return make_paced_campaign(dids=[make_did("+442079460001", calls_per_day=100), make_did("+442079460002")])


def with_phones() -> Campaign:
    return make_aicc_campaign(phones=20)


QUERIES = [(uncapped, 32, 1), (capped, 34, 1), (with_phones, 33, 3)]
"""Of one batch, and those of them that ask about agents' phones: which there are, their lock, and how they are used."""


@pytest.mark.parametrize(("make", "queries", "of_phones"), QUERIES, ids=["uncapped", "capped", "phones"])
def test_a_batch_costs_a_fixed_number_of_queries(make, queries, of_phones):
    """A pump claims eight times a second: each query more is felt in how many calls leave."""
    campaign = make()
    make_call_list(campaign, entries=10)
    with CaptureQueriesContext(connection) as asked:
        assert len(batch_of(campaign).calls) == 10
    about_phones = [query for query in asked if "dialer_agentphone" in query["sql"] or "'phone'" in query["sql"]]
    assert (len(asked), len(about_phones)) == (queries, of_phones), [query["sql"][:100] for query in asked]
