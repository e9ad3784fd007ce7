"""Blocks of rows: what every kind of file becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Block:
    """Parallel lists; rows with nothing in them are left out."""

    line_numbers: Sequence[int]
    """From 1: the physical line on which the record starts, the row of a workbook, the item of a JSON file."""
    lines: Sequence[str]
    """The record as it stands in the file, without its last line end; for workbooks and JSON as CSV and JSON."""
    rows: list[list[str]]
    """Cells, ragged as in the file."""
    unreadable: frozenset[int] = frozenset()
    """Places whose quoting makes no sense; they have no cells."""

    def without_first(self) -> Block:
        """Without the header."""
        unreadable = frozenset(place - 1 for place in self.unreadable if place)
        return Block(self.line_numbers[1:], self.lines[1:], self.rows[1:], unreadable)

    def first(self, rows: int) -> Block:
        unreadable = frozenset(place for place in self.unreadable if place < rows)
        return Block(self.line_numbers[:rows], self.lines[:rows], self.rows[:rows], unreadable)


def without_blanks(block: Block) -> Block:
    """A row is blank when none of its cells holds anything."""
    blank = {
        place
        for place, cells in enumerate(block.rows)
        if not (cells and cells[0].strip()) and place not in block.unreadable and not any(map(str.strip, cells))
    }
    if not blank:
        return block
    kept = [place for place in range(len(block.rows)) if place not in blank]
    unreadable = frozenset(new for new, place in enumerate(kept) if place in block.unreadable)
    numbers, lines, rows = block.line_numbers, block.lines, block.rows
    return Block(
        [numbers[place] for place in kept],
        [lines[place] for place in kept],
        [rows[place] for place in kept],
        unreadable,
    )
