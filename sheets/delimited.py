"""Delimited text as blocks: fast where a record is a line, exact where it is not."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from sheets import limits
from sheets.blocks import Block, breaks_in, without_blanks
from sheets.books import Books
from sheets.lines import Lines
from sheets.odd_quoting import mending
from sheets.records import Records
from sheets.row_shape import SAMPLE_LINES, RowShape

# Swallowed by the last record if that one's quotation mark is still open.
_SENTINEL = "end of block"


class DelimitedBlocks:
    """With `counts_records`, the text is ours: its quoting is right, and lines are numbered as a workbook's rows."""

    def __init__(
        self, groups: Iterable[Lines], *, delimiter: str, counts_records: bool = False, odd_quoting: str = ""
    ) -> None:
        self._groups = groups
        self._delimiter = delimiter
        self._counts_records = counts_records
        self._mended = mending(odd_quoting, delimiter=delimiter)
        self._next_line = 1
        self._left: list[tuple[str, str]] = []
        self._sample: list[str] = []
        self._shape: RowShape | None = None
        self.books = Books()

    def __iter__(self) -> Iterator[Block]:
        for lines in _gathered(self._groups, self._delimiter):
            self._sample = self._sample or lines.texts[:SAMPLE_LINES]
            self.books.lines += len(lines.texts)
            # What is left over has an open quotation mark, so these lines may be more of its cell.
            block = None if self._left else self._fast(lines)
            block = block or self._slow(lines)
            kept = without_blanks(block)
            # Empty cells at the end of a row that is too wide are nothing but a stray delimiter or blank far away.
            if kept.rows and max(map(len, kept.rows)) > limits.MAX_COLUMNS:
                kept.rows = [cells if len(cells) <= limits.MAX_COLUMNS else filled(cells) for cells in kept.rows]
            breaks = breaks_in(kept)
            self.books.rows += len(kept.rows)
            self.books.breaks += breaks
            self.books.blank += len(block.rows) - len(kept.rows) + breaks_in(block) - breaks
            if kept.rows:
                yield kept

    def _fast(self, lines: Lines) -> Block | None:
        """None where it cannot be shown that every record is exactly one line."""
        texts = map(self._mended, lines.texts) if self._mended else lines.texts
        reader = csv.reader([*texts, _SENTINEL], delimiter=self._delimiter, skipinitialspace=True)
        try:
            rows = list(reader)
        except csv.Error:
            return None
        # The csv module joins lines inside quotation marks. As many rows as lines, and the sentinel alone in the
        # last one, prove that it joined none.
        if len(rows) != len(lines.texts) + 1 or rows.pop() != [_SENTINEL]:
            return None
        first, self._next_line = self._next_line, self._next_line + len(rows)
        return Block(range(first, self._next_line), lines.texts, rows)

    def _slow(self, lines: Lines) -> Block:
        waiting = [*self._left, *lines.with_ends()]
        if self._shape is None and not self._counts_records:
            sample = list(map(self._mended, self._sample)) if self._mended else self._sample
            self._shape = RowShape.of(sample, delimiter=self._delimiter)
        records = Records(
            waiting,
            delimiter=self._delimiter,
            is_last=lines.is_last,
            shape=self._shape,
            mended=self._mended,
        )
        numbers: list[int] = []
        texts: list[str] = []
        rows: list[list[str]] = []
        unreadable, joined = set(), []
        for record in records:
            if not record.is_readable:
                unreadable.add(len(numbers))
            if record.lines > 1:
                joined.append((self._next_line, self._next_line + record.lines - 1))
            numbers.append(self._next_line)
            texts.append(record.line)
            rows.append(record.cells)
            self._next_line += 1 if self._counts_records else record.lines
        self._left = records.left
        self.books.lines += records.cut
        return Block(numbers, texts, rows, frozenset(unreadable), tuple(joined))


def filled(cells: Sequence[str]) -> list[str]:
    """Up to the last cell that holds something."""
    width = next((place for place in range(len(cells), 0, -1) if cells[place - 1].strip()), 0)
    return list(cells[:width])


def _gathered(groups: Iterable[Lines], delimiter: str) -> Iterator[Lines]:
    """Groups as large as a block."""
    texts: list[str] = []
    ends: list[str] = []
    characters = 0
    for group in groups:
        group_ends = group.ends * len(group.texts) if len(group.ends) == 1 else group.ends
        texts += group.texts
        ends += group_ends
        characters += sum(map(len, group.texts))
        most = limits.rows_at_once(max((text.count(delimiter) for text in texts[:SAMPLE_LINES]), default=0) + 1)
        while len(texts) >= most or characters >= limits.BLOCK_CHARACTERS:
            cut = min(len(texts), most)
            yield Lines(texts[:cut], ends[:cut])
            texts, ends = texts[cut:], ends[cut:]
            characters = sum(map(len, texts))
    yield Lines(texts, ends, is_last=True)
