"""The calling rules once more, slowly: one number at a time, by the wall clocks, with nothing of the product in it.

tests/campaigns/policy/test_decision_table.py holds the product's one statement for all numbers against it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    eve: Hours = ()
    """At most these on the day before a holiday; () for those of the weekday."""
    holiday: Hours = ()
    """At most these on holidays; () for those of the weekday."""
    per_month: int = 0
    talk_days: int = 0
    """Of rest after somebody spoke with the callee."""
    refusal_days: int = 0


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a country whose rules make those of the country narrower."""

    code: str
    purpose: str
    begins: tuple[str, ...]
    """First digits of its numbers."""
    week: Week
    closed_on_holidays: bool = False
    per_day: int = 0


HOME = {"PR": "US", "GU": "US", "VI": "US", "AS": "US", "MP": "US", "GG": "GB", "JE": "GB", "IM": "GB", "CX": "AU"}
"""Territories where the rules, holidays and registries of another country hold as well."""


@dataclass(frozen=True, slots=True)
class Book:
    profiles: tuple[Profile, ...]
    holidays: frozenset[tuple[str, date]]
    priced: frozenset[tuple[str, str]]
    """Countries whose minute has a price in a currency; "" prices all others."""
    regions: tuple[Region, ...] = ()


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
    currency: str = "USD"


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
    closed_at: datetime | None = None
    talked: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    country: str
    zones: tuple[str, ...]
    digits: str = ""
    """The first ones, with the country code, where they matter."""
    purpose: str = ""
    """Empty: the campaign's."""
    consent_ref: str = ""
    consented_on: date | None = None
    listings: tuple[Listing, ...] = ()
    answers: tuple[tuple[str, date, bool], ...] = ()
    """The last one of each country's registry about this number: country, day, whether it is listed."""
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
    region = region_for(number, purpose, book.regions)
    hours = AllHours(profile, region, campaign.own, holidays_in(number.country, book))
    if ends := [listing.expires_at for listing in number.listings if holds(listing, number, campaign, now)]:
        if None in ends:
            return Answer("do_not_call")
        return Answer("do_not_call_until", opening(max(filter(None, ends)), number.zones, hours))
    if rule := consent_rule(number, campaign, profile, now):
        return Answer(rule)
    if not number.zones:
        return Answer("no_time_zone")
    if never_together(number.zones, hours, now):
        return Answer("no_common_hour")
    if profile.registry and not registry_was_asked(number, profile, now):
        return Answer("registry_stale")
    if campaign.has_budget and not {(number.country, campaign.currency), ("", campaign.currency)} & book.priced:
        return Answer("price_unknown")
    if any(attempt.is_open and attempt.in_doubt for attempt in number.attempts):
        return Answer("in_doubt")
    if any(attempt.is_open for attempt in number.attempts):
        return Answer("open_order")
    return wait(number, profile, region, hours, now)


def wait(number: Number, profile: Profile, region: Region | None, hours: AllHours, now: datetime) -> Answer:
    """Rules that end by themselves: the first gives its name, the last to end says when to look again."""
    reasons = [*rests(number, profile, now), *caps(number, profile, region, now)]
    opens = opening(now, number.zones, hours)
    if reasons:
        return Answer(reasons[0][0], opening(max(moment for _rule, moment in reasons), number.zones, hours))
    return Answer("") if opens == now else Answer("outside_hours", opens)


def rests(number: Number, profile: Profile, now: datetime) -> list[tuple[str, datetime]]:
    """After a refusal and a conversation from the end of the order on, after an abandoned call from its beginning."""
    last = [
        ("rest_after_refusal", [a.closed_at for a in number.attempts if a.refused], timedelta(profile.refusal_days)),
        ("rest_after_answered", [a.closed_at for a in number.attempts if a.talked], timedelta(profile.talk_days)),
        ("abandoned", [a.opened_at for a in number.attempts if a.abandoned], timedelta(hours=profile.rest_hours)),
    ]
    ends = [(rule, max(moments) + rest) for rule, moments, rest in last if moments]
    return [(rule, end) for rule, end in ends if end > now]


def caps(number: Number, profile: Profile, region: Region | None, now: datetime) -> list[tuple[str, datetime]]:
    per_day = min(filter(None, (profile.per_day, region.per_day if region else 0)), default=0)
    found = []
    for rule, cap, window in (
        ("capped_month", profile.per_month, timedelta(days=30)),
        ("capped_week", profile.per_week, timedelta(days=7)),
        ("capped_day", per_day, timedelta(days=1)),
    ):
        counted = sorted(a.opened_at for a in number.attempts if a.counts and a.opened_at + window > now)
        if cap and len(counted) >= cap:
            found.append((rule, counted[-cap] + window))
    return found


def holidays_in(country: str, book: Book) -> frozenset[date]:
    return frozenset(day for where, day in book.holidays if where in (country, HOME.get(country)))


def region_for(number: Number, purpose: str, regions: tuple[Region, ...]) -> Region | None:
    """By the longest beginning that fits; of its rules the one for the purpose before the one for all others."""
    ours = [r for r in regions if r.code[:2] in (number.country, HOME.get(number.country))]
    fits = [(len(begin), r.code) for r in ours for begin in r.begins if number.digits.startswith(begin)]
    if not fits:
        return None
    code = max(fits)[1]
    of_region = {r.purpose: r for r in ours if r.code == code}
    return of_region.get(purpose) or of_region.get("")


def profile_for(country: str, purpose: str, profiles: tuple[Profile, ...]) -> Profile:
    home = HOME.get(country)
    of_home = [(home, purpose), (home, "")] if home else []
    for wanted in ((country, purpose), (country, ""), *of_home, ("", purpose), ("", "")):
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


def registry_was_asked(number: Number, profile: Profile, now: datetime) -> bool:
    """Its last answer must be about this very number, say that it is not listed, and be young enough."""
    where = profile.country or number.country
    return any(
        country == where and not is_listed and now.date() <= day + timedelta(days=profile.registry_days)
        for country, day, is_listed in number.answers
    )


@dataclass(frozen=True, slots=True)
class AllHours:
    """Whose hours hold for a number: a moment must lie in those of all three."""

    profile: Profile
    region: Region | None
    own: Own
    holidays: frozenset[date]

    @property
    def edges(self) -> set[str]:
        weeks = [*self.profile.week, self.profile.eve, self.profile.holiday, ((self.own.opens, self.own.closes),)]
        weeks += self.region.week if self.region else ()
        return {edge for hours in weeks for edges in hours for edge in edges}


@cache
def opening(now: datetime, zones: tuple[str, ...], hours: AllHours) -> datetime | None:
    """The first moment from now on at which every clock shows a time to call; None where none comes in 15 days.

    The last of these days counts to its end.
    """
    if not zones:
        return now
    places = [ZoneInfo(name) for name in zones]
    if all(is_inside(now.astimezone(place), hours) for place in places):
        return now
    last = [(now + LOOK_AHEAD).astimezone(place).date() for place in places]
    # Clocks differ from UTC by quarters of an hour, so no clock passes an edge between two steps.
    step = gcd(15, *(int(edge[3:]) for edge in hours.edges))
    moment = now.replace(minute=now.minute - now.minute % step, second=0, microsecond=0)
    # Before these days are nearly over no clock can have passed them, and a look at every clock costs the most here.
    nearly_over = now + LOOK_AHEAD - timedelta(days=2)
    while True:
        moment += timedelta(minutes=step)
        if moment > nearly_over:
            clocks = [moment.astimezone(place) for place in places]
            if any(clock.date() > day for clock, day in zip(clocks, last, strict=True)):
                return None
        if all(is_inside(moment.astimezone(place), hours) for place in places):
            return moment


def never_together(zones: tuple[str, ...], hours: AllHours, now: datetime) -> bool:
    """Each of several clocks comes to a time to call by itself, holidays apart, and never while the others do."""
    if len(zones) < 2 or opening(now, zones, hours) is not None:
        return False
    usual = replace(hours, holidays=frozenset())
    return opening(now, zones, usual) is None and all(opening(now, (zone,), usual) is not None for zone in zones)


def is_inside(clock: datetime, hours: AllHours) -> bool:
    shown, day = clock.isoformat()[11:16], clock.weekday()
    profile, region, own = hours.profile, hours.region, hours.own
    if str(clock.isoweekday()) not in own.weekdays or not own.opens <= shown < own.closes:
        return False
    if not among(shown, profile.week[day]) or (region and not among(shown, region.week[day])):
        return False
    if clock.date() in hours.holidays:
        if profile.closed_on_holidays or (region and region.closed_on_holidays):
            return False
        if profile.holiday:
            return among(shown, profile.holiday)
    is_eve = clock.date() + timedelta(days=1) in hours.holidays
    return among(shown, profile.eve) if is_eve and profile.eve else True


@cache
def among(shown: str, hours: Hours) -> bool:
    return any(opens <= shown < closes for opens, closes in hours)
