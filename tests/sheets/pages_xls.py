"""Pages as XLS: records in a compound file."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from tests.sheets.pages import Error, Page, Shown, all_codes, style_of

ERRORS = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}
STATES = {"visible": 0, "hidden": 1, "veryHidden": 2}
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR = 512


def xls_of(*pages: Page, protected: bool = False) -> bytes:
    sheets = [_sheet(all_codes(pages), page) for page in pages]
    starts = [0] * len(pages)
    size = len(_globals(pages, starts, protected))
    for place, sheet in enumerate(sheets):
        starts[place] = size
        size += len(sheet)
    return compound(Workbook=_globals(pages, starts, protected) + b"".join(sheets))


def _record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text.encode("utf-16-le")) // 2, 1) + text.encode("utf-16-le")


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _globals(pages: Sequence[Page], starts: Sequence[int], protected: bool) -> bytes:
    codes = list(enumerate(all_codes(pages), start=164))
    out = _begin(0x0005)
    if protected:
        out += _record(0x002F, struct.pack("<HHH", 0, 0x1234, 0x5678))
    out += _record(0x0042, struct.pack("<H", 1200))
    for number, code in codes:
        out += _record(0x041E, struct.pack("<H", number) + _text(code))
    for number in [0, *(number for number, _code in codes)]:
        out += _record(0x00E0, struct.pack("<HHH14x", 0, number, 0))
    for page, start in zip(pages, starts, strict=True):
        name = page.name.encode("utf-16-le")
        out += _record(0x0085, struct.pack("<IBBBB", start, STATES[page.state], 0, len(name) // 2, 1) + name)
    return out + _record(0x000A)


def _sheet(codes: Sequence[str], page: Page) -> bytes:
    out = _begin(0x0010)
    for column in sorted(page.hidden_columns):
        out += _record(0x007D, struct.pack("<HHHHHH", column, column, 2304, 0, 1, 0))
    for row, cells in page.numbered():
        flags = 0x0100 | (0x20 if row in page.hidden_rows else 0)
        out += _record(0x0208, struct.pack("<HHHHHHHH", row, 0, 256, 255, 0, 0, flags, 15))
        for column, value in cells:
            out += _cell(row, column, style_of(codes, value), value)
    return out + _record(0x000A)


def _cell(row: int, column: int, style: int, value: Any) -> bytes:
    place = struct.pack("<HHH", row, column, style)
    match value:
        case bool():
            return _record(0x0205, place + struct.pack("<BB", value, 0))
        case int() | float():
            return _record(0x0203, place + struct.pack("<d", value))
        case Error(text):
            return _record(0x0205, place + struct.pack("<BB", ERRORS[text], 1))
        case Shown(number):
            return _record(0x0203, place + struct.pack("<d", number))
    return _record(0x0204, place + _text(value))


def small_numbers(row: int, column: int, styles: Sequence[int], numbers: Sequence[int]) -> bytes:
    """MULRK: whole numbers side by side."""
    cells = b"".join(struct.pack("<HI", style, number << 2 | 2) for style, number in zip(styles, numbers, strict=True))
    return _record(0x00BD, struct.pack("<HH", row, column) + cells + struct.pack("<H", column + len(numbers) - 1))


def compound(**streams: bytes) -> bytes:
    """A compound file; streams are padded, so that none is small enough for the table of small ones."""
    padded = {name: data.ljust(-(-max(len(data), 4096) // _SECTOR) * _SECTOR, b"\0") for name, data in streams.items()}
    entries = _entry("Root Entry", 5, _END, 0)
    following: list[int] = []
    for name, data in padded.items():
        entries += _entry(name, 2, len(following), len(data))
        following += _chain(len(following), len(data) // _SECTOR)
    entries += b"\0" * (-len(entries) % _SECTOR)
    directory = len(following)
    following += _chain(directory, len(entries) // _SECTOR)
    tables = 1
    while tables * (_SECTOR // 4) < len(following) + tables:
        tables += 1
    places = range(len(following), len(following) + tables)
    table = [*following, *[_TABLE] * tables]
    table += [_FREE] * (tables * (_SECTOR // 4) - len(table))
    header = struct.pack("<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 62, 3, 0xFFFE, 9, 6,
                         0, tables, directory, 0, 4096, _END, 0, _END, 0)  # fmt: skip
    header += struct.pack("<109I", *places, *[_FREE] * (109 - tables))
    return header + b"".join(padded.values()) + entries + struct.pack(f"<{len(table)}I", *table)


def _chain(first: int, sectors: int) -> list[int]:
    return [*range(first + 1, first + sectors), _END]


def _entry(name: str, kind: int, first: int, size: int) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    entry = struct.pack("<64sHBBIII36xIQ", encoded, len(encoded), kind, 1, _FREE, _FREE, _FREE, first, size)
    assert len(entry) == 128
    return entry
