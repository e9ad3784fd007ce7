"""Tables in web pages, as their readers see them: what programs write that save "Excel files" without making one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from sheets import limits
from sheets.workbook_marks import Marks

CHUNK_CHARACTERS = 64 * 1024
# As browsers bound a rowspan.
MOST_ROWS_SPANNED = 65_534
_SPACES = re.compile(r"[ \t\n\r\f\xa0]+")
_SCIENTIFIC = re.compile(r"-?\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NEW_LINE = "\n"
_BLOCKS = {"p", "div", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6"}
_SILENT = {"script", "style", "template", "title"}
Attributes = list[tuple[str, str | None]]


@dataclass(slots=True)
class MarkupTable:
    """Rows by their place in the table, from 0; the cells of a row are text, or numbers where the file says so."""

    name: str = ""
    rows: dict[int, list[str | float]] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    is_hidden: bool = False

    @property
    def start(self) -> tuple[int, int] | None:
        return (0, 0) if self.rows else None

    @property
    def end(self) -> tuple[int, int] | None:
        if not self.rows:
            return None
        return max(self.rows), max(max(map(len, self.rows.values())), 1) - 1

    def iter_rows(self) -> Iterator[list[str | float]]:
        return (self.rows.get(row, []) for row in range(max(self.rows, default=-1) + 1))


class BrokenOff(Exception):
    """The page ends inside a table."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def tables_in(text: str) -> list[MarkupTable]:
    """Those with something in them, in the order in which they begin; a table inside another is one of its own.

    Raises BrokenOff.
    """
    parser = _Parser()
    for start in range(0, len(text), CHUNK_CHARACTERS):
        parser.feed(text[start : start + CHUNK_CHARACTERS])
    parser.close()
    parser.end_all()
    return [table for table in parser.tables if any(any(cells) for cells in table.rows.values())]


class _Open:
    """A table that is being read."""

    def __init__(self, table: MarkupTable) -> None:
        self.table = table
        self._row = -1
        self._cells: list[str | float] | None = None
        self._spanned: dict[int, int] = {}
        self._text: list[str] | None = None
        self._attributes: dict[str, str] = {}

    def begin_row(self, attributes: dict[str, str]) -> None:
        self.end_row()
        self._row += 1
        self._cells = []
        if "hidden" in attributes or _HIDDEN.search(attributes.get("style", "")):
            self.table.marks.hidden_rows.add(self._row)

    def end_row(self) -> None:
        self.end_cell()
        if self._cells is not None:
            if any(self._cells):
                self.table.rows[self._row] = self._cells
            self._spanned = {column: rows - 1 for column, rows in self._spanned.items() if rows > 1}
        self._cells = None

    def begin_cell(self, attributes: dict[str, str]) -> None:
        self.end_cell()
        if self._cells is None:
            self.begin_row({})
        self._text, self._attributes = [], attributes

    def end_cell(self) -> None:
        if self._text is None or self._cells is None:
            return
        while self._spanned.get(len(self._cells)):
            self._cells.append("")
        rows = _span(self._attributes.get("rowspan"), MOST_ROWS_SPANNED)
        columns = _span(self._attributes.get("colspan"), limits.MAX_COLUMNS)
        if rows > 1:
            # The rows after this one have no cells of their own there.
            self._spanned |= {len(self._cells) + column: rows for column in range(columns)}
        # A cell's lines, without blank ones; a number that the page shows shortened, as Excel keeps it beside it.
        lines = (_SPACES.sub(" ", line).strip() for line in "".join(self._text).split(_NEW_LINE))
        shown = _NEW_LINE.join(line for line in lines if line)
        kept = self._attributes.get("x:num", "")
        self._cells += [(kept if kept.isdecimal() and _SCIENTIFIC.fullmatch(shown) else shown), *[""] * (columns - 1)]
        self._text = None

    def add(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[MarkupTable] = []
        self._open: list[_Open] = []
        self._silent = 0
        self._is_closed = False

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self.tables.append(MarkupTable())
            self._open.append(_Open(self.tables[-1]))
        elif not self._open:
            return
        elif tag == "tr":
            self._open[-1].begin_row(_named(attributes))
        elif tag in ("td", "th"):
            self._open[-1].begin_cell(_named(attributes))
        elif tag in _BLOCKS:
            self._open[-1].add(_NEW_LINE)

    def handle_startendtag(self, tag: str, attributes: Attributes) -> None:
        if tag in ("td", "th", *_BLOCKS):
            self.handle_starttag(tag, attributes)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            # Pages close tags that they never opened.
            self._silent = max(0, self._silent - 1)
        elif tag in ("body", "html"):
            self._is_closed = True
        elif not self._open:
            return
        elif tag == "table":
            self._open.pop().end_row()
        elif tag == "tr":
            self._open[-1].end_row()
        elif tag in ("td", "th"):
            self._open[-1].end_cell()
        elif tag in _BLOCKS and tag != "br":
            self._open[-1].add(_NEW_LINE)

    def handle_data(self, data: str) -> None:
        if self._open and not self._silent:
            self._open[-1].add(_SPACES.sub(" ", data))

    def end_all(self) -> None:
        """Tables need not be closed where the page is. Raises BrokenOff: half a number is somebody else's."""
        while self._open:
            table = self._open.pop()
            table.end_row()
            if not self._is_closed:
                raise BrokenOff(len(table.table.rows))


def _named(attributes: Attributes) -> dict[str, str]:
    return {name: value or "" for name, value in attributes}


def _span(written: str | None, most: int) -> int:
    digits = re.match(r"\s*(\d{1,6})", written or "")
    return min(max(1, int(digits.group(1))), most) if digits else 1
