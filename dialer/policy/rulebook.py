"""All rules as they stand at one moment, read in a handful of queries, so that a batch is judged by one book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self

from django.db.models import Max

from dialer.models import CountryProfile, Holiday, PortalRules, Price, RegionRule, RegistryEvidence
from dialer.policy.regions import Regions
from dialer.support.calling_hours import Week, Windows, parse_windows
from dialer.support.territories import authorities_over

FALLBACK = CountryProfile()
"""The model's own defaults, which are careful; for a portal whose profiles were all deleted."""
HOLIDAYS_AHEAD = timedelta(days=120)
"""Longer than rests last, but for a few; a number that waits for a later day is asked about again then."""


@dataclass(frozen=True)
class Rulebook:
    profiles: Mapping[tuple[str, str], CountryProfile] = field(default_factory=dict)
    """By country and purpose; "" stands for every other."""
    holidays: Mapping[str, frozenset[date]] = field(default_factory=dict)
    evidence: Mapping[str, date] = field(default_factory=dict)
    """Country → day of the registry's last answer that says of some number that it may be called."""
    prices: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    """Of a minute, by country and currency; "" stands for every other country."""
    portal: PortalRules = field(default_factory=PortalRules)
    regions: Regions = field(default_factory=Regions)

    @classmethod
    def current(cls, *, now: datetime | None = None) -> Self:
        """Six queries. With `now` (UTC) it holds only the holidays of the months from then on."""
        holidays: dict[str, set[date]] = defaultdict(set)
        days = Holiday.objects.all()
        if now is not None:
            # A day before, for clocks behind UTC.
            days = days.filter(day__range=(now.date() - timedelta(days=1), now.date() + HOLIDAYS_AHEAD))
        for country, day in days.values_list("country", "day"):
            holidays[country].add(day)
        portal = PortalRules.objects.filter(pk=1).first() or PortalRules(pk=1)
        opening = RegistryEvidence.objects.filter(clean__gt=0).order_by()
        evidence = opening.values_list("country").annotate(last=Max("received_on"))
        return cls(
            profiles=profiles(),
            holidays={country: frozenset(days) for country, days in holidays.items()},
            evidence=dict(evidence),
            prices={(row.country, row.currency or portal.currency): row.per_minute for row in Price.objects.all()},
            portal=portal,
            regions=Regions.of(RegionRule.objects.all()),
        )

    def with_profile(self, profile: CountryProfile, *, instead_of: CountryProfile | None = None) -> Self:
        """The same book with one profile changed or added, to see what would follow."""
        kept = {key: row for key, row in self.profiles.items() if instead_of is None or row.pk != instead_of.pk}
        return replace(self, profiles={**kept, (profile.country, profile.purpose): profile})

    def with_holiday(self, holiday: Holiday) -> Self:
        days = self.holidays.get(holiday.country, frozenset()) | {holiday.day}
        return replace(self, holidays={**self.holidays, holiday.country: days})

    def with_price(self, price: Price) -> Self:
        key = (price.country, price.currency or self.portal.currency)
        return replace(self, prices={**self.prices, key: price.per_minute})

    def with_region(self, rule: RegionRule, *, instead_of: RegionRule | None = None) -> Self:
        return replace(self, regions=self.regions.with_rule(rule, instead_of=instead_of))

    def profile_of(self, country: str, purpose: str) -> CountryProfile:
        """The most special one: of the country, of the one whose territory it is, of all; of the purpose first."""
        places = (*authorities_over(country), "")
        keys = ((place, wanted) for place in places for wanted in (purpose, ""))
        return next((self.profiles[key] for key in keys if key in self.profiles), FALLBACK)

    def holidays_of(self, country: str) -> frozenset[date]:
        """Those of the country whose territory it is count too."""
        return frozenset().union(*(self.holidays.get(place, frozenset()) for place in authorities_over(country)))

    def week_of(self, profile: CountryProfile, country: str) -> Week:
        days = self.holidays_of(country)
        narrow: dict[date, Windows] = {}
        if profile.eve_hours:
            windows = parse_windows(profile.eve_hours)
            narrow = {day - timedelta(days=1): windows for day in days}
        if profile.holiday_hours:
            # A holiday before a holiday is a holiday.
            narrow |= dict.fromkeys(days, parse_windows(profile.holiday_hours))
        return Week(profile.windows(), days if profile.closed_on_holidays else frozenset(), narrow)

    def registry_answer(self, profile: CountryProfile, country: str, *, now: datetime) -> tuple[date | None, bool]:
        """The day of the last answer, and whether it still holds."""
        answered = self.evidence.get(profile.country or country)
        holds = answered is not None and now.date() <= answered + timedelta(days=profile.registry_days)
        return answered, holds

    def price_of(self, country: str, *, currency: str = "") -> Decimal | None:
        """Estimated price of one call to a country, in `currency` (ISO 4217; "" for the portal's own).

        None where no minute has a price in it: amounts of two currencies are never compared.
        """
        money = currency or self.portal.currency
        per_minute = self.prices.get((country, money), self.prices.get(("", money)))
        return None if per_minute is None else per_minute * self.portal.minutes_per_call


def profiles() -> dict[tuple[str, str], CountryProfile]:
    return {(row.country, row.purpose): row for row in CountryProfile.objects.all()}
