"""The first rows of a table, taken apart: what is skipped, the header, the rows below it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from django.utils.translation import gettext as _

from sheets.blocks import Block
from sheets.choice import Choice
from sheets.errors import FileRefused
from sheets.header import find_top, top_at
from sheets.inspection import Inspection
from sheets.kinds import JSON
from sheets.limits import SAMPLE_LINES
from sheets.sheet_heads import head_of_sheet


@dataclass(frozen=True, slots=True)
class Beginning:
    skipped: Block
    """Titles, comments and the like above the header; they are not read."""
    header_line: int
    """0 where no line names the columns: there is no header, or it is made of the keys of JSON items."""
    has_header: bool
    rows: Block
    """The header, if there is one, and what follows."""

    @property
    def header(self) -> list[str] | None:
        return self.rows.rows[0] if self.has_header else None

    @property
    def body(self) -> Block:
        return self.rows.without_first() if self.has_header else self.rows

    def first(self, rows: int) -> Self:
        return replace(self, rows=self.rows.first(rows))


NOTHING = Beginning(Block([], [], []), 0, False, Block([], [], []))


def taken_apart(first: Block, inspection: Inspection, choice: Choice) -> Beginning:
    """`first` is the first block of the table. Raises FileRefused where no row is on the line chosen as header."""
    if inspection.kind == JSON:
        # JsonBlocks puts the keys there, whatever the items hold: there is no header to look for.
        return Beginning(first.first(0), 0, True, first)
    if choice.header_line is not None:
        found = top_at(first, choice.header_line)
        if found is None:
            text = _("Line %(line)d cannot be used as the header. Choose another line.")
            raise FileRefused(text % {"line": choice.header_line})
        top = found
    elif inspection.is_workbook:  # a page shows no more of it, and the import has to find the same
        top = find_top(head_of_sheet(inspection.sheet(choice.sheet), with_hidden=bool(choice.hidden_rows)))
    else:
        top = find_top(first.first(SAMPLE_LINES))
    start = next((place for place, number in enumerate(first.line_numbers) if number >= top.first), len(first.rows))
    has_header = bool(top.header) and start < len(first.rows)
    return Beginning(first.first(start), top.header if has_header else 0, has_header, first.since(start))
