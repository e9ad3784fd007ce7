"""How the process that reads a workbook hands its rows over: CSV in UTF-8 in which every line is one row.

A cell may hold line ends: they are written as NUL, which no cell may hold, and a letter. So none cuts a row in two.
Rows without anything are blank lines: the place of a line is the row's own number.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TextIO

from django.utils.translation import gettext as _

from sheets import limits
from sheets.blocks import Block, without_blanks
from sheets.errors import FileRefused
from sheets.packing import Unpacked

CHUNK_BYTES = 1024 * 1024
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
        numbered: list[list[str]] = []
        for number, cells in batch:
            numbered += [[] for _blank in range(number - following)]
            numbered.append(cells)
            following = number + 1
        target.write(_written(numbered) or _written_singly(batch, numbered))


def _written(rows: list[list[str]]) -> str:
    """Nothing where a cell holds a line end or NUL."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    text = buffer.getvalue()
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


class WorkbookBlocks:
    """What `write_rows` wrote, as blocks."""

    def __init__(self, stream: Unpacked) -> None:
        self._stream = stream
        self._next_row = 1

    def __iter__(self) -> Iterator[Block]:
        """Raises FileRefused for a row that is too long."""
        for lines in _line_groups(self._stream):
            block = without_blanks(self._block(lines))
            self._next_row += len(lines)
            if block.rows:
                yield block

    def _block(self, lines: list[str]) -> Block:
        numbers = range(self._next_row, self._next_row + len(lines))
        if max(map(len, lines)) > limits.MAX_LINE:
            row = next(number for number, line in zip(numbers, lines, strict=True) if len(line) > limits.MAX_LINE)
            text = _("Row %(row)d is longer than %(limit)d characters. Shorten its cells, and upload the list again.")
            raise FileRefused(text % {"row": row, "limit": limits.MAX_LINE})
        unreadable: frozenset[int] = frozenset()
        try:
            rows = list(csv.reader(lines))
        except csv.Error:
            rows, unreadable = _read_singly(lines)
        for place, line in enumerate(lines):
            if "\x00" in line:
                rows[place] = [_restored(cell) for cell in rows[place]]
                lines[place] = _restored(line)
        return Block(numbers, lines, rows, unreadable)


def _read_singly(lines: list[str]) -> tuple[list[list[str]], frozenset[int]]:
    """A cell that is too long makes its own row unreadable, and no other."""
    rows: list[list[str]] = []
    unreadable = set()
    for place, line in enumerate(lines):
        try:
            rows.append(next(csv.reader([line])))
        except csv.Error:
            rows.append([])
            unreadable.add(place)
    return rows, frozenset(unreadable)


def _restored(text: str) -> str:
    return text.replace(_RETURN, "\r").replace(_NEWLINE, "\n")


def _line_groups(stream: Unpacked) -> Iterator[list[str]]:
    """As large as a block, the last one excepted."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="strict")
    lines: list[str] = []
    rest, characters = "", 0
    while chunk := stream.read(CHUNK_BYTES):
        *more, rest = (rest + decoder.decode(chunk)).split("\n")
        lines += more
        characters += len(chunk)
        while len(lines) >= limits.BLOCK_ROWS or characters >= limits.BLOCK_CHARACTERS:
            yield lines[: limits.BLOCK_ROWS]
            lines = lines[limits.BLOCK_ROWS :]
            characters = sum(map(len, lines))
    if lines:
        yield lines
