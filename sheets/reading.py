"""A file as a person chose to read it: blocks of rows, streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from django.utils.translation import gettext as _

from sheets.blocks import Block
from sheets.delimited import DelimitedBlocks
from sheets.dialect import DELIMITERS
from sheets.encodings import NAMES
from sheets.errors import FileRefused
from sheets.inspection import Inspection
from sheets.json_items import JsonBlocks, items_of
from sheets.kinds import JSON
from sheets.lines import LineReader
from sheets.packing import PLAIN, Unpacked, as_file, unpacked
from sheets.workbook import Sheet, sheet_as_text
from sheets.workbook_blocks import WorkbookBlocks

__all__ = ["Block", "Choice", "Table", "head", "open_table", "open_tables"]
HEAD_ROWS = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person may choose; "" takes what the inspection proposes."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    hidden_rows: bool | None = None
    """Whether rows that are hidden in the workbook are read too; None leaves them out, as they are for who looks."""


class Table:
    """Opened with `with`; iterating gives the blocks of the file, once."""

    def __init__(self, path: Path, inspection: Inspection, choice: Choice, *, scratch: Path) -> None:
        _check(inspection, choice)
        self._path, self._inspection, self._choice, self._scratch = path, inspection, choice, scratch
        self._stack = ExitStack()
        self._stream: Unpacked | None = None
        self.size = inspection.size
        """Bytes to read in all, as `position` counts them."""

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._stream.position if self._stream else 0

    def __enter__(self) -> Self:
        try:
            self._stream = self._opened()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def _opened(self) -> Unpacked:
        path, packing = self._path, self._inspection.packing
        if self._inspection.is_workbook:
            plain = self._stack.enter_context(as_file(path, packing, scratch=self._scratch))
            sheet, hidden = self._choice.sheet or self._inspection.first_sheet, bool(self._choice.hidden_rows)
            text = sheet_as_text(plain, self._inspection.kind, sheet, with_hidden=hidden, scratch=self._scratch)
            path = self._stack.enter_context(text)
            packing, self.size = PLAIN, path.stat().st_size
        return self._stack.enter_context(unpacked(path, packing))

    def __iter__(self) -> Iterator[Block]:
        """Raises FileRefused."""
        assert self._stream is not None
        yield from self._blocks(self._stream)

    def _blocks(self, stream: Unpacked) -> Iterable[Block]:
        if self._inspection.kind == JSON:
            return JsonBlocks(items_of(stream))
        if self._inspection.is_workbook:
            return WorkbookBlocks(stream)
        encoding = self._choice.encoding or self._inspection.encodings[0]
        delimiter = self._choice.delimiter or self._inspection.delimiter
        return DelimitedBlocks(LineReader(stream, encoding), delimiter=delimiter)


def _check(inspection: Inspection, choice: Choice) -> None:
    if choice.encoding and choice.encoding not in NAMES:
        raise FileRefused(_("There is no encoding %(name)s.") % {"name": choice.encoding[:40]})
    if choice.delimiter and choice.delimiter not in DELIMITERS:
        raise FileRefused(_("The delimiter is a comma, a semicolon, a tab or a vertical bar."))
    if choice.sheet and choice.sheet not in [sheet.name for sheet in inspection.sheets]:
        raise FileRefused(_("The workbook has no sheet %(name)s.") % {"name": choice.sheet[:40]})


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


def head(path: Path, inspection: Inspection, choice: Choice, *, scratch: Path, rows: int = HEAD_ROWS) -> Block:
    """The first rows, without reading on. Raises FileRefused."""
    _check(inspection, choice)
    if inspection.is_workbook:
        return _head_of_sheet(inspection.sheet(choice.sheet), with_hidden=bool(choice.hidden_rows)).first(rows)
    with open_table(path, inspection, choice, scratch=scratch) as table:
        for block in table:
            return block.first(rows)
    return Block([], [], [])


def _head_of_sheet(sheet: Sheet, *, with_hidden: bool) -> Block:
    shown = sheet.shown(with_hidden=with_hidden)
    return Block([row.row for row in shown], [",".join(row.cells) for row in shown], [list(row.cells) for row in shown])
