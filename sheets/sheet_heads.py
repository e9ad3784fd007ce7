"""The first rows of a sheet, which its inspection holds, as a block."""

from __future__ import annotations

from collections.abc import Iterable

from sheets.blocks import Block
from sheets.workbook import Sheet


def head_of_sheet(sheets: Iterable[Sheet], name: str) -> Block:
    sheet = next(sheet for sheet in sheets if sheet.name == name)
    filled = [(number, list(cells)) for number, cells in enumerate(sheet.head, start=1) if any(map(str.strip, cells))]
    numbers, rows = [number for number, _cells in filled], [cells for _number, cells in filled]
    return Block(numbers, [",".join(cells) for cells in rows], rows)
