"""The cells of one region: read together where that is certain, one by one where it is not, open where it must be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import phonenumbers
from numpy.typing import NDArray

from telephony.numbers import e164
from telephony.numbers.bulk import cell_cleaning
from telephony.numbers.bulk.candidates import Candidates, candidates_of, home_code
from telephony.numbers.bulk.cell_cleaning import BIT_OF, REPAIRS, read_cells
from telephony.numbers.bulk.habit_counts import count_shapes, count_sure
from telephony.numbers.bulk.numbering_plans import plan_of
from telephony.numbers.bulk.plan_facts import FactTable
from telephony.numbers.column_habits import ROW_COUNTRY, Counts, Habits
from telephony.numbers.number_errors import NumberError, ambiguous
from telephony.numbers.number_facts import Facts, facts_of
from telephony.numbers.readings import Reading, Way
from telephony.numbers.region_habits import Habit

_CODED = (Way.OWN_CODE, Way.FOREIGN_CODE)
_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


class Work:
    def __init__(self, texts: Sequence[str], region: str, habits: Habits | None, *, is_row_country: bool) -> None:
        self._texts, self._region = texts, region
        self._home = region if region in phonenumbers.SUPPORTED_REGIONS else None
        self._key = f"{ROW_COUNTRY}{region}" if is_row_country else region
        self._habit = habits.of_region(self._key) if habits else Habit(is_row_national=is_row_country)
        self._has_grouped_numbers = habits is not None and habits.has_grouped_numbers
        self._cells = read_cells(texts)
        self._facts = FactTable()
        size = len(texts)
        self.callees = np.zeros(size, np.int64)
        self.fact_keys = np.zeros(size, np.int32)
        self.errors: dict[int, NumberError] = {}
        self.counts = Counts()
        self._sets: dict[tuple[str, ...], int] = {(): 0}

    def read(self) -> None:
        found = candidates_of(self._cells, self._home)
        found.unsure |= self._may_be_anothers(found)
        national, coded = found.national > 0, found.coded > 0
        if self._habit.own_code == "answer":
            # Some of these begin with the code that they are said to carry: one by one.
            found.unsure |= national & ~coded & ~found.is_marked
        sure = ~found.unsure
        is_both = sure & national & coded & (found.national != found.coded)
        # 00 behind which a number stands that is national, too: one by one.
        found.unsure |= is_both & found.is_exit
        is_both &= ~found.is_exit
        self._accept_national(found, np.flatnonzero(sure & national & ~is_both & ~(coded & found.is_exit)))
        rows = np.flatnonzero(sure & coded & ~national)
        has_plus = self._cells.has_plus[rows]
        added = np.where(found.is_exit[rows], cell_cleaning.INTERNATIONAL, cell_cleaning.PLUS_ADDED)
        self._take_coded(found, rows)
        self._cells.repairs[rows] |= np.where(has_plus, 0, added).astype(np.int32)
        self._settle_open(found, np.flatnonzero(is_both))
        count_shapes(self.counts.shapes, self._cells, self._texts)
        count_sure(self.counts.of_region(self._key), self._cells, found, is_both=is_both, home=home_code(self._home))

    def _may_be_anothers(self, found: Candidates) -> NDArray[np.bool_]:
        """Numbers that telephony.numbers.renumbering has to look at."""
        looked_at = np.zeros(len(self._texts), np.bool_)
        # Kosovo's mobiles under Monaco's code, Brazil's trunk radio, Italian mobiles of nine digits, and what may be
        # old numbers of Saigon.
        for callees in (found.national, found.coded):
            looked_at |= (callees >= 37744000000) & (callees < 37746000000)
            looked_at |= (callees >= 551100000000) & (callees < 559999999999 + 1) & (callees // 10**7 % 10 == 7)
            looked_at |= (callees >= 39300000000) & (callees < 39400000000)
            looked_at |= (callees >= 84810000000) & (callees < 84860000000) & self._cells.is_punctuated
        return looked_at

    def _accept_national(self, found: Candidates, rows: NDArray[np.intp]) -> None:
        if not len(rows):
            return
        plan = plan_of(home_code(self._home))
        assert plan is not None
        self.callees[rows] = found.national[rows]
        self.fact_keys[rows] = self._facts.places_of(plan, found.national_verdicts[rows], found.national[rows])
        self._cells.repairs[rows] |= cell_cleaning.COUNTRY_ADDED

    def _take_coded(self, found: Candidates, rows: NDArray[np.intp]) -> None:
        # By calling code, because places in verdicts and facts are those of one plan.
        for code in np.unique(found.codes[rows]).tolist():
            plan = plan_of(code)
            assert plan is not None
            of_code = rows[found.codes[rows] == code]
            self.callees[of_code] = found.coded[of_code]
            self.fact_keys[of_code] = self._facts.places_of(plan, found.coded_verdicts[of_code], found.coded[of_code])

    def _settle_open(self, found: Candidates, rows: NDArray[np.intp]) -> None:
        """Rows with two readings, by what is known of the column; the same answer for all rows of a kind."""
        home = home_code(self._home)
        for code in np.unique(found.codes[rows]).tolist():
            for is_marked in (False, True):
                some = rows[(found.codes[rows] == code) & (found.is_marked[rows] == is_marked)]
                if len(some):
                    self._settle_kind(found, some, code, is_own=code == home, is_marked=is_marked)

    def _settle_kind(
        self, found: Candidates, rows: NDArray[np.intp], code: int, *, is_own: bool, is_marked: bool
    ) -> None:
        national = Reading("", Way.TRUNK if is_marked else Way.NATIONAL)
        coded = Reading("", Way.OWN_CODE if is_own else Way.FOREIGN_CODE, str(code))
        chosen = self._habit.settle((national, coded))
        if chosen is None:
            counts = self.counts.of_region(self._key)
            pairs = zip(rows.tolist(), found.national[rows].tolist(), found.coded[rows].tolist(), strict=True)
            for place, national_callee, coded_callee in pairs:
                error = ambiguous((f"+{national_callee}", f"+{coded_callee}"))
                self.errors[place] = error
                counts.keep_example("own_code" if is_own else "all_national", (self._texts[place], error.readings))
            return
        reading, rule = chosen
        if reading is coded:
            self._take_coded(found, rows)
        else:
            self._accept_national(found, rows)
            # The rule that decided is told in its place.
            self._cells.repairs[rows] &= ~cell_cleaning.COUNTRY_ADDED
        self._cells.repairs[rows] |= BIT_OF[rule]

    def finish(self) -> tuple[list[Facts], NDArray[np.int32]]:
        """Reads the rest one by one; the facts, and a place in `repair_sets` for each cell."""
        used, back = np.unique(np.where(self.callees > 0, self._cells.repairs, 0), return_inverse=True)
        sets = [tuple(code for bit, code in REPAIRS.items() if bits & bit) for bits in used.tolist()]
        places = [self._sets.setdefault(codes, len(self._sets)) for codes in sets]
        repairs = np.array(places, np.int32)[back] if len(used) else back.astype(np.int32)
        for place in np.flatnonzero(self.callees == 0).tolist():
            if place not in self.errors:
                self._read_one(place, repairs)
        return self._facts.as_list(), repairs

    def _read_one(self, place: int, repairs: NDArray[np.int32]) -> None:
        try:
            # Counted before it is settled: what stays open is what the column is to decide.
            cell = e164.cell_of(self._texts[place], region=self._region or None)
            self._count(cell, place)
            parsed = e164.settled(cell, self._habit, has_grouped_numbers=self._has_grouped_numbers)
        except NumberError as exc:
            self.errors[place] = exc
            return
        self.callees[place] = int(parsed.number)
        self.fact_keys[place] = self._facts.place_of(facts_of(parsed.number))
        repairs[place] = self._sets.setdefault(parsed.repairs, len(self._sets))

    def _count(self, cell: e164.Cell, place: int) -> None:
        counts, home = self.counts.of_region(self._key), str(home_code(self._home) or "")
        self.counts.shapes.amounts += cell.written.is_amount
        own = next((reading.number for reading in cell.readings if reading.way is Way.OWN_CODE), "")
        is_mobile = bool(own) and phonenumbers.number_type(phonenumbers.parse(own, None)) in _MOBILE
        counts.add(cell.readings, cell.written.digits, home, is_mobile=is_mobile)
        if len(cell.readings) > 1 and any(reading.way in _CODED for reading in cell.readings):
            example = (self._texts[place], tuple(reading.number for reading in cell.readings))
            counts.keep_example("own_code" if own else "all_national", example)

    def repair_sets(self) -> list[tuple[str, ...]]:
        return list(self._sets)
