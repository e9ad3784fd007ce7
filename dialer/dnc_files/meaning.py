"""What rows mean: numbers and blocks, why nobody calls them, who says so, and until when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from dialer.dnc_days import Until, end_of
from dialer.dnc_days import read_until as read_day
from telephony.number_blocks import NumberBlock
from telephony.numbering import facts_of

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

    def until(self, place: int, callee: int | None, rules: Rules) -> datetime | None:
        """When the wish ends (UTC), None where it never does. `callee` is None for a block: it may be anywhere."""
        text = self.untils[place] if self.untils else ""
        day = read_until(text).day if text else rules.expires_on
        return end_of(day, _zones_of(callee)) if day and callee else end_of(day)


@dataclass(slots=True)
class Meant:
    """Of some rows. `places` and `callees` are parallel; one row may mean several numbers."""

    rows: int
    texts: Texts
    places: list[int] = field(default_factory=list)
    callees: list[int] = field(default_factory=list)
    """Wire digits as integers."""
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


@lru_cache(maxsize=4096)
def read_until(text: str) -> Until:
    return read_day(text)


@lru_cache(maxsize=4096)
def _zones_of(callee: int) -> tuple[str, ...]:
    return facts_of(f"+{callee}").zones
