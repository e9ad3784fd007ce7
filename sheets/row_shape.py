"""What the rows of a file have in common, so that a line can be told from a piece of a cell."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from sheets.dialect import looks_like_number, usual_width

SAMPLE_LINES = 1_000
_FEW = 3
_MOST = 0.8


@dataclass(frozen=True, slots=True)
class RowShape:
    delimiter: str
    width: int
    """Cells of most rows."""
    numbers: frozenset[int]
    """Columns that hold something like a number in most rows of that width."""

    @classmethod
    def of(cls, lines: Sequence[str], *, delimiter: str) -> Self:
        """Each line is taken by itself: those that are pieces of a cell are outvoted."""
        rows = [cells for line in lines[:SAMPLE_LINES] if line.strip() and (cells := cut(line, delimiter))]
        width = usual_width(map(len, rows))
        usual = [cells for cells in rows if len(cells) == width]
        counts = Counter(place for cells in usual for place, cell in enumerate(cells) if looks_like_number(cell))
        return cls(delimiter, width, frozenset(place for place, count in counts.items() if count * 2 >= len(usual)))

    def fits(self, line: str) -> bool:
        """A line that would be a row by itself."""
        return _fits(self, line)

    def closes_as_row(self, line: str) -> bool:
        """A row whose number stands before the quotation mark that closes a cell: no rest of a cell looks so."""
        # Two blanks for two quotation marks that stand for one: the places stay the same.
        before = cut(line[: line.replace('""', "  ").find('"')], self.delimiter)
        return self.fits(line) and any(
            place < len(before) and looks_like_number(before[place]) for place in self.numbers
        )

    def was_swallowed(self, lines: Sequence[str]) -> bool:
        """Whether a record of several lines is rather several rows, between two stray quotation marks.

        Where both may be meant, it stays one record: no number is taken out of somebody's notes.
        """
        if not _is_well_quoted(lines, self.delimiter):
            return any(map(self.fits, lines[1:]))
        inner = [line for line in lines[1:-1] if line.strip()]
        if inner and all(map(self.fits, inner)) and self.closes_as_row(lines[-1]):
            return True
        return self.are_rows(inner)

    def are_rows(self, lines: Sequence[str]) -> bool:
        """So many that it is no chance."""
        return len(lines) >= _FEW and sum(map(self.fits, lines)) >= _MOST * len(lines)


# More than LONGEST_RECORD, so that all lines of an open quotation mark have room.
@lru_cache(maxsize=4096)
def _fits(shape: RowShape, line: str) -> bool:
    """Remembered, because a line is looked at again whenever one before it is given up."""
    cells = cut(line, shape.delimiter)
    if len(cells) != shape.width:
        return False
    if not shape.numbers:
        return shape.width >= _FEW
    return any(looks_like_number(cells[place]) for place in shape.numbers)


def cut(line: str, delimiter: str) -> list[str]:
    """The cells of one line; none where it cannot be cut."""
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def _is_well_quoted(lines: Sequence[str], delimiter: str) -> bool:
    """A closing quotation mark stands at the end of its cell."""
    whole = [f"{line}\n" for line in lines]
    try:
        list(csv.reader(whole, delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error:
        return False
    return True
