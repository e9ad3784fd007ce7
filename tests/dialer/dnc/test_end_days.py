"""Until when a wish holds: days as people write them, and where they end."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dialer.dnc.end_days import LATER, UNREADABLE, Until, end_for, end_of, read_until

LAST_OF_MARCH = date(2026, 3, 31)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-03-31",
            "2026/03/31",
            "2026.3.31",
            "31/03/2026",
            "31.03.2026",
            "31-03-2026",
            "03/31/2026",
            "31. 3. 2026",
        ),
        *(
            "31. 3. 2026",
            "20260331",
            "31032026",
            "46112",
            "46112.0",
            "2026-03-31 00:00:00",
            "2026-03-31T12:30:00Z",
            "'2026-03-31",
        ),
        *("31 March 2026", "Mar 31, 2026", "31-Mar-26", "31st March 2026", "03/31/2026 4:05 PM"),
    ],
)
def test_a_day_with_one_reading_is_read(text: str) -> None:
    assert read_until(text) == Until(LAST_OF_MARCH)


@pytest.mark.parametrize(
    ("text", "day"),
    [("03/04/2026", date(2026, 4, 3)), ("05.04.26", date(2026, 5, 4)), ("04052026", date(2026, 5, 4))],
)
def test_of_two_readings_the_later_counts(text: str, day: date) -> None:
    assert read_until(text) == Until(day, LATER)


@pytest.mark.parametrize(
    "text", ["soon", "31.12.", "2026-13-40", "1900-01-00", "0001-01-01", "+44", "1.5", "30/02/2026"]
)
def test_what_cannot_be_read_holds_for_ever_and_is_told(text: str) -> None:
    assert read_until(text) == Until(None, UNREADABLE)


@pytest.mark.parametrize("text", ["never", "For ever", "9999-12-31", "31.12.9999", "-", "n/a", "永久", "Selamanya"])
def test_for_ever_can_be_written(text: str) -> None:
    assert read_until(text) == Until(None)


def test_a_day_ends_where_the_phone_may_be_last() -> None:
    day = date(2026, 11, 30)
    assert end_of(None) is None
    assert end_of(day) == datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert end_of(day, ("Asia/Jakarta", "Asia/Jayapura")) == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert end_for("+12025550145", day) == datetime(2026, 12, 1, 5, tzinfo=UTC)
