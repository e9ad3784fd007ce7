"""Time zones of whole columns: the longest prefix that is known, found by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, country_code_for_region
from phonenumbers.tzdata import TIMEZONE_DATA

from telephony.contract.vocabulary import NumberKind
from telephony.numbers.number_facts import NOWHERE, known_places, zones_of

_WIDTH = 15
_NONE: frozenset[str] = frozenset()


class PrefixZones:
    """Prefixes as intervals of numbers filled up to 15 digits; within a prefix, a longer one wins.

    What a number's country makes of the zones of its prefix is telephony.numbers.number_facts.zones_of.
    """

    def __init__(self) -> None:
        self.sets: list[frozenset[str]] = [_NONE]
        places: dict[frozenset[str], int] = {_NONE: 0}
        edges, found = [0], [0]
        # Shorter prefixes first: inside a prefix's interval there is only one zone so far.
        for prefix in sorted(TIMEZONE_DATA, key=len):
            zones = known_places(TIMEZONE_DATA[prefix])
            if zones not in places:
                places[zones] = len(self.sets)
                self.sets.append(zones)
            size = 10 ** (_WIDTH - len(prefix))
            first = int(prefix) * size
            before = found[bisect_right(edges, first) - 1]
            _cut(edges, found, first + size, before)
            _cut(edges, found, first, places[zones], replace=True)
        self._edges = np.array(edges, np.int64)
        self._zones = np.array(found, np.int32)

    def places_of(self, callees: NDArray[np.int64], lengths: NDArray[np.int32]) -> NDArray[np.int32]:
        """Places in `sets`; `lengths` are the digits of each number."""
        filled = callees * 10 ** (_WIDTH - lengths).astype(np.int64)
        return self._zones[np.searchsorted(self._edges, filled, side="right") - 1]


def _cut(edges: list[int], found: list[int], edge: int, zones: int, *, replace: bool = False) -> None:
    place = bisect_left(edges, edge)
    if place == len(edges) or edges[place] != edge:
        edges.insert(place, edge)
        found.insert(place, zones)
    elif replace:
        found[place] = zones


@lru_cache(maxsize=1)
def prefix_zones() -> PrefixZones:
    return PrefixZones()


@lru_cache(maxsize=1)
def known_zone_sets() -> tuple[tuple[str, ...], ...]:
    """Every set of zones that telephony.numbers.number_facts may name."""
    found = {NOWHERE}
    # Nothing is among the zones of each code, for numbers that none of its prefixes fits.
    of_prefixes: dict[int, set[frozenset[str]]] = defaultdict(lambda: {_NONE})
    for prefix, zones in TIMEZONE_DATA.items():
        code = next(int(prefix[:size]) for size in (1, 2, 3) if int(prefix[:size]) in COUNTRY_CODE_TO_REGION_CODE)
        of_prefixes[code].add(known_places(zones))
    for country in SUPPORTED_REGIONS:
        code = country_code_for_region(country)
        for places in of_prefixes[code]:
            found |= {zones_of(country, kind, code, of_prefix=places) for kind in _KINDS}
    return tuple(sorted(found))


_KINDS = (NumberKind.FIXED, NumberKind.TOLL_FREE)
"""One that has a place and one that has none."""
