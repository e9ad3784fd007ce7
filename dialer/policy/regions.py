"""Which region of its country a number belongs to, by its first digits, and what narrows the country's rules there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Self

from dialer.models import CountryProfile, RegionRule
from dialer.support.territories import authorities_over


@dataclass(frozen=True)
class Regions:
    rules: Mapping[tuple[str, str], RegionRule] = field(default_factory=dict)
    """By region (ISO 3166-2) and purpose; "" stands for every other purpose."""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    """First digits of numbers → region."""

    @classmethod
    def of(cls, rows: Iterable[RegionRule]) -> Self:
        rules = {(row.region, row.purpose): row for row in rows}
        return cls(rules, {prefix: row.region for row in rules.values() for prefix in row.prefixes})

    def with_rule(self, rule: RegionRule, *, instead_of: RegionRule | None = None) -> Regions:
        kept = (row for row in self.rules.values() if instead_of is None or row.pk != instead_of.pk)
        return Regions.of([*kept, rule])

    @property
    def digits(self) -> int:
        """How many first digits of a number tell its region at most."""
        return max(map(len, self.prefixes), default=0)

    @property
    def countries(self) -> list[str]:
        """Those with regions that have rules (ISO 3166)."""
        return sorted({region[:2] for region, _purpose in self.rules})

    def region_of(self, country: str, area: str) -> str:
        """`area` are the first digits of a number, country code included; "" where no region has rules for it."""
        # The longest first: the digits of one region may begin like those of a larger one.
        for length in range(len(area), 0, -1):
            region = self.prefixes.get(area[:length], "")
            if region and region[:2] in authorities_over(country):
                return region
        return ""

    def rule_of(self, region: str, purpose: str) -> RegionRule | None:
        return self.rules.get((region, purpose)) or self.rules.get((region, ""))


def narrowed(profile: CountryProfile, rule: RegionRule) -> CountryProfile:
    """The country's profile with the caps of the region, where these are stricter."""
    caps = [cap for cap in (profile.attempts_per_day, rule.attempts_per_day) if cap]
    if min(caps, default=0) == profile.attempts_per_day:
        return profile
    # A copy: the book's own profile stays that of the whole country.
    stricter = copy(profile)
    stricter.attempts_per_day = min(caps)
    return stricter
