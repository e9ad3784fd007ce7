"""A record as it stood in its file (Block.lines) → its cells again, for people who are to correct them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from sheets.json_items import cell_of
from sheets.kinds import JSON


def cells_of(line: str, *, kind: str, delimiter: str, names: Sequence[str]) -> list[str]:
    """As many as there are `names`, the columns of the file. `kind` and `delimiter` as in Inspection.

    Cells beyond the last column are put into it, with the delimiter between them; a line that no quoting makes sense
    of is the first cell, whole.
    """
    if kind == JSON:
        item = json.loads(line)
        return [cell_of(item.get(name)) for name in names]
    sign = delimiter or ","
    try:
        # newline="" leaves the line ends inside cells as they are.
        cells = next(csv.reader(io.StringIO(line, newline=""), delimiter=sign, skipinitialspace=True, strict=True), [])
    except csv.Error:
        cells = [line]
    width = len(names)
    if len(cells) > width:
        last = f"{sign} ".join(cells[width - 1 :])
        return [*cells[: width - 1], last]
    return [*cells, *[""] * (width - len(cells))]
