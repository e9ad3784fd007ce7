"""Generated cases for the calling rules: all hours, caps, lists, purposes and consents, and above all moments around
the days on which clocks change. The same seed gives the same cases.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from tests.support import plain_policy

NUMBERS = 750
"""Of one scenario."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

ALL_ID = ("Asia/Jakarta", "Asia/Jayapura", "Asia/Makassar")
OF_COUNTRY = {"GB": ("Europe/London",), "ID": (*ALL_ID, "Asia/Pontianak"), "NP": ("Asia/Kathmandu",)}
"""Where a number may be of which only the country is known."""
PLACES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("GB", ("Europe/London",)),
    ("GB", ()),
    ("ID", ALL_ID),
    ("ID", ("Asia/Makassar",)),
    ("ID", ()),
    ("US", ("America/New_York",)),
    ("US", ("America/Chicago", "America/New_York")),
    ("US", ("America/Denver", "America/Los_Angeles", "America/Phoenix")),
    ("US", ("America/Anchorage", "America/Chicago", "America/Los_Angeles", "America/New_York", "Pacific/Honolulu")),
    ("US", ("America/Chicago",)),
    ("PR", ("America/Puerto_Rico",)),
    ("CX", ("Indian/Christmas",)),
    ("AU", ("Australia/Lord_Howe",)),
    ("AU", ("Australia/Adelaide", "Australia/Darwin")),
    ("AU", ("Australia/Brisbane", "Australia/Eucla", "Australia/Lord_Howe", "Australia/Perth")),
    ("NP", ("Asia/Kathmandu",)),
    ("NP", ()),
    ("BR", ("America/Sao_Paulo",)),
    ("BR", ("America/Manaus", "America/Noronha", "America/Sao_Paulo")),
    ("WS", ("Pacific/Apia",)),
    ("NZ", ("Pacific/Auckland", "Pacific/Chatham")),
    ("MA", ("Africa/Casablanca",)),
    ("MA", ("Africa/Casablanca", "Europe/London")),
    ("EG", ("Africa/Cairo",)),
    ("CL", ("America/Punta_Arenas", "America/Santiago", "Pacific/Easter")),
    ("CU", ("America/Havana",)),
    ("GL", ("America/Nuuk",)),
    ("AQ", ("Antarctica/Troll",)),
    ("", ("Europe/London",)),
    ("", ()),
    ("XX", ()),
)  # fmt: skip
AREAS = {
    "US": ("1205", "1206", "1401"),
    "PR": ("1401", "1787"),
    "CX": ("6189164", "6189165"),
}
"""First digits of numbers in countries with regions."""
CURRENCIES = ("USD", "EUR")
"""The portal's own, and another that an account has."""
COUNTRIES = sorted({country for country, _zones in PLACES if country})
PURPOSES = ("marketing", "service", "collection")

# When the clocks change, in UTC.
CHANGES = (
    datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),  # London, Troll, Nuuk
    datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC),  # New York
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe, by half an hour
    datetime(2026, 4, 4, 14, tzinfo=UTC), datetime(2026, 9, 26, 14, tzinfo=UTC),  # Auckland, Chatham
    datetime(2026, 2, 15, 2, tzinfo=UTC), datetime(2026, 3, 22, 2, tzinfo=UTC),  # Casablanca
    datetime(2026, 4, 23, 22, tzinfo=UTC), datetime(2026, 10, 29, 21, tzinfo=UTC),  # Cairo, at midnight
    datetime(2026, 4, 5, 3, tzinfo=UTC), datetime(2026, 9, 6, 4, tzinfo=UTC),  # Santiago, at midnight
    datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC),  # Havana, at midnight
)  # fmt: skip
AROUND = (-DAY, -2 * HOUR, -HOUR, -31 * MINUTE, -timedelta(seconds=1), 0 * HOUR, MINUTE, 29 * MINUTE, 59 * MINUTE, HOUR)

WINDOWS: tuple[plain_policy.Hours, ...] = (
    (("00:00", "24:00"),),
    (("08:00", "20:00"),),
    (("09:00", "12:00"), ("13:00", "20:00")),
    (("00:00", "01:30"), ("23:15", "24:00")),
    (("01:00", "03:00"),),
    (("01:15", "01:45"), ("02:15", "02:30"), ("12:00", "23:45")),
    (("10:00", "10:15"),),
    (),
)
ODD_WINDOWS: tuple[plain_policy.Hours, ...] = ((("08:07", "19:53"),), (("00:01", "01:29"), ("01:31", "23:59")))
"""Fewer, because the plain rules go through these days minute by minute."""
CAP_AGES = (DAY, 7 * DAY, 30 * DAY, HOUR, 24 * HOUR, 72 * HOUR, 720 * HOUR)
LISTS = tuple(
    plain_policy.Listing(f"list {n}", *columns, None)
    for n, columns in enumerate(
        (
            ("everyone", "", True),
            ("everyone", "", False),
            ("country", "GB", True),
            ("country", "ID", True),
            ("country", "GB", False),
            ("campaign", "", True),
            ("campaign", "", True),
            ("campaign", "", False),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Scenario:
    now: datetime
    book: plain_policy.Book
    campaign: plain_policy.Campaign
    numbers: tuple[plain_policy.Number, ...]
    in_chunk: bool
    """The entries have an order of their own already, which must not speak against them."""


def scenarios(random: Random, count: int) -> Iterator[Scenario]:
    moments = [change + around for change in CHANGES for around in AROUND]
    moments += [datetime(2026, 6, 1, tzinfo=UTC) + n * timedelta(days=1, hours=5, minutes=13) for n in range(60)]
    for now in random.sample(moments, count):
        in_chunk = random.random() < 0.15
        yield Scenario(
            now=now + random.choice((timedelta(), timedelta(seconds=17, microseconds=5))),
            book=book(random, now),
            campaign=campaign(random),
            numbers=tuple(number(random, now, in_chunk=in_chunk) for _ in range(NUMBERS)),
            in_chunk=in_chunk,
        )


def book(random: Random, now: datetime) -> plain_policy.Book:
    today = now.date()
    holidays = {(random.choice(COUNTRIES), today + random.randint(-2, 5) * DAY) for _ in range(25)}
    for country, days in zip(random.sample(COUNTRIES, 2), (9, 25), strict=True):
        holidays |= {(country, today + n * DAY) for n in range(-1, days)}
    return plain_policy.Book(
        profiles=tuple(profiles(random)),
        holidays=frozenset(holidays),
        priced=frozenset(
            (country, currency)
            for currency in CURRENCIES
            for country in (*COUNTRIES, "")
            if random.random() < (0.7 if country else 0.1)
        ),
        regions=tuple(regions(random)),
    )


def regions(random: Random) -> Iterator[plain_policy.Region]:
    """One region may have rules of its own for one purpose, and numbers belong to it by their longest beginning."""
    for code, begins in (("US-AL", ("1205",)), ("US-RI", ("1401",)), ("US-ZZ", ("12", "1787")), ("CX-A", ("6189164",))):
        for purpose in ("", *PURPOSES):
            if random.random() < (0.3 if purpose else 0.6):
                yield plain_policy.Region(
                    code,
                    purpose,
                    begins,
                    week=tuple(random.choice(WINDOWS) if random.random() < 0.3 else WINDOWS[0] for _day in range(7)),
                    closed_on_holidays=random.random() < 0.5,
                    per_day=random.choice((0, 0, 1, 2)),
                )


def profiles(random: Random) -> Iterator[plain_policy.Profile]:
    windows = (*WINDOWS[:2], *ODD_WINDOWS) if random.random() < 0.06 else WINDOWS
    for country, purpose in itertools.product(("", *COUNTRIES), ("", *PURPOSES)):
        if random.random() < (0.2 if purpose else 0.7):
            usual = random.choice(windows[:7])
            yield plain_policy.Profile(
                country=country,
                purpose=purpose,
                week=tuple(usual if random.random() < 0.8 else random.choice(windows) for _day in range(7)),
                closed_on_holidays=random.random() < 0.5,
                per_day=random.choice((0, 1, 2, 3)),
                per_week=random.choice((0, 0, 2, 3, 5)),
                rest_hours=random.choice((0, 1, 24, 72, 720)),
                consent=random.choice(("never", "never", "never", "for_ai", "always")),
                consent_days=random.choice((0, 30)),
                registry=random.choice(("", "", "", "the register")),
                registry_days=random.choice((1, 21)),
                eve=random.choice(((), (), WINDOWS[4], WINDOWS[5])),
                holiday=random.choice(((), WINDOWS[3], WINDOWS[5])),
                per_month=random.choice((0, 0, 0, 4, 6)),
                talk_days=random.choice((0, 0, 1, 7)),
                refusal_days=random.choice((0, 0, 7, 60)),
            )


def campaign(random: Random) -> plain_policy.Campaign:
    opens, closes = random.choice((("", ""), ("", ""), ("09:30", ""), ("", "18:00"), ("10:15", "16:45")))
    own = plain_policy.Own(
        opens or "00:00", closes or "24:00", random.choice(("1234567", "1234567", "12345", "136", "67"))
    )
    chosen = frozenset(listing.name for listing in LISTS if listing.scope == "campaign" and random.random() < 0.5)
    return plain_policy.Campaign(
        random.choice(PURPOSES), random.random() < 0.4, own, random.random() < 0.4, chosen, random.choice(CURRENCIES)
    )


def number(random: Random, now: datetime, *, in_chunk: bool) -> plain_policy.Number:
    country, zones = random.choice(PLACES)
    attempts = [attempt(random, now) for _ in range(random.choice((0, 0, 0, 1, 2, 3, 4, 6)))]
    if not in_chunk and random.random() < 0.06:
        doubt = random.random() < 0.5
        attempts.append(replace(attempt(random, now), is_open=True, counts=True, in_doubt=doubt, **UNENDED))
    places = random.sample(LISTS, random.choice((1, 1, 2))) if random.random() < 0.15 else ()
    return plain_policy.Number(
        country=country,
        zones=zones or OF_COUNTRY.get(country, ()),
        digits=random.choice(AREAS.get(country, ("",))),
        purpose=random.choice(("", "", *PURPOSES)),
        consent_ref=random.choice(("", "form 7", "form 7")),
        consented_on=random.choice((None, *(now.date() - days * DAY for days in (0, 29, 30, 31, 300)))),
        listings=tuple(replace(listing, expires_at=expiry(random, now)) for listing in places),
        attempts=tuple(attempts),
        answers=tuple(answers_on(random, now, country)),
    )


def answers_on(random: Random, now: datetime, country: str) -> Iterator[tuple[str, date, bool]]:
    """Often at the edge of the days for which an answer holds; some are another country's."""
    for asked in {country, random.choice(COUNTRIES)} if random.random() < 0.8 else ():
        if asked:
            yield asked, now.date() - random.choice((0, 1, 2, 20, 21, 22)) * DAY, random.random() < 0.15


UNENDED: dict[str, Any] = {"abandoned": False, "closed_at": None, "talked": False, "refused": False}


def expiry(random: Random, now: datetime) -> datetime | None:
    return random.choice((None, now, now - DAY, now + timedelta(microseconds=1), now + DAY))


def attempt(random: Random, now: datetime) -> plain_policy.Attempt:
    """Often at the edge of a window."""
    near = random.choice((-1, 0, 1)) * random.choice((timedelta(microseconds=1), MINUTE))
    ages = (
        random.choice(CAP_AGES) + near,
        random.random() * DAY,
        random.random() * 7 * DAY,
        random.random() * 31 * DAY,
    )
    opened_at = now - random.choice(ages)
    return plain_policy.Attempt(
        opened_at=opened_at,
        counts=random.random() < 0.8,
        abandoned=random.random() < 0.08,
        closed_at=min(now, opened_at + random.choice((timedelta(), random.random() * DAY))),
        talked=random.random() < 0.08,
        refused=random.random() < 0.05,
    )
