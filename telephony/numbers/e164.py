"""Telephone numbers: what people paste goes in, E.164 with the plus sign comes out.

`phonenumbers` is the authority on what a number is. Everything inside the portal is E.164 ("+447700900001");
`wire_digits` and `from_wire` make and read the form without the plus sign that providers use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers.shortnumberinfo import is_emergency_number

from telephony.numbers import line_ranges, readings, renumbering, text_shapes, wrappings
from telephony.numbers.cleaning import PLAIN, REPAIRS, Written, clean
from telephony.numbers.fictional_ranges import is_fictional
from telephony.numbers.number_errors import HELD, MAY_HOLD_A_NUMBER, NumberError, ambiguous, problem
from telephony.numbers.readings import LONGEST_E164, Reading, Way
from telephony.numbers.region_habits import Habit
from telephony.numbers.why_not_a_number import LONGEST_EMERGENCY, why_not_international, why_nothing
from telephony.numbers.why_not_a_number import parsed as parsed_as

__all__ = [
    "HELD",
    "REPAIRS",
    "NumberError",
    "Parsed",
    "country_of",
    "from_wire",
    "mask",
    "normalise",
    "parse",
    "wire_digits",
]

_REPAIR_OF = {
    Way.EXIT: "international_prefix",
    Way.TRUNK: "country_added",
    Way.NATIONAL: "country_added",
    Way.ZERO_LOST: "country_added",
    Way.OWN_CODE: "plus_added",
    Way.FOREIGN_CODE: "plus_added",
}
_COMPLETE = (Way.PLUS, Way.EXIT)
"""They name the country themselves."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """`number` is E.164 with the plus sign; `repairs` are keys of `REPAIRS`, in the order they were made."""

    number: str
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with everything that it may be."""

    written: Written
    readings: tuple[Reading, ...]
    repairs: tuple[str, ...]
    """What was taken off before its digits were read."""


def parse(text: str, *, region: str | None = None) -> str:
    """E.164 with the plus sign, or NumberError. See `normalise`."""
    return normalise(text, region=region).number


def normalise(text: str, *, region: str | None = None) -> Parsed:
    """Read a number as people write it and say what had to be repaired. Nothing is guessed.

    `region` is the ISO 3166 two-letter code that national numbers ("0812…") belong to.
    Raises NumberError; with the code "ambiguous" and its readings where the text can mean two phones.
    """
    return settled(cell_of(text, region=region), Habit())


def cell_of(text: str, *, region: str | None = None) -> Cell:
    """Every reading of a text, none preferred. Raises NumberError where it is not one number in any of them."""
    known = region.upper() if region and region.upper() in phonenumbers.SUPPORTED_REGIONS else None
    repairs: list[str] = []
    # Most cells of a list are digits alone: nothing to clean, nothing to refuse.
    if text.isascii() and PLAIN.fullmatch(text) and not text_shapes.is_placeholder(text):
        written = Written(text)
    else:
        _refuse_compound(text, known)
        try:
            written = clean(text, repairs)
        except NumberError as error:
            if error.code not in MAY_HOLD_A_NUMBER:
                raise
            raise error.may_mean(_meant(text_shapes.numbers_inside(text), known)) from None
    found = _readings_of(written, known)
    return Cell(written, (*found, *_readings_in(wrappings.country_behind(text), written, found)), tuple(repairs))


def _readings_in(country: str, written: Written, found: Sequence[Reading]) -> list[Reading]:
    """“9123 4567 (Singapore)” in another country's list may be a number of either: both are shown."""
    if country not in phonenumbers.SUPPORTED_REGIONS or any(reading.way in _COMPLETE for reading in found):
        return []
    known = {reading.number for reading in found}
    return [
        reading
        for reading in readings.all_of(written.digits, country)
        if reading.way in (Way.NATIONAL, Way.TRUNK) and reading.number not in known
    ]


def _refuse_compound(text: str, region: str | None) -> None:
    """More than a number, or less: two of them, a range of lines, one with an extension."""
    text = text.strip()
    parts = text_shapes.parts_of(text)
    if len(parts) > 1:
        # A number that is none by itself has the area code of the first: “021 5551234 / 5551235”.
        found = _meant(parts[:1], region)
        for part, completed in zip(parts[1:], line_ranges.completed(parts), strict=True):
            found += _meant([part], region) or _meant([completed], region)
        raise problem("several_numbers", meant=found)
    if main := text_shapes.main_of_extension(text):
        raise problem("extension", meant=_meant([main], region))
    grouped = line_ranges.main_of_grouped_lines(text)
    if line_ranges.main_of_lines(text) or (grouped and _meant([grouped], region)):
        raise problem("line_range", meant=_meant(line_ranges.numbers_of_lines(text), region))


def _meant(texts: Sequence[str], region: str | None) -> list[str]:
    found: list[str] = []
    for text in texts:
        try:
            found.append(normalise(text, region=region).number)
        except NumberError as error:
            found.extend(error.meant)
    return found


def _readings_of(written: Written, region: str | None) -> list[Reading]:
    digits = written.digits
    if len(digits) > LONGEST_E164 + 12 or len(digits.lstrip("+0")) > LONGEST_E164 + 6:
        raise problem("too_long")
    if digits.startswith("+") or written.is_complete:
        found = readings.international(digits.removeprefix("+"))
        if found is None:
            raise why_not_international(digits.removeprefix("+"))
        return _with_twin([found])
    if region and len(digits) <= LONGEST_EMERGENCY and is_emergency_number(digits, region):
        raise problem("emergency")
    every = readings.all_of(digits, region)
    if not every:
        raise why_nothing(digits, region)
    return _with_twin(every)


def _with_twin(found: list[Reading]) -> list[Reading]:
    """And the landline that an Italian number may be, if it has lost its zero."""
    known = {reading.number for reading in found}
    twins = filter(None, (readings.zero_lost(reading.number) for reading in found))
    return [*found, *(twin for twin in twins if twin.number not in known)]


def settled(cell: Cell, habit: Habit, *, has_grouped_numbers: bool = False) -> Parsed:
    """The one reading that is meant, by what is known of the column. Raises NumberError where it stays open."""
    numbers = [reading.number for reading in cell.readings]
    why: tuple[str, ...] = ()
    if len(cell.readings) == 1:
        taken = cell.readings[0]
        # A person has said that such digits carry the country's code: without it they are nobody's number.
        home = taken.number[1:].removesuffix(cell.written.digits)
        if habit.own_code == "answer" and taken.way is Way.NATIONAL and cell.written.digits.startswith(home):
            raise problem("invalid")
    else:
        # Of several international prefixes the one with a separator right behind it: “001 65…”.
        apart = [one for one in cell.readings if one.way is Way.EXIT and cell.written.has_gap_behind(one.prefix)]
        chosen = (apart[0], "international_prefix") if len(apart) == 1 else habit.settle(cell.readings)
        if chosen is None:
            raise ambiguous(numbers)
        taken, rule = chosen
        why = (rule,) if rule else ()
    if cell.written.is_amount and not has_grouped_numbers and taken.way is not Way.TRUNK:
        raise problem("amount_or_number", readings=numbers)
    if others := renumbering.may_be_anothers(taken.number, cell.written.text):
        raise problem("old_number", readings=others)
    repair = () if taken.way is Way.PLUS or why else (_REPAIR_OF[taken.way],)
    return Parsed(taken.number, (*cell.repairs, *repair, *taken.repairs, *why))


def mask(number: str) -> str:
    """Hide the three digits before the last two: "+447700900001" becomes "+4477009•••01".

    Takes E.164 or wire digits; of anything shorter than seven digits only the last two stay.
    """
    sign, digits = ("+", number[1:]) if number.startswith("+") else ("", number)
    if len(digits) < 3:
        return sign + "•" * len(digits)
    hidden = 3 if len(digits) >= 7 else len(digits) - 2
    return f"{sign}{digits[: -2 - hidden]}{'•' * hidden}{digits[-2:]}"


def wire_digits(number: str) -> str:
    """E.164 with the plus sign to digits only. Raises NumberError for anything that is not E.164 in form.

    NxCloud and Huawei show digits without a plus sign in every sample (wiki page DID-API-Dialout-With-Amazon-Connect).
    """
    digits = number[1:]
    if not number.startswith("+") or not (digits.isascii() and digits.isdigit()) or len(digits) > LONGEST_E164:
        raise problem("not_a_number")
    return digits


def from_wire(digits: str) -> str | None:
    """Wire digits to E.164 with the plus sign; None where they are no complete number (an extension, a SIP address)."""
    plain = digits.strip().removeprefix("+")
    if not PLAIN.fullmatch(plain) or not plain.isascii() or len(plain) > LONGEST_E164 + 1:
        return None
    found = readings.international(plain)
    return found.number if found else None


@lru_cache(maxsize=4096)
def country_of(number: str) -> str:
    """ISO 3166 two-letter code of an E.164 number's country, or "" where it has none (freephone +800) or is invalid."""
    parsed = parsed_as(number)
    if parsed is None or parsed.country_code is None:
        return ""
    region = phonenumbers.region_code_for_number(parsed)
    if region is None and is_fictional(number):
        region = phonenumbers.region_code_for_country_code(parsed.country_code)
    return region if region and region.isalpha() else ""
