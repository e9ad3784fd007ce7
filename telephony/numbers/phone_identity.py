"""One phone in several spellings: the key by which it is one, beside the number that is dialled.

Some plans let a phone be written in two ways, or were changed while lists still hold the old numbers. Duplicates,
do-not-call wishes, caps and open orders compare keys; what is dialled stays as it was read.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Spelling:
    """Numbers that begin with `written`, with `rest` more digits, are one phone with those that begin with `key`."""

    region: str
    """ISO 3166, two letters."""
    written: str
    """The first wire digits of this spelling."""
    key: str
    """The first wire digits of the key."""
    rest: int
    """How many digits follow, which both have in common."""


# The 9 that makes a call to Argentina one to a mobile: a number without it is answered by the same phone.
_AR = (Spelling("AR", "549", "54", 10),)
# The 1 behind 52 was given up in 2019; address books and WhatsApp still write it.
_MX = (Spelling("MX", "521", "52", 10),)
# Mobiles got a 9 behind the area code until 2016. Eight digits that begin with 7 may still be trunk radio of their own:
# a wish not to be called may have meant either, and must hold for both.
_BR = tuple(
    Spelling("BR", f"55{area}{first}", f"55{area}9{first}", 7)
    for area in (
        *(*range(11, 20), 21, 22, 24, 27, 28, *range(31, 36), 37, 38, *range(41, 50), 51, 53, 54, 55),
        *(*range(61, 70), 71, 73, 74, 75, 77, 79, *range(81, 90), *range(91, 100)),
    )
    for first in "6789"
)
# Fixed lines got 20 in front in January 2024.
_NG = tuple(Spelling("NG", f"234{first}", f"23420{first}", 7) for first in "123456789")
# Every number got 01 in front in November 2024.
_BJ = tuple(Spelling("BJ", f"229{first}", f"22901{first}", 7) for first in "123456789")
# Mobiles of eleven digits (with the trunk 0) lost one in 2018.
_VN_MOBILES = (
    *(("120", "70"), ("121", "79"), ("122", "77"), ("126", "76"), ("128", "78")),
    *(("123", "83"), ("124", "84"), ("125", "85"), ("127", "81"), ("129", "82")),
    *((f"16{digit}", f"3{digit}") for digit in "23456789"),
    *(("186", "56"), ("188", "58"), ("199", "59")),
)
_VN = tuple(Spelling("VN", f"84{old}", f"84{new}", 7) for old, new in _VN_MOBILES)
# Areas of one digit became areas of three in 2021.
_CO = tuple(Spelling("CO", f"57{area}", f"5760{area}", 7) for area in "1245678")
# San Marino answers under its own code, with and without its old Italian area code, and under Italy's.
_SM = tuple(
    Spelling("SM", f"{written}{first}", f"3780549{first}", 5) for written in ("378", "390549") for first in "89"
)

SPELLINGS: tuple[Spelling, ...] = (*_AR, *_MX, *_BR, *_NG, *_BJ, *_VN, *_CO, *_SM)
"""Every spelling that is not the key itself."""


class Range(NamedTuple):
    """Numbers from `low` to `high` (wire digits as integers, both included); the key is the number plus `shift`."""

    low: int
    high: int
    shift: int


def _ranges() -> Iterator[Range]:
    """The spellings as ranges in ascending order; neighbours with one shift are one range."""
    low, high, shift = 0, -1, 0
    each = []
    for spelling in SPELLINGS:
        size = 10**spelling.rest
        first = int(spelling.written) * size
        each.append(Range(first, first + size - 1, int(spelling.key) * size - first))
    for found in sorted(each):
        if (found.low, found.shift) == (high + 1, shift):
            high = found.high
            continue
        if low:
            yield Range(low, high, shift)
        low, high, shift = found
    yield Range(low, high, shift)


RANGES: tuple[Range, ...] = tuple(_ranges())
"""All that the key depends on. They do not overlap, and no key falls into one of them."""
DIGEST = hashlib.sha256(",".join(map(str, chain.from_iterable(RANGES))).encode()).hexdigest()[:12]
"""Names these ranges: keys that were stored under another digest have to be made again."""

_LOWS = [one.low for one in RANGES]
_COLUMNS = np.array(RANGES, np.int64).T


def identity_of(callee: int) -> int:
    """The key of a number; equal for every spelling of one phone. Wire digits as an integer, both of them."""
    place = bisect_right(_LOWS, callee) - 1
    if place < 0:
        return callee
    _low, high, shift = RANGES[place]
    return callee + shift if callee <= high else callee


def identities(callees: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same for many at once."""
    lows, highs, shifts = _COLUMNS
    places = np.searchsorted(lows, callees, side="right") - 1
    is_spelling = (places >= 0) & (callees <= highs[places])
    return callees + np.where(is_spelling, shifts[places], 0)


def spellings_of(callee: int) -> tuple[int, ...]:
    """Every spelling of the phone behind a number, the key first. Wire digits as integers."""
    key = identity_of(callee)
    others = (key - shift for low, high, shift in RANGES if low <= key - shift <= high)
    return (key, *others)
