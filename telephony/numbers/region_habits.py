"""How a column writes the numbers of one region: its cells by the ways in which they can be read, and what follows.

What the digits alone leave open is decided by the whole column where that is sure, else by a person's answer, else it
stays open. A bare national reading never wins by itself: probable is a stranger called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from telephony.numbers.readings import Reading, Way, is_foreign_when_bare

LEAST_CELLS = 5
"""Shorter columns say nothing about themselves."""
LEAST_CODED, LEAST_PURE, LEAST_KEPT, LEAST_OF_COUNTRY = 5, 3, 20, 3
SHARE = 0.8
# At most one column in a million may look foreign by chance.
MOST_CHANCE, BY_CHANCE = 0.25, 1e-6
EXAMPLES = 3
Example = tuple[str, tuple[str, ...]]
"""A cell as it stands, and its readings (E.164)."""


@dataclass(slots=True)
class RegionCounts:
    """Cells of one column that belong to one region (ISO 3166), by the ways in which they can be read."""

    cells: int = 0
    national: int = 0
    """Only national and bare."""
    national_like_code: int = 0
    """Of these, those that begin with the digits of the region's own code."""
    trunk: int = 0
    trunk_like_code: int = 0
    """Of these, those that begin with the digits of the region's own code behind the trunk digit."""
    own: int = 0
    """Only with the region's own code."""
    own_or_national: int = 0
    own_mobile: int = 0
    """Of these, those that are a mobile number with the code taken off."""
    certain_own: int = 0
    """With a plus sign or behind an international prefix, of the region's own code."""
    zero_lost: int = 0
    """An Italian landline without its zero, and nothing else."""
    foreign: Counter[str] = field(default_factory=Counter)
    """Only with another country's code: code → cells."""
    foreign_or_national: Counter[str] = field(default_factory=Counter)
    foreign_or_trunk: Counter[str] = field(default_factory=Counter)
    """The trunk digit is an 8 or 1, which may begin a code."""
    certain_foreign: Counter[str] = field(default_factory=Counter)
    sampled: int = 0
    """Numbers of the region, certain by a trunk digit or the own code, whose bare digits were looked at."""
    sampled_foreign: int = 0
    """Of these, those whose bare digits are also another country's code and number."""
    exits: Counter[str] = field(default_factory=Counter)
    """Only behind this international prefix."""
    examples: dict[str, list[Example]] = field(default_factory=dict)
    """By question: up to three cells that wait for its answer."""

    def __add__(self, other: RegionCounts) -> RegionCounts:
        # By name over all slots: a count that is added later cannot be forgotten here.
        joined = RegionCounts()
        for name in RegionCounts.__slots__:
            if name != "examples":
                setattr(joined, name, getattr(self, name) + getattr(other, name))
        for code in {**self.examples, **other.examples}:
            joined.examples[code] = [*self.examples.get(code, ()), *other.examples.get(code, ())][:EXAMPLES]
        return joined

    def of_country(self, code: str) -> int:
        return self.foreign[code] + self.foreign_or_national[code] + self.certain_foreign[code]

    def add(self, readings: Sequence[Reading], digits: str, home: str, *, is_mobile: bool = False) -> None:
        """`home` is the region's calling code; `is_mobile` says what the number is with that code taken off."""
        self.cells += 1
        ways = {reading.way: reading for reading in readings}
        if len(readings) == 1:
            self._add_certain(readings[0], digits, home)
        elif ways.keys() == {Way.NATIONAL, Way.OWN_CODE}:
            self.own_or_national += 1
            self.own_mobile += 1 if is_mobile else 0
        elif ways.keys() == {Way.NATIONAL, Way.FOREIGN_CODE}:
            self.foreign_or_national[ways[Way.FOREIGN_CODE].prefix] += 1
        elif ways.keys() == {Way.TRUNK, Way.FOREIGN_CODE}:
            self.foreign_or_trunk[ways[Way.FOREIGN_CODE].prefix] += 1

    def _add_certain(self, reading: Reading, digits: str, home: str) -> None:
        match reading.way:
            case Way.NATIONAL:
                self.national += 1
                self.national_like_code += 1 if digits.startswith(home) else 0
            case Way.TRUNK:
                self.trunk += 1
                # Every text begins with "", and no digits begin with "-".
                self.trunk_like_code += 1 if reading.number[1 + len(home) :].startswith(home or "-") else 0
                self._sample(reading.number, home)
            case Way.OWN_CODE:
                self.own += 1
                self._sample(reading.number, home)
            case Way.FOREIGN_CODE:
                self.foreign[reading.prefix] += 1
            case Way.ZERO_LOST:
                self.zero_lost += 1
            case Way.EXIT:
                self.exits[reading.prefix] += 1
                self.certain_foreign[""] += 1
            case Way.PLUS:
                self.certain_own += 1 if reading.prefix == home else 0
                self.certain_foreign[reading.prefix] += 1 if reading.prefix != home else 0

    def _sample(self, number: str, home: str) -> None:
        self.sampled += 1
        self.sampled_foreign += is_foreign_when_bare(number[1 + len(home) :], home)

    def keep_example(self, question: str, example: Example) -> None:
        kept = self.examples.setdefault(question, [])
        if len(kept) < EXAMPLES:
            kept.append(example)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person says about a whole column; None where nobody was asked."""

    is_all_national: bool | None = None
    """All its numbers are of the list's country."""
    has_own_code: bool | None = None
    """Digits that begin with the country's code carry it."""


NO_ANSWERS = Answers()


@dataclass(frozen=True, slots=True)
class Habit:
    """What is known of the cells of one region in one column."""

    own_code: str = ""
    """“column” or “answer”, by what {national, own code} is decided as own code; "" leaves it open."""
    national: str = ""
    """By what {national, foreign code} is decided as national."""
    takes_foreign: bool = False
    """{national, foreign code} is decided as foreign for the codes in `foreign`."""
    foreign: frozenset[str] = frozenset()
    is_foreign_answered: bool = False
    trunk: str = ""
    """By what {trunk, foreign code} is decided as national with its trunk digit: “column” or “answer”."""
    exits: frozenset[str] = frozenset()
    """International prefixes that the column is known to use."""
    keeps_zero: bool | None = None
    """Italian landlines have kept their zero; None where the column does not tell."""
    is_row_national: bool = False
    """The row's own country says so."""

    def settle(self, readings: Sequence[Reading]) -> tuple[Reading, str] | None:
        """The reading that is meant and the repair that says why; None where it stays open."""
        ways = {reading.way: reading for reading in readings}
        if all(reading.way is Way.EXIT for reading in readings):
            used = [reading for reading in readings if reading.prefix in self.exits]
            return (used[0], "prefix_by_column") if len(used) == 1 else None
        match ways:
            case {Way.NATIONAL: _, Way.OWN_CODE: own} if len(ways) == 2 and self.own_code:
                return own, f"own_code_by_{self.own_code}"
            case {Way.NATIONAL: national, Way.FOREIGN_CODE: foreign} if len(ways) == 2:
                if self.is_row_national:
                    return national, "country_by_row"
                if self.national:
                    return national, f"national_by_{self.national}"
                if self.takes_foreign and (self.is_foreign_answered or foreign.prefix in self.foreign):
                    return foreign, "own_code_by_answer" if self.is_foreign_answered else "foreign_code_by_column"
                return None
            case {Way.TRUNK: trunk, Way.FOREIGN_CODE: _} if len(ways) == 2 and (self.trunk or self.is_row_national):
                return trunk, f"national_by_{self.trunk}" if self.trunk else "country_by_row"
        others = [reading for reading in readings if reading.way is not Way.ZERO_LOST]
        if len(ways) == 2 and len(others) == 1 and self.keeps_zero:
            return others[0], "national_by_column"
        return None


def habit_of(counts: RegionCounts, answers: Answers, *, is_row_country: bool = False) -> Habit:
    """`is_row_country` says that the rows name this region themselves."""
    is_small = counts.cells < LEAST_CELLS
    is_answered = answers.has_own_code is True and may_ask_own_code(counts)
    is_coded = not is_small and _is_coded(counts)
    takes_foreign = not is_small and _are_foreign(counts)
    is_foreign_answered = answers.has_own_code is True and is_small and not counts.national
    codes = {*counts.foreign, *counts.foreign_or_national, *counts.certain_foreign}
    known = [prefix for prefix, cells in counts.exits.items() if cells]
    trunk = "answer" if answers.is_all_national is True and may_ask_trunk(counts) else ""
    return Habit(
        own_code="column" if is_coded else "answer" if is_answered else "",
        national="answer" if answers.is_all_national is True and may_ask_national(counts) else "",
        takes_foreign=takes_foreign or is_foreign_answered,
        foreign=frozenset(code for code in codes if counts.of_country(code) >= LEAST_OF_COUNTRY),
        is_foreign_answered=is_foreign_answered,
        trunk="column" if counts.trunk >= LEAST_CELLS and not counts.foreign else trunk,
        exits=frozenset(known) if len(known) == 1 and counts.exits[known[0]] >= LEAST_OF_COUNTRY else frozenset(),
        keeps_zero=False if counts.zero_lost else True if counts.trunk >= LEAST_OF_COUNTRY else None,
        is_row_national=is_row_country,
    )


def _is_coded(counts: RegionCounts) -> bool:
    """Digits that begin with the own code carry it: all but a few bare cells do, and none that does not begins so."""
    coded = counts.own + counts.own_or_national
    # A list of landlines in one town whose area code looks like the country's code would pass by itself.
    is_borne_out = bool(counts.own or counts.own_mobile or counts.certain_own)
    if counts.national_like_code:
        return False
    if counts.national == 0 and counts.trunk >= LEAST_KEPT and not counts.trunk_like_code:
        return True
    if not is_borne_out:
        return False
    is_pure = counts.national == 0 and not counts.foreign_or_national
    is_most = coded >= LEAST_CODED and coded >= SHARE * (counts.national + coded)
    return is_most or (is_pure and coded >= LEAST_PURE)


def _are_foreign(counts: RegionCounts) -> bool:
    """Cells that are national or foreign are foreign, because so many bare national ones could not all be both.

    How often a bare number of this list is both, its own certain numbers tell: all of a small island's may be.
    """
    if counts.national or counts.own + counts.trunk < LEAST_KEPT or not counts.sampled:
        return False
    # One more than was seen: a small sample without any does not prove that there are none.
    chance = (counts.sampled_foreign + 1) / (counts.sampled + 1)
    return chance <= MOST_CHANCE and chance ** counts.foreign_or_national.total() <= BY_CHANCE


def may_ask_own_code(counts: RegionCounts) -> bool:
    """“Do digits that begin with the own code carry it?”"""
    waiting = counts.own_or_national or (counts.cells < LEAST_CELLS and counts.foreign_or_national.total())
    return bool(waiting) and (counts.cells < LEAST_CELLS or counts.own + counts.own_or_national >= LEAST_CODED)


def may_ask_national(counts: RegionCounts) -> bool:
    """“Are all numbers of this country?” Only where the column itself does not contradict."""
    waiting = counts.foreign_or_national.total()
    if not waiting or counts.own or counts.own_or_national or counts.foreign.total():
        return False
    return counts.cells < LEAST_CELLS or counts.national >= LEAST_KEPT or counts.national >= LEAST_PURE * waiting


def may_ask_trunk(counts: RegionCounts) -> bool:
    """The same of numbers with a trunk digit that may begin a code: the 8 of Moscow's 8495 is Viet Nam's 84, too."""
    return bool(counts.foreign_or_trunk.total()) and not counts.foreign.total()
