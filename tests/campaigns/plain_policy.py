"""The calling rules once more, slowly: one number at a time, by the wall clocks, with nothing of the product in it.

tests/campaigns/test_decision_table.py holds the product's one statement for all numbers against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from math import gcd
from zoneinfo import ZoneInfo

LOOK_AHEAD = timedelta(days=15)

Hours = tuple[tuple[str, str], ...]
"""("08:00", "20:00"): times of day as clocks show them; "24:00" is midnight at the day's end."""
Week = tuple[Hours, ...]
"""Monday first."""


@dataclass(frozen=True, slots=True)
class Profile:
    country: str = ""
    purpose: str = ""
    week: Week = ((("09:00", "20:00"),),) * 7
    closed_on_holidays: bool = False
    per_day: int = 3
    per_week: int = 0
    rest_hours: int = 72
    consent: str = "never"
    consent_days: int = 0
    registry: str = ""
    registry_days: int = 21


@dataclass(frozen=True, slots=True)
class Book:
    profiles: tuple[Profile, ...]
    holidays: frozenset[tuple[str, date]]
    answers: tuple[tuple[str, date], ...]
    """Of registries: country, day."""
    priced: frozenset[str]
    """Countries whose minute has a price; "" prices all others."""


@dataclass(frozen=True, slots=True)
class Own:
    """The campaign's own wishes for hours."""

    opens: str = "00:00"
    closes: str = "24:00"
    weekdays: str = "1234567"


@dataclass(frozen=True, slots=True)
class Campaign:
    purpose: str
    uses_ai: bool
    own: Own
    has_budget: bool
    lists: frozenset[str]
    """Names of the do-not-call lists that it chose."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A number's place in a do-not-call list."""

    name: str
    scope: str
    country: str
    is_active: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    opened_at: datetime
    is_open: bool = False
    counts: bool = True
    in_doubt: bool = False
    abandoned: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    country: str
    zones: tuple[str, ...]
    purpose: str = ""
    """Empty: the campaign's."""
    consent_ref: str = ""
    consented_on: date | None = None
    listings: tuple[Listing, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    """Of everybody else to this callee."""


@dataclass(frozen=True, slots=True)
class Answer:
    rule: str
    """"" where it may be called."""
    next_at: datetime | None = None


def decide(number: Number, campaign: Campaign, book: Book, now: datetime) -> Answer:
    purpose = number.purpose or campaign.purpose
    profile = profile_for(number.country, purpose, book.profiles)
    if any(holds(listing, number, campaign, now) for listing in number.listings):
        return Answer("do_not_call")
    if rule := consent_rule(number, campaign, profile, now):
        return Answer(rule)
    if not number.zones:
        return Answer("no_time_zone")
    if never_together(number.zones, profile.week, campaign.own, now):
        return Answer("no_common_hour")
    if profile.registry and not registry_was_asked(number.country, profile, book, now):
        return Answer("registry_stale")
    if campaign.has_budget and number.country not in book.priced and "" not in book.priced:
        return Answer("price_unknown")
    if any(attempt.is_open and attempt.in_doubt for attempt in number.attempts):
        return Answer("in_doubt")
    if any(attempt.is_open for attempt in number.attempts):
        return Answer("open_order")
    return wait(number, campaign, profile, book, now)


def wait(number: Number, campaign: Campaign, profile: Profile, book: Book, now: datetime) -> Answer:
    """Rules that end by themselves: the first gives its name, the last to end says when to look again."""
    reasons: list[tuple[str, datetime | None]] = []
    rest_ends = max((a.opened_at for a in number.attempts if a.abandoned), default=None)
    if rest_ends and rest_ends + timedelta(hours=profile.rest_hours) > now:
        reasons.append(("abandoned", rest_ends + timedelta(hours=profile.rest_hours)))
    for rule, cap, window in (
        ("capped_week", profile.per_week, timedelta(days=7)),
        ("capped_day", profile.per_day, timedelta(days=1)),
    ):
        counted = sorted(a.opened_at for a in number.attempts if a.counts and a.opened_at + window > now)
        if cap and len(counted) >= cap:
            reasons.append((rule, counted[-cap] + window))
    closed = frozenset(day for country, day in book.holidays if country == number.country)
    holidays = closed if profile.closed_on_holidays else frozenset()
    opens = opening(now, number.zones, profile.week, holidays, campaign.own)
    if opens != now:
        reasons.append(("outside_hours", opens))
    if not reasons:
        return Answer("")
    rule, moment = reasons[0]
    if rule == "outside_hours":
        return Answer(rule, moment)
    latest = max(moment for name, moment in reasons if moment and name != "outside_hours")
    return Answer(rule, opening(latest, number.zones, profile.week, holidays, campaign.own))


def profile_for(country: str, purpose: str, profiles: tuple[Profile, ...]) -> Profile:
    for wanted in ((country, purpose), (country, ""), ("", purpose), ("", "")):
        for profile in profiles:
            if (profile.country, profile.purpose) == wanted:
                return profile
    return Profile()


def holds(listing: Listing, number: Number, campaign: Campaign, now: datetime) -> bool:
    if not listing.is_active:
        return False
    if listing.expires_at is not None and listing.expires_at <= now:
        return False
    if listing.scope == "country":
        return listing.country == number.country
    if listing.scope == "campaign":
        return listing.name in campaign.lists
    return True


def consent_rule(number: Number, campaign: Campaign, profile: Profile, now: datetime) -> str:
    if profile.consent == "never" or (profile.consent == "for_ai" and not campaign.uses_ai):
        return ""
    if not number.consent_ref:
        return "consent_missing"
    if profile.consent_days:
        if number.consented_on is None:
            return "consent_old"
        if (now.date() - number.consented_on).days > profile.consent_days:
            return "consent_old"
    return ""


def registry_was_asked(country: str, profile: Profile, book: Book, now: datetime) -> bool:
    return any(
        now.date() <= day + timedelta(days=profile.registry_days) for where, day in book.answers if where == country
    )


@cache
def opening(now: datetime, zones: tuple[str, ...], week: Week, closed: frozenset[date], own: Own) -> datetime | None:
    """The first moment from now on at which every clock shows a time to call; None where none comes in 15 days.

    The last of these days counts to its end.
    """
    places = [ZoneInfo(name) for name in zones]
    if all(is_inside(now.astimezone(place), week, closed, own) for place in places):
        return now
    last = [(now + LOOK_AHEAD).astimezone(place).date() for place in places]
    # Clocks differ from UTC by quarters of an hour, so no clock passes an edge between two steps.
    step = gcd(
        15, *(int(edge[3:]) for hours in (*week, ((own.opens, own.closes),)) for edges in hours for edge in edges)
    )
    moment = now.replace(minute=now.minute - now.minute % step, second=0, microsecond=0)
    while True:
        moment += timedelta(minutes=step)
        clocks = [moment.astimezone(place) for place in places]
        if any(clock.date() > day for clock, day in zip(clocks, last, strict=True)):
            return None
        if all(is_inside(clock, week, closed, own) for clock in clocks):
            return moment


def never_together(zones: tuple[str, ...], week: Week, own: Own, now: datetime) -> bool:
    """Each of several clocks comes to a time to call by itself, holidays apart, and never while the others do."""
    if len(zones) < 2 or opening(now, zones, week, frozenset(), own) is not None:
        return False
    return all(opening(now, (zone,), week, frozenset(), own) is not None for zone in zones)


def is_inside(clock: datetime, week: Week, closed: frozenset[date], own: Own) -> bool:
    shown = clock.isoformat()[11:16]
    return (
        clock.date() not in closed
        and str(clock.isoweekday()) in own.weekdays
        and own.opens <= shown < own.closes
        and any(opens <= shown < closes for opens, closes in week[clock.weekday()])
    )
