"""How the process that reads a workbook hands its rows over: CSV in UTF-8 in which every line is one row.

A cell may hold line ends: they are written as NUL, which no cell may hold, and a letter. So none cuts a row in two.
Rows without anything are blank lines: the place of a line is the row's own number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from itertools import islice
from typing import TextIO

BATCH_ROWS = 1_000
_RETURN, _NEWLINE = "\x00r", "\x00n"


class NoText(Exception):
    """A cell of this row holds NUL."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def write_rows(rows: Iterable[tuple[int, list[str]]], target: TextIO) -> None:
    """Rows with their numbers from 1, in ascending order. Raises NoText."""
    rows, following = iter(rows), 1
    while batch := list(islice(rows, BATCH_ROWS)):
        numbered = _without_gaps(batch, following)
        following = batch[-1][0] + 1
        # A batch is written and checked as one text; only where a cell holds a line end or NUL it is done row by row.
        target.write(_written(numbered) or _written_singly(batch, numbered))


def _without_gaps(batch: list[tuple[int, list[str]]], following: int) -> list[list[str]]:
    """Every row from `following` on; those that are not in the batch have no cells."""
    if batch[-1][0] - following + 1 == len(batch):
        return [cells for _number, cells in batch]
    rows: list[list[str]] = []
    for number, cells in batch:
        rows += [[] for _blank in range(number - following)]
        rows.append(cells)
        following = number + 1
    return rows


def _written(rows: list[list[str]]) -> str:
    """Nothing where a cell holds a line end or NUL."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    text = buffer.getvalue()
    # Each row ends with \r\n. Any further one of the two comes from a cell.
    if text.count("\r") == text.count("\n") == len(rows) and "\x00" not in text:
        return text.replace("\r\n", "\n")
    return ""


def _written_singly(batch: list[tuple[int, list[str]]], rows: list[list[str]]) -> str:
    for number, cells in batch:
        if any("\x00" in cell for cell in cells):
            raise NoText(number)
    lines = []
    for cells in rows:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\r\n").writerow(cells)
        lines.append(buffer.getvalue()[:-2].replace("\r", _RETURN).replace("\n", _NEWLINE) + "\n")
    return "".join(lines)


def restored(text: str) -> str:
    """A line or a cell with its line ends."""
    return text.replace(_RETURN, "\r").replace(_NEWLINE, "\n")
