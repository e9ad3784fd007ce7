"""One look at a whole file: what it is, and how it may be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

from django.utils.translation import gettext as _

from sheets import kinds, limits
from sheets.dialect import find_delimiter
from sheets.encodings import find_encodings
from sheets.errors import FileRefused
from sheets.json_items import JsonBlocks, check_depth, items_of
from sheets.kinds import JSON, WORKBOOKS, kind_of
from sheets.lines import LineReader
from sheets.packing import Unpacked, as_file, unpacked
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
    delimiter: str = ""
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
        """The first visible one with rows; of a web page the largest table: others are often there for its looks."""
        sheets = self.visible_sheets
        if self.kind == kinds.HTML:
            return max(sheets, key=lambda sheet: sheet.rows * sheet.columns).name
        return sheets[0].name if sheets else ""

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
            "delimiter": self.delimiter,
            "sheets": [sheet.as_json() for sheet in self.sheets],
            "lines": self.lines,
            "size": self.size,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        sheets = tuple(map(Sheet.from_json, data["sheets"]))
        return cls(**{**data, "encodings": tuple(data["encodings"]), "sheets": sheets})


def inspect_file(path: Path, *, scratch: Path) -> Inspection:
    """Raises FileRefused. Streams: takes as long as reading the file once, and no more memory for a larger one."""
    found = kind_of(path)
    if found.kind in WORKBOOKS:
        return _of_workbook(path, found.packing, scratch=scratch)
    return _of_json(path, found.packing) if found.kind == JSON else _of_text(path, found.packing)


def _of_workbook(path: Path, packing: str, *, scratch: Path) -> Inspection:
    with as_file(path, packing, scratch=scratch) as plain:
        kind = kind_of(plain).kind
        if kind not in WORKBOOKS:
            raise FileRefused(_("The archive holds another archive. Pack the list once."))
        sheets = inspect_workbook(plain, kind, scratch=scratch)
        size = plain.stat().st_size
    if not any(sheet.rows for sheet in sheets):
        raise _without_rows(kind)
    found = Inspection(kind, packing, sheets=sheets, size=size)
    if not found.visible_sheets:
        raise FileRefused(_("Only hidden sheets hold rows. Unhide the one that is the list, and save the workbook."))
    return replace(found, lines=found.sheet("").rows)


def _without_rows(kind: str) -> FileRefused:
    if kind not in kinds.MARKUP:
        return FileRefused(_("The workbook is empty. Upload a list with one number per line."))
    text = _(
        "This is a web page without a table, not a list. If it was exported, the program may have asked to sign in: "
        "sign in there, and export the list again as CSV or XLSX."
    )
    return FileRefused(text)


def _of_json(path: Path, packing: str) -> Inspection:
    with unpacked(path, packing) as stream:
        check_depth(stream)
    count = 0
    with unpacked(path, packing) as stream:
        for block in JsonBlocks(items_of(stream)):
            count += len(block.rows)
        size = stream.position
    if not count:
        raise FileRefused(_("The JSON file holds no list of objects. Write a list of objects, each with a number."))
    return Inspection(JSON, packing, lines=count - 1, size=size)


def _of_text(path: Path, packing: str) -> Inspection:
    @contextmanager
    def opened() -> Iterator[Unpacked]:
        with unpacked(path, packing) as stream:
            yield stream

    encodings = find_encodings(opened)
    with opened() as stream:
        sample = first_lines(stream, encodings.found[0])
    if not sample:
        raise FileRefused(_("The file is empty. Upload a list with one number per line."))
    delimiter = find_delimiter(sample)
    _check_columns(max(line.count(delimiter) for line in sample[:1]) + 1)
    return Inspection(
        kind=kinds.TEXT,
        packing=packing,
        encodings=encodings.found,
        is_certain=encodings.is_certain,
        delimiter=delimiter,
        lines=encodings.lines,
        size=encodings.size,
    )


def first_lines(stream: Unpacked, encoding: str) -> list[str]:
    """Those with something on them."""
    lines = (text for group in LineReader(stream, encoding) for text in group.texts)
    return list(islice((line for line in lines if line.strip(" \t,;|\"'")), limits.SAMPLE_LINES))


def _check_columns(count: int) -> None:
    if count > limits.MAX_COLUMNS:
        text = _("The file has %(n)d columns; %(limit)d are possible. Remove those that are not needed.")
        raise FileRefused(text % {"n": count, "limit": limits.MAX_COLUMNS})
