"""The first rows of a sheet, which its inspection holds, as a block."""

from __future__ import annotations

from sheets.blocks import Block
from sheets.workbook import Sheet


def head_of_sheet(sheet: Sheet, *, with_hidden: bool) -> Block:
    """As they are read with or without the rows that are hidden."""
    shown = [row for row in sheet.shown(with_hidden=with_hidden) if any(map(str.strip, row.cells))]
    return Block([row.row for row in shown], [",".join(row.cells) for row in shown], [list(row.cells) for row in shown])
