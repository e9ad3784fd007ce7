"""Opening hours on days on which clocks change, and holidays: what the product says, and the plain rules with it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from campaigns.models import CallList, Entry, ZoneSet
from campaigns.policy.evaluator import Evaluator
from dialer.models import Holiday
from dialer.models.rules import WEEKDAYS
from tests.support import plain_policy
from tests.support.campaign_builders import make_call_list
from tests.support.policy_scenarios import ALL_ID, DAY, HOUR, MINUTE
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db


def every_day(windows: plain_policy.Hours) -> plain_policy.AllHours:
    return plain_policy.AllHours(plain_policy.Profile(week=(windows,) * 7), None, plain_policy.Own(), frozenset())


def verdict_at(now: datetime, *, country: str, zones: tuple[str, ...], hours: str) -> tuple[str, datetime | None]:
    """Of the product on one number, which must be that of the plain rules."""
    make_profile(country, **dict.fromkeys(WEEKDAYS, hours))
    entry = Entry.objects.filter(country=country).first()
    if entry is None:
        zone_set = ZoneSet.objects.get_or_create(zones=list(zones))[0]
        call_list = make_call_list(entries=1)
        call_list.entries.update(country=country, zones=zone_set)
        entry = call_list.entries.get()
    (judged,) = Evaluator(entry.campaign, now=now).evaluate_entries([entry.pk])
    windows = tuple(tuple(part.split("-")) for part in hours.split(", "))
    opens = plain_policy.opening(now, zones, every_day(windows))
    if judged.verdict is None:
        assert opens == now
        return "", None
    assert judged.verdict.next_at == opens
    return judged.verdict.code, judged.verdict.next_at


def test_an_indonesian_mobile_is_callable_while_it_is_day_in_all_three_zones() -> None:
    """08:00-20:00 everywhere is 08:00 to 18:00 in Jakarta: in Jayapura it is two hours later."""
    midnight = datetime(2026, 11, 22, 17, tzinfo=UTC)  # Monday 23 November in Jakarta
    opens, closes = midnight + 8 * HOUR, midnight + 18 * HOUR
    for minutes in (0, 7 * 60, 8 * 60 - 1, 8 * 60, 13 * 60, 18 * 60 - 1, 18 * 60, 20 * 60, 24 * 60 - 1):
        now = midnight + minutes * MINUTE
        expected = ("", None) if opens <= now < closes else ("outside_hours", opens if now < opens else opens + DAY)
        assert verdict_at(now, country="ID", zones=ALL_ID, hours="08:00-20:00") == expected, now
    hours = every_day((("08:00", "20:00"),))
    inside = [
        minute
        for minute in range(24 * 60)
        if plain_policy.opening(midnight + minute * MINUTE, ALL_ID, hours) == midnight + minute * MINUTE
    ]
    assert inside == list(range(8 * 60, 18 * 60))


LONDON, NEW_YORK, LORD_HOWE = "Europe/London", "America/New_York", "Australia/Lord_Howe"
CLOCK_CHANGES = [
    # London, 29 March: 00:59 is followed by 02:00.
    (LONDON, "01:00-03:00", "2026-03-29T00:59:59", "2026-03-29T01:00"),
    (LONDON, "01:00-03:00", "2026-03-29T01:00", ""),
    (LONDON, "01:00-03:00", "2026-03-29T01:59", ""),
    (LONDON, "01:00-03:00", "2026-03-29T02:00", "2026-03-30T00:00"),
    (LONDON, "01:10-01:50", "2026-03-29T00:30", "2026-03-30T00:10"),  # these minutes never come
    (LONDON, "09:00-20:00", "2026-03-28T20:00", "2026-03-29T08:00"),
    (LONDON, "09:00-20:00", "2026-03-29T18:59", ""),
    (LONDON, "09:00-20:00", "2026-03-29T19:00", "2026-03-30T08:00"),
    # London, 25 October: 01:59 is followed by 01:00.
    (LONDON, "01:00-02:00", "2026-10-24T23:59", "2026-10-25T00:00"),
    (LONDON, "01:00-02:00", "2026-10-25T00:59", ""),
    (LONDON, "01:00-02:00", "2026-10-25T01:00", ""),
    (LONDON, "01:00-02:00", "2026-10-25T01:59", ""),
    (LONDON, "01:00-02:00", "2026-10-25T02:00", "2026-10-26T01:00"),
    (LONDON, "01:15-01:45", "2026-10-25T00:20", ""),
    (LONDON, "01:15-01:45", "2026-10-25T00:45", "2026-10-25T01:15"),  # the same minutes again
    (LONDON, "01:15-01:45", "2026-10-25T01:44:59", ""),
    (LONDON, "01:15-01:45", "2026-10-25T01:45", "2026-10-26T01:15"),
    (LONDON, "09:00-20:00", "2026-10-24T19:00", "2026-10-25T09:00"),
    # New York, 8 March: 01:59 is followed by 03:00.
    (NEW_YORK, "02:00-04:00", "2026-03-08T06:59", "2026-03-08T07:00"),
    (NEW_YORK, "02:00-04:00", "2026-03-08T07:59", ""),
    (NEW_YORK, "02:00-04:00", "2026-03-08T08:00", "2026-03-09T06:00"),
    (NEW_YORK, "09:00-20:00", "2026-03-08T01:00", "2026-03-08T13:00"),
    # New York, 1 November: 01:59 is followed by 01:00.
    (NEW_YORK, "01:30-01:45", "2026-11-01T05:44", ""),
    (NEW_YORK, "01:30-01:45", "2026-11-01T05:45", "2026-11-01T06:30"),
    (NEW_YORK, "01:30-01:45", "2026-11-01T06:45", "2026-11-02T06:30"),
    (NEW_YORK, "09:00-20:00", "2026-11-01T00:00", "2026-11-01T14:00"),
    # Lord Howe, by half an hour: 4 October 02:00 becomes 02:30, 5 April 02:00 becomes 01:30.
    (LORD_HOWE, "02:00-02:40", "2026-10-03T15:29", "2026-10-03T15:30"),
    (LORD_HOWE, "02:00-02:40", "2026-10-03T15:40", "2026-10-04T15:00"),
    (LORD_HOWE, "01:30-01:50", "2026-04-04T14:50", "2026-04-04T15:00"),
    (LORD_HOWE, "01:30-01:50", "2026-04-04T15:20", "2026-04-05T15:00"),
]


@pytest.mark.parametrize(("zone", "hours", "now", "opens"), CLOCK_CHANGES)
def test_hours_on_days_on_which_the_clocks_change(zone: str, hours: str, now: str, opens: str) -> None:
    expected = ("outside_hours", moment(opens)) if opens else ("", None)
    assert verdict_at(moment(now), country="GB", zones=(zone,), hours=hours) == expected


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_holiday_is_that_of_the_callee_and_begins_at_midnight_there() -> None:
    make_profile("NP", closed_on_holidays=True)
    Holiday.objects.create(country="NP", day=date(2026, 11, 23))
    begins, ends = datetime(2026, 11, 22, 18, 15, tzinfo=UTC), datetime(2026, 11, 23, 18, 15, tzinfo=UTC)
    assert verdict_at(begins - MINUTE, country="NP", zones=("Asia/Kathmandu",), hours="00:00-24:00") == ("", None)
    call_list = CallList.objects.get()
    for now in (begins, ends - MINUTE):
        (judged,) = Evaluator(call_list.campaign, now=now).evaluate_entries([call_list.entries.get().pk])
        assert judged.verdict
        assert (judged.verdict.code, judged.verdict.next_at) == ("outside_hours", ends)
