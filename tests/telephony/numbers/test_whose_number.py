"""Whose number it is: numbers drawn from every plan, written in every way people write them, read back as columns.

The right answer is known because the number was there before it was written; nothing here reads digits. A cell may stay
open or be refused, but it must never become another person's number.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import phonenumbers
import pytest

from telephony.numbers.bulk import read_column
from telephony.numbers.column_habits import Answers, Counts, decide
from telephony.numbers.phone_identity import identities
from tests.telephony.numbers.plans import REGIONS, Plan

PARTS = 12
DRAWN, CELLS = 240, 380
"""Numbers drawn from each region's plan, and cells of each column."""
COLUMNS_OF_A_REGION = 12
EVERYWHERE = ("SG", "US", "HK", "MY", "GB")
"""Whose numbers stand in mixed columns."""
# What people dial in front of foreign numbers, from the regulators' pages and not from the library.
EXITS = {
    **dict.fromkeys(("US", "CA", "JM", "PR"), ("011",)),
    **dict.fromkeys(("HK", "KR", "TH", "KH"), ("001",)),
    **{"SG": ("001", "008", "018"), "ID": ("001", "007", "008", "009", "01017"), "TW": ("002", "009"), "AU": ("0011",)},
    **{"CO": ("005", "007", "009"), "BR": ("0014", "0021", "0031"), "JP": ("010",), "NG": ("009",), "RU": ("810",)},
    **{"IL": ("012", "013", "014"), "MX": ("00", "09"), "FI": ("00", "990"), "KE": ("000",), "CU": ("119",)},
}


def subscribers(region: str, *, seed: int, count: int) -> list[tuple[str, str]]:
    """Code and national number of lines that people have, mobiles as often as all other kinds of a plan together."""
    plan = Plan(region, seed=seed, kinds=("mobile", "mobile", "fixed_line"))
    found = []
    for wire in plan.numbers(count * 2):
        number = phonenumbers.parse(f"+{wire}")
        is_whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == f"+{wire}"
        # A kind's own pattern is wider than its plan now and then.
        if is_whole and phonenumbers.is_valid_number(number):
            found.append((plan.code, wire[len(plan.code) :]))
    return found[:count]


@dataclass
class Written:
    cells: list[str] = field(default_factory=list)
    meant: list[int] = field(default_factory=list)
    """Wire digits; 0 for dirt, which is nobody's number."""


class Author:
    """Writes the columns of one region's lists; the same seed writes the same cells."""

    def __init__(self, region: str, *, seed: int) -> None:
        self.random = random.Random(f"{region} {seed}")
        self.region = region
        self.own = subscribers(region, seed=seed, count=DRAWN)
        self.foreign = [one for other in EVERYWHERE if other != region for one in _pool(other)]
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
        self.trunk = (metadata and metadata.national_prefix) or ""

    def kinds(self) -> Iterator[tuple[str, Callable[[], tuple[str, int]]]]:
        trunk = self.trunk
        yield "plus", lambda: self._one(self.own, "+{code}{national}")
        yield "own code", lambda: self._one(self.own, "{code}{national}")
        yield "trunk", lambda: self._one(self.own, trunk + "{national}")
        yield "bare", lambda: self._one(self.own, "{national}")
        yield "own code and bare", lambda: self._one(self.own, self.random.choice(("{code}{national}", "{national}")))
        yield "trunk and bare", lambda: self._one(self.own, self.random.choice((trunk, "")) + "{national}")
        yield (
            "own code and trunk",
            lambda: self._one(self.own, self.random.choice(("{code}{national}", trunk + "{national}"))),
        )
        yield "foreign among own code", lambda: self._mixed("{code}{national}")
        yield "foreign among trunk", lambda: self._mixed(trunk + "{national}")
        yield "foreign among bare", lambda: self._mixed("{national}")
        yield "zero and zero", lambda: self._one(self._anybody(), "00{code}{national}")
        exit_ = self.random.choice(EXITS.get(self.region, ("00",)))
        yield "exit", lambda: self._one(self._anybody(), exit_ + "{code}{national}")

    def _anybody(self) -> list[tuple[str, str]]:
        return self.random.choice((self.own, self.foreign))

    def _mixed(self, spelling: str) -> tuple[str, int]:
        is_foreign = self.random.random() < 0.2
        return self._one(self.foreign, "{code}{national}") if is_foreign else self._one(self.own, spelling)

    def _one(self, people: list[tuple[str, str]], spelling: str) -> tuple[str, int]:
        code, national = self.random.choice(people)
        return spelling.format(code=code, national=national), int(code + national)

    def column(self, cell: Callable[[], tuple[str, int]], *, cells: int = CELLS) -> Written:
        """With 7 % dirt."""
        written = Written()
        for _cell in range(cells):
            text, meant = (self._dirt(), 0) if self.random.random() < 0.07 else cell()
            written.cells.append(text)
            written.meant.append(meant)
        return written

    def _dirt(self) -> str:
        day, month, year = self.random.randint(1, 28), self.random.randint(1, 12), self.random.randint(1950, 2030)
        return self.random.choice(
            (
                *(
                    "",
                    "n/a",
                    "-",
                    f"{day:02}-{month:02}-{year}",
                    f"{year}-{month:02}-{day:02}",
                    f"{day}/{month}/{year}",
                ),
                *(f"-{day * 9_137_313}", f"192.168.{day}.{month}", f"{day}.{month * 50 + 100}.000", f"{day}4.{year}"),
            )
        )


_POOLS: dict[str, list[tuple[str, str]]] = {}


def _pool(region: str) -> list[tuple[str, str]]:
    return _POOLS.setdefault(region, subscribers(region, seed=11, count=DRAWN))


@dataclass
class Tally:
    real: int = 0
    right: int = 0
    wrong: list[tuple[str, str, str, int]] = field(default_factory=list)
    open: int = 0


def read_back(written: Written, region: str, *, answers: Answers, kind: str, tally: Tally) -> None:
    """As a list is read: all blocks are counted, then decided."""
    counts = Counts()
    half = len(written.cells) // 2
    for block in (written.cells[:half], written.cells[half:]):
        counts += read_column(block, region=region).counts
    column = read_column(written.cells, region=region, habits=decide(counts, region=region, answers=answers))
    meant, read = np.array(written.meant, np.int64), column.callees
    real = meant > 0
    is_right = identities(read) == identities(meant)
    tally.real += int(real.sum())
    tally.right += int((real & (read > 0) & is_right).sum())
    for place in np.flatnonzero(real & (read > 0) & ~is_right).tolist():
        tally.wrong.append((region, kind, written.cells[place], int(read[place])))
    tally.open += sum(1 for place, error in column.errors.items() if meant[place] and error.readings)


def test_a_million_cells_are_read() -> None:
    assert len(REGIONS) * COLUMNS_OF_A_REGION * CELLS > 1_000_000
    assert len(list(Author("ID", seed=1).kinds())) == COLUMNS_OF_A_REGION


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_becomes_somebody_else(part: int, record_property: Callable[[str, object], None]) -> None:
    tally = Tally()
    for region in REGIONS[part::PARTS]:
        author = Author(region, seed=7)
        for kind, cell in author.kinds():
            read_back(author.column(cell), region, answers=Answers(), kind=kind, tally=tally)
    record_property("open", tally.open)
    assert tally.wrong == []
    assert tally.right + tally.open > 0.9 * tally.real
