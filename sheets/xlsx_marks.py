"""The marks of an XLSX sheet, from its XML: streamed, and looked at closely only where there may be something.

`<` stands for nothing but a tag in XML, so tags are found by pattern: a parser takes ten times as long.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping

from sheets.number_formats import NumberFormat
from sheets.workbook_marks import Marks
from sheets.xlsx_parts import Parts
from sheets.xlsx_rows import CHUNK_BYTES, by_rows, head_of

LAST_COLUMN = 16_384
_ATTRIBUTE = re.compile(rb"""\s(r|s|t|min|max|hidden)=["']([^"'<]*)["']""")
_YES = (b"1", b"true")


def marks_of(archive: zipfile.ZipFile, parts: Parts, name: str) -> Marks:
    """Raises KeyError where the workbook has no such sheet, BadZipFile where it is damaged."""
    with archive.open(parts.sheets[name]) as stream:
        pieces = iter(lambda: stream.read(CHUNK_BYTES), b"")
        head, prefix, rest = head_of(pieces)
        scan = _Scan(prefix, parts.formats)
        scan.columns(head)
        for chunk in by_rows(rest, pieces, b"<" + prefix + b"row"):
            scan.rows(chunk)
    return scan.marks


class _Scan:
    def __init__(self, prefix: bytes, formats: Mapping[int, NumberFormat]) -> None:
        self.marks = Marks()
        self._formats = {str(style).encode(): shown_as for style, shown_as in formats.items()}
        # What can make a mark. A piece with none of these is passed over by searches in bytes.
        self._signs = [b"hidden=", b'"e"', b"'e'", b"<" + prefix + b"f"]
        self._signs += [b"s=" + quote + style + quote for style in self._formats for quote in (b'"', b"'")]
        self._row = self._column = -1
        name = re.escape(prefix)
        place = rb"""(?:\s+r=["']([A-Z]{1,3})[0-9]+["'])?"""
        self._tag = re.compile(rb"<%b(?:row(?=[\s/>])([^>]*)|c(?=[\s/>])(%b[^>]*))>" % (name, place))
        self._row_tag = re.compile(rb"<%brow(?=[\s/>])([^>]*)>" % name)
        self._column_tag = re.compile(rb"<%bcol(?=\s)([^>]*)>" % name)
        self._formula = re.compile(rb"<%bf(?=[\s/>])" % name)
        self._value_tag = re.compile(rb"<%bv(?:\s[^>]*)?>([^<]*)</" % name)
        self._end = b"</" + prefix + b"c>"

    def columns(self, head: bytes) -> None:
        for column in self._column_tag.finditer(head):
            attributes = _attributes(column.group(1))
            if attributes.get(b"hidden") in _YES:
                first, last = int(attributes[b"min"]), int(attributes[b"max"])
                self.marks.hidden_columns.update(range(first - 1, min(last, LAST_COLUMN)))

    def rows(self, chunk: bytes) -> None:
        if any(sign in chunk for sign in self._signs):
            for found in self._tag.finditer(chunk):
                row, cell, letters = found.groups()
                if row is not None:
                    attributes = _attributes(row)
                    number = attributes.get(b"r")
                    self._row = int(number) - 1 if number else self._row + 1
                    self._column = -1
                    if attributes.get(b"hidden") in _YES:
                        self.marks.hidden_rows.add(self._row)
                else:
                    self._column = _place(letters) if letters else self._column + 1
                    self._cell(chunk, found.end(), cell, has_place=bool(letters))
            return
        # Rows without a number are counted even here, for the numbers of those behind them.
        first = self._row_tag.search(chunk)
        if first and b"r" not in _attributes(first.group(1)):
            self._row += len(self._row_tag.findall(chunk))

    def _cell(self, chunk: bytes, start: int, written: bytes, *, has_place: bool) -> None:
        attributes = _attributes(written)
        if not has_place and (place := attributes.get(b"r")):
            self._column = _place(place.rstrip(b"0123456789"))
        kind = attributes.get(b"t", b"n")
        if kind == b"e":
            self.marks.error(self._row, self._column, self._value(chunk, start).decode("utf-8", "replace"))
        elif kind != b"n" or written.endswith(b"/"):
            return
        elif self._formula.match(chunk, start) and not self._value(chunk, start):
            self.marks.no_value(self._row, self._column)
        elif shown_as := self._formats.get(attributes.get(b"s", b"0")):
            self.marks.number(self._row, self._column, shown_as)

    def _value(self, chunk: bytes, start: int) -> bytes:
        """Of the cell whose content begins there."""
        end = chunk.find(self._end, start)
        found = self._value_tag.search(chunk, start, end if end >= 0 else len(chunk))
        return found.group(1).strip() if found else b""


def _attributes(written: bytes) -> dict[bytes, bytes]:
    return dict(_ATTRIBUTE.findall(written))


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1
