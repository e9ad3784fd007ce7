"""Why digits that are no number in any reading are none."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from telephony.numbers import readings, renumbering
from telephony.numbers.number_errors import NumberError, problem
from telephony.numbers.readings import LONGEST_E164

SHORTEST_GUESS = 7
LONGEST_EMERGENCY = 6


def why_not_international(digits: str) -> NumberError:
    """`digits` stood behind a plus sign or what is dialled for it."""
    number = parsed(f"+{digits}")
    if number is None:
        return problem("too_short" if len(digits) <= 3 else "no_country")
    return _refusal(number)


def why_nothing(digits: str, region: str | None) -> NumberError:
    """`region` is a known one (ISO 3166), or None."""
    if digits.startswith("00") and len(digits) > LONGEST_EMERGENCY:
        return why_not_international(digits[2:])
    national = parsed(digits, region) if region else None
    if national is not None and len(digits) >= 2:
        return _refusal(national)
    if len(digits) < SHORTEST_GUESS:
        return problem("too_short")
    if len(digits) > LONGEST_E164:
        return problem("too_long")
    return problem("invalid" if region else "no_country")


def parsed(digits: str, region: str | None = None) -> PhoneNumber | None:
    """What `phonenumbers` makes of them, valid or not."""
    try:
        return phonenumbers.parse(digits, region)
    except NumberParseException:
        return None


def _refusal(number: PhoneNumber) -> NumberError:
    digits = len(phonenumbers.format_number(number, PhoneNumberFormat.E164)) - 1
    code, national = number.country_code or 0, phonenumbers.national_significant_number(number)
    if renumbering.is_gone(code, national):
        return problem("old_number")
    if digits > LONGEST_E164:
        return problem("too_long")
    if digits < readings.SHORTEST_E164:
        return problem("too_short")
    reason = phonenumbers.is_possible_number_with_reason(number)
    codes = {
        ValidationResult.TOO_SHORT: "too_short",
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
        ValidationResult.TOO_LONG: "too_long",
        ValidationResult.INVALID_COUNTRY_CODE: "no_country",
    }
    return problem(codes.get(reason) or ("unknown_area" if readings.has_new_area(code, national) else "invalid"))
