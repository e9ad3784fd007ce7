"""The rows of a workbook as blocks, from what the process that read it wrote."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator

from django.utils.translation import gettext as _

from sheets import limits
from sheets.blocks import Block, without_blanks
from sheets.errors import FileRefused
from sheets.packing import Unpacked
from sheets.workbook_lines import restored

CHUNK_BYTES = 1024 * 1024


class WorkbookBlocks:
    """What `workbook_lines.write_rows` wrote."""

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
            text = _("Row %(row)d is longer than %(limit)d characters. Shorten its cells, then upload the list again.")
            raise FileRefused(text % {"row": row, "limit": limits.MAX_LINE})
        unreadable: frozenset[int] = frozenset()
        try:
            rows = list(csv.reader(lines))
        except csv.Error:
            rows, unreadable = _read_singly(lines)
        for place, line in enumerate(lines):
            if "\x00" in line:
                rows[place] = [restored(cell) for cell in rows[place]]
                lines[place] = restored(line)
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


def _line_groups(stream: Unpacked) -> Iterator[list[str]]:
    """As large as a block, the last one excepted."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="strict")
    lines: list[str] = []
    rest, characters = "", 0
    while chunk := stream.read(CHUNK_BYTES):
        *more, rest = (rest + decoder.decode(chunk)).split("\n")
        lines += more
        characters += len(chunk)
        most = limits.rows_at_once(max((line.count(",") for line in lines[: limits.SAMPLE_LINES]), default=0) + 1)
        while len(lines) >= most or characters >= limits.BLOCK_CHARACTERS:
            yield lines[:most]
            lines = lines[most:]
            characters = sum(map(len, lines))
    if lines:
        yield lines
