from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import Direction, Disposition
from telephony.providers.nxcloud.records import customer_of, parse_push, parse_record
from tests.telephony.support import recorded

MINIMAL = {"callId": "c1"}


def test_a_queried_task_call() -> None:
    item = recorded("records_page")["data"][0]

    record = parse_record(item)

    assert record == CallRecord(
        provider_call_id="fedcba9876543210fedcba9876543210",
        order_id="A" * 32,
        task_id="4711",
        other="row 1",
        direction=Direction.TASK,
        caller="447700900001",
        callee="NX00000G000001@192.0.2.10:5060",
        disposition=Disposition.ANSWERED,
        hangup_code="3002",
        hangup_reason="Task call handed to an agent, the customer hung up",
        started_at=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        answered_at=datetime(2023, 11, 14, 22, 13, 26, 256_000, tzinfo=UTC),
        ended_at=datetime(2023, 11, 14, 22, 14, 26, 756_000, tzinfo=UTC),
        talk_seconds=60,
        cost=Decimal("0.0123"),
        recording_url="https://records.example.com/fedcba98.mp3",
        raw=item,
    )
    assert customer_of(record) == "+447700900001"


def test_a_queried_outbound_call_that_nobody_answered() -> None:
    record = parse_record(recorded("records_page")["data"][1])

    assert (record.direction, record.disposition) == (Direction.OUTBOUND, Disposition.NO_ANSWER)
    assert (record.order_id, record.task_id, record.other, record.recording_url) == ("", "", "", "")
    assert record.answered_at is None
    assert record.talk_seconds is None
    assert record.cost == 0
    assert customer_of(record) == "+447700900002"


def test_a_pushed_record_has_fewer_fields() -> None:
    push = recorded("record_push")

    record = parse_push(json.dumps(push).encode())

    assert (record.provider_call_id, record.order_id) == (push["callId"], "A" * 32)
    assert (record.disposition, record.hangup_code) == (Disposition.ANSWERED, "")
    assert record.talk_seconds == 60
    assert record.cost is None
    assert customer_of(record) == "+447700900001"


def test_every_field_may_be_missing_but_the_call_id() -> None:
    record = parse_push(b'{"callId":"c1"}')

    assert record == CallRecord(provider_call_id="c1", raw=MINIMAL)
    assert customer_of(record) is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "it is empty"),
        (b"callId=c1", "it is not JSON"),
        (b'[{"callId":"c1"}]', "it is not a JSON object"),
        (b'{"callId":"c1","callId":"c2"}', "it has the same key twice"),
        (b'{"callId":"\xff"}', "it is not UTF-8 text"),
        (b'{"callId":"c1","mos":NaN}', "it has the value NaN"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b"{}", "it has no callId"),
        (b'{"callId":""}', "it has no callId"),
        (b'{"callId":null}', "it has no callId"),
        (b'{"callId":{"a":1}}', "it has no callId"),
        (json.dumps({"callId": "x" * 200}).encode(), "it has no callId"),
    ],
)
def test_a_push_that_is_no_record_is_refused_in_words(body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=rf"^The push is not a call record: {why}.*\.$"):
        parse_push(body)


@pytest.mark.parametrize(
    ("value", "direction"),
    [
        (0, Direction.INBOUND),
        (1, Direction.OUTBOUND),
        (2, Direction.TASK),
        ("2", Direction.TASK),
        (3, Direction.UNKNOWN),
        (True, Direction.UNKNOWN),
        (1.0, Direction.UNKNOWN),
        (None, Direction.UNKNOWN),
        ([], Direction.UNKNOWN),
    ],
)
def test_directions(value: object, direction: Direction) -> None:
    assert parse_record(MINIMAL | {"direction": value}).direction is direction


@pytest.mark.parametrize(
    ("direction", "caller", "callee", "customer"),
    [
        (0, "447700900001", "12025550142", "+447700900001"),
        (1, "12025550142", "447700900001", "+447700900001"),
        (1, "12025550142", "+447700900001", "+447700900001"),
        (2, "447700900001", "NX00000G000001@192.0.2.10:5060", "+447700900001"),
        (2, "anonymous", "NX00000G000001@192.0.2.10:5060", None),
        (9, "447700900001", "447700900001", None),
    ],
)
def test_where_the_customer_is_written(direction: int, caller: str, callee: str, customer: str | None) -> None:
    record = parse_record(MINIMAL | {"direction": direction, "caller": caller, "callee": callee})

    assert customer_of(record) == customer


@pytest.mark.parametrize("value", [0, "0", "", None, True, -5, 1.7e12, "soon", [], {}, 3 * 10**14, 10**40, "9" * 400])
def test_a_time_that_is_none(value: object) -> None:
    assert parse_record(MINIMAL | {"startTime": value}).started_at is None


def test_a_time_may_be_text() -> None:
    started = parse_record(MINIMAL | {"startTime": "1700000000123"}).started_at

    assert started == datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "end", "seconds"),
    [
        (1_700_000_000_000, 1_700_000_059_999, 59),
        (1_700_000_000_000, 1_700_000_000_000, 0),
        (1_700_000_000_001, 1_700_000_000_000, None),
        (0, 1_700_000_000_000, None),
        (1_700_000_000_000, 0, None),
    ],
)
def test_talk_time_is_reckoned_from_the_times(answer: int, end: int, seconds: int | None) -> None:
    record = parse_record(MINIMAL | {"answerTime": answer, "endTime": end, "callDuration": 5139})

    assert record.talk_seconds == seconds


@pytest.mark.parametrize(
    ("fields", "disposition"),
    [
        ({"hangupCode": 2203}, Disposition.BUSY),
        ({"hangupCode": "2203", "answered": True}, Disposition.BUSY),
        ({"hangupCode": 2004, "answerTime": 1_700_000_000_000}, Disposition.ANSWERED),
        ({"hangupCode": 2004, "answerTime": 0}, Disposition.FAILED),
        ({"hangupCode": 4242, "answered": True}, Disposition.UNKNOWN),
        ({"hangupCode": None, "answered": True}, Disposition.ANSWERED),
        ({"hangupCode": [], "answered": False}, Disposition.NO_ANSWER),
        ({"answerTime": 1_700_000_000_000}, Disposition.ANSWERED),
        ({"answerTime": 0}, Disposition.NO_ANSWER),
        ({"answered": "true"}, Disposition.UNKNOWN),
        ({"answered": 1}, Disposition.UNKNOWN),
    ],
)
def test_dispositions(fields: dict[str, Any], disposition: Disposition) -> None:
    assert parse_record(MINIMAL | fields).disposition is disposition


def test_an_unlisted_code_keeps_what_the_provider_said() -> None:
    record = parse_record(MINIMAL | {"hangupCode": 4242, "hangupReason": "新原因", "callStatus": "x"})

    assert (record.hangup_code, record.hangup_reason) == ("4242", "新原因")
    assert parse_record(MINIMAL | {"hangupCode": 4242, "callStatus": "x"}).hangup_reason == "x"


@pytest.mark.parametrize(
    ("value", "cost"),
    [
        (0.0123, Decimal("0.0123")),
        ("0.0123", Decimal("0.0123")),
        (3, Decimal(3)),
        (-0.5, Decimal("-0.5")),
        ("free", None),
        ("", None),
        ("NaN", None),
        ("Infinity", None),
        ("1E+999999", None),
        (10**12, None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_costs(value: object, cost: Decimal | None) -> None:
    assert parse_record(MINIMAL | {"totalCustomerPrice": value}).cost == cost


@pytest.mark.parametrize("value", ["javascript:alert(1)", "file:///etc/passwd", "//x", "x", 5, None, ["https://x"]])
def test_a_recording_is_a_web_address_or_nothing(value: object) -> None:
    assert parse_record(MINIMAL | {"recordUrl": value}).recording_url == ""


JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


@given(item=st.fixed_dictionaries({}, optional=dict.fromkeys(recorded("records_page")["data"][0], JSON_VALUES)))
def test_no_field_of_any_type_breaks_a_record(item: dict[str, Any]) -> None:
    record = parse_record(item)

    assert record.raw is item
    assert len(record.provider_call_id) <= 128
    assert record.cost is None or record.cost.is_finite()


def test_what_a_push_keeps_can_be_stored() -> None:
    record = parse_push(rb'{"callId":"c1","other":"a\u0000b\ud83d","\u0000":["\udc00"]}')

    assert record.other == "a\ufffdb?"
    assert record.raw == {"callId": "c1", "other": "a\ufffdb?", "\ufffd": ["?"]}
