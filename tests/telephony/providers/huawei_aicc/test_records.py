"""AICC's records in our words: ids, times, and how a call ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.contract.vocabulary import Direction, Disposition
from telephony.providers.huawei_aicc.records import parse_progress, parse_record, read_time, serial_of
from tests.telephony.providers.huawei_aicc.support import REFERENCE, SERIAL

ANSWERED, NO_ANSWER, FAILED, CANCELLED, UNKNOWN = (
    Disposition.ANSWERED,
    Disposition.NO_ANSWER,
    Disposition.FAILED,
    Disposition.CANCELLED,
    Disposition.UNKNOWN,
)
TALKED = {"talkingTime": "1700000003000"}
RANG = {"alertingTime": "1700000002000"}


def record(**item: Any) -> Any:
    return parse_record({"callSerialNo": SERIAL} | item, zone=UTC)


@pytest.mark.parametrize(
    ("reason", "talked", "rang", "nothing"),
    [
        ("0", ANSWERED, NO_ANSWER, UNKNOWN),
        ("1", ANSWERED, CANCELLED, UNKNOWN),
        ("2", ANSWERED, FAILED, FAILED),
        ("3", ANSWERED, FAILED, FAILED),
        ("4", CANCELLED, CANCELLED, CANCELLED),
        ("5", NO_ANSWER, NO_ANSWER, NO_ANSWER),
        ("6", FAILED, FAILED, FAILED),
        ("7", ANSWERED, FAILED, FAILED),
        ("65535", ANSWERED, FAILED, FAILED),
        ("65536", ANSWERED, UNKNOWN, UNKNOWN),
        ("x", ANSWERED, UNKNOWN, UNKNOWN),
        ("null", ANSWERED, UNKNOWN, UNKNOWN),
        ("", ANSWERED, UNKNOWN, UNKNOWN),
    ],
)
def test_reason_and_times_tell_how_a_call_ended(
    reason: str, talked: Disposition, rang: Disposition, nothing: Disposition
) -> None:
    for name in ("reasonCode", "releaseReason"):
        found = [record(**{name: reason}, **times).disposition for times in (TALKED, RANG, {})]
        assert found == [talked, rang, nothing]


@pytest.mark.parametrize(
    ("times", "disposition"),
    [
        ({"talkDuration": 27}, ANSWERED),
        ({"talkDuration": "27"}, ANSWERED),
        ({"talkDuration": "0"}, CANCELLED),
        ({"talkingTime": ""}, CANCELLED),
        ({"talkingTime": "null"}, CANCELLED),
        ({"talkingTime": 0}, CANCELLED),
        ({"talkingTime": None}, CANCELLED),
        # There is a time, but none that can be read.
        ({"talkingTime": "yesterday", "alertingTime": "1700000002000"}, UNKNOWN),
        ({"talkingTime": "2023/02/30,10:00:00:000"}, UNKNOWN),
        ({"talkingTime": 27, "alertingTime": "1700000002000"}, UNKNOWN),
    ],
)
def test_whether_anybody_talked(times: dict[str, Any], disposition: Disposition) -> None:
    assert record(reasonCode=1, **times).disposition is disposition


def test_a_call_that_goes_on_is_no_record() -> None:
    for state in (0, 2, "1", 3.0, True, [], {}, "ended"):
        assert record(state=state).provider_call_id == ""
    assert record(state=3).provider_call_id == record(state="").provider_call_id == SERIAL


def test_a_record_without_an_id_has_the_one_that_was_asked_for() -> None:
    assert parse_record({}, zone=UTC, provider_call_id="77").provider_call_id == "77"
    assert parse_record({"callSerialNo": "78"}, zone=UTC, provider_call_id="77").provider_call_id == "78"


def test_what_is_missing_is_empty() -> None:
    found = parse_record({}, zone=UTC)

    assert (found.provider_call_id, found.order_id, found.other, found.caller, found.callee) == ("",) * 5
    assert (found.started_at, found.answered_at, found.ended_at, found.talk_seconds) == (None,) * 4
    assert (found.direction, found.disposition) == (Direction.OUTBOUND, UNKNOWN)


def test_the_talk_lasts_from_the_answer_to_the_end() -> None:
    assert record(**TALKED, releaseTime="1700000030999").talk_seconds == 27
    assert record(**TALKED, endTime="1700000030999", talkDuration="5").talk_seconds == 27
    assert record(**TALKED, releaseTime="1700000002000").talk_seconds is None
    assert record(releaseTime="1700000030999").talk_seconds is None


@pytest.mark.parametrize(
    ("value", "zone", "expected"),
    [
        (1700000000123, "UTC", datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)),
        ("1700000000123", "UTC", datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)),
        ("2023/11/14,22:13:20:123", "UTC", datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)),
        (" 2023/11/15,06:13:20:123 ", "Asia/Shanghai", datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)),
        ("2024/07/01,12:00:00:000", "Europe/London", datetime(2024, 7, 1, 11, tzinfo=UTC)),
        ("2024/02/29,00:00:00:000", "UTC", datetime(2024, 2, 29, tzinfo=UTC)),
        *(
            (value, "Asia/Shanghai", None)
            for value in (
                *(None, "", "0", 0, -1, 1700000000, "1700000000", 1.7e12, True, [], {}, "null", "9" * 15, "9" * 400),
                *("2023/02/29,00:00:00:000", "2023/11/14 22:13:20:123", "2023/11/14,22:13:20", "2023-11-14,22:13:20:1"),
                *("2023/11/14,24:00:00:000", "0001/01/01,00:00:00:000", "２０２３/11/14,22:13:20:123"),
            )
        ),
    ],
)
def test_times_have_two_forms(value: Any, zone: str, expected: datetime | None) -> None:
    assert read_time(value, ZoneInfo(zone)) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
NAMES = [
    *("callSerialNo", "callData", "state", "reasonCode", "releaseReason", "talkingTime", "talkDuration"),
    *("startTime", "endTime", "releaseTime", "alertingTime", "caller", "called"),
]


@given(st.dictionaries(st.sampled_from(NAMES), json_values))
def test_nothing_that_comes_is_too_odd_to_read(item: dict[str, Any]) -> None:
    found = parse_record(item, zone=ZoneInfo("Asia/Shanghai"))
    parse_progress(item, zone=UTC, provider_call_id="77")

    assert found.raw == item or found.raw is item
    assert len(found.provider_call_id) <= 50


@given(st.integers(10**17, 10**19 - 1))
def test_serial_numbers_are_exact(serial: int) -> None:
    assert serial_of(serial) == serial_of(str(serial)) == str(serial)
    assert serial_of(float(serial)) == ""


def test_the_rest_of_the_call_data_is_kept() -> None:
    assert record(callData=f"{REFERENCE} row 7 ").other == "row 7"
    assert record(callData="row 7").other == "row 7"
    assert record(callData="null").other == ""
