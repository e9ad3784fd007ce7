"""The rules that a new portal begins with, by part of the world. No legal advice: check them before relying on them."""

from __future__ import annotations

from typing import Any

from dialer.policy.careful import americas, asia, europe, states, week

PROFILES: tuple[dict[str, Any], ...] = (
    {
        "country": "",
        **week.working_days("09:00-20:00"),
        "source": "Careful defaults of the portal: no Sundays, no public holidays.",
    },
    *americas.PROFILES,
    *europe.PROFILES,
    *asia.PROFILES,
)
"""Columns of CountryProfile."""
REGIONS: tuple[dict[str, Any], ...] = (*states.USA, *states.BRAZIL)
"""Columns of RegionRule."""
