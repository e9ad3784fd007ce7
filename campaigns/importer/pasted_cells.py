"""What programs wrap around the value of a cell."""

from __future__ import annotations

import re

from campaigns.importer.rows import RowError, several_numbers
from dialer.web.csv_stream import FORMULA_STARTS

_SEVERAL = ":::"
# Huawei AICC outbound data: [{'calledNo':1234566}], with single quotes.
_CALLED_NO = re.compile(r"""["']calledNo["']\s*:\s*["']?([^"',}\]]*)""")


def unwrapped(cells: list[str]) -> tuple[list[str], dict[int, RowError]]:
    """The numbers inside; a cell with several is an error of its row."""
    if not any(cell[:1] in ("[", "{") for cell in cells):
        return cells, {}
    errors: dict[int, RowError] = {}
    found = list(cells)
    for place, cell in enumerate(cells):
        if cell[:1] not in ("[", "{"):
            continue
        numbers = _CALLED_NO.findall(cell)
        if len(numbers) > 1:
            errors[place] = several_numbers()
        elif numbers:
            found[place] = numbers[0].strip()
    return found, errors


def first_of_several(cells: list[str]) -> tuple[list[str], list[int]]:
    """The first number of cells in which Google Contacts wrote two, as “a ::: b”; and the places of such cells."""
    places = [place for place, cell in enumerate(cells) if _SEVERAL in cell]
    if not places:
        return cells, places
    found = list(cells)
    for place in places:
        found[place] = next((part.strip() for part in cells[place].split(_SEVERAL) if part.strip()), "")
    return found, places


def without_guard(cell: str) -> str:
    """The apostrophe that keeps a text from being a formula, in our own exports and in those of spreadsheets."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell
