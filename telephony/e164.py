"""Telephone numbers: what people paste goes in, E.164 with the plus sign comes out.

`phonenumbers` is the authority on what a number is. Everything inside the portal is E.164 ("+447700900001");
`wire_digits` and `from_wire` make and read the form without the plus sign that providers use.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult
from phonenumbers.shortnumberinfo import is_emergency_number

from telephony.fiction import is_fictional
from telephony.pasted import PLAIN, REPAIRS, NumberError, clean, problem

__all__ = [
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

SHORTEST_E164, LONGEST_E164 = 7, 15
"""Digits with the country code. Shorter ones are valid in a few plans and are services, not subscribers."""
SHORTEST_GUESS = 7
LONGEST_EMERGENCY = 6


@dataclass(frozen=True, slots=True)
class Parsed:
    """`number` is E.164 with the plus sign; `repairs` are keys of `REPAIRS`, in the order they were made."""

    number: str
    repairs: tuple[str, ...] = ()


def parse(text: str, *, region: str | None = None) -> str:
    """E.164 with the plus sign, or NumberError. See `normalise`."""
    return normalise(text, region=region).number


def normalise(text: str, *, region: str | None = None) -> Parsed:
    """Read a number as people write it and say what had to be repaired.

    `region` is the ISO 3166 two-letter code that national numbers ("0812…") belong to.
    Raises NumberError.
    """
    repairs: list[str] = []
    digits = text if text.isascii() and PLAIN.fullmatch(text) else clean(text, repairs)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
        repairs.append("international_prefix")
    if len(digits) > LONGEST_E164 + 3:
        raise problem("too_long")
    if digits.startswith("+"):
        number = _international(digits, repairs)
    else:
        number = _without_plus(digits, region.upper() if region else None, repairs)
    return Parsed(number, tuple(repairs))


def _international(digits: str, repairs: list[str]) -> str:
    number = _parse_or_none(digits, None)
    if number is None:
        raise problem("too_short" if len(digits) <= 4 else "no_country")
    if (found := _accepted(number)) is None:
        raise _refusal(number)
    if found != digits:
        repairs.append("trunk_digit")
    return found


def _without_plus(digits: str, region: str | None, repairs: list[str]) -> str:
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        region = None
    if region and len(digits) <= LONGEST_EMERGENCY and is_emergency_number(digits, region):
        raise problem("emergency")
    national = _parse_or_none(digits, region) if region else None
    if region and national is not None and (found := _accepted(national)) is not None:
        repairs.append(_what_was_added(national, region, digits, found))
        return found
    international = _parse_or_none("+" + digits, None)
    # Only the very same digits count: here a trunk digit in the middle would be a guess upon a guess.
    if international is not None and _accepted(international) == "+" + digits:
        repairs.append("plus_added")
        return "+" + digits
    if national is not None:
        raise _refusal(national)
    raise problem(_why_unplaceable(digits, region))


def _what_was_added(number: PhoneNumber, region: str, digits: str, found: str) -> str:
    if found == "+" + digits:
        return "plus_added"
    home = phonenumbers.country_code_for_region(region)
    return "country_added" if number.country_code == home else "international_prefix"


def _why_unplaceable(digits: str, region: str | None) -> str:
    if len(digits) < SHORTEST_GUESS:
        return "too_short"
    if len(digits) > LONGEST_E164:
        return "too_long"
    return "invalid" if region else "no_country"


def _parse_or_none(digits: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, region)
    except NumberParseException:
        return None


def _accepted(number: PhoneNumber) -> str | None:
    text = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not SHORTEST_E164 <= len(text) - 1 <= LONGEST_E164:
        return None
    return text if phonenumbers.is_valid_number(number) or is_fictional(text) else None


def _refusal(number: PhoneNumber) -> NumberError:
    digits = len(phonenumbers.format_number(number, PhoneNumberFormat.E164)) - 1
    if digits > LONGEST_E164:
        return problem("too_long")
    if digits < SHORTEST_E164:
        return problem("too_short")
    reason = phonenumbers.is_possible_number_with_reason(number)
    codes = {
        ValidationResult.TOO_SHORT: "too_short",
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
        ValidationResult.TOO_LONG: "too_long",
        ValidationResult.INVALID_COUNTRY_CODE: "no_country",
    }
    return problem(codes.get(reason, "invalid"))


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
    try:
        return parse("+" + digits.strip().removeprefix("+"))
    except NumberError:
        return None


@lru_cache(maxsize=4096)
def country_of(number: str) -> str:
    """ISO 3166 two-letter code of an E.164 number's country, or "" where it has none (freephone +800) or is invalid."""
    parsed = _parse_or_none(number, None)
    if parsed is None or parsed.country_code is None:
        return ""
    region = phonenumbers.region_code_for_number(parsed)
    if region is None and is_fictional(number):
        region = phonenumbers.region_code_for_country_code(parsed.country_code)
    return region if region and region.isalpha() else ""
