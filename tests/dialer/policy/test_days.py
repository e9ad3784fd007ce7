"""Single days with fewer hours, when hours end, and the public holidays that the portal adds by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dialer.models import Holiday, HolidayYear, RegionRule
from dialer.policy import public_holidays
from dialer.policy.rulebook import Rulebook
from dialer.policy.week_text import week_text
from dialer.support import calling_hours
from dialer.support.calling_hours import Week, parse_windows
from tests.support.builders import NOW
from tests.support.rules import make_profile

LONDON, JAKARTA, TOKYO = "Europe/London", "Asia/Jakarta", "Asia/Tokyo"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def week(hours: str = "09:00-20:00", **others: object) -> Week:
    return Week((parse_windows(hours),) * 7, **others)  # type: ignore[arg-type]


def test_a_single_day_only_narrows_its_weekday() -> None:
    eve, closed = date(2026, 11, 24), date(2026, 11, 25)
    hours = week(narrow={eve: parse_windows("08:00-12:00"), closed: parse_windows("08:00-12:00")}, closed={closed})
    assert hours.on(eve) == parse_windows("09:00-12:00")
    assert hours.on(closed) == ()
    assert hours.on(date(2026, 11, 26)) == parse_windows("09:00-20:00")


def test_two_weeks_narrow_each_other_on_single_days_too() -> None:
    day = date(2026, 11, 24)
    first, second = week(narrow={day: parse_windows("10:00-14:00")}), week(narrow={day: parse_windows("12:00-18:00")})
    assert first.narrowed(second).on(day) == parse_windows("12:00-14:00")
    assert first.narrowed(week("13:00-15:00")).on(day) == parse_windows("13:00-14:00")


@pytest.mark.parametrize(
    ("hours", "zones", "now", "ends"),
    [
        ("09:00-20:00", (LONDON,), utc(2026, 11, 24, 12), utc(2026, 11, 24, 20)),
        ("09:00-13:00, 14:00-20:00", (LONDON,), utc(2026, 11, 24, 12), utc(2026, 11, 24, 13)),
        ("09:00-20:00", (LONDON, JAKARTA), utc(2026, 11, 24, 12), utc(2026, 11, 24, 13)),
        ("00:00-24:00", (LONDON,), utc(2026, 11, 24, 12), None),
        ("00:00-10:00, 10:00-18:00", (LONDON,), utc(2026, 11, 24, 9), utc(2026, 11, 24, 18)),
        # The clock is put back at 01:00 UTC, so this hour comes twice.
        ("00:00-02:00", (LONDON,), utc(2026, 10, 24, 23, 30), utc(2026, 10, 25, 2)),
        ("09:00-20:00", (), utc(2026, 11, 24, 12), None),
    ],
)
def test_hours_end_where_the_first_zone_closes(
    hours: str, zones: tuple[str, ...], now: datetime, ends: datetime | None
) -> None:
    assert week(hours).closes_at(now, zones) == ends


def test_a_day_that_is_narrower_ends_earlier() -> None:
    hours = week("00:00-24:00", narrow={date(2026, 11, 25): parse_windows("00:00-10:00")})
    assert hours.closes_at(utc(2026, 11, 24, 12), (LONDON,)) == utc(2026, 11, 25, 10)


def test_a_week_in_one_line() -> None:
    days = (*(parse_windows("10:00-13:00, 14:00-20:00"),) * 5, (), ())
    assert week_text(days) == "Mon–Fri 10:00-13:00, 14:00-20:00, Sat–Sun closed"


@pytest.mark.django_db
def test_eves_and_holidays_have_hours_of_their_own() -> None:
    profile = make_profile("IT", eve_hours="10:00-19:00", holiday_hours="11:00-12:00")
    for day in (25, 26):
        Holiday.objects.create(country="IT", day=date(2026, 12, day))
    hours = Rulebook.current().week_of(profile, "IT")
    windows = [calling_hours.as_text(hours.on(date(2026, 12, day))) for day in (23, 24, 25, 26, 27)]
    assert windows == ["00:00-24:00", "10:00-19:00", "11:00-12:00", "11:00-12:00", "00:00-24:00"]


@pytest.mark.django_db
def test_public_holidays_come_by_themselves_once() -> None:
    make_profile("IT", eve_hours="10:00-19:00")
    make_profile("GB")
    assert public_holidays.keep_filled(now=NOW) == Holiday.objects.count() > 20
    assert set(Holiday.objects.values_list("country", flat=True)) == {"IT"}
    assert set(HolidayYear.objects.values_list("country", "year")) == {("IT", 2026), ("IT", 2027)}
    Holiday.objects.filter(day=date(2026, 12, 26)).delete()
    assert public_holidays.keep_filled(now=NOW) == 0
    assert not Holiday.objects.filter(day=date(2026, 12, 26)).exists()
    assert public_holidays.keep_filled(now=NOW + timedelta(days=365)) > 10


@pytest.mark.django_db
def test_days_that_people_entered_do_not_keep_the_others_away() -> None:
    make_profile("IT", closed_on_holidays=True)
    Holiday.objects.create(country="IT", day=date(2026, 12, 25), name="Closed")
    public_holidays.keep_filled(now=NOW)
    assert Holiday.objects.get(day=date(2026, 12, 25)).name == "Closed"
    assert Holiday.objects.filter(country="IT", day=date(2026, 12, 26)).exists()


@pytest.mark.django_db
def test_a_rule_of_a_region_asks_for_the_holidays_of_its_country_and_a_country_for_its_territories() -> None:
    RegionRule.objects.create(region="US-AL", name="Alabama", prefixes=["1205"], closed_on_holidays=True)
    public_holidays.keep_filled(now=NOW)
    assert set(Holiday.objects.values_list("country", flat=True)) == {"AS", "GU", "MP", "PR", "US", "VI"}


@pytest.mark.django_db
def test_the_rules_for_all_others_ask_for_every_country_that_is_known() -> None:
    make_profile(closed_on_holidays=True)
    public_holidays.keep_filled(now=NOW)
    countries = set(Holiday.objects.values_list("country", flat=True))
    assert len(countries) > 150
    assert {"ID", "NG", "JP", "BR"} <= countries


@pytest.mark.django_db
def test_a_book_of_one_moment_holds_the_holidays_from_then_on() -> None:
    for day in (date(2026, 11, 19), date(2026, 11, 20), date(2027, 3, 21), date(2027, 3, 22)):
        Holiday.objects.create(country="GB", day=day)
    assert Rulebook.current(now=NOW).holidays["GB"] == {date(2026, 11, 20), date(2027, 3, 21)}
    assert len(Rulebook.current().holidays["GB"]) == 4
