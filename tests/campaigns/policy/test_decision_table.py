"""The product's one statement for all numbers against tests/support/plain_policy.py, which decides them one by one."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time
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
from tests.support.policy_scenarios import LISTS, MINUTE, PLACES, Scenario, scenarios

pytestmark = pytest.mark.django_db

SEEDS = (20261121, 20261122, 20261123, 20261124)
"""One test each, which any process may take."""
SCENARIOS, LEAST_CASES = 35, 25_000
LEAST_OF_RULE = 50
RULES = (
    "", "do_not_call", "do_not_call_until", "consent_missing", "consent_old", "no_time_zone", "no_common_hour",
    "registry_stale", "price_unknown", "in_doubt", "open_order", "rest_after_refusal", "rest_after_answered",
    "abandoned", "capped_month", "capped_week", "capped_day", "outside_hours",
)  # fmt: skip
WAITS = {"do_not_call_until", *RULES[-7:]}
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


@pytest.mark.parametrize("seed", SEEDS)
def test_the_statement_decides_as_the_plain_rules_do(seed: int) -> None:
    store = Store()
    made = scenarios(Random(seed), SCENARIOS)
    cases = [(scenario, store.campaign(scenario, name=f"S{n}")) for n, scenario in enumerate(made)]
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
    assert {rule: count for rule, count in seen.items() if count > LEAST_OF_RULE}.keys() == set(RULES), seen
    assert {rule for rule, count in waits.items() if count > LEAST_OF_RULE} == WAITS, waits
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
