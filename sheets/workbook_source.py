"""The sheets of a workbook of any kind: python-calamine reads the values, our readers what it does not tell."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from sheets import ods_marks, xlsb_marks, xlsx_marks, xlsx_parts
from sheets.markup import MarkupTable, tables_in
from sheets.markup_text import page_text, pages_of_archive
from sheets.spreadsheet_xml import sheets_in
from sheets.workbook_marks import Marks
from sheets.workbook_rows import SheetRows
from sheets.xls_marks import XlsMarks
from sheets.xlsx_parts import part_names


class Source(Protocol):
    @property
    def names(self) -> list[str]:
        """Of the sheets with rows and columns, in the file's order."""

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the sheets that are hidden, or very hidden."""

    def rows(self, name: str) -> SheetRows: ...


class MarksReader(Protocol):
    def __call__(self, name: str, place: int, /) -> Marks:
        """Of the sheet with that name, at that place among all sheets of the file."""


@contextmanager
def source_of(path: Path, kind: str) -> Iterator[Source]:
    """Raises whatever the readers raise: the caller is a process that may end."""
    if kind in ("html", "xml", "mhtml"):
        yield _Tables(_tables(path, kind))
        return
    with _marks_reader(path, kind) as marks_of, path.open("rb") as file:
        yield _Workbook(CalamineWorkbook.from_filelike(file), marks_of)


class _Workbook:
    def __init__(self, workbook: CalamineWorkbook, marks_of: MarksReader) -> None:
        self._workbook, self._marks_of = workbook, marks_of
        sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        self.names = [sheet.name for sheet in sheets]
        # Chart sheets have a place too: an XLS knows its sheets by these.
        self._places = {sheet.name: place for place, sheet in enumerate(workbook.sheets_metadata)}
        self.hidden = frozenset(sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible)

    def rows(self, name: str) -> SheetRows:
        marks = self._marks_of(name, self._places[name])
        return SheetRows(self._workbook.get_sheet_by_name(name), marks)


class _Tables:
    def __init__(self, tables: list[MarkupTable]) -> None:
        self._tables: dict[str, MarkupTable] = {}
        for number, table in enumerate(tables, start=1):
            name = table.name or f"Table {number}"
            self._tables[f"{name} ({number})" if name in self._tables else name] = table
        self.names = list(self._tables)
        self.hidden = frozenset(name for name, table in self._tables.items() if table.is_hidden)

    def rows(self, name: str) -> SheetRows:
        table = self._tables[name]
        return SheetRows(table, table.marks)


def _tables(path: Path, kind: str) -> list[MarkupTable]:
    if kind == "xml":
        return sheets_in(path)
    if kind == "html":
        return tables_in(page_text(path.read_bytes()))
    found = []
    for page in pages_of_archive(path.read_bytes()):
        tables = tables_in(page.text)
        for table in tables:
            table.name = page.name
        found += tables
    return found


@contextmanager
def _marks_reader(path: Path, kind: str) -> Iterator[MarksReader]:
    if kind == "xls":
        by_place = XlsMarks(path.read_bytes())
        yield lambda name, place: by_place.marks_of(place)
        return
    with zipfile.ZipFile(path) as archive:
        if kind == "ods":
            by_sheet = ods_marks.marks_by_sheet(archive)
            yield lambda name, place: by_sheet.get(name, Marks())
        elif "xl/workbook.bin" in part_names(archive):
            binary = xlsb_marks.parts_of(archive)
            yield lambda name, place: xlsb_marks.marks_of(archive, binary, name)
        else:
            parts = xlsx_parts.parts_of(archive)
            yield lambda name, place: xlsx_marks.marks_of(archive, parts, name)
