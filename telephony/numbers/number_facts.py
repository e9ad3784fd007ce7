"""What a numbering plan says about a valid number: its country, what kind of line it is, where its phone may be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers.phonenumberutil import is_number_type_geographical
from phonenumbers.timezone import time_zones_for_geographical_number
from phonenumbers.tzdata import TIMEZONE_DATA

from telephony.contract.vocabulary import NumberKind
from telephony.numbers.fictional_ranges import fictional_kind
from telephony.numbers.time_zone_names import place_names, zones_by_country

NOWHERE: tuple[str, ...] = ()
"""Zones of a number that belongs to no place, such as international freephone +800."""
# phonenumbers takes their mobile prefixes for places; subscribers carry them from one zone into another.
_ROAMING_MOBILES = frozenset({62})
# Freephone (800), personal (500), corporate (600) and premium numbers (900) of North America belong to no area, and
# phonenumbers calls them American or Canadian because it must name somebody. They ring in an office of either country.
_SHARED_PLAN, _SHARING = 1, ("CA", "US")
_OFF_THE_MAINLAND = frozenset(
    {
        *("America/Adak", "America/Anchorage", "America/Juneau", "America/Metlakatla", "America/Nome"),
        *("America/Sitka", "America/Yakutat", "Pacific/Honolulu"),
    }
)
"""Zones of Alaska and Hawaii: with them such a number could be called for three hours a day less."""


@dataclass(frozen=True, slots=True)
class Facts:
    country: str
    """ISO 3166, two letters; "" where the number has none."""
    kind: NumberKind
    zones: tuple[str, ...]
    """IANA names (zone.tab's) of every zone the phone may be in, sorted; empty where nothing is known."""


def facts_of(number: str) -> Facts:
    """`number` is E.164 with the plus sign, as telephony.numbers.e164 returns it."""
    parsed = phonenumbers.parse(number, None)
    kind = NumberKind(phonenumbers.number_type(parsed))
    region = phonenumbers.region_code_for_number(parsed)
    if kind is NumberKind.UNKNOWN and (fictional := fictional_kind(number)):
        kind = fictional
        region = region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    country = region if region and region.isalpha() else ""
    if kind is NumberKind.UNKNOWN:
        return Facts(country, kind, NOWHERE)
    code = parsed.country_code or 0
    of_prefix = known_places(time_zones_for_geographical_number(parsed) if has_place(kind, code) else NOWHERE)
    return Facts(country, kind, zones_of(country, kind, code, of_prefix=of_prefix))


def zones_of(country: str, kind: NumberKind, calling_code: int, *, of_prefix: frozenset[str]) -> tuple[str, ...]:
    """Zones of the number's own country, never of all that share its calling code; a place inside it narrows them.

    `of_prefix` are the zones that phonenumbers knows for the longest prefix of the number, as `known_places` names
    them. Where none of them is the country's, or they are only a choice of it, the prefix tells no place.
    """
    if not has_place(kind, calling_code):
        return _mainland() if calling_code == _SHARED_PLAN and country in _SHARING else zones_in(country)
    whole = zones_in(country)
    if of_prefix == _somewhere(calling_code):
        return whole
    return tuple(zone for zone in whole if zone in of_prefix) or whole


def has_place(kind: NumberKind, calling_code: int) -> bool:
    """Whether the digits of such a number tell more than its country."""
    return is_number_type_geographical(kind.value, calling_code) and not (
        kind is NumberKind.MOBILE and calling_code in _ROAMING_MOBILES
    )


def is_placed(facts: Facts) -> bool:
    """Whether an area code or the like may have narrowed the zones of such a number."""
    return has_place(facts.kind, phonenumbers.country_code_for_region(facts.country)) if facts.country else False


def zones_in(country: str) -> tuple[str, ...]:
    """Every zone of a country (ISO 3166), sorted; empty where there is none."""
    return zones_by_country().get(country, NOWHERE)


@cache
def known_places(zones: tuple[str, ...]) -> frozenset[str]:
    """phonenumbers' zones by their present names; its Etc/Unknown is none."""
    names = place_names()
    return frozenset(names[zone] for zone in zones if zone in names)


@cache
def _somewhere(calling_code: int) -> frozenset[str]:
    """What phonenumbers says of numbers whose area it does not know: one zone of each clock, and not always of each.

    It has no entry for Kaliningrad, whose lines (+7 401) fall back to eleven other zones of Russia. Where it names one
    zone for a whole country, that is what it knows.
    """
    zones = known_places(TIMEZONE_DATA.get(str(calling_code), NOWHERE))
    return zones if len(zones) > 1 else frozenset()


@cache
def _mainland() -> tuple[str, ...]:
    everywhere = {zone for country in _SHARING for zone in zones_in(country)}
    return tuple(sorted(everywhere - _OFF_THE_MAINLAND))
