"""What the reader of values does not tell about a sheet: what is hidden, wrong, without a value, or shown otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheets.number_formats import NumberFormat

NO_VALUE = "#FORMULA!"
"""Stands in a cell whose formula was never calculated, so that nobody takes it for an empty one."""
Mark = str | NumberFormat
"""The text of the cell, or how its number is shown."""


@dataclass(slots=True)
class Marks:
    """Of one sheet; rows and columns count from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    cells: dict[int, tuple[tuple[int, Mark], ...]] = field(default_factory=dict)
    """By row: column and mark."""
    errors: int = 0
    without_value: int = 0
    _same: dict[tuple[tuple[int, Mark], ...], tuple[tuple[int, Mark], ...]] = field(default_factory=dict)

    def error(self, row: int, column: int, text: str) -> None:
        self.errors += 1
        self._mark(row, column, text or "#ERROR!")

    def no_value(self, row: int, column: int) -> None:
        self.without_value += 1
        self._mark(row, column, NO_VALUE)

    def text(self, row: int, column: int, text: str) -> None:
        """What the sheet shows, where the reader of values gives something else."""
        self._mark(row, column, text)

    def number(self, row: int, column: int, shown_as: NumberFormat) -> None:
        self._mark(row, column, shown_as)

    def _mark(self, row: int, column: int, mark: Mark) -> None:
        """A million rows with the same marks keep them once."""
        marks = (*self.cells.get(row, ()), (column, mark))
        # Bounded, because rows with texts of their own would only be kept twice.
        self.cells[row] = self._same.setdefault(marks, marks) if len(self._same) < 4096 else marks

    @property
    def last_row(self) -> int:
        """The last one with a text of ours; -1 without."""
        texts = (row for row, marks in self.cells.items() if any(isinstance(mark, str) for _column, mark in marks))
        return max(texts, default=-1)


ERRORS: Mapping[int, str] = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""As the binary formats keep them."""
