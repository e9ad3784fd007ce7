"""Until when a do-not-call wish holds: days as people write them, and the moment at which such a day is over.

Whatever is not clear holds for longer: two readings take the later day, none means for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from dialer.support.calling_hours import zone_of
from sheets.days import month_number, serial_day
from sheets.dialect import fold
from telephony.numbers.number_facts import facts_of

LAST_OF_ALL = timezone(timedelta(hours=-12))
"""Where a day ends last on earth."""
FIRST_YEAR, LAST_YEAR, ENDLESS_YEAR = 1990, 2199, 9999
"""Days of other years are zeros of spreadsheets and databases, or somebody's slip; 9999 is their “for ever”."""
FOR_EVER = frozenset(
    map(
        fold,
        (
            *("never", "no", "none", "null", "n/a", "for ever", "permanent", "permanently", "indefinite", "unlimited"),
            *("always", "selamanya", "permanen", "siempre", "permanente", "nunca", "immer", "unbefristet", "nie"),
            *("jamais", "toujours", "sempre", "mai", "永久", "无限期", "無期限"),
        ),
    )
)
UNREADABLE, LATER = "until_unreadable", "until_later"
_TIME = re.compile(r"[T ]\s*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$")
_PARTS = re.compile(r"(\d{1,4})\s*[-/.\s]\s*(\d{1,2})\s*[-/.\s]\s*(\d{4}|\d{1,2})\.?")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/.\s]+([A-Za-z]{3,9})\.?[-/.,\s]+(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})\.?[-/.\s]+(\d{1,2})(?:st|nd|rd|th)?[-/.,\s]+(\d{4}|\d{2})")
_SERIAL = re.compile(r"([2-7]\d{4})([.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Until:
    day: date | None
    """The last day on which the wish holds; None for ever."""
    repair: str = ""
    """UNREADABLE or LATER, where it is not simply what stands there."""


def read_until(text: str) -> Until:
    """`text` is not empty."""
    plain = _TIME.sub("", " ".join(text.split()).strip("'\"")).strip()
    # A dash, of which nothing is left when it is folded, is no end either.
    if not plain or fold(plain) in FOR_EVER or not fold(plain):
        return Until(None)
    days = set(_readings(plain))
    if any(day.year == ENDLESS_YEAR for day in days):
        return Until(None)
    days = {day for day in days if FIRST_YEAR <= day.year <= LAST_YEAR}
    if not days:
        return Until(None, UNREADABLE)
    # The later day: a wish that ends too early is a call to somebody who did not want it.
    return Until(max(days), LATER if len(days) > 1 else "")


def _readings(text: str) -> Iterator[date]:
    if found := _PARTS.fullmatch(text):
        yield from _of_parts(*found.groups())
    elif found := _NAMED.fullmatch(text):
        yield from _day(found[3], str(month_number(found[2])), found[1])
    elif found := _NAMED_FIRST.fullmatch(text):
        yield from _day(found[3], str(month_number(found[1])), found[2])
    elif len(text) == 8 and text.isascii() and text.isdigit():
        # Year, day or month first.
        for year, month, day in (
            (text[:4], text[4:6], text[6:]),
            (text[4:], text[2:4], text[:2]),
            (text[4:], text[:2], text[2:4]),
        ):
            yield from _day(year, month, day)
    elif found := _SERIAL.fullmatch(text):
        yield serial_day(int(found[1]))


def _of_parts(first: str, second: str, third: str) -> Iterator[date]:
    if len(first) == 4:
        yield from _day(first, second, third)
    elif len(first) <= 2:
        # Day or month first; where first and last have two digits, perhaps the year.
        yield from _day(third, second, first)
        yield from _day(third, first, second)
        if len(first) == len(third) == 2:
            yield from _day(first, second, third)


def _day(year: str, month: str, day: str) -> Iterator[date]:
    """One day, or none where there is no such day."""
    if len(year) not in (2, 4):
        return
    try:
        yield date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return


def end_of(day: date | None, zones: Sequence[str] = ()) -> datetime | None:
    """The moment (UTC) at which that day is over wherever the phone may be; None, for ever, where there is no day.

    `zones` are IANA names; without any the day lasts as long as anywhere on earth.
    """
    if day is None:
        return None
    midnight = datetime.combine(day + timedelta(days=1), time())
    places: list[tzinfo] = [zone_of(name) for name in zones] or [LAST_OF_ALL]
    return max(midnight.replace(tzinfo=place).astimezone(UTC) for place in places)


def end_for(callee: str, day: date | None) -> datetime | None:
    """The same for one phone (E.164)."""
    return end_of(day, facts_of(callee).zones)
