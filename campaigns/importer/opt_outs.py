"""The column that says who does not want to be called. What it says unclearly counts as a wish not to be called."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from campaigns.importer.layout import ListLayout, Role
from campaigns.importer.rows import RowError, opted_out
from campaigns.importer.telephones import every_number
from sheets.blocks import Block
from sheets.dialect import fold
from telephony.numbers.phone_identity import identities

_NOES = (
    "0, 0.0, no, n, false, f, off, none, null, nil, na, n/a, unset, inactive, tidak, tdk, bukan, tidak ada, nein, "
    "falsch, non, faux, não, nao, falso, falsa, nee, nej, nei, ei, nie, ne, hayır, hayir, yok, нет, ложь, ні, 否, 不, "
    "不是, 没有, 無, 无, いいえ, なし, 아니오, 아니요, ไม่, ไม่ใช่, không, नहीं, لا, όχι, לא, subscribed, "
    "callable, allow, allowed, clean, clear, not listed, not registered, opt in, opted in"
)
_NO_WORDS = frozenset(map(fold, _NOES.split(",")))


def opted_out_of(block: Block, layout: ListLayout) -> dict[int, RowError]:
    """The rows whose person does not want to be called."""
    found: dict[int, RowError] = {}
    for place in layout.places(Role.OPT_OUT):
        cells = [row[place].strip() for row in block.rows]
        wishes = {cell for cell in set(cells) if not is_no(cell)}
        if wishes:
            name = layout.names[place]
            rows = (row for row, cell in enumerate(cells) if cell in wishes)
            found |= {row: opted_out(name, cells[row]) for row in rows if row not in found}
    return found


def numbers_opted_out(blocks: Iterable[Block], layout: ListLayout, *, region: str) -> NDArray[np.int64]:
    """Identity keys of everybody who does not want to be called by any row: the same person may stand there twice."""
    found: set[int] = set()
    for block in blocks:
        rows = [[*cells, *[""] * (layout.width - len(cells))] for cells in block.rows]
        square = Block(block.line_numbers, block.lines, rows)
        if wishes := sorted(opted_out_of(square, layout)):
            some = Block([0] * len(wishes), [""] * len(wishes), [rows[place] for place in wishes])
            found.update(every_number(some, layout, region=region))
    return np.unique(identities(np.fromiter(found, np.int64, len(found))))


def is_no(cell: str) -> bool:
    """A known "no", or a cell without letters and digits. An error of a spreadsheet ("#N/A") says nothing."""
    if cell.startswith("#"):
        return False
    word = fold(cell)
    # A tick or a cross.
    return word in _NO_WORDS if word else not any(char not in " -–—./_" for char in cell)
