"""When a phone may ring: weekly hours in the callee's own time, in every zone where the phone may be.

A moment is inside when the wall clock there shows a time in one of the day's windows. All arithmetic goes from the
wall clock, so that days on which the clocks change are right: 02:30 happens twice in autumn, and never in spring.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DAY = 24 * 60
LOOK_AHEAD = timedelta(days=15)
"""How far the next opening is looked for; a country whose calendar is closed for longer names no next time."""

Windows = tuple[tuple[int, int], ...]
"""Minutes of the day, [opens, closes): sorted, apart from each other, 1440 is midnight at the day's end."""
Spans = tuple[tuple[datetime, datetime], ...]
"""[from, to) in UTC, sorted."""

ALWAYS: Windows = ((0, DAY),)
_LONGEST_LOOK = timedelta(days=2)
_WINDOW = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)", re.ASCII)


def parse_windows(text: str) -> Windows:
    """“08:00-12:00, 13:00-20:00”; nothing means that nobody is called. Raises ValidationError."""
    windows = sorted(_window(part) for part in text.split(",") if part.strip())
    for (_opens, closes), (next_opens, _closes) in pairwise(windows):
        if next_opens < closes:
            raise ValidationError(_("The times overlap. Write each once, such as 08:00-12:00, 13:00-20:00."))
    return tuple(windows)


def _window(part: str) -> tuple[int, int]:
    if found := _WINDOW.fullmatch(part.strip()):
        hour, minute, end_hour, end_minute = map(int, found.groups())
        opens, closes = hour * 60 + minute, end_hour * 60 + end_minute
        if minute < 60 and end_minute < 60 and opens < closes <= DAY:
            return opens, closes
    text = _("“%(part)s” is not a valid period. Write from-to, such as 08:00-20:00; 24:00 is midnight.")
    raise ValidationError(text % {"part": part.strip()[:30]})


def as_text(windows: Windows) -> str:
    return ", ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in windows)


def common(first: Windows, second: Windows) -> Windows:
    """What lies in both."""
    pairs = ((max(a, c), min(b, d)) for a, b in first for c, d in second)
    return tuple(sorted((opens, closes) for opens, closes in pairs if opens < closes))


@dataclass(frozen=True, slots=True)
class Week:
    """Windows of each weekday, Monday first, and the days on which fewer hours are allowed, or none."""

    days: tuple[Windows, ...]
    closed: frozenset[date] = frozenset()
    # No part of the hash, because a mapping has none; equality still looks at it.
    narrow: Mapping[date, Windows] = field(default_factory=dict, hash=False)
    """What is allowed at most on single days: holidays, and the days before them."""

    def on(self, day: date) -> Windows:
        if day in self.closed:
            return ()
        windows = self.days[day.weekday()]
        return common(windows, self.narrow[day]) if day in self.narrow else windows

    def narrowed(self, other: Week) -> Week:
        """Only what both allow."""
        narrow = {
            day: common(self.narrow.get(day, ALWAYS), other.narrow.get(day, ALWAYS))
            for day in self.narrow.keys() | other.narrow.keys()
        }
        return Week(
            tuple(common(mine, theirs) for mine, theirs in zip(self.days, other.days, strict=True)),
            self.closed | other.closed,
            narrow,
        )

    @property
    def is_never(self) -> bool:
        """No weekday has an hour."""
        return not any(self.days)

    def closes_at(self, at: datetime, zones: Iterable[str]) -> datetime | None:
        """The moment (UTC) at which the first of the zones is no longer inside, all of which are at `at`.

        None where that is days away.
        """
        ends = [self._closes_in(at, name) for name in zones]
        return min(filter(None, ends), default=None)

    def _closes_in(self, at: datetime, name: str) -> datetime | None:
        end = at
        first = at.astimezone(zone_of(name)).date()
        for day in (first + timedelta(days=n) for n in range(-1, _LONGEST_LOOK.days + 1)):
            for start, closes in spans_of(day, self.on(day), name):
                # Days that touch at midnight are one opening: each moves its end on.
                if start <= end < closes:
                    end = closes
        return end if end < at + _LONGEST_LOOK else None

    def is_open(self, at: datetime, zones: Iterable[str]) -> bool:
        """Whether every zone (IANA name) is inside; `at` is UTC."""
        return all(self._is_open_in(at, zone_of(name)) for name in zones)

    def _is_open_in(self, at: datetime, zone: ZoneInfo) -> bool:
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.on(local.date()))

    def next_open(self, at: datetime, zones: Collection[str]) -> datetime | None:
        """The first moment from `at` (UTC) on at which every zone is inside; None when there is none soon."""
        if self.is_open(at, zones):
            return at
        spans = None
        for name in zones:
            found = self._spans(at, name)
            spans = found if spans is None else _overlap(spans, found)
        return next((max(start, at) for start, end in spans or () if end > at), None)

    def _spans(self, at: datetime, name: str) -> Spans:
        zone = zone_of(name)
        first, last = at.astimezone(zone).date(), (at + LOOK_AHEAD).astimezone(zone).date()
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return tuple(span for day in days for span in spans_of(day, self.on(day), name))


@lru_cache(maxsize=1_000)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=20_000)
def spans_of(day: date, windows: Windows, zone_name: str) -> Spans:
    """The windows of one local day as moments."""
    zone = zone_of(zone_name)
    midnight = datetime.combine(day, time(), zone)
    following = datetime.combine(day + timedelta(days=1), time(), zone)
    if midnight.utcoffset() != following.utcoffset():
        return _minute_by_minute(day, windows, zone)
    start = midnight.astimezone(UTC)
    # No clock changes on this day, so one offset holds for all of it.
    return tuple((start + timedelta(minutes=opens), start + timedelta(minutes=closes)) for opens, closes in windows)


def _minute_by_minute(day: date, windows: Windows, zone: ZoneInfo) -> Spans:
    """A day on which the clocks change is shorter or longer, and its wall clock jumps: every minute is looked at."""
    # Zones lie from UTC+14 to UTC-12: within these 54 hours the local day begins and ends.
    moment = datetime.combine(day, time(), UTC) - timedelta(hours=15)
    spans: list[tuple[datetime, datetime]] = []
    for _minute in range(DAY + 30 * 60):
        local = moment.astimezone(zone)
        minute = local.hour * 60 + local.minute
        after = moment + timedelta(minutes=1)
        if local.date() == day and any(opens <= minute < closes for opens, closes in windows):
            if spans and spans[-1][1] == moment:
                spans[-1] = (spans[-1][0], after)
            else:
                spans.append((moment, after))
        moment = after
    return tuple(spans)


def _overlap(first: Spans, second: Spans) -> Spans:
    starts = [start for start, _end in second]
    found = []
    for start, end in first:
        place = max(bisect_right(starts, start) - 1, 0)
        while place < len(second) and second[place][0] < end:
            begins, ends = max(start, second[place][0]), min(end, second[place][1])
            if begins < ends:
                found.append((begins, ends))
            place += 1
    return tuple(found)


def local_times(at: datetime, zones: Sequence[str]) -> list[tuple[datetime, list[str]]]:
    """What the wall clocks show, each time with the zones that show it, the earliest first."""
    shown: dict[datetime, list[str]] = {}
    for name in zones:
        shown.setdefault(at.astimezone(zone_of(name)).replace(tzinfo=None), []).append(name)
    return sorted(shown.items())
