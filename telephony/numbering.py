"""What a numbering plan says about a valid number: its country, what kind of line it is, where its phone may be."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumber
from phonenumbers.phonenumberutil import is_number_type_geographical
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number, time_zones_for_number
from phonenumbers.tzdata import TIMEZONE_DATA

from telephony.fiction import fictional_kind
from telephony.vocabulary import NumberKind

NOWHERE: tuple[str, ...] = ()
"""Zones of a number that belongs to no place, such as international freephone +800."""
# phonenumbers takes their mobile prefixes for places; subscribers carry them from one zone into another.
_ROAMING_MOBILES = frozenset({62})


@dataclass(frozen=True, slots=True)
class Facts:
    country: str
    """ISO 3166, two letters; "" where the number has none."""
    kind: NumberKind
    zones: tuple[str, ...]
    """IANA names of every zone the phone may be in, sorted; empty where nothing is known."""


def facts_of(number: str) -> Facts:
    """`number` is E.164 with the plus sign, as telephony.e164 returns it."""
    parsed = phonenumbers.parse(number, None)
    kind = NumberKind(phonenumbers.number_type(parsed))
    region = phonenumbers.region_code_for_number(parsed)
    if kind is NumberKind.UNKNOWN and (fictional := fictional_kind(number)):
        kind = fictional
        region = region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return Facts(region if region and region.isalpha() else "", kind, _zones(parsed, kind))


def _zones(number: PhoneNumber, kind: NumberKind) -> tuple[str, ...]:
    if kind is NumberKind.MOBILE and number.country_code in _ROAMING_MOBILES:
        return zones_of_country(number.country_code)
    known = time_zones_for_number(number)
    if known == (UNKNOWN_TIMEZONE,) and kind is not NumberKind.UNKNOWN:
        # A number kept for fiction: phonenumbers knows no zone of what it calls invalid.
        fixed = kind in (NumberKind.FIXED, NumberKind.FIXED_OR_MOBILE)
        known = time_zones_for_geographical_number(number) if fixed else zones_of_country(number.country_code or 0)
    return NOWHERE if known == (UNKNOWN_TIMEZONE,) else tuple(sorted(known))


def has_place(kind: NumberKind, calling_code: int) -> bool:
    """Whether the digits of such a number tell more than its country."""
    return is_number_type_geographical(kind.value, calling_code) and not (
        kind is NumberKind.MOBILE and calling_code in _ROAMING_MOBILES
    )


def zones_in(country: str) -> tuple[str, ...]:
    """Every zone of the calling code of a country (ISO 3166); empty where there is none."""
    return zones_of_country(phonenumbers.country_code_for_region(country)) if country else NOWHERE


def zones_of_country(calling_code: int) -> tuple[str, ...]:
    """Every zone of a calling code."""
    code = str(calling_code)
    known = next((code[:size] for size in range(len(code), 1, -1) if code[:size] in TIMEZONE_DATA), code)
    return tuple(sorted(TIMEZONE_DATA.get(known, NOWHERE)))
