"""One description of a workbook, written as XLSX, XLSB, XLS and ODS, so that a test can ask all four the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Error:
    text: str = "#N/A"


@dataclass(frozen=True, slots=True)
class Uncalculated:
    """A formula that was never calculated."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A number with a format of its own."""

    number: float
    code: str
    text: str
    """As the sheet shows it."""


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Sequence[Any]] = ()
    """str, int, float, bool, Error, Uncalculated, Shown, or None for a cell that is not there."""
    name: str = "List"
    at: tuple[int, int] = (0, 0)
    """Row and column of the first cell, from 0."""
    state: str = "visible"
    """Or hidden, or veryHidden."""
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    hidden_columns: frozenset[int] = field(default_factory=frozenset)
    """Both from 0, as the sheet counts."""

    def numbered(self) -> list[tuple[int, list[tuple[int, Any]]]]:
        """Rows and cells with their places from 0; cells that are not there are left out."""
        top, left = self.at
        return [
            (top + row, [(left + column, value) for column, value in enumerate(cells) if value is not None])
            for row, cells in enumerate(self.rows)
        ]

    def codes(self) -> list[str]:
        found = [value.code for row in self.rows for value in row if isinstance(value, Shown)]
        return list(dict.fromkeys(found))


def style_of(codes: Sequence[str], value: Any) -> int:
    """Place of the cell style: 0 is the general one, then one for each number format."""
    return codes.index(value.code) + 1 if isinstance(value, Shown) else 0


def all_codes(pages: Sequence[Page]) -> list[str]:
    return list(dict.fromkeys(code for page in pages for code in page.codes()))


def letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
