"""A column of cells as people wrote them → arrays.

What numbering plans say is run over the whole column by automata; what these do not know for certain is asked of
telephony.numbers.e164 one by one. The result is the same for every cell, whichever way it took.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from telephony.numbers import e164
from telephony.numbers.bulk.region_work import Work
from telephony.numbers.column_habits import Counts, Habits
from telephony.numbers.number_facts import Facts


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
    """Place in the column → why it was refused, or what it may be."""
    fact_sets: list[Facts]
    repair_sets: list[tuple[str, ...]]
    counts: Counts = field(default_factory=Counts)
    """How these cells are written; those of all blocks are added up and decided by telephony.numbers.column_habits."""


def read_column(
    cells: Sequence[str],
    *,
    region: str | None = None,
    regions: Sequence[str] | None = None,
    habits: Habits | None = None,
) -> Column:
    """`region` is the ISO 3166 two-letter code that national numbers belong to; `regions` are the rows' own, or "".

    Without `habits`, what only the whole column can decide comes out as an error with its readings; with them it is
    decided, or left open for a person.
    """
    home = (region or "").upper()
    if regions is None or not any(regions):
        return _one_region(cells, home, habits)
    by_region: dict[str, list[int]] = {}
    for place, named in enumerate(regions):
        by_region.setdefault(named.upper(), []).append(place)
    size = len(cells)
    callees, facts, repairs = np.zeros(size, np.int64), np.zeros(size, np.int32), np.zeros(size, np.int32)
    errors: dict[int, e164.NumberError] = {}
    fact_sets: list[Facts] = []
    repair_sets: dict[tuple[str, ...], int] = {(): 0}
    counts = Counts()
    for named, some in by_region.items():
        column = _one_region([cells[place] for place in some], named or home, habits, is_named=bool(named))
        places = np.array(some, np.intp)
        callees[places] = column.callees
        # Each part has tables of its own: its places move up behind those of the parts before it.
        facts[places] = column.facts + len(fact_sets)
        fact_sets.extend(column.fact_sets)
        again = [repair_sets.setdefault(found, len(repair_sets)) for found in column.repair_sets]
        repairs[places] = np.array(again, np.int32)[column.repairs]
        errors |= {some[place]: error for place, error in column.errors.items()}
        counts += column.counts
    return Column(callees, facts, repairs, errors, fact_sets, list(repair_sets), counts)


def _one_region(cells: Sequence[str], region: str, habits: Habits | None, *, is_named: bool = False) -> Column:
    work = Work(cells, region, habits, is_row_country=is_named)
    work.read()
    facts, repairs = work.finish()
    return Column(work.callees, work.fact_keys, repairs, work.errors, facts, work.repair_sets(), work.counts)
