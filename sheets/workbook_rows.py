"""The rows of a sheet, as head and body of a list are both made of: one place, so that they cannot differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from sheets import limits
from sheets.workbook_marks import Marks

NARROW_COLUMNS = 32
"""A sheet with more is looked at for columns at its end in which there is nothing."""
EXACT = 2**53
"""Spreadsheets keep numbers as floats: beyond this, digits are lost."""


class TooWide(Exception):
    """The sheet has more columns with something in them than a list may have."""

    def __init__(self, columns: int) -> None:
        super().__init__(columns)
        self.columns = columns


class Values(Protocol):
    """One sheet of the workbook reader."""

    @property
    def start(self) -> tuple[int, int] | None: ...
    @property
    def end(self) -> tuple[int, int] | None: ...
    def iter_rows(self) -> Iterator[list[Any]]: ...


@dataclass(frozen=True, slots=True)
class SheetRows:
    """Rows with something in them, with their numbers from 1; the first cell of each is that of column A."""

    values: Values
    marks: Marks = field(default_factory=Marks)

    @property
    def last_row(self) -> int:
        """The number of the last row, 0 without."""
        return max(self.values.end[0] if self.values.end else -1, self.marks.last_row) + 1

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Raises TooWide."""
        before = [""] * (self.values.start[1] if self.values.start else 0)
        index = -1
        for index, values in enumerate(self._values(len(before))):
            # Most cells are texts, and a look at the class costs less than a call.
            cells = before + [value if value.__class__ is str else text_of(value) for value in values]
            if marks := self.marks.cells.get(index):
                _mark(cells, marks, values, len(before))
            if any(cells):
                yield index + 1, cells
        # Formulas without a value are nothing to the reader of values, which may end before them.
        for row in sorted(row for row in self.marks.cells if row > index):
            cells = []
            _mark(cells, self.marks.cells[row], (), 0)
            if any(cells):
                yield row + 1, cells

    def _values(self, before: int) -> Iterable[list[Any]]:
        """Without the columns at the end in which there is nothing: a stray blank may stand in the last of 16,384."""
        if self.values.end is None or self.values.end[1] < NARROW_COLUMNS:
            return self.values.iter_rows()
        width = self._width()
        if before + width > limits.MAX_COLUMNS:
            raise TooWide(before + width)
        return (values[:width] for values in self.values.iter_rows())

    def _width(self) -> int:
        """Cells of a row up to the last one that is not blank in all rows; of a list that is soon seen."""
        width = 0
        for values in self.values.iter_rows():
            width = max(width, _width(values))
            if width == len(values):
                break
        return width


def _width(values: list[Any]) -> int:
    near = NARROW_COLUMNS
    # list.count compares in C, and most rows have nothing so far to the right.
    if values[near:].count("") < len(values) - near:
        near = len(values)
    return next((place for place in range(min(near, len(values)), 0, -1) if not _is_blank(values[place - 1])), 0)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _mark(cells: list[str], marks: Iterable[tuple[int, Any]], values: Sequence[Any], before: int) -> None:
    for column, mark in marks:
        if isinstance(mark, str):
            cells += [""] * (column + 1 - len(cells))
            cells[column] = mark
        elif 0 <= column - before < len(values):
            value = values[column - before]
            if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < EXACT:
                cells[column] = mark.shown(value) or cells[column]


def text_of(value: Any) -> str:
    """As text: numbers in full digits, dates as ISO 8601 writes them."""
    if value.__class__ is float:
        return _number(value)
    if isinstance(value, str):
        return value
    # Before numbers: in Python a bool is an int.
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else "" if value is None else str(value)


def _number(value: float) -> str:
    """In full digits where all of them are known; else in scientific notation, which no number is taken from."""
    if not -EXACT < value < EXACT:
        return f"{value:.6E}"
    return str(int(value)) if value == int(value) else repr(value)
