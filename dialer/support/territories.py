"""Territories where the law and the do-not-call registry of another country hold.

A list for the United States also holds for Puerto Rico. The territory stays a country of its own (ISO 3166) wherever
somebody gives it a profile or a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TERRITORIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "AU": ("CC", "CX", "NF"),
        "FI": ("AX",),
        "FR": ("BL", "GF", "GP", "MF", "MQ", "PM", "RE", "YT"),
        "GB": ("GG", "IM", "JE"),
        "NO": ("SJ",),
        "US": ("AS", "GU", "MP", "PR", "VI"),
    }
)
"""Country → the territories that its rules and its registry cover, sorted (ISO 3166, two letters)."""

_HOMES = {territory: country for country, territories in TERRITORIES.items() for territory in territories}

_CASES = " ".join(f"WHEN '{territory}' THEN '{country}'" for territory, country in _HOMES.items())
HOME_OF_SUBJECT = f"CASE s.country {_CASES} END"
"""`home_of` as SQL, of the subject `s` of a statement of policy/batch.py; NULL where there is none."""


def covered_by(country: str) -> tuple[str, ...]:
    """Every country (ISO 3166) that a list or a profile for `country` holds for, itself first; () for ""."""
    return (country, *TERRITORIES.get(country, ())) if country else ()


def home_of(country: str) -> str:
    """The country whose rules and registry also hold in this territory; "" where there is none."""
    return _HOMES.get(country, "")


def authorities_over(country: str) -> tuple[str, ...]:
    """The countries whose lists and profiles hold for numbers of `country`, the nearest first; () for ""."""
    return tuple(filter(None, (country, home_of(country))))
