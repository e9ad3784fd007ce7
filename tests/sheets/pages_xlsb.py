"""Pages as XLSB: records in parts of a package."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from typing import Any

from tests.sheets.pages import Error, Page, Shown, all_codes, style_of
from tests.sheets.pages_xls import ERRORS, STATES
from tests.sheets.pages_xlsx import root_relation, sheet_relations


def xlsb_of(*pages: Page) -> bytes:
    sheets = b"".join(
        _record(156, struct.pack("<II", STATES[page.state], number) + _text(f"rId{number}") + _text(page.name))
        for number, page in enumerate(pages, start=1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": root_relation("xl/workbook.bin"),
        "xl/workbook.bin": _record(131) + _record(143) + sheets + _record(144) + _record(132),
        "xl/_rels/workbook.bin.rels": sheet_relations(len(pages), "bin"),
        "xl/styles.bin": _styles(pages),
    }
    for number, page in enumerate(pages, start=1):
        parts[f"xl/worksheets/sheet{number}.bin"] = _sheet(all_codes(pages), page)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def _record(kind: int, data: bytes = b"") -> bytes:
    return _varied(kind) + _varied(len(data)) + data


def _varied(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def _styles(pages: Sequence[Page]) -> bytes:
    codes = list(enumerate(all_codes(pages), start=164))
    formats = b"".join(_record(44, struct.pack("<H", number) + _text(code)) for number, code in codes)
    styles = b"".join(_record(47, struct.pack("<HH12x", 0, number)) for number in [0, *(n for n, _code in codes)])
    parents = _record(626, struct.pack("<I", 1)) + _record(47, struct.pack("<HH12x", 0xFFFF, 9)) + _record(627)
    return (
        _record(278) + _record(615, struct.pack("<I", len(codes))) + formats + _record(616) + parents
        + _record(617, struct.pack("<I", len(codes) + 1)) + styles + _record(618) + _record(279)
    )  # fmt: skip


def _sheet(codes: Sequence[str], page: Page) -> bytes:
    columns = b"".join(
        _record(60, struct.pack("<IIIIH", column, column, 2304, 0, 1)) for column in sorted(page.hidden_columns)
    )
    rows = b""
    for row, cells in page.numbered():
        flags = 0x10 if row in page.hidden_rows else 0
        rows += _record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, flags, 0, 0))
        rows += b"".join(_cell(column, style_of(codes, value), value) for column, value in cells)
    numbers = [row for row, _cells in page.numbered()] or [0]
    places = [column for _row, cells in page.numbered() for column, _value in cells] or [0]
    size = _record(148, struct.pack("<IIII", min(numbers), max(numbers), min(places), max(places)))
    columns = _record(390) + columns + _record(391) if columns else b""
    return _record(129) + size + columns + _record(145) + rows + _record(146) + _record(130)


def _cell(column: int, style: int, value: Any) -> bytes:
    place = struct.pack("<II", column, style)
    match value:
        case bool():
            return _record(4, place + struct.pack("<B", value))
        case int() | float():
            return _record(5, place + struct.pack("<d", value))
        case Error(text):
            return _record(3, place + struct.pack("<B", ERRORS[text]))
        case Shown(number):
            return _record(5, place + struct.pack("<d", number))
    return _record(6, place + _text(value))
