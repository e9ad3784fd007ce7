"""The marks of the sheets of a binary workbook (XLSB)."""

from __future__ import annotations

import posixpath
import struct
import zipfile
from collections.abc import Iterator, Mapping

from sheets.number_formats import NumberFormat, number_format
from sheets.workbook_marks import ERRORS, Marks
from sheets.xlsx_parts import Parts, part_names, relations, workbook_part

LAST_COLUMN = 16_384
_ROW, _COLUMNS, _SHEET, _FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 0, 60, 156, 44, 47, 617, 618
_ERROR, _FORMULA_ERROR = 3, 11
# A small number, a number, a formula with one.
_NUMBERS = (2, 5, 9)
_HIDDEN_ROW = 0x10
_NO_STRING = 0xFFFFFFFF
CHUNK_BYTES = 1024 * 1024


def parts_of(archive: zipfile.ZipFile) -> Parts:
    """Raises KeyError, BadZipFile and struct.error where the file is damaged."""
    names = part_names(archive)
    workbook = workbook_part(archive, names)
    targets = relations(archive, names, workbook)
    sheets = {}
    for kind, data in records(archive, names[workbook]):
        if kind == _SHEET:
            relation, after = _string(data, 8)
            name, _after = _string(data, after)
            if part := names.get(targets.get(relation, "")):
                sheets[name] = part
    styles = names.get(f"{posixpath.dirname(workbook)}/styles.bin")
    return Parts(sheets, _formats(archive, styles) if styles else {})


def _formats(archive: zipfile.ZipFile, part: str) -> Mapping[int, NumberFormat]:
    codes: dict[int, str] = {}
    styles: list[int] = []
    is_inside = False
    for kind, data in records(archive, part):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _string(data, 2)[0]
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            is_inside = kind == _STYLES_BEGIN
        elif kind == _STYLE and is_inside:
            styles.append(struct.unpack_from("<H", data, 2)[0])
    found = {style: number_format(codes.get(key, "")) for style, key in enumerate(styles)}
    return {style: shown_as for style, shown_as in found.items() if shown_as}


def marks_of(archive: zipfile.ZipFile, parts: Parts, name: str) -> Marks:
    """Raises KeyError where the workbook has no such sheet; BadZipFile and struct.error where it is damaged."""
    marks, row = Marks(), 0
    # Where no style adds digits or a plus sign, numbers are passed over.
    numbers = _NUMBERS if parts.formats else ()
    for kind, data in records(archive, parts.sheets[name]):
        if kind in numbers:
            column, style = struct.unpack_from("<II", data)
            # The fourth byte holds flags.
            if shown_as := parts.formats.get(style & 0xFFFFFF):
                marks.number(row, column, shown_as)
        elif kind == _ROW:
            row = struct.unpack_from("<I", data)[0]
            if data[11] & _HIDDEN_ROW:
                marks.hidden_rows.add(row)
        elif kind in (_ERROR, _FORMULA_ERROR):
            marks.error(row, struct.unpack_from("<I", data)[0], ERRORS.get(data[8], ""))
        elif kind == _COLUMNS:
            first, last, flags = struct.unpack_from("<II8xH", data)
            if flags & 1:
                marks.hidden_columns.update(range(first, min(last, LAST_COLUMN - 1) + 1))
    return marks


def records(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[int, bytes]]:
    """Number and data of each; numbers and lengths are written with seven bits a byte."""
    with archive.open(part) as stream:
        content, start = b"", 0
        while True:
            if len(content) - start < CHUNK_BYTES:
                content, start = content[start:] + stream.read(CHUNK_BYTES), 0
            if start >= len(content):
                return
            kind, start = _varied(content, start, most=2)
            length, start = _varied(content, start, most=4)
            if start + length > len(content):
                content, start = content[start:] + stream.read(length), 0
            yield kind, content[start : start + length]
            start += length


def _varied(content: bytes, start: int, *, most: int) -> tuple[int, int]:
    """The number that begins there, and the place after it."""
    number = 0
    for place in range(most):
        byte = content[start + place]
        number |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            break
    return number, start + place + 1


def _string(data: bytes, start: int) -> tuple[str, int]:
    """The text that begins there, and the place after it."""
    length = struct.unpack_from("<I", data, start)[0]
    if length == _NO_STRING:
        return "", start + 4
    end = start + 4 + 2 * length
    return data[start + 4 : end].decode("utf-16-le"), end
