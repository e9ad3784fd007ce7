"""A file as a person chose to read it: blocks of rows, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from sheets.beginning import NOTHING, Beginning, taken_apart
from sheets.blocks import Block, breaks_in
from sheets.books import Books
from sheets.choice import Choice
from sheets.delimited import DelimitedBlocks
from sheets.inspection import Inspection
from sheets.json_items import JsonBlocks, items_of
from sheets.kinds import JSON
from sheets.lines import LineReader
from sheets.packing import PLAIN, Unpacked, as_file, unpacked
from sheets.sheet_heads import head_of_sheet
from sheets.workbook import sheet_as_text
from sheets.workbook_blocks import WorkbookBlocks

__all__ = ["Beginning", "Block", "Choice", "Table", "begin", "head", "open_table", "open_tables"]
HEAD_ROWS = 50


class Table:
    """Opened with `with`, and read once: iterating gives blocks with the header as first row, `body` without it."""

    def __init__(self, path: Path, inspection: Inspection, choice: Choice, *, scratch: Path) -> None:
        choice.check(inspection)
        self._path, self._inspection, self._choice, self._scratch = path, inspection, choice, scratch
        self._stack = ExitStack()
        self._stream: Unpacked | None = None
        self._delimited: DelimitedBlocks | None = None
        self.size = inspection.size
        """Bytes to read in all, as `position` counts them."""
        self.beginning: Beginning = NOTHING
        """Of the first block, once that was read."""

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._stream.position if self._stream else 0

    @property
    def header(self) -> list[str] | None:
        """Once the first block was read."""
        return self.beginning.header

    @property
    def books(self) -> Books | None:
        """Where the lines of a text file went that were read so far; nothing for workbooks and JSON."""
        if self._delimited is None:
            return None
        books, skipped = self._delimited.books, self.beginning.skipped
        rows, breaks = len(skipped.rows), breaks_in(skipped)
        return replace(books, rows=books.rows - rows, breaks=books.breaks - breaks, skipped=rows + breaks)

    def __enter__(self) -> Self:
        try:
            path, packing = self._path, self._inspection.packing
            if self._inspection.is_workbook:
                plain = self._stack.enter_context(as_file(path, packing, scratch=self._scratch))
                sheet, hidden = self._choice.sheet or self._inspection.first_sheet, bool(self._choice.hidden_rows)
                text = sheet_as_text(plain, self._inspection.kind, sheet, with_hidden=hidden, scratch=self._scratch)
                path = self._stack.enter_context(text)
                packing, self.size = PLAIN, path.stat().st_size
            self._stream = self._stack.enter_context(unpacked(path, packing))
        # Where __enter__ raises, __exit__ is not called, and the temporary files would stay.
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def __iter__(self) -> Iterator[Block]:
        """Raises FileRefused."""
        return self._read(is_header_first=True)

    def body(self) -> Iterator[Block]:
        """Raises FileRefused."""
        return self._read(is_header_first=False)

    def _read(self, *, is_header_first: bool) -> Iterator[Block]:
        blocks = self._blocks()
        first = next(blocks, None)
        if first is None:
            return
        found = taken_apart(first, self._inspection, self._choice)
        self.beginning = found.first(HEAD_ROWS)
        yield found.rows if is_header_first else found.body
        del first, found  # a block is large
        yield from blocks

    def _blocks(self) -> Iterator[Block]:
        assert self._stream is not None
        if self._inspection.kind == JSON:
            return iter(JsonBlocks(items_of(self._stream)))
        if self._inspection.is_workbook:
            return iter(WorkbookBlocks(self._stream))
        encoding = self._choice.encoding or self._inspection.encodings[0]
        delimiter = self._choice.delimiter or self._inspection.delimiter
        reader = LineReader(self._stream, encoding, line_end=self._inspection.line_end)
        self._delimited = DelimitedBlocks(reader, delimiter=delimiter, odd_quoting=self._inspection.odd_quoting)
        return iter(self._delimited)


def open_table(path: Path, inspection: Inspection, choice: Choice, *, scratch: Path) -> Table:
    """Raises FileRefused where the choice does not fit the file."""
    return Table(path, inspection, choice, scratch=scratch)


def open_tables(path: Path, inspection: Inspection, choice: Choice, *, scratch: Path) -> Iterator[tuple[str, Table]]:
    """Name and table of every visible sheet with rows, one after the other; other files have one table without a name.

    Raises FileRefused.
    """
    if not inspection.is_workbook:
        yield "", Table(path, inspection, choice, scratch=scratch)
    for sheet in inspection.visible_sheets:
        yield sheet.name, Table(path, inspection, replace(choice, sheet=sheet.name), scratch=scratch)


def begin(path: Path, inspection: Inspection, choice: Choice, *, scratch: Path, rows: int = HEAD_ROWS) -> Beginning:
    """The first rows, without reading on. Raises FileRefused."""
    choice.check(inspection)
    if inspection.is_workbook:
        shown = head_of_sheet(inspection.sheet(choice.sheet), with_hidden=bool(choice.hidden_rows))
        found = taken_apart(shown, inspection, choice)
    else:
        with open_table(path, inspection, choice, scratch=scratch) as table:
            next(iter(table), None)
            found = table.beginning
    return found.first(rows)


def head(path: Path, inspection: Inspection, choice: Choice, *, scratch: Path, rows: int = HEAD_ROWS) -> Block:
    """The header, if there is one, and the first rows. Raises FileRefused."""
    return begin(path, inspection, choice, scratch=scratch, rows=rows).rows
