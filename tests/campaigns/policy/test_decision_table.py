"""The product's one statement for all numbers against tests/support/plain_policy.py, which decides them one by one.

The cases are generated, the same in every run: all hours, caps, lists, purposes and consents, and above all moments
around the days on which clocks change.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from operator import itemgetter
from random import Random
from typing import Any

import pytest
from django.db import connection

from campaigns.models import CallList, Campaign, Entry, ZoneSet
from campaigns.policy.evaluator import Evaluator
from dialer.models import CountryProfile, DncList, Holiday, Price, RegionRule, RegistryEvidence
from dialer.models.rules import WEEKDAYS
from tests.support import plain_policy
from tests.support.builders import NOW, make_account, make_user
from tests.support.campaign_builders import make_call_list, make_campaign
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db

SEED = 20261121
SCENARIOS, NUMBERS = 140, 750
LEAST_CASES = 100_000
RULES = (
    "", "do_not_call", "do_not_call_until", "consent_missing", "consent_old", "no_time_zone", "no_common_hour",
    "registry_stale", "price_unknown", "in_doubt", "open_order", "rest_after_refusal", "rest_after_answered",
    "abandoned", "capped_month", "capped_week", "capped_day", "outside_hours",
)  # fmt: skip
WAITS = {"do_not_call_until", *RULES[-7:]}
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


# Cases --------------------------------------------------------------------------------------------------------------


def scenarios(random: Random) -> Iterator[Scenario]:
    moments = [change + around for change in CHANGES for around in AROUND]
    moments += [datetime(2026, 6, 1, tzinfo=UTC) + n * timedelta(days=1, hours=5, minutes=13) for n in range(60)]
    for now in random.sample(moments, SCENARIOS):
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


# The same in the database -------------------------------------------------------------------------------------------


ENTRY = (
    "campaign_id, call_list_id, line_number, callee, order_id, state, country, zones_id, purpose, consented_on, extra"
)
ATTEMPT = "callee, source, source_id, opened_at, closed_at, counts, in_doubt, abandoned, answered, refused"
ANSWER = "identity, country, received_on, is_listed, evidence_id"
LISTED = "dnc_list_id, callee, reason, source, added_at, expires_at"


@dataclass(frozen=True, slots=True)
class Stored:
    campaign: Campaign
    numbers: dict[int, plain_policy.Number]
    """By the entry's id."""


class Store:
    """Writes scenarios down as the product keeps them; callees are counted up, so that no two cases meet."""

    def __init__(self) -> None:
        self.callees = itertools.count(447_700_900_000)
        self.user = make_user()
        self.accounts = {
            "USD": make_account(),
            "EUR": make_account("paid in euros", env_prefix="EUROS", currency="EUR"),
        }
        self.lists = {
            listing.name: DncList.objects.create(
                name=listing.name, scope=listing.scope, country=listing.country, is_active=listing.is_active
            )
            for listing in LISTS
        }
        self.evidence = RegistryEvidence.objects.create(
            country="GB", received_on=NOW.date(), file="x", name="x", size=1, recorded_by=self.user, recorded_at=NOW
        )
        self.zone_sets = {
            zones: ZoneSet.objects.get_or_create(zones=list(zones))[0] for _country, zones in PLACES if zones
        }

    def campaign(self, scenario: Scenario, *, name: str) -> Stored:
        wish = scenario.campaign
        row = make_campaign(
            name,
            account=self.accounts[wish.currency],
            purpose=wish.purpose,
            uses_ai=wish.uses_ai,
            hours_from=None if wish.own.opens == "00:00" else time.fromisoformat(wish.own.opens),
            hours_to=None if wish.own.closes == "24:00" else time.fromisoformat(wish.own.closes),
            weekdays="" if wish.own.weekdays == "1234567" else wish.own.weekdays,
            budget=Decimal(1000) if wish.has_budget else None,
        )
        row.dnc_lists.set([self.lists[name] for name in wish.lists])
        call_list = make_call_list(row, entries=0)
        numbers = sorted(((self._callee(number), number) for number in scenario.numbers), key=itemgetter(0))
        copy("campaigns_entry", ENTRY, (self._entry(call_list, *pair) for pair in numbers))
        ids = list(call_list.entries.order_by("callee").values_list("pk", flat=True))
        copy("dialer_attempt", ATTEMPT, attempts_of(scenario, ids, numbers))
        listed = ((callee, place) for callee, number in numbers for place in number.listings)
        copy(
            "dialer_dncentry",
            LISTED,
            ((self.lists[it.name].pk, callee, "", "", NOW, it.expires_at) for callee, it in listed),
        )
        answered = ((callee, *answer) for callee, number in numbers for answer in number.answers)
        copy("dialer_registryanswer", ANSWER, ((*answer, self.evidence.pk) for answer in answered))
        return Stored(row, dict(zip(ids, (number for _callee, number in numbers), strict=True)))

    def _callee(self, number: plain_policy.Number) -> int:
        count = next(self.callees)
        return int(f"{number.digits}{count % 10_000_000:07d}") if number.digits else count

    def _entry(self, call_list: CallList, callee: int, number: plain_policy.Number) -> tuple[Any, ...]:
        zone_set = self.zone_sets.get(number.zones)
        return (
            *(call_list.campaign_id, call_list.pk, 1, callee, f"N{callee}", "waiting"),
            *(number.country, zone_set and zone_set.pk, number.purpose, number.consented_on),
            json.dumps({"consent_ref": number.consent_ref}) if number.consent_ref else None,
        )

    def rules(self, book: plain_policy.Book) -> None:
        """In place of those of the scenario before."""
        for model in (CountryProfile, RegionRule, Holiday, Price):
            model.objects.all().delete()
        CountryProfile.objects.bulk_create(CountryProfile(**columns_of(profile)) for profile in book.profiles)
        Holiday.objects.bulk_create(Holiday(country=country, day=day) for country, day in book.holidays)
        RegionRule.objects.bulk_create(RegionRule(**columns_of_region(region)) for region in book.regions)
        Price.objects.bulk_create(
            Price(country=country, currency="" if currency == "USD" else currency, per_minute=Decimal("0.02"))
            for country, currency in book.priced
        )


def attempts_of(
    scenario: Scenario, ids: list[int], numbers: list[tuple[int, plain_policy.Number]]
) -> Iterator[tuple[Any, ...]]:
    for pk, (callee, number) in zip(ids, numbers, strict=True):
        for seen in number.attempts:
            times, flags = (seen.opened_at, seen.closed_at), (seen.abandoned, seen.talked, seen.refused)
            yield callee, "call", pk, *times, seen.counts, seen.in_doubt, *flags
        if scenario.in_chunk:
            yield callee, Entry.SOURCE, pk, scenario.now - MINUTE, None, True, False, False, False, False


def copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """A hundred thousand model instances would take most of the time."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as target:
        for row in rows:
            target.write_row(row)


def text_of(hours: plain_policy.Hours) -> str:
    return ", ".join(f"{opens}-{closes}" for opens, closes in hours)


def columns_of_region(region: plain_policy.Region) -> dict[str, Any]:
    return {
        **dict(zip(WEEKDAYS, map(text_of, region.week), strict=True)),
        "region": region.code,
        "name": region.code,
        "purpose": region.purpose,
        "prefixes": list(region.begins),
        "closed_on_holidays": region.closed_on_holidays,
        "attempts_per_day": region.per_day,
    }


def columns_of(profile: plain_policy.Profile) -> dict[str, Any]:
    return {
        **dict(zip(WEEKDAYS, map(text_of, profile.week), strict=True)),
        "eve_hours": text_of(profile.eve),
        "holiday_hours": text_of(profile.holiday),
        "attempts_per_month": profile.per_month,
        "days_after_answered": profile.talk_days,
        "days_after_refusal": profile.refusal_days,
        "country": profile.country,
        "purpose": profile.purpose,
        "closed_on_holidays": profile.closed_on_holidays,
        "attempts_per_day": profile.per_day,
        "attempts_per_week": profile.per_week,
        "hours_after_abandoned": profile.rest_hours,
        "consent": profile.consent,
        "consent_days": profile.consent_days,
        "registry": profile.registry,
        "registry_days": profile.registry_days,
    }


# Tests --------------------------------------------------------------------------------------------------------------


def test_the_statement_decides_as_the_plain_rules_do() -> None:
    store = Store()
    cases = [(scenario, store.campaign(scenario, name=f"S{n}")) for n, scenario in enumerate(scenarios(Random(SEED)))]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_entry, dialer_attempt, dialer_dncentry, dialer_registryanswer")
    seen: Counter[str] = Counter()
    waits: Counter[str] = Counter()
    for scenario, stored in cases:
        store.rules(scenario.book)
        rules = Counter()
        for pk, expected, given in answers(scenario, stored):
            assert given == expected, case_text(scenario, stored, pk, expected, given)
            rules[expected.rule] += 1
            waits[expected.rule] += expected.next_at is not None
        if not scenario.in_chunk:
            assert Evaluator(stored.campaign, now=scenario.now).count_waiting() == rules
        seen += rules
    assert seen.total() >= LEAST_CASES
    assert {rule: count for rule, count in seen.items() if count > 200}.keys() == set(RULES), seen
    assert {rule for rule, count in waits.items() if count > 200} == WAITS, waits
    assert seen["outside_hours"] > waits["outside_hours"]


def answers(scenario: Scenario, stored: Stored) -> Iterator[tuple[int, plain_policy.Answer, plain_policy.Answer]]:
    """Entry, what the plain rules say, what the product says."""
    judged = Evaluator(stored.campaign, now=scenario.now).evaluate_entries(
        list(stored.numbers), have_attempts=scenario.in_chunk
    )
    given = {
        row.id: plain_policy.Answer(row.verdict.code, row.verdict.next_at) if row.verdict else plain_policy.Answer("")
        for row in judged
    }
    assert given.keys() == stored.numbers.keys()
    for pk, number in stored.numbers.items():
        yield pk, plain_policy.decide(number, scenario.campaign, scenario.book, scenario.now), given[pk]


def case_text(
    scenario: Scenario, stored: Stored, pk: int, expected: plain_policy.Answer, given: plain_policy.Answer
) -> str:
    number = stored.numbers[pk]
    purpose = number.purpose or scenario.campaign.purpose
    profile = plain_policy.profile_for(number.country, purpose, scenario.book.profiles)
    holidays = sorted(str(day) for country, day in scenario.book.holidays if country == number.country)
    lines = {
        "plain rules": expected,
        "product": given,
        "now": scenario.now,
        "number": number,
        "campaign": scenario.campaign,
        "profile": profile,
        "holidays": holidays,
        "priced": sorted(scenario.book.priced),
    }
    return "\n".join(["", f"{stored.campaign.name}, entry {pk}", *(f"  {name}: {it}" for name, it in lines.items())])


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
