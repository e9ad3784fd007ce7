"""Lists that keep the calling code in a column of its own (VICIdial's phone_code)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import phonenumbers
from numpy.typing import NDArray

from campaigns.importer.rows import REPAIR_BITS, RowError, unknown_code
from telephony.numbers import e164
from telephony.numbers.bulk import Column, read_column
from telephony.numbers.column_habits import Habits

APOSTROPHE = "'"
# A spreadsheet makes 44.0 of 44.
_CODE = re.compile(r"(?:\+|00)?([0-9]{1,4})(?:\.0)?")


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the numbers in columns of their own; each empty where the file has no such column."""

    codes: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    """ISO 3166, "" for a row without a country."""
    unknown: dict[int, RowError] = field(default_factory=dict)
    """Rows whose country nobody knows."""

    def select(self, rows: Sequence[int]) -> Beside:
        """Of some rows only."""
        codes = [self.codes[row] for row in rows] if self.codes else []
        regions = [self.regions[row] for row in rows] if self.regions else []
        return Beside(codes, regions, {n: self.unknown[row] for n, row in enumerate(rows) if row in self.unknown})


def with_calling_codes(
    cells: list[str], beside: Beside, *, region: str, habits: Habits | None
) -> tuple[Column, NDArray[np.int32], dict[int, RowError]]:
    """The numbers with their codes in front, what was repaired by that (REPAIR_BITS), and the rows whose code is none.

    A number that has its code already, or a row without a code, is read as in any other list.
    """
    digits, errors = _digits_of(beside.codes or [""] * len(cells))
    errors |= {row: error for row, error in beside.unknown.items() if cells[row] and not _has_code(cells[row])}
    joined = list(cells)
    bits = np.zeros(len(cells), np.int32)
    for place, (cell, code) in enumerate(zip(cells, digits, strict=True) if beside.codes else ()):
        if code and cell and not _has_code(cell):
            joined[place] = f"+{code}{cell.lstrip(APOSTROPHE)}"
            bits[place] = REPAIR_BITS["code_column"]

    def read() -> Column:
        return read_column(joined, region=region, regions=beside.regions or None, habits=habits)

    column = read()
    # No number with the code in front, but one of that code as it stands: it had its code, without a plus sign.
    again = [place for place in column.errors if bits[place] and _has_its_code(cells[place], digits[place])]
    if again:
        for place in again:
            joined[place], bits[place] = _with_plus(cells[place]), REPAIR_BITS["plus_added"]
        # As a whole, because what the column says of itself is counted over all its cells.
        column = read()
    return column, bits, errors


def _has_code(cell: str) -> bool:
    """An international number as it stands."""
    return cell.lstrip("'( ").startswith(("+", "00", "\uff0b"))


def _digits_of(codes: list[str]) -> tuple[list[str], dict[int, RowError]]:
    known: dict[str, str | RowError] = {code: _digits(code) for code in set(codes)}
    errors = {place: error for place, code in enumerate(codes) if isinstance(error := known[code], RowError)}
    return ["" if isinstance(found := known[code], RowError) else found for code in codes], errors


def _digits(code: str) -> str | RowError:
    """Digits, or the two letters of a country, to a calling code."""
    if not code:
        return ""
    if plain := _CODE.fullmatch(code):
        return plain.group(1)
    calling_code = phonenumbers.country_code_for_region(code.upper())
    return str(calling_code) if calling_code else unknown_code(code)


def _with_plus(cell: str) -> str:
    return f"+{cell.lstrip(APOSTROPHE)}"


def _has_its_code(cell: str, code: str) -> bool:
    try:
        return e164.parse(_with_plus(cell)).startswith(f"+{code}")
    except e164.NumberError:
        return False
