"""What numbering plans say about whole columns of numbers: small tables of facts, and a place in them for each row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from telephony.contract.vocabulary import NumberKind
from telephony.numbers.bulk.numbering_plans import Plan
from telephony.numbers.bulk.time_zones import prefix_zones
from telephony.numbers.number_facts import Facts, zones_of

_POWERS = 10 ** np.arange(16, dtype=np.int64)


class FactTable:
    def __init__(self) -> None:
        self._places: dict[Facts, int] = {}

    def place_of(self, facts: Facts) -> int:
        return self._places.setdefault(facts, len(self._places))

    def places_of(self, plan: Plan, verdicts: NDArray[np.int32], callees: NDArray[np.int64]) -> NDArray[np.int32]:
        """`verdicts` are the plan's; `callees` are wire digits as integers."""
        zones = prefix_zones()
        places = zones.places_of(callees, lengths_of(callees))
        # Verdict and zones in one integer, so that np.unique finds the pairs: a block has a few, and 25,000 rows.
        keys = verdicts.astype(np.int64) * 10_000 + places
        unique, back = np.unique(keys, return_inverse=True)
        numbers = []
        for verdict, zone in (divmod(key, 10_000) for key in unique.tolist()):
            region, kind = plan.regions[verdict // 100], NumberKind(verdict % 100)
            country = region if region.isalpha() else ""
            found = zones_of(country, kind, plan.calling_code, of_prefix=zones.sets[zone])
            numbers.append(self.place_of(Facts(country, kind, found)))
        return np.array(numbers, np.int32)[back]

    def as_list(self) -> list[Facts]:
        return list(self._places)


def lengths_of(callees: NDArray[np.int64]) -> NDArray[np.int32]:
    """Digits of each number; none begins with 0."""
    return np.searchsorted(_POWERS, callees, side="right").astype(np.int32)
