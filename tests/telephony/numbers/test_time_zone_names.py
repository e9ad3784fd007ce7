"""Names of zones: which are the same place, and which are no place at all."""

from __future__ import annotations

from importlib.resources import files
from itertools import chain

import pytest

from telephony.numbers.time_zone_names import place_names, zones_by_country

COUNTRY_OF = {zone: country for country, zones in zones_by_country().items() for zone in zones}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
        ("Asia/Katmandu", "Asia/Kathmandu"),
        ("Asia/Rangoon", "Asia/Yangon"),
        ("Asia/Ujung_Pandang", "Asia/Makassar"),
        ("Asia/Istanbul", "Europe/Istanbul"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("US/Eastern", "America/New_York"),
        ("US/Pacific", "America/Los_Angeles"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Australia/ACT", "Australia/Sydney"),
        ("GB", "Europe/London"),
        ("Singapore", "Asia/Singapore"),
        ("Iceland", "Atlantic/Reykjavik"),
        ("America/Virgin", "America/St_Thomas"),
        ("Africa/Timbuktu", "Africa/Bamako"),
        ("Pacific/Yap", "Pacific/Chuuk"),
        ("Europe/Oslo", "Europe/Oslo"),
        ("Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_older_names_are_the_place_itself(written: str, meant: str) -> None:
    assert place_names()[written] == meant


@pytest.mark.parametrize(
    "name",
    [
        *("EST", "MST", "HST", "CET", "EET", "MET", "WET", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT", "GMT", "UTC"),
        *("UCT", "Zulu", "Universal", "Greenwich", "GMT0", "GMT+0", "Etc/GMT+7", "Etc/GMT-7", "Etc/UTC", "Factory"),
        *("PST", "CST", "IST", "GMT+7", "localtime", "Etc/Unknown", ""),
    ],
)
def test_a_clock_is_no_place(name: str) -> None:
    assert name not in place_names()


def test_every_name_of_the_data_is_a_place_or_one_of_the_clocks() -> None:
    names = set((files("tzdata") / "zones").read_text("utf-8").split())
    clocks = {name for name in names - place_names().keys() if not name.startswith("Etc/")}
    assert clocks == {
        *("CET", "CST6CDT", "EET", "EST", "EST5EDT", "Factory", "GMT", "GMT+0", "GMT-0", "GMT0", "Greenwich", "HST"),
        *("MET", "MST", "MST7MDT", "PST8PDT", "UCT", "UTC", "Universal", "WET", "Zulu"),
    }
    assert set(place_names().values()) == set(chain.from_iterable(zones_by_country().values()))


def test_no_link_leads_into_another_country() -> None:
    """The data merges places whose clocks agree: an old name that ends at such a merged clock has to be looked at."""
    text = (files("tzdata") / "zoneinfo" / "tzdata.zi").read_text("utf-8")
    links = [line.split()[1:] for line in text.splitlines() if line.startswith("L ")]
    merged = {target for target, name in links if name in COUNTRY_OF and COUNTRY_OF[name] != COUNTRY_OF.get(target)}
    looked_at = {
        *("America/Montreal", "America/Nipigon", "America/Thunder_Bay", "Canada/Eastern"),  # Toronto
        *("America/Fort_Wayne", "Asia/Kashgar", "Asia/Rangoon", "Eire", "GB", "GB-Eire", "Europe/Belfast"),
        *("Navajo", "NZ", "Pacific/Johnston", "Pacific/Samoa", "Singapore", "US/Arizona", "US/Hawaii", "US/Samoa"),
    }
    old = {name for name, place in place_names().items() if name != place and place in merged}
    assert old <= looked_at
