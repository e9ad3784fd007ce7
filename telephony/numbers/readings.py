"""All numbers that digits may be, one by one: what `phonenumbers` calls valid exactly as it stands.

Digits without a plus sign may be a national number of the list's country, a number with that country's code, one with
another country's code, or one behind an international prefix. Nothing is preferred here; habits.py decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber, PhoneNumberFormat
from phonenumbers.phonenumberutil import _maybe_strip_national_prefix_carrier_code

from telephony.numbers import international_prefixes, renumbering
from telephony.numbers.fictional_ranges import is_fictional

SHORTEST_E164, LONGEST_E164 = 7, 15
"""Digits with the country code. Shorter ones are valid in a few plans and are services, not subscribers."""
_ITALY = 39
_SHORTEST_WITHOUT_ZERO = 8
_ZERO_LOST = 9
"""Digits of an Italian landline whose zero was eaten, where today's mobiles with as many digits are rare."""


class Way(StrEnum):
    """How digits become a number."""

    PLUS = "plus"
    EXIT = "exit"
    """Behind an international prefix."""
    TRUNK = "trunk"
    """National, with the digit that is only dialled inside the country."""
    NATIONAL = "national"
    """National, bare."""
    OWN_CODE = "own_code"
    FOREIGN_CODE = "foreign_code"
    ZERO_LOST = "zero_lost"
    """An Italian landline whose zero a spreadsheet took."""


@dataclass(frozen=True, slots=True)
class Reading:
    number: str
    """E.164 with the plus sign."""
    way: Way
    prefix: str = ""
    """The international prefix, or the calling code of another country."""
    repairs: tuple[str, ...] = ()
    """Besides what the way says."""


def international(digits: str) -> Reading | None:
    """Digits behind a plus sign (without it): as they stand, else without a trunk zero, else as an old spelling."""
    code = code_of(digits)
    if not code:
        return None
    national = digits[len(str(code)) :]
    for repair, candidate in _candidates(code, national):
        if candidate and len(candidate) in _lengths(code) and (found := exactly(f"+{code}{candidate}")):
            return Reading(found, Way.PLUS, str(code), (repair,) if repair else ())
    return None


def _candidates(code: int, national: str) -> Iterator[tuple[str, str | None]]:
    yield "", national
    without = _without_trunk_zero(code, national)
    yield "trunk_digit", without
    if code in renumbering.CHANGED:
        yield "old_spelling", renumbering.up_to_date(code, national)
        yield "old_spelling", renumbering.up_to_date(code, without or "")
    if code == _ITALY:
        yield "zero_restored", f"0{national}" if len(national) >= _SHORTEST_WITHOUT_ZERO else None
        yield "trunk_digit", national[1:] if national.startswith("03") else None


def is_foreign_when_bare(national: str, home: str) -> bool:
    """Whether a national number (digits) is also another country's code with a number; `home` is the own code."""
    found = None if national.startswith("0") else international(national)
    return found is not None and found.prefix != home and not found.repairs


def zero_lost(number: str) -> Reading | None:
    """The Italian landline that a number of nine digits may be whose zero a spreadsheet took; E.164 of a mobile."""
    if not number.startswith(f"+{_ITALY}3") or len(number) != 3 + _ZERO_LOST:
        return None
    twin = exactly(f"+{_ITALY}0{number[3:]}")
    return Reading(twin, Way.ZERO_LOST, repairs=("zero_restored",)) if twin else None


def code_of(digits: str) -> int:
    """The calling code at the beginning of digits; 0 where none is. Calling codes are prefix-free."""
    heads = (int(digits[:size]) for size in (1, 2, 3) if len(digits) > size)
    return next((head for head in heads if head in COUNTRY_CODE_TO_REGION_CODE), 0)


@cache
def _lengths(code: int) -> frozenset[int]:
    """How many digits a national number may have behind a calling code."""
    regions = COUNTRY_CODE_TO_REGION_CODE[code]
    return frozenset(size for region in regions for size in _metadata(region, code).general_desc.possible_length)


def _without_trunk_zero(code: int, national: str) -> str | None:
    """Only a zero: a trunk 1 or 8 behind a code would turn digits of another country into a number."""
    if not national.startswith("0") or not _has_trunk_zero(code):
        return None
    rest = national[1:]
    # Argentina's 15 and the like are the library's: it knows what stands in front of mobile numbers inside the country.
    number = _parsed(f"+{code}{national}")
    found = phonenumbers.national_significant_number(number) if number is not None else rest
    return found if found.endswith(rest[-6:]) else rest


@cache
def _has_trunk_zero(code: int) -> bool:
    return bool(_metadata(phonenumbers.region_code_for_country_code(code), code).national_prefix == "0")


def exactly(text: str) -> str | None:
    """The same number (E.164 with the plus sign) where it is valid as it stands, else None."""
    number = _parsed(text)
    return text if number is not None and accepted(number) == text else None


def accepted(number: PhoneNumber) -> str | None:
    text = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not SHORTEST_E164 <= len(text) - 1 <= LONGEST_E164:
        return None
    return text if phonenumbers.is_valid_number(number) or is_fictional(text) else None


def all_of(digits: str, region: str | None) -> list[Reading]:
    """Digits without a plus sign; `region` is a known one (ISO 3166), or None. Each number comes once."""
    found: dict[str, Reading] = {}
    coded = _with_code(digits, region)
    # Behind another country's code only the very same digits count: an old spelling would be a guess upon a guess.
    is_last_resort = coded is not None and coded.way is Way.FOREIGN_CODE and bool(coded.repairs)
    for prefix in international_prefixes.prefixes_of(digits, region):
        if (behind := international(digits[len(prefix) :])) is not None:
            found.setdefault(behind.number, Reading(behind.number, Way.EXIT, prefix, behind.repairs))
    for reading in _national(digits, region):
        found.setdefault(reading.number, reading)
    if coded is not None and not (is_last_resort and found):
        found.setdefault(coded.number, coded)
    return list(found.values())


def _national(digits: str, region: str | None) -> list[Reading]:
    if region is None:
        return []
    metadata = _metadata(region)
    digits = international_prefixes.without_caller_wish(digits, region)
    # Private to phonenumbers. Its parse() takes the trunk digit off as well, but also what it takes for a country code.
    _carrier, national, is_stripped = _maybe_strip_national_prefix_carrier_code(digits, metadata)
    # A leading zero cannot be the beginning of a code, so it says as much as a trunk digit, also where it is dialled.
    is_marked = digits.startswith("0") or (is_stripped and not digits.startswith(national))
    way = Way.TRUNK if is_marked else Way.NATIONAL
    code = metadata.country_code
    found = []
    new = renumbering.up_to_date(code, national) or renumbering.up_to_date(code, digits)
    if len(national) in _lengths(code) and (number := exactly(f"+{code}{national}")):
        found.append(Reading(number, way))
    elif new and (number := exactly(f"+{code}{new}")):
        found.append(Reading(number, way, repairs=("old_spelling",)))
    if code == _ITALY:
        found += _with_zero(digits, is_valid_without=bool(found))
    return found


def _with_zero(digits: str, *, is_valid_without: bool) -> list[Reading]:
    """Italian numbers keep their zero; a spreadsheet takes it. Mobile numbers have none, but some write it."""
    if digits.startswith("03") and not is_valid_without and (number := exactly(f"+39{digits[1:]}")):
        return [Reading(number, Way.TRUNK, repairs=("trunk_digit",))]
    may_be_both = digits.startswith("3") and len(digits) == _ZERO_LOST
    if digits.startswith("0") or (is_valid_without and not may_be_both):
        return []
    number = exactly(f"+390{digits}") if len(digits) >= _SHORTEST_WITHOUT_ZERO else None
    return [Reading(number, Way.ZERO_LOST, repairs=("zero_restored",))] if number else []


def _with_code(digits: str, region: str | None) -> Reading | None:
    if digits.startswith("0"):
        return None
    reading = international(digits)
    if reading is None:
        return None
    home = str(_metadata(region).country_code) if region else ""
    if reading.prefix == home:
        return Reading(reading.number, Way.OWN_CODE, home, reading.repairs)
    is_trunk_taken = bool(reading.repairs) and reading.repairs != ("old_spelling",)
    return None if is_trunk_taken else Reading(reading.number, Way.FOREIGN_CODE, reading.prefix, reading.repairs)


def _metadata(region: str, code: int = 0) -> Any:
    return PhoneMetadata.metadata_for_region_or_calling_code(code, region)


# The readings of one cell ask for the same number several times.
@lru_cache(maxsize=50_000)
def _parsed(text: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None


_NORTH_AMERICA = re.compile(r"([2-9][0-8][0-9])[2-9][0-9]{6}")


def has_new_area(calling_code: int, national: str) -> bool:
    """A number of the North American form whose area code the library does not know; new ones open every year."""
    found = _NORTH_AMERICA.fullmatch(national) if calling_code == 1 else None
    return found is not None and found[1][1:] != "11" and not _is_known_area(found[1])


@cache
def _is_known_area(area: str) -> bool:
    # One exchange alone may be reserved in an area that exists.
    return any(
        phonenumbers.is_valid_number(number)
        for exchange in ("234", "555", "789")
        if (number := _parsed(f"+1{area}{exchange}4567")) is not None
    )
