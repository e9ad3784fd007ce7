"""What every reader of days shares: English months by their first letters, and the numbers of spreadsheets' days.

Which way of writing a day may be believed is not shared: a file's column decides between two readings
(campaigns/importer/dates.py), and the end of a do-not-call wish takes the later one (dialer/dnc/end_days.py).
"""

from __future__ import annotations

from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SERIAL_ZERO = date(1899, 12, 30)
"""Right for days after February 1900, whose 29th spreadsheets believe in."""


def month_number(word: str) -> int:
    """1 to 12; 0, which no date has, for what is no English month."""
    short = word.casefold()[:3]
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def serial_day(serial: int) -> date:
    return _SERIAL_ZERO + timedelta(days=serial)
