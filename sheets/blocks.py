"""Blocks of rows: what every kind of file becomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    joined: tuple[tuple[int, int], ...] = ()
    """First and last physical line of each row of the block that takes several: a quoted cell holds line ends."""

    def without_first(self) -> Block:
        """Without the header."""
        return self.since(1)

    def first(self, rows: int) -> Block:
        return self.select(range(min(rows, len(self.rows))))

    def since(self, place: int) -> Block:
        return self.select(range(place, len(self.rows))) if place else self

    def select(self, places: Iterable[int]) -> Block:
        """Those rows, in that order."""
        kept = list(places)
        numbers = [self.line_numbers[place] for place in kept]
        there = set(numbers)
        return Block(
            numbers,
            [self.lines[place] for place in kept],
            [self.rows[place] for place in kept],
            frozenset(new for new, place in enumerate(kept) if place in self.unreadable),
            tuple(span for span in self.joined if span[0] in there),
        )


def breaks_in(block: Block) -> int:
    """Line ends inside its rows."""
    return sum(last - first for first, last in block.joined)


def without_blanks(block: Block) -> Block:
    """A row is blank when none of its cells holds anything."""
    blank = {
        place
        for place, cells in enumerate(block.rows)
        # Nearly every row fills its first cell; only the others are looked at as a whole.
        if not (cells and cells[0].strip()) and place not in block.unreadable and not any(map(str.strip, cells))
    }
    if not blank:
        return block
    return block.select(place for place in range(len(block.rows)) if place not in blank)
