"""The number of each row: from one column or several, with the codes and countries that stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from campaigns.importer import rows as reasons
from campaigns.importer.calling_codes import Beside, with_calling_codes
from campaigns.importer.countries import regions_of
from campaigns.importer.layout import ListLayout, Role
from campaigns.importer.pasted_cells import first_of_several, unwrapped
from campaigns.importer.rows import HELD, REPAIR_BITS, RowError
from sheets.blocks import Block
from telephony.numbers.bulk import Column
from telephony.numbers.column_habits import Counts, Habits


@dataclass(slots=True)
class Numbers:
    """Of one block. `column` has a number in each row that has one in any of its columns."""

    column: Column
    bits: NDArray[np.int32]
    """What was repaired (REPAIR_BITS)."""
    errors: dict[int, RowError]
    counts: dict[int, Counts] = field(default_factory=dict)
    """By place of the column: how its cells can be read."""

    def take_next(self, rows: Sequence[int], other: Numbers) -> None:
        """`other` holds the next column's cells of these rows, which have no number so far."""
        # The other column's sets of facts come behind these, so what points at them moves by as many.
        offset = len(self.column.fact_sets)
        self.column.fact_sets.extend(other.column.fact_sets)
        places = np.asarray(rows)
        found = other.column.callees > 0
        found[list(other.errors)] = False
        taken = places[found]
        self.column.callees[taken] = other.column.callees[found]
        self.column.facts[taken] = other.column.facts[found] + offset
        self.bits[taken] = other.bits[found] | REPAIR_BITS["next_phone"]
        for place, row in enumerate(rows):
            error = other.errors.get(place)
            if error is None:
                del self.errors[row]
            elif self.errors[row].code == "empty" or error.code in HELD:
                self.errors[row] = error


def numbers_of(block: Block, layout: ListLayout, *, region: str, habits: Mapping[int, Habits]) -> Numbers:
    """`habits`, by place of the column, are known when the whole file was counted."""
    first, *others = layout.phones
    beside = _beside(block, layout)
    numbers = _read(_cells(block, first), beside, region=region, habits=habits.get(first), place=first)
    for place in others:
        cells = _cells(block, place)
        # Whether the next number of the person may be called: not where this one is only undecided.
        rows = [row for row, error in sorted(numbers.errors.items()) if cells[row] and (error.code not in HELD)]
        if rows:
            part, around = [cells[row] for row in rows], beside.select(rows)
            found = _read(part, around, region=region, habits=habits.get(place), place=place)
            numbers.take_next(rows, found)
            numbers.counts |= found.counts
    return numbers


def every_number(block: Block, layout: ListLayout, *, region: str) -> list[int]:
    """Whatever the rows may mean, in all their columns and in every reading. Wire digits as integers."""
    beside, found = _beside(block, layout), set[int]()
    for place in layout.phones:
        cells, _several = unwrapped(_cells(block, place))
        column, _bits_of, _unknown = with_calling_codes(cells, beside, region=region, habits=None)
        found.update(column.callees[column.callees > 0].tolist())
        found.update(int(number.removeprefix("+")) for error in column.errors.values() for number in error.meant)
    return sorted(found)


def _beside(block: Block, layout: ListLayout) -> Beside:
    code, country = layout.place(Role.COUNTRY_CODE), layout.place(Role.COUNTRY)
    regions, errors = ([], {}) if country is None else regions_of(_cells(block, country))
    return Beside([] if code is None else _cells(block, code), regions, errors)


def _read(cells: list[str], beside: Beside, *, region: str, habits: Habits | None, place: int) -> Numbers:
    cells, wrong = unwrapped(cells)
    cells, several = first_of_several(cells)
    column, bits, errors = with_calling_codes(cells, beside, region=region, habits=habits)
    errors = wrong | errors
    of_set = np.array(
        [sum(REPAIR_BITS[code] for code in set(repairs)) for repairs in column.repair_sets] or [0], np.int32
    )
    bits |= of_set[column.repairs]
    bits[several] |= REPAIR_BITS["first_of_several"]
    for row, error in column.errors.items():
        errors.setdefault(row, RowError.of_number(error))
    _refuse_kinds(column, errors)
    return Numbers(column, bits, errors, {place: column.counts})


def _cells(block: Block, place: int) -> list[str]:
    return [cells[place].strip() for cells in block.rows]


def _refuse_kinds(column: Column, errors: dict[int, RowError]) -> None:
    refused = [reasons.never_called(facts) for facts in column.fact_sets]
    if not any(refused):
        return
    is_refused = np.array([error is not None for error in refused])
    for place in np.flatnonzero(is_refused[column.facts] & (column.callees > 0)).tolist():
        error = refused[column.facts[place]]
        assert error is not None
        errors.setdefault(place, error)
