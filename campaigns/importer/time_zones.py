"""A row's own time zone: it widens the hours of a number whose digits leave several zones possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

import numpy as np
from numpy.typing import NDArray

from telephony.bulk import Column
from telephony.numbering import Facts, zones_in

ALIASES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
"""Names of the Indonesian zones, which people write instead of IANA's."""


@cache
def _names() -> dict[str, str]:
    return {**{name.lower(): name for name in available_timezones()}, **ALIASES}


def zone_named(text: str) -> str:
    """The IANA name of a cell's zone; "" where there is none of that name."""
    return _names().get(text.strip().lower().replace(" ", "_"), "")


@cache
def _of_country(country: str) -> frozenset[str]:
    """Zones of a country: those of its calling code, and those that the time zone database names."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return frozenset({*zones_in(country), *(row[2] for row in rows if row[0] == country)})


def believed(facts: Facts, zone: str) -> Facts:
    """A zone of the number's country is where the phone is. One elsewhere is one more place where it may be."""
    at_home = zone in _of_country(facts.country) or zone in facts.zones
    return replace(facts, zones=(zone,) if at_home else tuple(sorted({*facts.zones, zone})))


def apply(cells: Sequence[str], column: Column) -> NDArray[np.bool_]:
    """Changes the facts of rows that name a zone; returns which named one that nobody knows."""
    unknown = np.zeros(len(cells), np.bool_)
    places: dict[tuple[int, str], int] = {}
    for row, cell in enumerate(cells):
        if not cell.strip() or not column.callees[row]:
            continue
        zone = zone_named(cell)
        if not zone:
            unknown[row] = True
            continue
        key = (int(column.facts[row]), zone)
        if key not in places:
            places[key] = len(column.fact_sets)
            column.fact_sets.append(believed(column.fact_sets[key[0]], zone))
        column.facts[row] = places[key]
    return unknown
