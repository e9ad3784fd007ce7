"""Rows as CSV, a line at a time, whose cells no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
E164 = re.compile(r"\+[0-9]{7,15}")
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as something else."""


class _Echo:
    """A file whose write() hands the text back."""

    def write(self, text: str) -> str:
        return text


def lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow([neutral(name) for name in header])
    for row in rows:
        yield writer.writerow([neutral(cell) for cell in row])


def neutral(cell: object) -> object:
    """Text that begins like a formula gets an apostrophe, which our readers of files take off again.

    Numbers in E.164 get none: whoever works with such a file looks for them as they stand.
    """
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS) or E164.fullmatch(cell):
        return cell
    return f"'{cell}"
