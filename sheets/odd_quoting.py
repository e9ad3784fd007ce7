"""Lines that programs quote in ways of their own, made into lines that the csv module reads as they were meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sheets.dialect import DELIMITERS, find_delimiter, fit_of, looks_like_number
from sheets.row_shape import cut

# No cell of a line is cut at it.
_NOWHERE = "\x1f"
_MOST = 0.8
Mended = Callable[[str], str]
WHOLE_LINES, FORMULAS = "whole lines", "formulas"
"""Each line is one quoted cell with a row in it; cells are written as ="0770", with quotation marks inside of them."""


def find_odd_quoting(sample: Sequence[str]) -> str:
    """By the first lines; "" for files as they should be."""
    inner = [_unwrapped(line) for line in sample]
    is_cut = any(fit_of(sample, delimiter)[1] > 1 for delimiter in DELIMITERS)
    if not is_cut and sum(line != old for line, old in zip(inner, sample, strict=True)) * 2 > len(sample):
        delimiter = find_delimiter(inner)
        rows = [cut(line, delimiter) for line in inner]
        with_numbers = sum(any(map(looks_like_number, row)) for row in rows)
        if fit_of(inner, delimiter) >= (_MOST, 2) and with_numbers * 2 > len(rows):
            return WHOLE_LINES
    return FORMULAS if any(_formula_in(delimiter).search(line) for line in sample for delimiter in DELIMITERS) else ""


def mending(odd_quoting: str, *, delimiter: str) -> Mended | None:
    """What is to be done with each line before it is read."""
    if odd_quoting == WHOLE_LINES:
        return _unwrapped
    if odd_quoting == FORMULAS:
        formula = _formula_in(delimiter)
        # Most lines have no formula, and looking for two characters costs less than the pattern.
        return lambda line: formula.sub(lambda found: _as_cell(found.group()), line) if '="' in line else line
    return None


def _unwrapped(line: str) -> str:
    if not (line.startswith('"') and line.endswith('"') and len(line) > 2):
        return line
    cells = cut(line, _NOWHERE)
    return cells[0] if len(cells) == 1 and line == _as_cell(cells[0]) else line


def _formula_in(delimiter: str) -> re.Pattern[str]:
    """A whole cell ="…"; with a delimiter inside, the csv module would cut it."""
    apart = re.escape(delimiter)
    return re.compile(rf'(?:^|(?<={apart}))="(?:[^"]|"")*"(?={apart}|$)')


def _as_cell(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
