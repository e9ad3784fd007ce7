"""One look at a whole file: what it is, and how it may be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from django.utils.translation import gettext as _

from sheets import kinds, limits
from sheets.encodings import find_encodings
from sheets.errors import FileRefused
from sheets.header import find_top, has_table
from sheets.json_items import JsonBlocks, check_depth, items_of
from sheets.kinds import JSON, WORKBOOKS, kind_of
from sheets.packing import Unpacked, as_file, unpacked
from sheets.probe import probe
from sheets.sheet_heads import head_of_sheet
from sheets.workbook import Sheet, inspect_workbook


@dataclass(frozen=True, slots=True)
class Inspection:
    kind: str
    """text, xlsx, xls, ods, html, xml, mhtml or json."""
    packing: str = ""
    """gzip, zip or nothing."""
    encodings: tuple[str, ...] = ()
    """Those that decode the whole file, the best first; none for workbooks and JSON."""
    is_certain: bool = True
    """A person need not choose the encoding."""
    samples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Where the encoding is not certain: the same two lines in each."""
    delimiter: str = ""
    line_end: str = ""
    """\\n, with or without \\r before it, or \\r; nothing where each may be one, as inspections once left open."""
    odd_quoting: str = ""
    """Of sheets.odd_quoting."""
    header_line: int = 0
    """As it is found: a line, or a row of the first sheet; 0 for none, and for JSON, whose keys are the header."""
    sheets: tuple[Sheet, ...] = ()
    lines: int = 0
    """About how many rows: physical lines, rows of the first sheet, items."""
    size: int = 0
    """Bytes, unpacked."""

    @property
    def is_workbook(self) -> bool:
        return self.kind in WORKBOOKS

    @property
    def first_sheet(self) -> str:
        """The first visible one with a table; where none has one, the first with rows.

        Of a web page it is the largest table: others are often there for its looks.
        """
        sheets = self.visible_sheets
        if self.kind == kinds.HTML:
            return max(sheets, key=lambda sheet: sheet.rows * sheet.columns).name
        tables = [sheet for sheet in sheets if has_table([row.cells for row in sheet.head])]
        return next((sheet.name for sheet in (*tables, *sheets)), "")

    @property
    def visible_sheets(self) -> tuple[Sheet, ...]:
        """Those with rows, in the file's order; hidden and very hidden ones are left out."""
        return tuple(sheet for sheet in self.sheets if sheet.rows and not sheet.is_hidden)

    def sheet(self, name: str) -> Sheet:
        """Of a workbook; "" is the first visible one."""
        return next(sheet for sheet in self.sheets if sheet.name == (name or self.first_sheet))

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "packing": self.packing,
            "encodings": list(self.encodings),
            "is_certain": self.is_certain,
            "samples": {name: list(lines) for name, lines in self.samples.items()},
            "delimiter": self.delimiter,
            "line_end": self.line_end,
            "odd_quoting": self.odd_quoting,
            "header_line": self.header_line,
            "sheets": [sheet.as_json() for sheet in self.sheets],
            "lines": self.lines,
            "size": self.size,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        sheets = tuple(map(Sheet.from_json, data["sheets"]))
        # Inspections that were kept before there were samples have none.
        samples = {name: tuple(lines) for name, lines in data.get("samples", {}).items()}
        return cls(**{**data, "encodings": tuple(data["encodings"]), "samples": samples, "sheets": sheets})


def inspect_file(path: Path, *, scratch: Path) -> Inspection:
    """Raises FileRefused. Streams: takes as long as reading the file once, and no more memory for a larger one."""
    found = kind_of(path)
    if found.kind in WORKBOOKS:
        return _of_workbook(path, found.packing, scratch=scratch)
    return _of_json(path, found.packing) if found.kind == JSON else _of_text(path, found.packing)


def _of_workbook(path: Path, packing: str, *, scratch: Path) -> Inspection:
    with as_file(path, packing, scratch=scratch) as plain:
        kind = kind_of(plain).kind
        # Inside an archive any zip was taken for a workbook; what it is, only the unpacked file shows.
        if kind not in WORKBOOKS:
            raise FileRefused(_("The archive contains another archive. Compress the list only once."))
        sheets = inspect_workbook(plain, kind, scratch=scratch)
        size = plain.stat().st_size
    if not any(sheet.rows for sheet in sheets):
        if kind not in kinds.MARKUP:
            raise FileRefused(_("The workbook is empty. Upload a list with one number per line."))
        text = _(
            "This is a web page without a table, not a list. If you exported it, the program may have returned its "
            "sign-in page: sign in there and export the list again as CSV or XLSX."
        )
        raise FileRefused(text)
    found = Inspection(kind, packing, sheets=sheets, size=size)
    if not found.visible_sheets:
        raise FileRefused(_("Only hidden sheets contain rows. Unhide the sheet with the list and save the workbook."))
    shown = head_of_sheet(found.sheet(""), with_hidden=False)
    return replace(found, lines=found.sheet("").rows, header_line=find_top(shown).header)


def _of_json(path: Path, packing: str) -> Inspection:
    with unpacked(path, packing) as stream:
        check_depth(stream)
    count = 0
    with unpacked(path, packing) as stream:
        for block in JsonBlocks(items_of(stream)):
            count += len(block.rows)
        size = stream.position
    if not count:
        raise FileRefused(_("The JSON file contains no list of objects. Use a list of objects, each with a number."))
    # The first row is made of keys and is no item.
    return Inspection(JSON, packing, lines=count - 1, size=size)


def _of_text(path: Path, packing: str) -> Inspection:
    @contextmanager
    def opened() -> Iterator[Unpacked]:
        with unpacked(path, packing) as stream:
            yield stream

    encodings = find_encodings(opened)
    found = probe(opened, encodings)
    if found.width > limits.MAX_COLUMNS:
        text = _("The file has %(n)d columns; the limit is %(limit)d. Remove columns that you do not need.")
        raise FileRefused(text % {"n": found.width, "limit": limits.MAX_COLUMNS})
    return Inspection(
        kind=kinds.TEXT,
        packing=packing,
        encodings=encodings.found,
        is_certain=encodings.is_certain,
        samples=encodings.samples,
        delimiter=found.delimiter,
        line_end=found.line_end,
        odd_quoting=found.odd_quoting,
        header_line=found.top.header,
        lines=encodings.ends.lines_at(found.line_end),
        size=encodings.size,
    )
