"""Where the header of a table is, and what stands above it: titles, comments, notes of the program that wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sheets.blocks import Block
from sheets.dialect import looks_like_number, usual_width

# An order to Excel that other programs write. Saved again, the line has the delimiters of empty cells behind it.
_SEPARATOR = re.compile(r'"?sep=(\\t|.)"?[,;|\t]*', re.IGNORECASE)
# A date has digits enough to look like a number, and stands above many tables.
_DAY = re.compile(r"\d{1,4}[./ -]\d{1,2}[./ -]\d{1,4}")
_NARROW = 2
Row = dict[int, str]
"""The cells of a row that hold something, by their places."""


@dataclass(frozen=True, slots=True)
class Top:
    """Line numbers, as those of blocks."""

    header: int
    """0: no row names the columns."""
    first: int
    """Of the table: its header, or its first row."""


def separator_of(line: str) -> str:
    """The delimiter that a line such as sep=; names, which is no row; "" for every other line."""
    found = _SEPARATOR.fullmatch(line.strip(" "))
    if found is None:
        return ""
    return "\t" if found.group(1) == "\\t" else found.group(1)


def is_note(line: str) -> bool:
    """A line that is no row where it stands above all others."""
    return line.lstrip(' "').startswith("#") or bool(separator_of(line))


def find_top(block: Block) -> Top:
    """By the contents of the first rows of a table, without blank ones.

    The header is the first row that has words in most of the usual columns, above rows that hold numbers.
    """
    notes = _notes(block)
    rows = [_filled(row) for row in block.rows[notes:]]
    numbers = block.line_numbers
    header = _header_of(rows, list(numbers[notes:]))
    if header is None:
        return Top(0, numbers[notes] if rows else 1)
    return Top(numbers[notes + header], numbers[notes + header])


def top_at(block: Block, header_line: int) -> Top | None:
    """Where a person says that the header is; 0 for none. Nothing where no row is on that line."""
    if not header_line:
        notes = _notes(block)
        return Top(0, block.line_numbers[notes] if notes < len(block.rows) else 1)
    ends = dict(block.joined)
    found = (number for number in block.line_numbers if number <= header_line <= ends.get(number, number))
    line = next(found, None)
    return None if line is None else Top(line, line)


def has_table(rows: Sequence[Sequence[str]]) -> bool:
    """Most rows have a number. A cover sheet has a few words, and perhaps a date."""
    filled = [row for row in map(_filled, rows) if row]
    return sum(bool(_numbers(row)) for row in filled) * 2 >= max(2, len(filled) - 1)


def _notes(block: Block) -> int:
    """How many of the first rows are notes. “#,name,phone” and a lone “#phone” name columns."""
    usual = usual_width(len(_filled(row)) for row in block.rows)
    place = 0
    while place < len(block.rows) and place not in block.unreadable and is_note(block.lines[place]):
        if not separator_of(block.lines[place]) and _names_columns(block.rows[place : place + 2], usual=usual):
            break
        place += 1
    return place


def _names_columns(rows: Sequence[Sequence[str]], *, usual: int) -> bool:
    """A row as wide as all others, right above a row with a number; behind the # of a comment there is a space."""
    here, *below = map(_filled, rows)
    return len(here) >= usual and bool(below and _numbers(below[0])) and not rows[0][0].strip().startswith("# ")


def _header_of(rows: Sequence[Row], line_numbers: Sequence[int]) -> int | None:
    counts = Counter(place for row in rows for place in _numbers(row))
    if not counts:
        usual = usual_width(map(len, rows))
        return next((place for place, row in enumerate(rows) if len(row) * 3 > usual * 2), None)
    # A number now and then, as in a column of notes, makes no column of numbers.
    often = {place for place, count in counts.items() if count * 2 >= max(counts.values())}
    usual = usual_width(len(row) for row in rows if _numbers(row) & often)
    is_row = [bool(_numbers(row) & often) and len(row) * 2 >= usual for row in rows]
    body = is_row.index(True) if True in is_row else len(rows)
    found = [
        place
        for place, row in enumerate(rows[:body])
        # Two thirds: a header may leave columns without a name, while a title fills one or two cells.
        if len(row) * 3 > usual * 2 and often & row.keys() and not _numbers(row) & often
    ]
    if not found and 0 < body < len(rows):
        # The row right above the first with numbers, where half of its columns have a name, a column of numbers too.
        above = rows[body - 1]
        if len(above) * 2 >= usual and often & above.keys() and not _numbers(above):
            found = [body - 1]
    if not found or any(_could_be_called(row, counts, usual) for row in rows[: found[0]]):
        return None
    if usual > _NARROW:
        return found[0]
    # A title can be as wide as a narrow table; below it, a line is left blank.
    gaps = [second for first, second in pairwise(found) if line_numbers[second] > line_numbers[first] + second - first]
    return gaps[-1] if gaps else found[0]


def _could_be_called(row: Row, counts: Counter[int], usual: int) -> bool:
    """A row above what looks like the header: were it taken for one, this row's number would be lost."""
    return len(row) * 3 > usual * 2 and any(counts[place] > 1 for place in _numbers(row))


def _filled(row: Sequence[str]) -> Row:
    return {place: cell.strip() for place, cell in enumerate(row) if cell.strip()}


def _numbers(row: Row) -> set[int]:
    return {place for place, cell in row.items() if looks_like_number(cell) and not _DAY.fullmatch(cell)}
