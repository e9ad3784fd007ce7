"""Hours of the callee's own wall clock, on ordinary days and on those when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.support.calling_hours import Week, as_text, common, local_times, parse_windows

LONDON, NEW_YORK = "Europe/London", "America/New_York"
INDONESIA = ("Asia/Jakarta", "Asia/Jayapura", "Asia/Makassar")


def week(text: str = "08:00-20:00", **others: str) -> Week:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return Week(tuple(parse_windows(others.get(name, text)) for name in names))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("", ()),
        ("08:00-20:00", ((480, 1200),)),
        ("13:00-20:00, 8:00 - 12:00", ((480, 720), (780, 1200))),
        ("00:00–24:00", ((0, 1440),)),
    ],
)
def test_windows_are_read(text: str, windows: tuple[tuple[int, int], ...]) -> None:
    assert parse_windows(text) == windows
    assert parse_windows(as_text(windows)) == windows


@pytest.mark.parametrize("text", ["8-20", "20:00-08:00", "08:00-25:00", "08:60-09:00", "08:00-08:00", "always"])
def test_what_is_no_time_of_day_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(ValidationError, match="Write from-to, such as 08:00-20:00"):
        parse_windows(text)


def test_windows_that_overlap_are_refused() -> None:
    with pytest.raises(ValidationError, match="overlap"):
        parse_windows("08:00-12:00, 11:00-13:00")


def test_a_window_is_open_from_its_first_minute_until_before_its_last() -> None:
    hours = week()
    assert not hours.is_open(utc(2026, 11, 20, 7, 59), [LONDON])
    assert hours.is_open(utc(2026, 11, 20, 8, 0), [LONDON])
    assert hours.is_open(utc(2026, 11, 20, 19, 59, 59), [LONDON])
    assert not hours.is_open(utc(2026, 11, 20, 20, 0), [LONDON])


def test_an_indonesian_mobile_may_be_called_from_8_to_18_in_jakarta() -> None:
    """08:00 to 20:00 in each of the three zones: it opens with the west and closes with the east."""
    hours = week()
    jakarta = ZoneInfo("Asia/Jakarta")
    open_at = [
        hour
        for hour in range(24)
        if hours.is_open(datetime(2026, 11, 20, hour, tzinfo=jakarta).astimezone(UTC), INDONESIA)
    ]
    assert open_at == list(range(8, 18))
    night = datetime(2026, 11, 20, 19, tzinfo=jakarta).astimezone(UTC)
    assert hours.next_open(night, INDONESIA) == datetime(2026, 11, 21, 8, tzinfo=jakarta).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        (LONDON, utc(2026, 3, 28, 23, 0), utc(2026, 3, 29, 7, 0)),  # spring: 08:00 is an hour earlier in UTC
        (LONDON, utc(2026, 10, 24, 23, 0), utc(2026, 10, 25, 8, 0)),  # autumn: an hour later
        (NEW_YORK, utc(2026, 3, 8, 2, 0), utc(2026, 3, 8, 12, 0)),
        (NEW_YORK, utc(2026, 11, 1, 2, 0), utc(2026, 11, 1, 13, 0)),
        ("Australia/Lord_Howe", utc(2026, 4, 4, 12, 0), utc(2026, 4, 4, 21, 30)),  # half an hour
    ],
)
def test_the_next_opening_is_right_when_the_clocks_change(zone: str, now: datetime, opens: datetime) -> None:
    assert week().next_open(now, [zone]) == opens
    assert week().is_open(opens, [zone])
    assert not week().is_open(opens - timedelta(minutes=1), [zone])


def test_an_hour_that_comes_twice_is_open_twice_and_one_that_never_comes_never() -> None:
    hours = week("01:15-01:45")
    autumn = [utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30)]
    assert all(hours.is_open(moment, [LONDON]) for moment in autumn)
    assert not hours.is_open(utc(2026, 10, 25, 1, 0), [LONDON])
    assert hours.next_open(utc(2026, 10, 25, 0, 50), [LONDON]) == utc(2026, 10, 25, 1, 15)
    # On 29 March the clock goes from 00:59 to 02:00: the next 01:15 is that of the day after.
    assert hours.next_open(utc(2026, 3, 29, 0, 0), [LONDON]) == utc(2026, 3, 30, 0, 15)


def test_a_window_that_begins_in_the_missing_hour_opens_when_the_clock_jumps_into_it() -> None:
    hours = week("01:30-20:00")
    assert hours.next_open(utc(2026, 3, 29, 0, 0), [LONDON]) == utc(2026, 3, 29, 1, 0)


def test_closed_days_and_holidays_are_passed_over() -> None:
    hours = week(sun="")
    saturday_night = utc(2026, 11, 21, 21, 0)
    assert hours.next_open(saturday_night, [LONDON]) == utc(2026, 11, 23, 8, 0)
    on_holiday = Week(hours.days, frozenset({date(2026, 11, 23)}))
    assert on_holiday.next_open(saturday_night, [LONDON]) == utc(2026, 11, 24, 8, 0)
    assert Week(((),) * 7).next_open(saturday_night, [LONDON]) is None


def test_a_campaign_only_narrows() -> None:
    both = week().narrowed(week("06:00-12:00", sat=""))
    assert both.on(date(2026, 11, 20)) == ((480, 720),)
    assert both.on(date(2026, 11, 21)) == ()
    assert common(((0, 100), (200, 300)), ((50, 250),)) == ((50, 100), (200, 250))


def test_local_times_name_the_zones_that_share_one() -> None:
    shown = local_times(utc(2026, 11, 20, 12, 0), ["Asia/Jakarta", "Asia/Makassar", "Asia/Pontianak"])
    assert [(local.hour, names) for local, names in shown] == [
        (19, ["Asia/Jakarta", "Asia/Pontianak"]),
        (20, ["Asia/Makassar"]),
    ]


ZONES = [LONDON, NEW_YORK, "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"]


@settings(max_examples=60, deadline=None)
@given(
    opens=st.integers(0, 1400),
    length=st.integers(1, 600),
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True),
    minutes=st.integers(0, 365 * 24 * 60),
)
def test_the_next_opening_is_the_first_minute_that_is_open(
    opens: int, length: int, zones: list[str], minutes: int
) -> None:
    hours = Week((((opens, min(opens + length, 1440)),),) * 7)
    now = utc(2026, 1, 1) + timedelta(minutes=minutes)
    found = hours.next_open(now, zones)
    moment = now
    while not hours.is_open(moment, zones) and moment < now + timedelta(days=3):
        moment += timedelta(minutes=1)
    assert found == moment if hours.is_open(moment, zones) else found is None or found > moment
