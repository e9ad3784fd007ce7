"""A column of cells as people wrote them → arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telephony import e164
from telephony.numbering import Facts, facts_of


@dataclass(frozen=True, slots=True)
class Column:
    """What became of each cell; the arrays are as long as the column. Sets are small tables the arrays point into."""

    callees: NDArray[np.int64]
    """Wire digits as an integer; 0 where the cell was refused."""
    facts: NDArray[np.int32]
    """Place in `fact_sets`; without meaning where the cell was refused."""
    repairs: NDArray[np.int32]
    """Place in `repair_sets`; 0, the empty set, where nothing was repaired or the cell was refused."""
    errors: dict[int, e164.NumberError]
    """Place in the column → why it was refused."""
    fact_sets: list[Facts]
    repair_sets: list[tuple[str, ...]]


def read_column(cells: Sequence[str], *, region: str | None = None) -> Column:
    """`region` is the ISO 3166 two-letter code that national numbers belong to."""
    facts: dict[Facts, int] = {}
    repairs: dict[tuple[str, ...], int] = {(): 0}
    column = Column(
        *(np.zeros(len(cells), np.int64), np.zeros(len(cells), np.int32), np.zeros(len(cells), np.int32)), {}, [], []
    )
    for place, cell in enumerate(cells):
        try:
            parsed = e164.normalise(cell, region=region)
        except e164.NumberError as exc:
            column.errors[place] = exc
            continue
        column.callees[place] = int(parsed.number)
        column.facts[place] = facts.setdefault(facts_of(parsed.number), len(facts))
        column.repairs[place] = repairs.setdefault(parsed.repairs, len(repairs))
    column.fact_sets.extend(facts)
    column.repair_sets.extend(repairs)
    return column
