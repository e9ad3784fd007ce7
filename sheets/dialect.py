"""How a delimited file is written: its delimiter, and whether its first row is a header."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

DELIMITERS = (",", ";", "\t", "|")


def fold(name: str) -> str:
    """A column name as it is compared: without case, accents, spaces and punctuation."""
    # NFKD parts letter and accent; an accent alone is no isalnum.
    plain = unicodedata.normalize("NFKD", name)
    return "".join(char for char in plain.casefold() if char.isalnum())


def find_delimiter(lines: Sequence[str]) -> str:
    """The one that cuts most consistently into more than one column; a comma where none does."""
    return max(DELIMITERS, key=lambda delimiter: fit_of(lines, delimiter))


def fit_of(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """The share of rows that have the usual width, and that width; nothing where it cuts nothing."""
    widths = widths_of(lines, delimiter)
    usual = usual_width(widths)
    return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)


def widths_of(lines: Sequence[str], delimiter: str) -> list[int]:
    """Cells of each row that holds something."""
    widths: list[int] = []
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    while True:
        try:
            row = next(reader, None)
        # The reader can be asked again after an error; a for loop over it would be over.
        except csv.Error:
            continue
        if row is None:
            return widths
        if any(cell.strip() for cell in row):
            widths.append(len(row))


def usual_width(widths: Iterable[int]) -> int:
    counts = Counter(widths)
    # Of two equally frequent widths the larger one: titles and notes are narrower than rows.
    return max(counts, key=lambda width: (counts[width], width), default=0)


def is_header(row: Sequence[str]) -> bool:
    """A first row without anything like a number."""
    return not any(looks_like_number(cell) for cell in row)


def looks_like_number(cell: str) -> bool:
    """Also a number that will be rejected, such as 4.47E+12 or one with an extension."""
    visible = [char for char in cell if not char.isspace()]
    digits = sum(char.isdecimal() for char in visible)
    return digits >= 5 and digits * 2 > len(visible)
