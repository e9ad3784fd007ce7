"""What cells look like: numbers, blocks of numbers, or area codes with the rest of the number in the next column."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sheets.dialect import fold
from sheets.dialect import usual_width as usual
from telephony.numbers.bulk import read_column
from telephony.numbers.number_blocks import MARKS, read_blocks
from telephony.numbers.number_errors import HELD, NumberError

__all__ = ["are_numbers", "column", "folded_words", "has_area_apart", "is_block", "usual_width"]
NUMBERLIKE = frozenset({"no_country", "extension", "several_numbers", "line_range", *HELD})
"""Refusals of cells that hold a telephone number all the same."""
NORTH_AMERICA = "US"
_AREA, _REST = re.compile(r"[0-9]{2,5}"), re.compile(r"[0-9]{5,8}")


def folded_words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split(","))


def column(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    """The cells of a column that hold something."""
    return [cell for row in rows if place < len(row) and (cell := row[place].strip())]


def usual_width(rows: Sequence[Sequence[str]]) -> int:
    return usual(map(len, rows))


def are_numbers(cells: list[str], *, region: str) -> list[bool]:
    """Which of the cells hold a telephone number, or stand for many."""
    errors = read_column(cells, region=region or None).errors
    return [
        place not in errors or errors[place].code in NUMBERLIKE or is_block(cell, region=region)
        for place, cell in enumerate(cells)
    ]


def is_block(cell: str, *, region: str) -> bool:
    if MARKS.isdisjoint(cell):
        return False
    try:
        return bool(read_blocks(cell, region=region or None))
    except NumberError as refusal:
        return refusal.code == "no_country"


def has_area_apart(rows: Sequence[Sequence[str]], *, region: str) -> tuple[int, int] | None:
    """Places of two neighbours, area codes and the rest of the numbers, that are numbers only together."""
    width = usual_width(rows)
    for place in range(width - 1):
        pairs = [(row[place].strip(), row[place + 1].strip()) for row in rows if len(row) > place + 1]
        if not pairs or not all(_AREA.fullmatch(area) and _REST.fullmatch(rest) for area, rest in pairs):
            continue
        # The US registry writes its files so; without a country they are tried as numbers of North America.
        joined = [area + rest for area, rest in pairs]
        if sum(are_numbers(joined, region=region or NORTH_AMERICA)) * 2 > len(joined):
            return place, place + 1
    return None
