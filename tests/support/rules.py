"""Calling rules for tests: everything is allowed unless a test says otherwise, at every hour of every day."""

from __future__ import annotations

from typing import Any

from dialer.models import CountryProfile, RegionRule
from dialer.models.rules import WEEKDAYS

ALL_DAY = dict.fromkeys(WEEKDAYS, "00:00-24:00")
OPEN: dict[str, Any] = {
    **ALL_DAY,
    "attempts_per_day": 0,
    "attempts_per_week": 0,
    "attempts_per_month": 0,
    "hours_after_abandoned": 0,
    "consent": "never",
    "registry": "",
}


def allow_everything() -> None:
    """Instead of the profiles that a new portal begins with."""
    CountryProfile.objects.all().delete()
    RegionRule.objects.all().delete()
    make_profile()


def make_profile(country: str = "", purpose: str = "", **columns: Any) -> CountryProfile:
    """A profile that allows everything but what the columns say."""
    key = {"country": country, "purpose": purpose}
    return CountryProfile.objects.update_or_create(**key, defaults={**OPEN, **columns})[0]
