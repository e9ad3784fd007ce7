"""How a whole column writes its numbers: counted block by block, decided once, asked of a person where it is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from telephony.numbers.region_habits import (
    EXAMPLES,
    LEAST_CELLS,
    NO_ANSWERS,
    Answers,
    Example,
    Habit,
    RegionCounts,
    habit_of,
    may_ask_national,
    may_ask_own_code,
    may_ask_trunk,
)

__all__ = ["LEAST_CELLS", "ROW_COUNTRY", "Answers", "Counts", "Habits", "Question", "ShapeCounts", "decide"]
ALL_NATIONAL, OWN_CODE = "all_national", "own_code"
ROW_COUNTRY = "="
"""In front of a region: cells whose own row names it are counted apart, because they need no column to say it."""
_LEAST_LOOKED_AT = 20
_MOST = 0.8


@dataclass(slots=True)
class ShapeCounts:
    """What a sample of the cells looks like besides numbers."""

    looked_at: int = 0
    """Cells of digits."""
    dates: int = 0
    """Eight digits that are a day between 1900 and 2099."""
    checkable: int = 0
    """As many digits as numbers with a check digit have (ISBN, EAN, cards, device ids)."""
    checked: int = 0
    """Of these, those whose check digit is right."""
    followed: int = 0
    """Bare cells with another one in front."""
    rising: int = 0
    """Of these, those that are greater by one."""
    amounts: int = 0
    """Numbers that are also written like an amount of money; of all cells, not of the sample."""
    filled: int = 0
    """Of all cells."""

    def __add__(self, other: ShapeCounts) -> ShapeCounts:
        return ShapeCounts(*(getattr(self, name) + getattr(other, name) for name in ShapeCounts.__slots__))

    @property
    def refusal(self) -> str:
        """Why this is no column of telephone numbers: “dates”, “check_digits”, “ids”; "" where nothing says so."""
        if self.looked_at < _LEAST_LOOKED_AT:
            return ""
        if self.dates * 2 > self.looked_at:
            return "dates"
        if self.checkable * 2 > self.looked_at and self.checked > _MOST * self.checkable:
            return "check_digits"
        if self.followed * 2 > self.looked_at and self.rising > _MOST * self.followed:
            return "ids"
        return ""

    @property
    def has_grouped_numbers(self) -> bool:
        """Most of the column is written in groups of three, so that they are no amounts."""
        return self.amounts * 2 > self.filled and self.filled >= LEAST_CELLS


@dataclass(slots=True)
class Counts:
    """Of one column, or of a block of it; blocks are added up."""

    by_region: dict[str, RegionCounts] = field(default_factory=dict)
    """ISO 3166, "" for cells without a country."""
    shapes: ShapeCounts = field(default_factory=ShapeCounts)

    def __add__(self, other: Counts) -> Counts:
        regions = dict(self.by_region)
        for region, counts in other.by_region.items():
            regions[region] = regions[region] + counts if region in regions else counts
        return Counts(regions, self.shapes + other.shapes)

    def of_region(self, region: str) -> RegionCounts:
        return self.by_region.setdefault(region, RegionCounts())


@dataclass(frozen=True, slots=True)
class Question:
    """What a person may be asked about a column."""

    code: str
    """“all_national”: are all its numbers of `region`? “own_code”: do digits that begin with its code carry it?"""
    region: str
    count: int
    """Cells that wait for the answer."""
    examples: tuple[Example, ...]
    is_any_code: bool = False
    """Asked of a short list: do its digits carry a country's code at all, whichever?"""


@dataclass(frozen=True, slots=True)
class Habits:
    """What was decided about a column."""

    by_region: Mapping[str, Habit]
    questions: tuple[Question, ...] = ()
    refusal: str = ""
    """See ShapeCounts.refusal."""
    has_grouped_numbers: bool = False

    def of_region(self, region: str) -> Habit:
        return self.by_region.get(region, _UNKNOWN)


_UNKNOWN = Habit()


def decide(counts: Counts, *, region: str, answers: Answers = NO_ANSWERS) -> Habits:
    """`region` is the list's country (ISO 3166); rows that name another one themselves were counted under theirs."""
    region = region.upper()
    return Habits(
        {
            found: habit_of(
                of_region,
                answers if found == region else NO_ANSWERS,
                is_row_country=found.startswith(ROW_COUNTRY),
            )
            for found, of_region in counts.by_region.items()
        },
        tuple(_questions(counts.by_region.get(region, RegionCounts()), region, answers)),
        counts.shapes.refusal,
        counts.shapes.has_grouped_numbers,
    )


def _questions(counts: RegionCounts, region: str, answers: Answers) -> list[Question]:
    """Those that were not answered yet and would decide something."""
    habit = habit_of(counts, answers)
    asked = []
    national = counts.foreign_or_national.total()
    waiting = 0
    if not habit.national and not habit.is_foreign_answered and may_ask_national(counts):
        waiting += national
    if not habit.trunk and may_ask_trunk(counts):
        waiting += counts.foreign_or_trunk.total()
    if waiting and answers.is_all_national is None:
        asked.append(_question(ALL_NATIONAL, region, waiting, counts))
    own = counts.own_or_national + (national if counts.cells < LEAST_CELLS else 0)
    if own and not habit.own_code and answers.has_own_code is None and may_ask_own_code(counts):
        is_any_code = counts.cells < LEAST_CELLS and national > 0
        asked.append(_question(OWN_CODE, region, own, counts, is_any_code=is_any_code))
    return asked


def _question(code: str, region: str, count: int, counts: RegionCounts, *, is_any_code: bool = False) -> Question:
    kinds = (OWN_CODE, ALL_NATIONAL) if is_any_code else (code,)
    examples = [example for kind in kinds for example in counts.examples.get(kind, ())]
    return Question(code, region, count, tuple(examples[:EXAMPLES]), is_any_code)
