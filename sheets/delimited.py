"""Delimited text as blocks: fast where a record is a line, exact where it is not."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from sheets import limits
from sheets.blocks import Block, without_blanks
from sheets.lines import Lines
from sheets.records import Records

# Swallowed by the last record if that one's quotation mark is still open.
_SENTINEL = "end of block"


class DelimitedBlocks:
    """With `counts_records`, line numbers are those of records: the rows of a workbook."""

    def __init__(self, groups: Iterable[Lines], *, delimiter: str, counts_records: bool = False) -> None:
        self._groups = groups
        self._delimiter = delimiter
        self._counts_records = counts_records
        self._next_line = 1
        self._left: list[str] = []

    def __iter__(self) -> Iterator[Block]:
        for lines in _gathered(self._groups):
            block = None if self._left else self._fast(lines)
            block = without_blanks(block or self._slow(lines))
            if block.rows:
                yield block

    def _fast(self, lines: Lines) -> Block | None:
        """None where it cannot be shown that every record is exactly one line."""
        reader = csv.reader([*lines.texts, _SENTINEL], delimiter=self._delimiter, skipinitialspace=True)
        try:
            rows = list(reader)
        except csv.Error:
            return None
        if len(rows) != len(lines.texts) + 1 or rows.pop() != [_SENTINEL]:
            return None
        first, self._next_line = self._next_line, self._next_line + len(rows)
        return Block(range(first, self._next_line), lines.texts, rows)

    def _slow(self, lines: Lines) -> Block:
        records = Records([*self._left, *lines.whole()], delimiter=self._delimiter, is_last=lines.is_last)
        block = Block([], [], [])
        numbers, texts, unreadable = [], [], set()
        for record in records:
            if not record.is_readable:
                unreadable.add(len(numbers))
            numbers.append(self._next_line)
            texts.append(record.line)
            block.rows.append(record.cells)
            self._next_line += 1 if self._counts_records else record.lines
        self._left = records.left
        block.line_numbers, block.lines, block.unreadable = numbers, texts, frozenset(unreadable)
        return block


def _gathered(groups: Iterable[Lines]) -> Iterator[Lines]:
    """Groups as large as a block."""
    texts: list[str] = []
    ends: list[str] = []
    characters = 0
    for group in groups:
        group_ends = group.ends * len(group.texts) if len(group.ends) == 1 else group.ends
        texts += group.texts
        ends += group_ends
        characters += sum(map(len, group.texts))
        while len(texts) >= limits.BLOCK_ROWS or characters >= limits.BLOCK_CHARACTERS:
            cut = min(len(texts), limits.BLOCK_ROWS)
            yield Lines(texts[:cut], ends[:cut])
            texts, ends = texts[cut:], ends[cut:]
            characters = sum(map(len, texts))
    yield Lines(texts, ends, is_last=True)
