"""All rules as they stand at one moment, read in a handful of queries, so that a batch is judged by one book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self

from django.db.models import Max

from dialer.models import CountryProfile, Holiday, PortalRules, Price, RegistryEvidence
from dialer.policy.calendar import Week

FALLBACK = CountryProfile()
"""The model's own defaults, which are careful; for a portal whose profiles were all deleted."""


@dataclass(frozen=True)
class Rulebook:
    profiles: Mapping[tuple[str, str], CountryProfile] = field(default_factory=dict)
    """By country and purpose; "" stands for every other."""
    holidays: Mapping[str, frozenset[date]] = field(default_factory=dict)
    evidence: Mapping[str, date] = field(default_factory=dict)
    """Country → day of the registry's last answer."""
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    portal: PortalRules = field(default_factory=PortalRules)

    @classmethod
    def current(cls) -> Self:
        """Five queries."""
        holidays: dict[str, set[date]] = defaultdict(set)
        for country, day in Holiday.objects.values_list("country", "day"):
            holidays[country].add(day)
        evidence = RegistryEvidence.objects.order_by().values_list("country").annotate(last=Max("received_on"))
        return cls(
            profiles=profiles(),
            holidays={country: frozenset(days) for country, days in holidays.items()},
            evidence=dict(evidence),
            prices=dict(Price.objects.values_list("country", "per_minute")),
            portal=PortalRules.objects.filter(pk=1).first() or PortalRules(pk=1),
        )

    def with_profile(self, profile: CountryProfile, *, instead_of: CountryProfile | None = None) -> Self:
        """The same book with one profile changed or added, to see what would follow."""
        kept = {key: row for key, row in self.profiles.items() if instead_of is None or row.pk != instead_of.pk}
        return replace(self, profiles={**kept, (profile.country, profile.purpose): profile})

    def with_holiday(self, holiday: Holiday) -> Self:
        days = self.holidays.get(holiday.country, frozenset()) | {holiday.day}
        return replace(self, holidays={**self.holidays, holiday.country: days})

    def with_price(self, price: Price) -> Self:
        return replace(self, prices={**self.prices, price.country: price.per_minute})

    def profile_of(self, country: str, purpose: str) -> CountryProfile:
        """The most special one: of the country before all others, then of the purpose."""
        keys = ((country, purpose), (country, ""), ("", purpose), ("", ""))
        return next((self.profiles[key] for key in keys if key in self.profiles), FALLBACK)

    def week_of(self, profile: CountryProfile, country: str) -> Week:
        closed = self.holidays.get(country, frozenset()) if profile.closed_on_holidays else frozenset()
        return Week(profile.windows(), closed)

    def registry_answer(self, profile: CountryProfile, country: str, *, now: datetime) -> tuple[date | None, bool]:
        """The day of the last answer, and whether it still holds."""
        answered = self.evidence.get(country)
        holds = answered is not None and now.date() <= answered + timedelta(days=profile.registry_days)
        return answered, holds

    def price_of(self, country: str) -> Decimal | None:
        """Estimated price of one call to a country; None where no minute has a price."""
        per_minute = self.prices.get(country, self.prices.get(""))
        return None if per_minute is None else per_minute * self.portal.minutes_per_call


def profiles() -> dict[tuple[str, str], CountryProfile]:
    return {(row.country, row.purpose): row for row in CountryProfile.objects.all()}
