"""What rows mean: numbers and blocks, why nobody calls them, who says so, and until when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from dialer.dnc.end_days import Until, end_of
from dialer.dnc.end_days import read_until as read_day
from telephony.numbers.number_blocks import NumberBlock

LONGEST_TEXT = 200
"""Characters of a reason or a source."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a person said about the whole file."""

    region: str
    """ISO 3166, of national numbers; "" where none was chosen."""
    expires_on: date | None
    """The last day of wishes that name none."""
    source: str
    """Where a row names none: the file."""
    holds_prefixes: bool
    allows_wide: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Rejected:
    place: int
    """In the block of rows."""
    code: str
    reason: str
    suggestion: str


@dataclass(slots=True)
class Texts:
    """The columns beside the numbers, cut to what is kept; an empty list where there is none."""

    reasons: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    untils: list[str] = field(default_factory=list)

    def reason(self, place: int) -> str:
        return self.reasons[place] if self.reasons else ""

    def source(self, place: int, rules: Rules) -> str:
        return (self.sources[place] if self.sources else "") or rules.source

    def until(self, place: int, zones: tuple[str, ...], rules: Rules) -> datetime | None:
        """When the wish ends (UTC), None where it never does. Without zones the phone may be anywhere."""
        text = self.untils[place] if self.untils else ""
        return _end_of(read_until(text).day if text else rules.expires_on, zones)

    def have_ends(self, rules: Rules) -> bool:
        return bool(self.untils or rules.expires_on)


@dataclass(slots=True)
class Meant:
    """Of some rows. `places` and `callees` are parallel; one row may mean several numbers."""

    rows: int
    texts: Texts
    places: list[int] = field(default_factory=list)
    callees: list[int] = field(default_factory=list)
    """Wire digits as integers."""
    zones: list[tuple[str, ...]] = field(default_factory=list)
    """Of each callee: IANA names of every zone where its phone may be. Empty where no wish has an end."""
    blocks: list[tuple[int, NumberBlock]] = field(default_factory=list)
    """Places and what they stand for."""
    rejected: list[Rejected] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    """Codes of what was not simply read, and how often."""
    told: dict[int, list[str]] = field(default_factory=dict)
    """Place → those of these codes that are about do-not-call alone."""

    def tell(self, place: int, code: str) -> None:
        self.repairs[code] += 1
        self.told.setdefault(place, []).append(code)


# A file may have a million rows, and has far fewer different days and sets of zones.
@lru_cache(maxsize=4096)
def read_until(text: str) -> Until:
    return read_day(text)


_end_of = lru_cache(maxsize=4096)(end_of)
