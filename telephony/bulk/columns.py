"""A column of cells as people wrote them → arrays.

What numbering plans say is run over the whole column by automata; what these do not know for certain is asked of
telephony.e164 one by one. The result is the same for every cell, whichever way it took.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import phonenumbers
from numpy.typing import NDArray
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from telephony import e164
from telephony.bulk.cells import COUNTRY_ADDED, MOST_DIGITS, PLUS_ADDED, REPAIRS, Cells, as_numbers, read_cells, shifted
from telephony.bulk.plans import Habits, Plan, habits_of, plan_of, trunk_of
from telephony.bulk.zones import prefix_zones
from telephony.numbering import Facts, facts_of, zones_of
from telephony.vocabulary import NumberKind

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Column:
    """What became of each cell; the arrays are as long as the column. Sets are small tables the arrays point into."""

    callees: NDArray[np.int64]
    """Wire digits as an integer; 0 where the cell was refused."""
    facts: NDArray[np.int32]
    """Place in `fact_sets`; without meaning where the cell was refused."""
    repairs: NDArray[np.int32]
    """Place in `repair_sets`; 0, the empty set, where nothing was repaired or the cell was refused."""
    errors: dict[int, e164.NumberError]
    """Place in the column → why it was refused."""
    fact_sets: list[Facts]
    repair_sets: list[tuple[str, ...]]


def read_column(cells: Sequence[str], *, region: str | None = None) -> Column:
    """`region` is the ISO 3166 two-letter code that national numbers belong to."""
    work = _Work(cells, region)
    work.read_international()
    work.read_national()
    return work.finished()


class _Work:
    def __init__(self, cells: Sequence[str], region: str | None) -> None:
        self._texts = cells
        self._region = region
        known = region.upper() if region and region.upper() in phonenumbers.SUPPORTED_REGIONS else None
        self._home = known
        self._habits = habits_of(known) if known else None
        self._cells: Cells = read_cells(cells)
        size = len(cells)
        self._callees = np.zeros(size, np.int64)
        self._repairs = self._cells.repairs
        self._fact_keys = np.zeros(size, np.int32)
        self._facts: dict[Facts, int] = {}

    def read_international(self) -> None:
        """With a plus sign or 00; and all of them, where no country is given."""
        cells = self._cells
        plain = ~cells.has_plus if self._region is None or self._home is None else np.zeros(len(self._texts), np.bool_)
        rows = np.flatnonzero(cells.readable & (cells.has_plus | plain) & (cells.digits[:, 0] != 0))
        for calling_code, found in _by_calling_code(cells.digits, rows):
            self._take_international(calling_code, found, PLUS_ADDED)

    def _take_international(self, calling_code: int, rows: Rows, repair_without_plus: int) -> None:
        """Digits that begin with a calling code and are the number as they stand."""
        plan, trunk = plan_of(calling_code), trunk_of(calling_code)
        if plan is None or trunk is None:
            return
        cells, skipped = self._cells, len(str(calling_code))
        digits = cells.digits[rows][:, skipped:]
        lengths = cells.lengths[rows] - skipped
        verdicts, _sets = plan.judge(digits, np.maximum(lengths, 0))
        trunk_prefixes, _length = trunk.prefixes(digits)
        accepted = (verdicts >= 0) & (trunk_prefixes == 0)
        rows, verdicts = rows[accepted], verdicts[accepted]
        self._accept(plan, rows, verdicts, as_numbers(cells.digits[rows], cells.lengths[rows]))
        self._repairs[rows] |= np.where(cells.has_plus[rows], 0, repair_without_plus).astype(np.int32)

    def read_national(self) -> None:
        """Without a plus sign, in the country that is given."""
        cells, habits = self._cells, self._habits
        if habits is None or self._home is None:
            return
        rows = np.flatnonzero(cells.readable & ~cells.has_plus)
        foreign_prefixes, _length = habits.idd.prefixes(cells.digits[rows])
        rows = rows[foreign_prefixes == 0]
        plan = plan_of(habits.calling_code)
        if plan is None or not len(rows):
            return
        begins_with_code = _begins_with(cells.digits[rows], habits.calling_code)
        self._take_with_code(plan, habits, rows[begins_with_code])
        rows = rows[~begins_with_code]
        prefixes, length = habits.trunk.prefixes(cells.digits[rows])
        self._take_national(plan, rows[prefixes == 0])
        if habits.is_trunk_plain:
            once = prefixes == 1
            self._take_with_trunk(plan, habits, rows[once], length[once])

    def _take_with_code(self, plan: Plan, habits: Habits, rows: Rows) -> None:
        """The calling code is taken off when only the rest is a number of the country, or as a whole it is too long."""
        cells, skipped = self._cells, len(str(habits.calling_code))
        _verdicts, whole = plan.judge(cells.digits[rows], cells.lengths[rows])
        rest = cells.digits[rows][:, skipped:]
        _verdicts, sets = plan.judge(rest, np.maximum(cells.lengths[rows] - skipped, 0))
        trunk_prefixes, _length = habits.trunk.prefixes(rest)
        general = plan.general[self._home or ""]
        is_clear = ~general[whole] & general[sets] & (trunk_prefixes == 0)
        self._take_international(habits.calling_code, rows[is_clear], PLUS_ADDED)

    def _take_national(self, plan: Plan, rows: Rows) -> None:
        """National numbers without anything in front."""
        cells = self._cells
        verdicts, _sets = plan.judge(cells.digits[rows], cells.lengths[rows])
        accepted = verdicts >= 0
        self._accept_national(plan, rows[accepted], verdicts[accepted], cells.digits[rows[accepted]])

    def _take_with_trunk(self, plan: Plan, habits: Habits, rows: Rows, prefix: NDArray[np.int32]) -> None:
        """National numbers with the one trunk prefix that can be taken off."""
        cells = self._cells
        general = plan.general[self._home or ""]
        _verdicts, whole = plan.judge(cells.digits[rows], cells.lengths[rows])
        digits = shifted(cells.digits[rows], prefix)
        lengths = cells.lengths[rows] - prefix
        verdicts, sets = plan.judge(digits, lengths)
        # The whole stays as it is where it fits the country and the rest does not.
        is_stripped = ~(general[whole] & ~general[sets]) & np.isin(lengths, list(habits.lengths))
        accepted = (verdicts >= 0) & is_stripped
        self._accept_national(plan, rows[accepted], verdicts[accepted], digits[accepted])

    def _accept_national(self, plan: Plan, rows: Rows, verdicts: NDArray[np.int32], digits: NDArray[np.uint8]) -> None:
        lengths = (digits != 10).sum(axis=1).astype(np.int32)
        fits = lengths + len(str(plan.calling_code)) <= MOST_DIGITS
        rows, verdicts, digits, lengths = rows[fits], verdicts[fits], digits[fits], lengths[fits]
        callees = as_numbers(digits, lengths) + plan.calling_code * 10 ** lengths.astype(np.int64)
        self._accept(plan, rows, verdicts, callees)
        self._repairs[rows] |= COUNTRY_ADDED

    def _accept(self, plan: Plan, rows: Rows, verdicts: NDArray[np.int32], callees: NDArray[np.int64]) -> None:
        if not len(rows):
            return
        zones = prefix_zones()
        places = zones.of(callees, _lengths_of(callees))
        keys = verdicts.astype(np.int64) * 10_000 + places
        unique, back = np.unique(keys, return_inverse=True)
        numbers = [self._fact_number(plan, int(key) // 10_000, zones.sets[int(key) % 10_000]) for key in unique]
        self._fact_keys[rows] = np.array(numbers, np.int32)[back]
        self._callees[rows] = callees

    def _fact_number(self, plan: Plan, verdict: int, zones: frozenset[str]) -> int:
        region, kind = plan.regions[verdict // 100], NumberKind(verdict % 100)
        country = region if region.isalpha() else ""
        facts = Facts(country, kind, zones_of(country, kind, plan.calling_code, of_prefix=zones))
        return self._facts.setdefault(facts, len(self._facts))

    def finished(self) -> Column:
        """With the rest read one by one."""
        errors: dict[int, e164.NumberError] = {}
        bits, back = np.unique(np.where(self._callees > 0, self._repairs, 0), return_inverse=True)
        sets: dict[tuple[str, ...], int] = {(): 0}
        places = [sets.setdefault(_repairs_of(int(bit)), len(sets)) for bit in bits]
        repairs = np.array(places, np.int32)[back].astype(np.int32) if len(bits) else back.astype(np.int32)
        for place in np.flatnonzero(self._callees == 0).tolist():
            try:
                parsed = e164.normalise(self._texts[place], region=self._region)
            except e164.NumberError as exc:
                errors[place] = exc
                continue
            self._callees[place] = int(parsed.number)
            self._fact_keys[place] = self._facts.setdefault(facts_of(parsed.number), len(self._facts))
            repairs[place] = sets.setdefault(parsed.repairs, len(sets))
        return Column(self._callees, self._fact_keys, repairs, errors, list(self._facts), list(sets))


def _repairs_of(bits: int) -> tuple[str, ...]:
    return tuple(code for bit, code in REPAIRS.items() if bits & bit)


def _by_calling_code(digits: NDArray[np.uint8], rows: Rows) -> list[tuple[int, Rows]]:
    """Calling codes are prefix-free, so three digits tell which one it is."""
    if not len(rows):
        return []
    first = digits[rows][:, :3].astype(np.int32)
    codes = _CALLING_CODES[first[:, 0] * 100 + first[:, 1] * 10 + first[:, 2]]
    return [(int(code), rows[codes == code]) for code in np.unique(codes) if code]


def _calling_codes() -> NDArray[np.int32]:
    table = np.zeros(1000, np.int32)
    for code in COUNTRY_CODE_TO_REGION_CODE:
        digits = str(code)
        size = 10 ** (3 - len(digits))
        table[code * size : (code + 1) * size] = code
    return table


_CALLING_CODES = _calling_codes()


def _begins_with(digits: NDArray[np.uint8], calling_code: int) -> NDArray[np.bool_]:
    wanted = np.array([int(digit) for digit in str(calling_code)], np.uint8)
    found: NDArray[np.bool_] = (digits[:, : len(wanted)] == wanted).all(axis=1)
    return found


def _lengths_of(callees: NDArray[np.int64]) -> NDArray[np.int32]:
    """Digits of each number; none begins with 0."""
    return np.searchsorted(_POWERS, callees, side="right").astype(np.int32)


_POWERS = 10 ** np.arange(16, dtype=np.int64)
