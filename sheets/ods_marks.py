"""The marks of an OpenDocument spreadsheet, from its content: parsed only where there may be something."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product

from python_calamine import PasswordError

from sheets.workbook_marks import Marks
from sheets.xlsx_parts import parser_without_entities

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
CHUNK_BYTES = 1024 * 1024
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
# Whatever can make a mark: hidden, a formula, a tab, a text that begins like a padded number.
_SIGNS = re.compile(rb'visibility="|:formula="|<text:tab|<text:p>\s*[+0][\d +()/-]{3,}<')
# A sign may lie across two chunks.
_OVERLAP = 256
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = f"{_OASIS}office:1.0 ", f"{_OASIS}table:1.0 ", f"{_OASIS}text:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_NUMBER_SHOWN = re.compile(r"[+\d ()/\u00a0-]+")


def marks_by_sheet(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """Of the sheets that have any. Raises BadZipFile, XmlRefused and expat's errors where the file is damaged.

    Raises PasswordError where it is protected: then the content is no XML.
    """
    if MANIFEST in archive.namelist() and b"encryption-data" in archive.read(MANIFEST):
        raise PasswordError
    end = b""
    with archive.open(CONTENT) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            if _SIGNS.search(end + chunk):
                break
            end = chunk[-_OVERLAP:]
        else:
            return {}
    reader = _Reader()
    parser = parser_without_entities(namespaces=True)
    # Without it, expat hands a text over in pieces, one at each entity and line end.
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    with archive.open(CONTENT) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return reader.sheets


class _Reader:
    def __init__(self) -> None:
        self.sheets: dict[str, Marks] = {}
        self._marks = Marks()
        self._depth = 0
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._cell: Mapping[str, str] = {}
        self._paragraphs: list[str] = []
        self._in_cell = self._in_paragraph = self._has_tab = False
        self._notes = 0
        self._begins: dict[str, Callable[[Mapping[str, str]], None]] = {
            f"{_TABLE}table": self._begin_table,
            f"{_TABLE}table-column": self._add_columns,
            f"{_TABLE}table-row": self._begin_row,
            f"{_TABLE}table-cell": self._begin_cell,
            f"{_TABLE}covered-table-cell": self._begin_cell,
            f"{_OFFICE}annotation": self._begin_note,
            f"{_TEXT}p": self._begin_paragraph,
            f"{_TEXT}tab": self._add_tab,
            f"{_TEXT}s": self._add_spaces,
            f"{_TEXT}line-break": self._add_line_break,
        }
        self._ends: dict[str, Callable[[], None]] = {
            f"{_TABLE}table": self._end_table,
            f"{_TABLE}table-row": self._end_row,
            f"{_TABLE}table-cell": self._end_cell,
            f"{_TABLE}covered-table-cell": self._end_cell,
            f"{_OFFICE}annotation": self._end_note,
            f"{_TEXT}p": self._end_paragraph,
        }

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if begin := self._begins.get(tag):
            begin(attributes)

    def end(self, tag: str) -> None:
        if finish := self._ends.get(tag):
            finish()

    def text(self, text: str) -> None:
        if self._in_paragraph:
            self._paragraphs[-1] += text

    def _begin_table(self, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._marks = self.sheets.setdefault(attributes.get(f"{_TABLE}name", ""), Marks())
            self._row = self._column = 0

    def _end_table(self) -> None:
        self._depth -= 1

    def _add_columns(self, attributes: Mapping[str, str]) -> None:
        following = self._column + _repeated(attributes, "columns")
        if _is_hidden(attributes):
            self._marks.hidden_columns.update(range(self._column, min(following, LAST_COLUMN)))
        self._column = following

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        if self._depth == 1:
            self._column, self._rows = 0, _repeated(attributes, "rows")
            if _is_hidden(attributes):
                self._marks.hidden_rows.update(range(self._row, min(self._row + self._rows, LAST_ROW)))

    def _end_row(self) -> None:
        if self._depth == 1:
            self._row += self._rows

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        if self._depth == 1:
            self._cell, self._columns = attributes, _repeated(attributes, "columns")
            self._paragraphs, self._in_cell, self._has_tab = [], True, False

    def _end_cell(self) -> None:
        if self._depth == 1:
            shown = "\n".join(self._paragraphs)
            kind = self._cell.get(f"{_OFFICE}value-type", "")
            mark: Callable[[int, int], None] | None = None
            # As programs write an error that do not know the attribute for it: a formula whose text is empty.
            is_old_error = (
                kind == "string"
                and shown.startswith(("#", "Err:"))
                and self._cell.get(f"{_OFFICE}string-value") == ""
                and f"{_TABLE}formula" in self._cell
            )
            if f"{_TABLE}formula" in self._cell and not kind:
                mark = self._marks.no_value
            elif self._cell.get(_CALC) == "error" or is_old_error:
                mark = partial(self._marks.error, text=shown)
            elif (kind == "float" and _adds(shown, self._cell.get(f"{_OFFICE}value", ""))) or (self._has_tab and kind):
                mark = partial(self._marks.text, text=shown)
            if mark:
                # One element repeated a million times is how the rest of a sheet is written.
                rows = range(self._row, min(self._row + self._rows, LAST_ROW))
                columns = range(self._column, min(self._column + self._columns, LAST_COLUMN))
                for row, column in product(rows, columns):
                    mark(row, column)
            self._column += self._columns
            self._in_cell = False

    def _begin_note(self, attributes: Mapping[str, str]) -> None:
        # A note has paragraphs too, and they are no text of the cell.
        self._notes += 1

    def _end_note(self) -> None:
        self._notes -= 1

    def _begin_paragraph(self, attributes: Mapping[str, str]) -> None:
        if self._in_cell and not self._notes and self._depth == 1:
            self._paragraphs.append("")
            self._in_paragraph = True

    def _end_paragraph(self) -> None:
        self._in_paragraph = self._in_paragraph and bool(self._notes)

    def _add_tab(self, attributes: Mapping[str, str]) -> None:
        self._has_tab = self._has_tab or self._in_paragraph
        self.text("\t")

    def _add_spaces(self, attributes: Mapping[str, str]) -> None:
        # The file says how many blanks; a made-up number must not fill the memory.
        self.text(" " * min(int(attributes.get(f"{_TEXT}c", "1")), 1000))

    def _add_line_break(self, attributes: Mapping[str, str]) -> None:
        self.text("\n")


def _repeated(attributes: Mapping[str, str], what: str) -> int:
    return max(1, int(attributes.get(f"{_TABLE}number-{what}-repeated", "1")))


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return attributes.get(f"{_TABLE}visibility") in ("collapse", "filter")


def _adds(shown: str, value: str) -> bool:
    """Whether the sheet shows digits or a plus sign that the number does not have."""
    number = float(value or "nan")
    # NaN, which is not equal to itself, stands for a cell without a value.
    if number != number or number < 0 or number != int(number) or not _NUMBER_SHOWN.fullmatch(shown):
        return False
    digits = "".join(filter(str.isdecimal, shown))
    return digits.endswith(str(int(number))) and ("+" in shown or digits != str(int(number)))
