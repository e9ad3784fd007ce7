"""What an entry becomes by what becomes of its call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import Campaign, Entry, RetryRule
from campaigns.pacing.entry_results import AFTER_NOT_SENT
from dialer.ledger import transitions
from dialer.models import Attempt, CallRequest, Disposition, State
from dialer.outcomes import ingest, results
from telephony.contract import vocabulary
from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, RequestNotSent, RequestRejected
from telephony.contract.records import CallRecord
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_call_list, make_paced_call, make_paced_campaign

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def entry_of(call: CallRequest) -> Entry:
    return Entry.objects.get(callee=call.callee)


def record(call: CallRequest, disposition: str, *, call_id: str = "c1") -> None:
    CallRequest.objects.filter(pk=call.pk).update(provider_call_id=call_id)
    ended = NOW + timedelta(minutes=1)
    told = CallRecord(provider_call_id=call_id, disposition=vocabulary.Disposition(disposition), ended_at=ended)
    ingest.apply_records([told], account=call.account, source="webhook", now=NOW + timedelta(minutes=2))


def test_an_order_in_doubt_is_in_doubt_for_its_entry_too():
    call = make_paced_call(state=State.SENDING)
    transitions.settle(call, OutcomeUnknown("No answer.", code="read_timeout"), now=NOW)
    assert (entry_of(call).state, entry_of(call).reason) == (Entry.State.IN_DOUBT, "No answer.")
    transitions.prove(call, now=NOW, evidence="Record c1.")
    assert entry_of(call).state == Entry.State.ORDERED


def test_a_refused_order_is_a_number_not_called():
    call = make_paced_call(state=State.SENDING)
    transitions.settle(call, RequestRejected("Wrong number.", code="41000"), now=NOW)
    assert (entry_of(call).state, entry_of(call).reason) == (Entry.State.NOT_CALLED, "Wrong number.")


@pytest.mark.parametrize(
    "error", [RequestNotSent("No connection.", code="connect_error"), CredentialsRefused("Wrong key.", code="1003")]
)
def test_what_did_not_leave_waits_again_and_its_order_is_cancelled(error):
    call = make_paced_call(state=State.SENDING)
    transitions.settle(call, error, now=NOW)
    call.refresh_from_db()
    entry = entry_of(call)
    assert call.state == State.CANCELLED
    assert (entry.state, entry.calls, entry.not_before) == (Entry.State.WAITING, 0, NOW + AFTER_NOT_SENT)
    assert not Attempt.objects.still_open().exists()


def test_what_did_not_leave_of_a_stopped_campaign_is_not_called():
    call = make_paced_call(make_paced_campaign(state=Campaign.State.STOPPED), state=State.SENDING)
    transitions.settle(call, RequestNotSent("No connection.", code="connect_error"), now=NOW)
    assert (entry_of(call).state, entry_of(call).reason) == (Entry.State.NOT_CALLED, "No connection.")


@pytest.mark.parametrize("disposition", Disposition.values)
def test_a_result_ends_an_entry(disposition):
    call = make_paced_call(state=State.ACCEPTED)
    record(call, disposition)
    assert (entry_of(call).state, entry_of(call).disposition) == (Entry.State.DONE, disposition)


def test_a_rule_lets_it_be_called_again():
    campaign = make_paced_campaign()
    RetryRule.objects.create(campaign=campaign, disposition=Disposition.BUSY, wait_minutes=5, most_calls=3)
    call = make_paced_call(campaign, state=State.ACCEPTED)
    record(call, Disposition.BUSY)
    entry = entry_of(call)
    assert (entry.state, entry.reason_code) == (Entry.State.WAITING, "retry")
    assert entry.not_before == NOW + timedelta(minutes=6)
    record(call, Disposition.BUSY)  # repeated, it changes nothing
    assert entry_of(call).not_before == entry.not_before


def test_a_record_that_corrects_the_first_one_ends_the_waiting():
    campaign = make_paced_campaign()
    RetryRule.objects.create(campaign=campaign, disposition=Disposition.BUSY)
    call = make_paced_call(campaign, state=State.ACCEPTED)
    record(call, Disposition.BUSY)
    record(call, Disposition.ANSWERED)
    assert (entry_of(call).state, entry_of(call).disposition) == (Entry.State.DONE, Disposition.ANSWERED)


def test_the_last_try_is_the_last():
    campaign = make_paced_campaign()
    RetryRule.objects.create(campaign=campaign, disposition=Disposition.BUSY, most_calls=2)
    call = make_paced_call(campaign, state=State.ACCEPTED)
    Entry.objects.update(calls=2)
    record(call, Disposition.BUSY)
    assert entry_of(call).state == Entry.State.DONE


def test_a_stopped_campaign_tries_nobody_again():
    campaign = make_paced_campaign(state=Campaign.State.STOPPED)
    RetryRule.objects.create(campaign=campaign, disposition=Disposition.BUSY)
    call = make_paced_call(campaign, state=State.ACCEPTED)
    record(call, Disposition.BUSY)
    assert entry_of(call).state == Entry.State.DONE


def test_not_knowing_is_never_a_reason_to_call_again():
    call = make_paced_call(state=State.ACCEPTED)
    assert results.close_without_result(call, now=NOW, why="Nothing came.")
    assert (entry_of(call).state, entry_of(call).disposition) == (Entry.State.DONE, Disposition.UNKNOWN)


@pytest.mark.parametrize(("called", "state"), [(True, Entry.State.DONE), (False, Entry.State.NOT_CALLED)])
def test_a_person_ends_the_doubt_of_an_entry(called, state):
    call = make_paced_call(state=State.SENDING)
    transitions.settle(call, OutcomeUnknown("No answer.", code="read_timeout"), now=NOW)
    transitions.resolve(call, called=called, by=make_user(), reason="Asked them.", now=NOW + HOUR)
    assert entry_of(call).state == state


def test_the_last_result_finishes_the_campaign_and_a_doubt_does_not():
    from campaigns.planning import services

    campaign = make_paced_campaign()
    call = make_paced_call(campaign, state=State.ACCEPTED)
    assert not services.finish_if_done(campaign, now=NOW)
    record(call, Disposition.ANSWERED)
    assert services.finish_if_done(campaign, now=NOW)


def test_a_record_of_an_earlier_call_does_not_end_the_later_one():
    campaign = make_paced_campaign()
    first = make_paced_call(campaign, state=State.ACCEPTED, provider_call_id="c1", closed_at=NOW)
    entry = entry_of(first)
    other = make_paced_call(campaign, callee="+447700900002", state=State.ACCEPTED, provider_call_id="c2")
    Entry.objects.filter(pk=entry.pk).update(call=other)
    record(first, Disposition.ANSWERED)
    assert Entry.objects.get(pk=entry.pk).state == Entry.State.ORDERED


def test_a_list_of_another_campaign_is_left_alone():
    call = make_paced_call(state=State.ACCEPTED)
    other = make_call_list(make_paced_campaign("Other"), entries=[call.callee]).entries.get()
    record(call, Disposition.ANSWERED)
    other.refresh_from_db()
    assert other.state == Entry.State.WAITING
