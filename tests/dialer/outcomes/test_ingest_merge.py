"""Several records of one call: what a later, an earlier and a poorer one may change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dialer.models import CallDetailRecord, State
from dialer.outcomes import ingest
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import Direction, Disposition
from tests.support.builders import NOW, make_account, make_call_request

pytestmark = pytest.mark.django_db
WHOLE: dict[str, Any] = {
    "provider_call_id": "c1",
    "order_id": "o1",
    "task_id": "t1",
    "direction": Direction.OUTBOUND,
    "caller": "442079460001",
    "callee": "447700900001",
    "disposition": Disposition.ANSWERED,
    "hangup_code": "2002",
    "hangup_reason": "user hung up",
    "started_at": NOW,
    "answered_at": NOW + timedelta(seconds=5),
    "ended_at": NOW + timedelta(seconds=35),
    "talk_seconds": 30,
    "cost": Decimal("0.0125"),
    "currency": "USD",
    "recording_url": "https://records.invalid/a.mp3",
    "raw": {"callId": "c1", "hangupCode": 2002},
}
NO_ANSWER = {"disposition": Disposition.NO_ANSWER, "hangup_code": "2104", "hangup_reason": "timeout"}
NEVER_ANSWERED = {**NO_ANSWER, "answered_at": None, "talk_seconds": None}


def arrive(*, source: str = "webhook", **columns: Any) -> CallDetailRecord:
    values = {"provider_call_id": "c1", **columns}
    values.setdefault("raw", {"callId": "c1", "said": repr(columns)})
    ingest.apply_records([CallRecord(**values)], account=make_account(), source=source, now=NOW)
    return CallDetailRecord.objects.get()


def columns_of(row: CallDetailRecord, names: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names if name != "raw"}


def test_every_field_is_kept() -> None:
    row = arrive(**WHOLE)
    assert columns_of(row, WHOLE) == {
        **{name: value for name, value in WHOLE.items() if name != "raw"},
        "caller": "+442079460001",
        "callee": "+447700900001",
    }
    assert (row.source, row.match, row.received_at, row.raw) == ("webhook", "", NOW, WHOLE["raw"])


@pytest.mark.parametrize("number", ["1001", "group7@10.0.0.1:5060", ""])
def test_what_is_no_number_stays_as_it_came(number: str) -> None:
    assert arrive(caller=number).caller == number


def test_a_record_that_says_less_erases_nothing() -> None:
    before = columns_of(arrive(**WHOLE), WHOLE)
    assert columns_of(arrive(), WHOLE) == before
    assert columns_of(arrive(ended_at=WHOLE["ended_at"] + timedelta(seconds=1)), WHOLE) == {
        **before,
        "ended_at": WHOLE["ended_at"] + timedelta(seconds=1),
    }


def test_what_was_missing_is_filled_in_whichever_came_first() -> None:
    arrive(ended_at=WHOLE["ended_at"], disposition=Disposition.ANSWERED)
    row = arrive(**{**WHOLE, "ended_at": None})
    assert (row.order_id, row.hangup_code, row.answered_at) == ("o1", "2002", WHOLE["answered_at"])
    assert (row.ended_at, row.currency) == (WHOLE["ended_at"], "USD")


@pytest.mark.parametrize("ended_at", [None, WHOLE["ended_at"] - timedelta(seconds=1)])
def test_a_record_that_is_out_of_date_changes_nothing(ended_at: Any) -> None:
    before = columns_of(arrive(**WHOLE), WHOLE)
    stale = {**WHOLE, **NEVER_ANSWERED, "ended_at": ended_at, "cost": Decimal(9), "raw": {"callId": "c1"}}
    row = arrive(**stale)
    assert columns_of(row, WHOLE) == before
    assert row.raw == WHOLE["raw"]


def test_a_correction_replaces_the_result_as_a_whole() -> None:
    arrive(**WHOLE)
    row = arrive(**NEVER_ANSWERED, ended_at=WHOLE["ended_at"])
    assert columns_of(row, NEVER_ANSWERED) == NEVER_ANSWERED
    assert row.cost == WHOLE["cost"]


def test_an_unknown_result_corrects_nothing() -> None:
    arrive(**WHOLE)
    row = arrive(disposition=Disposition.UNKNOWN, ended_at=WHOLE["ended_at"])
    assert (row.disposition, row.hangup_code, row.answered_at) == ("answered", "2002", WHOLE["answered_at"])


def test_the_first_source_and_the_first_time_stay() -> None:
    arrive(**WHOLE)
    assert arrive(source="query", **WHOLE).source == "webhook"


def test_a_repeat_writes_no_row() -> None:
    arrive(**WHOLE)
    before = CallDetailRecord.objects.extra(select={"version": "xmin::text || ctid::text"}).get().version
    arrive(**WHOLE)
    assert CallDetailRecord.objects.extra(select={"version": "xmin::text || ctid::text"}).get().version == before


def test_an_out_of_date_record_does_not_change_the_call() -> None:
    call = make_call_request(state=State.ACCEPTED, provider_call_id="c1")
    arrive(**WHOLE)
    arrive(**{**WHOLE, **NEVER_ANSWERED, "ended_at": None, "raw": {}})
    call.refresh_from_db()
    assert (call.disposition, call.talk_seconds) == ("answered", 30)
    assert call.events.count() == 1


def test_a_correction_reaches_the_call() -> None:
    call = make_call_request(state=State.ACCEPTED, provider_call_id="c1")
    arrive(**WHOLE)
    arrive(**NEVER_ANSWERED, ended_at=WHOLE["ended_at"])
    call.refresh_from_db()
    assert (call.disposition, call.talk_seconds, call.closed_at) == ("no_answer", None, NOW)
    assert call.events.count() == 2


def test_a_record_settled_by_call_id_says_so() -> None:
    call = make_call_request(state=State.ACCEPTED, provider_call_id="c1")
    row = arrive(**WHOLE)
    assert (row.reference, row.match) == (call.reference, "call_id")
