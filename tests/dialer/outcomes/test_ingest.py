"""Records in: any order, repeated, unknown; each call provider id is one row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.ledger import transitions
from dialer.models import Attempt, CallDetailRecord, CallRequest, Disposition, State
from dialer.outcomes import ingest, results
from telephony.contract.orders import Accepted
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import Disposition as Disposed
from tests.support.builders import NOW, make_account, make_call_request

pytestmark = pytest.mark.django_db
ANSWERED = CallRecord(
    provider_call_id="c1",
    disposition=Disposed.ANSWERED,
    hangup_code="2002",
    hangup_reason="user hung up",
    started_at=NOW,
    answered_at=NOW + timedelta(seconds=5),
    ended_at=NOW + timedelta(seconds=35),
    talk_seconds=30,
)


def arrive(record: CallRecord = ANSWERED, *, source: str = "webhook") -> CallDetailRecord:
    return ingest.apply_records([record], account=make_account(), source=source, now=NOW)[0]


def accepted_call() -> CallRequest:
    return make_call_request(state=State.ACCEPTED, provider_call_id="c1")


def test_a_record_settles_its_call_and_frees_the_callee():
    call = accepted_call()
    record = arrive()
    call.refresh_from_db()
    record.refresh_from_db()
    assert (call.disposition, call.talk_seconds, call.closed_at) == (Disposition.ANSWERED, 30, NOW)
    assert record.reference == call.reference
    assert not Attempt.objects.still_open().exists()
    assert [event.kind for event in call.events.all()] == ["result"]


def test_a_repeated_record_changes_nothing():
    call = accepted_call()
    for source in ("webhook", "query", "webhook"):
        arrive(source=source)
    assert CallDetailRecord.objects.count() == 1
    assert call.events.count() == 1


def test_a_record_that_overtakes_the_reply_is_applied_on_acceptance():
    call = make_call_request()
    arrive()
    row = transitions.claim(CallRequest, call.pk, now=NOW)
    transitions.settle(row, Accepted(provider_id="c1"), now=NOW)
    call.refresh_from_db()
    assert (call.state, call.disposition) == (State.ACCEPTED, Disposition.ANSWERED)


def test_a_record_that_crossed_the_acceptance_is_found_by_the_sweep():
    arrive()
    call = accepted_call()
    assert results.apply_overtaken_records(now=NOW) == 1
    assert results.apply_overtaken_records(now=NOW) == 0
    call.refresh_from_db()
    assert call.disposition == Disposition.ANSWERED


def test_an_unknown_record_is_kept():
    call = make_call_request(state=State.ACCEPTED, provider_call_id="other")
    record = arrive()
    call.refresh_from_db()
    assert (record.reference, call.disposition) == ("", "")


def test_a_record_of_another_account_does_not_settle_the_call():
    call = accepted_call()
    other = make_account("Other", env_prefix="OTHER")
    ingest.apply_records([ANSWERED], account=other, source="webhook", now=NOW)
    call.refresh_from_db()
    assert call.disposition == ""


def test_an_accepted_call_without_record_is_closed_as_unknown_after_its_window():
    call = accepted_call()
    assert results.close_overdue(now=NOW, settled_before=NOW) == 0
    assert results.close_overdue(now=NOW, settled_before=NOW + timedelta(seconds=1)) == 1
    call.refresh_from_db()
    assert (call.disposition, call.closed_at) == (Disposition.UNKNOWN, NOW)
    assert not Attempt.objects.still_open().exists()


def test_a_record_after_the_window_still_tells_what_happened():
    call = accepted_call()
    results.close_overdue(now=NOW, settled_before=NOW + timedelta(seconds=1))
    arrive()
    call.refresh_from_db()
    assert call.disposition == Disposition.ANSWERED
