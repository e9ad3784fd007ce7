"""A row's own time zone: it says where the phone is, or in which place more it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from telephony.numbers.bulk import Column
from telephony.numbers.number_facts import Facts, is_placed, zones_in
from telephony.numbers.time_zone_names import place_names

ALIASES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
"""Names of the Indonesian zones, which people write instead of IANA's. They name places, unlike EST or CET."""

Trust = Callable[[int, str], bool]
"""Place of a row and its number's country (ISO 3166) → CountryProfile.area_code_is_enough for it."""


@cache
def _names() -> dict[str, str]:
    return {**{name.lower(): place for name, place in place_names().items()}, **ALIASES}


# Bounded, because cells are free text: a file may have another one in each row.
@lru_cache(maxsize=4_096)
def zone_named(text: str) -> str:
    """zone.tab's name of the place in a cell, whichever of its names stands there; "" where it names no place."""
    return _names().get(text.strip().lower().replace(" ", "_"), "")


def is_elsewhere(facts: Facts, zone: str) -> bool:
    """Whether a zone is in another country than the number; one of no country is nowhere else."""
    return bool(facts.zones) and zone not in facts.zones and zone not in zones_in(facts.country)


def believed(facts: Facts, zone: str, *, is_area_code_enough: bool) -> Facts:
    """A zone of the number's country is where the phone is. One elsewhere is one more place where it may be.

    So is one that the number's area code contradicts, where the area code is not enough: people keep their numbers
    when they move, and rows are copied, so that neither is sure. `zone` is one of zone.tab's names.
    """
    is_contradicted = zone not in facts.zones and is_placed(facts) and not is_area_code_enough
    if is_contradicted or is_elsewhere(facts, zone):
        return replace(facts, zones=tuple(sorted({*facts.zones, zone})))
    return replace(facts, zones=(zone,))


@dataclass(frozen=True, slots=True)
class ZoneRemarks:
    """Rows whose zone has to be told to people."""

    unknown: NDArray[np.bool_]
    """Nobody knows a place of that name, so the row is read as if it named none."""
    elsewhere: NDArray[np.bool_]
    """In another country than the number, so the hours of both hold."""


def apply(cells: Sequence[str], column: Column, *, trust: Trust) -> ZoneRemarks:
    """Changes the facts of rows that name a zone."""
    told = ZoneRemarks(np.zeros(len(cells), np.bool_), np.zeros(len(cells), np.bool_))
    places: dict[tuple[int, str, bool], tuple[int, bool]] = {}
    for row, cell in enumerate(cells):
        if not cell.strip() or not column.callees[row]:
            continue
        zone = zone_named(cell)
        if not zone:
            told.unknown[row] = True
            continue
        facts = column.fact_sets[column.facts[row]]
        # Many rows share their facts and name few zones: each combination is decided once.
        key = (int(column.facts[row]), zone, trust(row, facts.country))
        if key not in places:
            places[key] = len(column.fact_sets), is_elsewhere(facts, zone)
            column.fact_sets.append(believed(facts, zone, is_area_code_enough=key[2]))
        column.facts[row], told.elsewhere[row] = places[key]
    return told
