"""Where a phone may be, against zone.tab and phonenumbers put together once more: every region, every kind of line."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from phonenumbers.tzdata import TIMEZONE_DATA

from telephony.numbers.bulk import known_zone_sets, read_column
from telephony.numbers.number_errors import HELD
from telephony.numbers.number_facts import facts_of, is_placed, zones_in

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = [kind for kind in PhoneNumberType.values() if kind != PhoneNumberType.UNKNOWN]
TRIES = 25
"""At numbers like the example of each region and kind."""
WITHOUT_LETTERS = {"AC": {"Atlantic/St_Helena"}, "TA": {"Atlantic/St_Helena"}, "XK": {"Europe/Belgrade"}}
RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Choibalsan": "Asia/Ulaanbaatar",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
ALASKA_AND_HAWAII = {
    *("America/Adak", "America/Anchorage", "America/Juneau", "America/Metlakatla", "America/Nome", "America/Sitka"),
    *("America/Yakutat", "Pacific/Honolulu"),
}
GEOGRAPHIC_MOBILES = {52, 54, 55, 86}
"""Mexico, Argentina, Brazil, China."""


@cache
def tab() -> dict[str, set[str]]:
    found = defaultdict(set, {country: set(zones) for country, zones in WITHOUT_LETTERS.items()})
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            found[line[:2]].add(line.split("\t")[2])
    return found


def expected(number: phonenumbers.PhoneNumber) -> set[str]:
    region, code = phonenumbers.region_code_for_number(number), number.country_code
    kind = phonenumbers.number_type(number)
    country = tab()[region]
    is_placed = kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if kind == PhoneNumberType.MOBILE:
        is_placed = code in GEOGRAPHIC_MOBILES
    if not is_placed:
        return (tab()["US"] | tab()["CA"]) - ALASKA_AND_HAWAII if region in ("US", "CA") else country
    digits = wire(number)
    prefix = next(digits[:size] for size in range(len(digits), 0, -1) if digits[:size] in TIMEZONE_DATA)
    if prefix == str(code) and len(TIMEZONE_DATA[prefix]) > 1:
        return country
    return {RENAMED.get(zone, zone) for zone in TIMEZONE_DATA[prefix]} & country or country


def wire(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]


def numbers_of(region: str) -> Iterator[phonenumbers.PhoneNumber]:
    chance = random.Random(region)
    for kind in KINDS:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        yield example
        others = (changed(wire(example), str(example.country_code), chance) for _try in range(TRIES))
        yield from filter(phonenumbers.is_valid_number, others)


def changed(digits: str, code: str, chance: random.Random) -> phonenumbers.PhoneNumber:
    """Another number of the plan that may be valid: some of the digits behind the calling code are others."""
    kept = len(code) + chance.randint(0, 4)
    tail = "".join(chance.choice("0123456789") for _digit in digits[kept:])
    return phonenumbers.parse(f"+{digits[:kept]}{tail}", None)


@pytest.mark.parametrize("region", REGIONS)
def test_zones_are_those_of_the_country_narrowed_by_a_place_in_it(region: str) -> None:
    numbers = [number for number in numbers_of(region) if 7 <= len(wire(number)) <= 15]
    assert numbers
    column = read_column([f"+{wire(number)}" for number in numbers])
    # Numbers that may be an old spelling of another phone are held.
    assert {error.code for error in column.errors.values()} <= HELD
    for place, number in enumerate(numbers):
        if place in column.errors:
            continue
        wanted = tuple(sorted(expected(number)))
        assert facts_of(f"+{wire(number)}").zones == wanted, number
        assert column.fact_sets[column.facts[place]].zones == wanted, number
        assert wanted in known_sets()


@cache
def known_sets() -> set[tuple[str, ...]]:
    return set(known_zone_sets())


def test_every_region_has_zones_and_only_its_own() -> None:
    assert len(REGIONS) == 245
    for region in REGIONS:
        assert zones_in(region) == tuple(sorted(tab()[region])) != ()
    assert (zones_in(""), zones_in("ZZ"), zones_in("001")) == ((), (), ())


ALONE = {
    "+18762101234": ("JM", "America/Jamaica"),
    "+18683001234": ("TT", "America/Port_of_Spain"),
    "+12423591234": ("BS", "America/Nassau"),
    "+18092345678": ("DO", "America/Santo_Domingo"),
    "+17872345678": ("PR", "America/Puerto_Rico"),
    "+447781123456": ("GG", "Europe/Guernsey"),
    "+447797712345": ("JE", "Europe/Jersey"),
    "+441624756789": ("IM", "Europe/Isle_of_Man"),
    "+447400123456": ("GB", "Europe/London"),
    "+447700900001": ("GB", "Europe/London"),
    "+442079460001": ("GB", "Europe/London"),
    "+61891641234": ("CX", "Indian/Christmas"),
    "+61891621234": ("CC", "Indian/Cocos"),
    "+262692123456": ("RE", "Indian/Reunion"),
    "+262639012345": ("YT", "Indian/Mayotte"),
    "+59995181234": ("CW", "America/Curacao"),
    "+5993181234": ("BQ", "America/Kralendijk"),
    "+358412345678": ("FI", "Europe/Helsinki"),
    "+358181234567": ("AX", "Europe/Mariehamn"),
    "+4779021234": ("SJ", "Arctic/Longyearbyen"),
    "+393123456789": ("IT", "Europe/Rome"),
    "+390669812345": ("VA", "Europe/Vatican"),
    "+590690001234": ("GP", "America/Guadeloupe"),
    "+212528812345": ("MA", "Africa/Casablanca"),
    "+24740123": ("AC", "Atlantic/St_Helena"),
    "+2908999": ("TA", "Atlantic/St_Helena"),
    "+672381234": ("NF", "Pacific/Norfolk"),
    "+38343201234": ("XK", "Europe/Belgrade"),
    "+353850123456": ("IE", "Europe/Dublin"),
    "+12125550123": ("US", "America/New_York"),
    "+8613123456789": ("CN", "Asia/Shanghai"),
    "+622112345678": ("ID", "Asia/Jakarta"),
}
"""Made of examples and of numbers for fiction: country, and the one zone."""


@pytest.mark.parametrize("number", ALONE)
def test_a_country_that_shares_its_code_has_its_own_zone(number: str) -> None:
    facts = facts_of(number)
    assert (facts.country, *facts.zones) == ALONE[number]


def clocks(zones: tuple[str, ...]) -> int:
    """How many differ in some month of a year."""
    months = [datetime(2027, month, 15, tzinfo=UTC) for month in range(1, 13)]
    return len({tuple(month.astimezone(ZoneInfo(zone)).utcoffset() for month in months) for zone in zones})


@pytest.mark.parametrize(
    ("number", "names", "different"),
    [
        ("+77710009998", 7, 1),  # Kazakhstan
        ("+79123456789", 26, 11),  # Russia
        ("+61412345678", 12, 7),  # Australia, with Broken Hill's and Lord Howe's clocks
        ("+628121110001", 4, 3),  # Indonesia
        ("+18005550123", 44, 10),  # North America, any of it but Alaska and Hawaii
        ("+15555550100", 29, 8),  # an area code that is nowhere
        ("+80012345678", 0, 0),
        ("+870301234567", 0, 0),
    ],
)
def test_numbers_that_may_be_in_several_places(number: str, names: int, different: int) -> None:
    zones = facts_of(number).zones
    assert (len(zones), clocks(zones)) == (names, different)
    assert not {"Indian/Christmas", "Indian/Cocos", "America/Jamaica", "Pacific/Honolulu"} & set(zones) or names == 29


def test_a_line_in_an_area_that_phonenumbers_does_not_know_may_be_anywhere_in_the_country() -> None:
    """It has no entry for Kaliningrad, the westernmost clock of Russia."""
    kaliningrad, samara = facts_of("+74012123456"), facts_of("+78462123456")
    assert kaliningrad.zones == zones_in("RU")
    assert samara.zones == ("Europe/Samara",)
    assert is_placed(kaliningrad)
    assert not is_placed(facts_of("+79123456789"))
    assert not is_placed(facts_of("+80012345678"))
