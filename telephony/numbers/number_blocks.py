"""Entries of do-not-call lists that stand for many numbers: 202555XXXX, +1 202 555*, and area codes.

A block is a range of integers: wire digits, filled up with zeros (its first number) or nines (its last) to fifteen.
So one range holds a prefix at every length, and a number lies in it when its own digits, filled up with zeros, do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from telephony.numbers.number_errors import NumberError
from telephony.numbers.phone_identity import SPELLINGS

DIGITS = 15
FEW_DIGITS = 4
"""A block with fewer digits behind its country code holds a whole area or more."""
MARKS = frozenset("xX*?#%_")
"""A cell without any of them is no block."""
_BLOCK = re.compile(r"(\+|00)?([0-9]+)([xX]+|\?{2,}|#{2,}|_{2,}|[*%])")
_PREFIX = re.compile(r"(\+|00)?([0-9]+)[*%xX]?")
_APART = re.compile(r"[\s().\-/\u00a0\u2010-\u2015\u2212]")
_MIDDLE = re.compile(r"(\+|00)?[0-9]+(?:[xX]{2,}|[?#*_]{2,})[0-9]+")  # one mark alone begins an extension


@dataclass(frozen=True, slots=True)
class NumberBlock:
    code: str
    """The country code."""
    national: str
    """The digits behind it that are given."""
    places: int
    """How many digits follow; 0 where they may be any number."""

    @property
    def digits(self) -> str:
        return self.code + self.national

    @property
    def first(self) -> int:
        """Fifteen digits, as `last`."""
        return int(self.digits.ljust(DIGITS, "0"))

    @property
    def last(self) -> int:
        return int(self.digits.ljust(DIGITS, "9"))

    @property
    def written(self) -> str:
        """With plus, as people write it: +1202555XXXX, or +1202555* where it ends at no known length."""
        return f"+{self.digits}{'X' * self.places or '*'}"

    @property
    def is_wide(self) -> bool:
        return len(self.national) < FEW_DIGITS

    def in_keys(self) -> tuple[NumberBlock, ...]:
        """Itself, and the blocks of the identity keys that phones in it have when they can be spelled in two ways."""
        # Phones are looked up by their keys, so that a block has to hold the keys of its phones as well.
        digits, blocks = self.digits, [self]
        for spelling in SPELLINGS:
            longest = len(spelling.written) + spelling.rest
            fits = len(digits) + self.places == longest if self.places else len(digits) <= longest
            if fits and digits.startswith(spelling.written):
                key = spelling.key + digits.removeprefix(spelling.written)
                blocks.append(NumberBlock(self.code, key.removeprefix(self.code), self.places))
        return tuple(blocks)


def spread(callee: int) -> int:
    """Wire digits as an integer, filled up with zeros to fifteen: comparable with the ends of blocks."""
    # "<015d" fills up with zeros on the right.
    return int(f"{callee:<015d}")


def read_blocks(text: str, *, region: str | None = None, is_prefix: bool = False) -> tuple[NumberBlock, ...]:
    """What `text` may stand for, all readings of it; empty where it has no placeholder at its end.

    `region` is the ISO 3166 two-letter code that national digits belong to. With `is_prefix` digits alone stand for
    every number that begins with them. Raises NumberError for a placeholder that makes no block.
    """
    compact = _APART.sub("", text.strip().strip("'\""))
    found = (_PREFIX if is_prefix else _BLOCK).fullmatch(compact)
    if found is None:
        if _MIDDLE.fullmatch(compact):
            raise _refused("block_middle")
        return ()
    marks = "" if is_prefix else found[3]
    places = 0 if marks in ("", "*", "%") else len(marks)
    readings = dict.fromkeys(_readings(found[1] or "", found[2], places, region))
    blocks = [
        NumberBlock(code, digits, places)
        for code, digits in readings
        if digits and len(code + digits) + places <= DIGITS
    ]
    if not blocks:
        raise _refused("block_invalid")
    return tuple(blocks)


def _readings(sign: str, digits: str, places: int, region: str | None) -> Iterator[tuple[str, str]]:
    """Country code and the digits behind it. Digits without plus are read both ways: whatever they mean is blocked."""
    if sign:
        # No country code begins with another one, so that one of these sizes fits at most.
        if code := next((digits[:size] for size in (1, 2, 3) if int(digits[:size]) in COUNTRY_CODE_TO_REGION_CODE), ""):
            yield code, digits[len(code) :]
        return
    metadata = PhoneMetadata.metadata_for_region(region.upper()) if region else None
    if metadata is None:
        raise _refused("no_country")
    home = str(metadata.country_code)
    trunk = metadata.national_prefix or ""
    national = digits.removeprefix(trunk)
    if national and _fits(metadata, len(national), places):
        yield home, national
    if digits.startswith(home) and _fits(metadata, len(digits) - len(home), places):
        yield home, digits[len(home) :]


def _fits(metadata: PhoneMetadata, given: int, places: int) -> bool:
    lengths: tuple[int, ...] = metadata.general_desc.possible_length if metadata.general_desc else ()
    return given + places in lengths if places else given <= max(lengths, default=0)


def _refused(code: str) -> NumberError:
    return NumberError(code, *PROBLEMS[code])


PROBLEMS = {
    "block_middle": (
        "The placeholder is in the middle of the number, so it does not describe a single range.",
        "Use one entry per range, with the placeholders at the end: +1202555XXXX.",
    ),
    "block_invalid": (
        "No numbers begin with these digits, or the block has too many or too few digits.",
        "Start with + and the country code, and use one X for each open digit: +1202555XXXX.",
    ),
    "no_country": (
        "It is not clear which country this block belongs to.",
        "Start with + and the country code, or choose the country of the list.",
    ),
}
