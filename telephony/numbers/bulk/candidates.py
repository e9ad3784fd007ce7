"""What bare digits may be, for whole columns: a national number, one with a calling code, or something to ask about.

As telephony.numbers.readings says it one by one. Rows that it would have to look at more closely are marked unsure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import phonenumbers
from numpy.typing import NDArray
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from telephony.numbers import international_prefixes, renumbering
from telephony.numbers.bulk.automaton import Digits
from telephony.numbers.bulk.cell_cleaning import LEAST_DIGITS, MOST_DIGITS, Cells, as_numbers, shifted
from telephony.numbers.bulk.numbering_plans import Dialling, Plan, dialling_of, plan_of, trunk_of

Rows = NDArray[np.intp]
_ITALY, _AUSTRALIA = 39, 61
_NEEDS_EVERY_READING = renumbering.CHANGED | {_ITALY}
"""Calling codes of plans that know old spellings, so that “no national number” needs a closer look."""


@dataclass(slots=True)
class Candidates:
    """Arrays as long as the column; a callee of 0 is none."""

    national: NDArray[np.int64]
    national_verdicts: NDArray[np.int32]
    is_marked: NDArray[np.bool_]
    """The national number was written with a trunk digit or a leading zero."""
    coded: NDArray[np.int64]
    coded_verdicts: NDArray[np.int32]
    codes: NDArray[np.int32]
    is_exit: NDArray[np.bool_]
    """Behind 00, and the region has no other international prefix that fits."""
    unsure: NDArray[np.bool_]


def candidates_of(cells: Cells, region: str | None) -> Candidates:
    """`region` is a known one (ISO 3166), or None."""
    finder = _Finder(cells, region)
    # In this order: each step passes over what those before it have marked unsure.
    finder.find_plus()
    finder.find_exits()
    finder.find_national()
    finder.find_coded()
    return finder.found


class _Finder:
    def __init__(self, cells: Cells, region: str | None) -> None:
        size = len(cells.lengths)
        self._cells, self._region = cells, region
        self._dialling: Dialling | None = dialling_of(region) if region else None
        self._bare = cells.readable & ~cells.has_plus
        self._is_double_zero = self._bare & (cells.digits[:, 0] == 0) & (cells.digits[:, 1] == 0)
        self.found = Candidates(
            national=np.zeros(size, np.int64),
            national_verdicts=np.full(size, -1, np.int32),
            is_marked=np.zeros(size, np.bool_),
            coded=np.zeros(size, np.int64),
            coded_verdicts=np.full(size, -1, np.int32),
            codes=np.zeros(size, np.int32),
            is_exit=np.zeros(size, np.bool_),
            unsure=~cells.readable,
        )
        if region and self._dialling is None:
            self.found.unsure |= self._bare

    def find_plus(self) -> None:
        cells = self._cells
        rows = np.flatnonzero(cells.readable & cells.has_plus)
        self._code(rows, cells.digits[rows], cells.lengths[rows])

    def find_exits(self) -> None:
        """00 alone is read here; every other international prefix is one of several readings."""
        cells, dialling = self._cells, self._dialling
        if dialling is not None:
            rows = np.flatnonzero(self._bare)
            count, _length = dialling.idd.prefixes(cells.digits[rows])
            # 00 itself is read below; any other prefix makes the row one of several readings.
            count -= np.where(self._is_double_zero[rows] & dialling.has_plain_exit, 1, 0)
            self.found.unsure[rows[count > 0]] = True
            for prefix in international_prefixes.more_prefixes(self._region or ""):
                self.found.unsure |= self._bare & begins_with(cells.digits, prefix)
            # 1831 and 1832 show or hide the caller's own number, and are no part of the callee's.
            if dialling.calling_code == _AUSTRALIA:
                self.found.unsure |= self._bare & begins_with(cells.digits, "183")
        rows = np.flatnonzero(self._is_double_zero & ~self.found.unsure)
        lengths = cells.lengths[rows] - 2
        self.found.is_exit[rows] = True
        self._code(rows, shifted(cells.digits[rows], np.full(len(rows), 2, np.int32)), lengths)
        self.found.unsure[rows[self.found.coded[rows] == 0]] = True

    def find_national(self) -> None:
        cells, dialling = self._cells, self._dialling
        if dialling is None or (plan := plan_of(dialling.calling_code)) is None:
            return
        rows = np.flatnonzero(self._bare & ~self.found.unsure & (cells.lengths <= MOST_DIGITS))
        prefixes, length = dialling.trunk.prefixes(cells.digits[rows])
        bare = rows[prefixes == 0]
        digits, lengths = cells.digits[bare], cells.lengths[bare]
        verdicts, _sets = plan.judge(digits, lengths)
        self._keep_national(plan, bare, verdicts, digits, lengths)
        self.found.is_marked[bare] = digits[:, 0] == 0
        once = (prefixes == 1) & dialling.is_trunk_plain
        self._take_with_trunk(plan, rows[once], length[once])
        # Several prefixes fit, or something is put in the place of one: one by one.
        self.found.unsure[rows[(prefixes > 0) & ~once]] = True

    def _take_with_trunk(self, plan: Plan, rows: Rows, prefix: NDArray[np.int32]) -> None:
        """The prefix stays on where the whole fits the country and the rest does not."""
        cells = self._cells
        general = plan.general[self._region or ""]
        verdicts, whole = plan.judge(cells.digits[rows], cells.lengths[rows])
        digits, lengths = shifted(cells.digits[rows], prefix), cells.lengths[rows] - prefix
        rest_verdicts, rest = plan.judge(digits, lengths)
        stays = general[whole] & ~general[rest]
        self._keep_national(plan, rows[stays], verdicts[stays], cells.digits[rows[stays]], cells.lengths[rows[stays]])
        off = ~stays
        self._keep_national(plan, rows[off], rest_verdicts[off], digits[off], lengths[off])
        self.found.is_marked[rows] = off | (cells.digits[rows][:, 0] == 0)

    def _keep_national(
        self, plan: Plan, rows: Rows, verdicts: NDArray[np.int32], digits: Digits, lengths: NDArray[np.int32]
    ) -> None:
        fits = (verdicts >= 0) & (lengths + len(str(plan.calling_code)) <= MOST_DIGITS)
        rows, digits, lengths = rows[fits], digits[fits], lengths[fits]
        callees = as_numbers(digits, lengths) + plan.calling_code * 10 ** lengths.astype(np.int64)
        self.found.national[rows], self.found.national_verdicts[rows] = callees, verdicts[fits]

    def find_coded(self) -> None:
        """Bare digits that begin with a calling code."""
        cells, found, dialling = self._cells, self.found, self._dialling
        rows = np.flatnonzero(self._bare & ~found.unsure & (cells.digits[:, 0] != 0))
        self._code(rows, cells.digits[rows], cells.lengths[rows])
        if dialling is None:
            return
        found.unsure |= self._bare & (found.coded == 0) & _may_be_fictional(cells)
        # With the own code, a trunk zero or an old spelling may stand behind it.
        is_own = begins_with(cells.digits, str(dialling.calling_code)) & (found.coded == 0)
        found.unsure |= self._bare & is_own
        if dialling.calling_code in _NEEDS_EVERY_READING:
            found.unsure |= self._bare & (found.national == 0) & ~found.is_exit
        # A mobile number, or a landline whose zero a spreadsheet took.
        if dialling.calling_code == _ITALY:
            found.unsure |= self._bare & (cells.digits[:, 0] == 3) & (cells.lengths == 9)

    def _code(self, rows: Rows, digits: Digits, lengths: NDArray[np.int32]) -> None:
        """Digits behind a plus sign, valid exactly as they stand."""
        for code, places in _by_calling_code(digits):
            self._code_of(code, rows[places], digits[places], lengths[places])

    def _code_of(self, code: int, rows: Rows, digits: Digits, lengths: NDArray[np.int32]) -> None:
        plan, trunk = plan_of(code), trunk_of(code)
        if plan is None or trunk is None:
            self.found.unsure[rows] = True
            return
        skipped = len(str(code))
        rest = digits[:, skipped:]
        verdicts, _sets = plan.judge(rest, np.clip(lengths - skipped, 0, MOST_DIGITS))
        trunk_prefixes, _length = trunk.prefixes(rest)
        exact = (verdicts >= 0) & (trunk_prefixes == 0) & (lengths >= LEAST_DIGITS) & (lengths <= MOST_DIGITS)
        self.found.unsure[rows[trunk_prefixes > 0]] = True
        taken = rows[exact]
        self.found.coded[taken] = as_numbers(digits[exact], lengths[exact])
        self.found.coded_verdicts[taken] = verdicts[exact]
        self.found.codes[taken] = code


def _may_be_fictional(cells: Cells) -> NDArray[np.bool_]:
    """Numbers that no plan has, kept for films and tests: telephony.numbers.fictional_ranges knows them exactly."""
    is_555 = begins_with(cells.digits, "1") & begins_with(cells.digits[:, 4:], "55501") & (cells.lengths == 11)
    is_british: NDArray[np.bool_] = begins_with(cells.digits, "44") & (cells.lengths == 12)
    found: NDArray[np.bool_] = is_555 | is_british
    return found


def begins_with(digits: Digits, prefix: str) -> NDArray[np.bool_]:
    wanted = np.array([int(digit) for digit in prefix], np.uint8)
    found: NDArray[np.bool_] = (digits[:, : len(wanted)] == wanted).all(axis=1)
    return found


def _by_calling_code(digits: Digits) -> list[tuple[int, Rows]]:
    """Calling codes are prefix-free, so three digits tell which one it is."""
    if not len(digits):
        return []
    # PAD is 10 and would point beyond the table.
    first = np.minimum(digits[:, :3], 9).astype(np.int32)
    codes = _CALLING_CODES[first[:, 0] * 100 + first[:, 1] * 10 + first[:, 2]]
    return [(int(code), np.flatnonzero(codes == code)) for code in np.unique(codes) if code]


_CALLING_CODES = np.zeros(1000, np.int32)
"""Three digits → the calling code that they begin with."""
for _code in COUNTRY_CODE_TO_REGION_CODE:
    _size = 10 ** (3 - len(str(_code)))
    _CALLING_CODES[_code * _size : (_code + 1) * _size] = _code


def home_code(region: str | None) -> int:
    return phonenumbers.country_code_for_region(region) if region else 0
