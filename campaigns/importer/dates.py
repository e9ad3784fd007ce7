"""Days as people and spreadsheets write them. One reading is taken; of two, the whole column decides."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sheets.days import month_number, serial_day

_TIME = re.compile(r"[T ]\s*[0-9]{1,2}[:.][0-9]{2}.*")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.年])\s*([0-9]{1,2})[-/.月]\s*([0-9]{1,2})日?\.?")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])\s?([0-9]{1,2})\2\s?([0-9]{4})\.?")
_MONTH_IN_LETTERS = re.compile(r"([0-9]{1,2})[ .-]{1,2}([a-z]{3,9})\.?[ ,.-]{1,2}([0-9]{4})", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})", re.IGNORECASE)
_SERIAL = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
_SERIALS = range(25_569, 73_051)
"""1970 to 2099."""


@dataclass(frozen=True, slots=True)
class DayOrder:
    """How many cells of a column can only be day before month, and only month before day. Addable."""

    day_first: int = 0
    month_first: int = 0

    def __add__(self, other: DayOrder) -> DayOrder:
        return DayOrder(self.day_first + other.day_first, self.month_first + other.month_first)

    @classmethod
    def of(cls, cells: Iterable[str]) -> DayOrder:
        found = [order for cell in set(cells) if (order := _order_of(cell)) is not None]
        return cls(found.count(True), found.count(False))

    def pick(self, days: tuple[date, ...]) -> date | None:
        """The one reading, or that of two which the column decides; `days` are `readings_of` a cell."""
        if len(days) < 2:
            return days[0] if days else None
        # No cell tells, or they contradict each other: then no row is guessed.
        if bool(self.day_first) == bool(self.month_first):
            return None
        return days[0] if self.day_first else days[1]


def readings_of(text: str) -> tuple[date, ...]:
    """Every day that a cell can be: none, one, or two (day before month first). A time behind the day is left out."""
    plain = _TIME.sub("", text.strip()).strip()
    if found := _YEAR_FIRST.fullmatch(plain):
        return _days((found[1], found[3], found[4]))
    if found := _COMPACT.fullmatch(plain):
        return _days(found.groups())
    if found := _YEAR_LAST.fullmatch(plain):
        first, _sign, second, year = found.groups()
        # With dots nobody writes the month first.
        ways = [(year, second, first)] if found[2] == "." else [(year, second, first), (year, first, second)]
        return tuple(dict.fromkeys(day for way in ways for day in _days(way)))
    if found := _MONTH_IN_LETTERS.fullmatch(plain):
        return _days((found[3], str(month_number(found[2])), found[1]))
    if found := _MONTH_FIRST.fullmatch(plain):
        return _days((found[3], str(month_number(found[1])), found[2]))
    if (found := _SERIAL.fullmatch(plain)) and int(found[1]) in _SERIALS:
        return (serial_day(int(found[1])),)
    return ()


def _days(parts: tuple[str, ...]) -> tuple[date, ...]:
    try:
        return (date(*map(int, parts)),)
    except ValueError:
        return ()


def _order_of(cell: str) -> bool | None:
    """Whether the day stands before the month; None where the cell does not tell."""
    found = _YEAR_LAST.fullmatch(_TIME.sub("", cell.strip()).strip())
    if not found or found[2] == "." or len(readings_of(cell)) != 1 or found[1] == found[3]:
        return None
    return int(found[1]) > 12
