"""Counts how the cells of a column are written, as telephony.numbers.column_habits wants to know it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from telephony.contract.vocabulary import NumberKind
from telephony.numbers.bulk.automaton import Digits
from telephony.numbers.bulk.candidates import Candidates, begins_with
from telephony.numbers.bulk.cell_cleaning import Cells, as_numbers
from telephony.numbers.bulk.plan_facts import lengths_of
from telephony.numbers.column_habits import ShapeCounts
from telephony.numbers.readings import is_foreign_when_bare
from telephony.numbers.region_habits import RegionCounts

_SAMPLED_NUMBERS = 100
_SAMPLE = 1_000
"""Cells of each block that are looked at for dates and check digits."""
_MOBILE = (NumberKind.MOBILE.value, NumberKind.FIXED_OR_MOBILE.value)


def count_sure(counts: RegionCounts, cells: Cells, found: Candidates, *, is_both: NDArray[np.bool_], home: int) -> None:
    """Rows that were read together; `is_both` are those with two readings, `home` is the region's calling code."""
    sure = ~found.unsure
    national, coded = sure & (found.national > 0), sure & (found.coded > 0)
    bare = ~cells.has_plus & ~found.is_exit
    only_national, only_coded = national & ~is_both, coded & ~national
    counts.cells += int(np.count_nonzero(national | coded))
    unmarked = only_national & ~found.is_marked
    counts.national += int(np.count_nonzero(unmarked))
    if home:
        counts.national_like_code += int(np.count_nonzero(unmarked & begins_with(cells.digits, str(home))))
    marked = only_national & found.is_marked
    counts.trunk += int(np.count_nonzero(marked))
    if home:
        counts.trunk_like_code += int(np.count_nonzero(_begin_with_code(found.national[marked], home)))
    is_home = found.codes == home
    counts.own += int(np.count_nonzero(only_coded & bare & is_home))
    _sample(counts, found, marked, only_coded & bare & is_home, home=home)
    counts.foreign += _by_code(found.codes, only_coded & bare & ~is_home)
    counts.certain_own += int(np.count_nonzero(only_coded & cells.has_plus & is_home))
    counts.certain_foreign += _by_code(found.codes, only_coded & ~bare & ~is_home)
    if exits := int(np.count_nonzero(only_coded & found.is_exit)):
        counts.exits["00"] += exits
    both_own = is_both & is_home
    counts.own_or_national += int(np.count_nonzero(both_own & ~found.is_marked))
    counts.own_mobile += int(np.count_nonzero(both_own & np.isin(found.coded_verdicts % 100, _MOBILE)))
    counts.foreign_or_national += _by_code(found.codes, is_both & ~is_home & ~found.is_marked)
    counts.foreign_or_trunk += _by_code(found.codes, is_both & ~is_home & found.is_marked)


def _begin_with_code(callees: NDArray[np.int64], home: int) -> NDArray[np.bool_]:
    """National numbers (with their code in front) that begin with the digits of the code."""
    size = len(str(home))
    twice = home * 10**size + home
    found: NDArray[np.bool_] = callees // 10 ** np.maximum(lengths_of(callees) - 2 * size, 0).astype(np.int64) == twice
    return found


def _sample(
    counts: RegionCounts, found: Candidates, marked: NDArray[np.bool_], own: NDArray[np.bool_], *, home: int
) -> None:
    """Of certain numbers of the region, how many would be foreign if they stood there bare."""
    size = len(str(home))
    # A few, spread over the block: each is read by phonenumbers, one by one.
    rows = np.flatnonzero(marked | own)
    for row in rows[:: max(len(rows) // _SAMPLED_NUMBERS, 1)][:_SAMPLED_NUMBERS].tolist():
        national = str(int(found.national[row] or found.coded[row]))[size:]
        counts.sampled += 1
        counts.sampled_foreign += is_foreign_when_bare(national, str(home))


def _by_code(codes: NDArray[np.int32], rows: NDArray[np.bool_]) -> Counter[str]:
    unique, counts = np.unique(codes[rows], return_counts=True)
    return Counter({str(code): count for code, count in zip(unique.tolist(), counts.tolist(), strict=True)})


def count_shapes(shapes: ShapeCounts, cells: Cells, texts: Sequence[str]) -> None:
    shapes.filled += sum(map(bool, map(str.strip, texts)))
    rows = np.flatnonzero(cells.readable & ~cells.has_plus)[:_SAMPLE]
    if not len(rows):
        return
    digits, lengths = cells.digits[rows], cells.lengths[rows]
    shapes.looked_at += len(rows)
    shapes.dates += int(np.count_nonzero(_are_dates(digits, lengths)))
    can_be, is_right = _check_digits(digits, lengths)
    shapes.checkable += int(np.count_nonzero(can_be))
    shapes.checked += int(np.count_nonzero(can_be & is_right))
    bare = digits[:, 0] != 0
    numbers = as_numbers(digits, np.minimum(lengths, 15))
    # Numbers that somebody wrote in groups are no ids, even where a company's lines follow each other.
    bare &= ~cells.is_punctuated[rows]
    pairs = bare[1:] & bare[:-1] & (np.diff(rows) == 1)
    shapes.followed += int(np.count_nonzero(pairs))
    shapes.rising += int(np.count_nonzero(pairs & (np.diff(numbers) == 1)))


def _are_dates(digits: Digits, lengths: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Eight digits, the year first or last."""
    number = as_numbers(digits[:, :8], np.minimum(lengths, 8))
    first_year, last_year = number // 10_000, number % 10_000
    is_first = (first_year >= 1900) & (first_year < 2100) & _day_month(number // 100 % 100, number % 100)
    is_last = (last_year >= 1900) & (last_year < 2100) & _day_month(number // 10**6, number // 10**4 % 100)
    found: NDArray[np.bool_] = (lengths == 8) & (is_first | is_last)
    return found


def _day_month(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
    low, high = np.minimum(first, second), np.maximum(first, second)
    found: NDArray[np.bool_] = (low >= 1) & (low <= 12) & (high <= 31)
    return found


def _check_digits(digits: Digits, lengths: NDArray[np.int32]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows are as long as numbers with a check digit, and which of them have a right one (EAN, ISBN-10, Luhn)."""
    plain = np.where(digits <= 9, digits, 0).astype(np.int64)
    places = np.arange(digits.shape[1])[None, :]
    from_end = lengths[:, None] - 1 - places
    inside = from_end >= 0
    odd = inside & (from_end % 2 == 1)
    # EAN weighs every second digit from the end three times: once in the first sum, twice in the other.
    ean = (np.where(inside, plain, 0).sum(axis=1) + 2 * np.where(odd, plain, 0).sum(axis=1)) % 10 == 0
    doubled = np.where(odd, np.where(plain > 4, 2 * plain - 9, 2 * plain), plain)
    luhn = np.where(inside, doubled, 0).sum(axis=1) % 10 == 0
    isbn = (np.where(inside, plain * (from_end + 1), 0).sum(axis=1)) % 11 == 0
    is_ean, is_isbn, is_luhn = (lengths == 8) | (lengths == 13), lengths == 10, lengths >= 14
    return is_ean | is_isbn | is_luhn, (is_ean & ean) | (is_isbn & isbn) | (is_luhn & luhn)
