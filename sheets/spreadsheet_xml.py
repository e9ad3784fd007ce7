"""XML Spreadsheet 2003: what SAP, Salesforce and many report programs save as .xls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sheets.markup import MarkupTable
from sheets.number_formats import NumberFormat, number_format
from sheets.xlsx_parts import parser_without_entities

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
CHUNK_BYTES = 1024 * 1024
_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet "
_EXCEL = "urn:schemas-microsoft-com:office:excel "
_NUMBER = re.compile(r"-?\d+(\.\d+)?(E[+-]?\d+)?", re.IGNORECASE)


def sheets_in(path: Path) -> list[MarkupTable]:
    """Every worksheet, in the file's order. Raises expat's error, and XmlRefused for declared entities."""
    reader = _Reader()
    parser = parser_without_entities(namespaces=True)
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return reader.sheets


class _Reader:
    def __init__(self) -> None:
        self.sheets: list[MarkupTable] = []
        self._formats: dict[str, NumberFormat | None] = {}
        self._style = ""
        self._row = self._column = -1
        self._column_place = 0
        self._cells: list[Any] = []
        self._cell: Mapping[str, str] = {}
        self._kind = ""
        self._text: list[str] | None = None
        self._in_comment = False
        self._has_data = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.removeprefix(_SPREADSHEET)
        named = {key.removeprefix(_SPREADSHEET): value for key, value in attributes.items()}
        # A tag of another namespace keeps it in its name, so no method is found for it.
        if begin := getattr(self, f"_begin_{name.lower()}", None):
            begin(named)
        elif tag == f"{_EXCEL}Visible":
            self._text = []

    def end(self, tag: str) -> None:
        if finish := getattr(self, f"_end_{tag.removeprefix(_SPREADSHEET).lower()}", None):
            finish()
        elif tag == f"{_EXCEL}Visible" and self.sheets:
            self.sheets[-1].is_hidden = "".join(self._text or ()).strip() in ("SheetHidden", "SheetVeryHidden")
            self._text = None

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _begin_style(self, named: Mapping[str, str]) -> None:
        self._style = named.get("ID", "")

    def _begin_numberformat(self, named: Mapping[str, str]) -> None:
        self._formats[self._style] = number_format(named.get("Format", ""))

    def _begin_worksheet(self, named: Mapping[str, str]) -> None:
        self.sheets.append(MarkupTable(named.get("Name", "")))
        self._row, self._column_place = -1, 0

    def _begin_column(self, named: Mapping[str, str]) -> None:
        first = _number(named.get("Index"), self._column_place + 1, LAST_COLUMN) - 1
        following = min(first + 1 + _number(named.get("Span"), 0, LAST_COLUMN), LAST_COLUMN)
        if named.get("Hidden") == "1":
            self.sheets[-1].marks.hidden_columns.update(range(first, following))
        self._column_place = following

    def _begin_row(self, named: Mapping[str, str]) -> None:
        self._row = _number(named.get("Index"), self._row + 2, LAST_ROW) - 1
        self._column, self._cells = -1, []
        if named.get("Hidden") == "1":
            rows = range(self._row, self._row + 1 + _number(named.get("Span"), 0, LAST_ROW))
            self.sheets[-1].marks.hidden_rows.update(rows)

    def _end_row(self) -> None:
        if any(cell != "" for cell in self._cells):
            self.sheets[-1].rows[self._row] = self._cells

    def _begin_cell(self, named: Mapping[str, str]) -> None:
        self._column = _number(named.get("Index"), self._column + 2, LAST_COLUMN) - 1
        self._cell, self._has_data = named, False

    def _end_cell(self) -> None:
        if "Formula" in self._cell and not self._has_data:
            self.sheets[-1].marks.no_value(self._row, self._column)
        self._column += _number(self._cell.get("MergeAcross"), 0, LAST_COLUMN)

    def _begin_comment(self, named: Mapping[str, str]) -> None:
        self._in_comment = True

    def _end_comment(self) -> None:
        self._in_comment = False

    def _begin_data(self, named: Mapping[str, str]) -> None:
        # A comment of a cell has its text in <Data>, too.
        if not self._in_comment:
            self._kind, self._text, self._has_data = named.get("Type", "String"), [], True

    def _end_data(self) -> None:
        if self._in_comment:
            return
        text, self._text = "".join(self._text or ()), None
        marks = self.sheets[-1].marks
        if self._kind == "Error":
            marks.error(self._row, self._column, text.strip())
        elif self._kind == "Number" and (shown_as := self._formats.get(self._cell.get("StyleID", ""))):
            marks.number(self._row, self._column, shown_as)
        self._cells += [""] * (self._column + 1 - len(self._cells))
        self._cells[self._column] = _value(self._kind, text)


def _value(kind: str, text: str) -> Any:
    if kind == "Number" and _NUMBER.fullmatch(text.strip()):
        return float(text)
    if kind == "Boolean":
        return text.strip() == "1"
    if kind == "DateTime":
        try:
            return datetime.fromisoformat(text.strip())
        except ValueError:
            return text
    return "" if kind == "Error" else text


def _number(written: str | None, otherwise: int, most: int) -> int:
    """Raises ValueError for places that no sheet has."""
    number = int(written) if written else otherwise
    if not 0 <= number <= most:
        raise ValueError
    return number
