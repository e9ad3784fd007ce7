"""Rows as CSV, a line at a time, whose cells no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as something else."""


class _Echo:
    """A file whose write() hands the text back."""

    def write(self, text: str) -> str:
        return text


def lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(header)
    for row in rows:
        yield writer.writerow([neutral(cell) for cell in row])


def neutral(cell: object) -> object:
    """Text that begins like a formula gets an apostrophe; numbers in E.164 are none."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS):
        return cell
    is_number = cell[0] == "+" and cell[1:].isascii() and cell[1:].isdigit()
    return cell if is_number else f"'{cell}"
