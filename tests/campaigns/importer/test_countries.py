from __future__ import annotations

import phonenumbers
import pytest
from phonenumbers.geodata.locale import LOCALE_DATA

from campaigns.importer.countries import is_country, region_of, regions_of


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("ID", "ID"),
        ("id", "ID"),
        ("IDN", "ID"),
        ("Indonesia", "ID"),
        ("インドネシア", "ID"),
        ("Deutschland", "DE"),
        ("Alemania", "DE"),
        ("德国", "DE"),
        ("USA", "US"),
        ("Amerika Serikat", "US"),
        ("United Kingdom", "GB"),
        ("Inggris", "GB"),
        ("62", "ID"),
        ("+1", "US"),
        ("0044", "GB"),
        ("44.0", "GB"),
        ("", ""),
    ],
)
def test_a_country_is_known_by_name_letters_and_code(text: str, region: str) -> None:
    assert region_of(text) == region


@pytest.mark.parametrize("text", ["Bayern", "n/a", "999", "XX", "Indonesien and more"])
def test_what_is_no_country_is_not_guessed(text: str) -> None:
    assert region_of(text) is None


def test_every_country_is_known_by_its_two_letters_and_its_english_name() -> None:
    for region in phonenumbers.SUPPORTED_REGIONS - {"AC", "TA", "XK"}:
        assert region_of(region) == region
        names = LOCALE_DATA[region]
        # "*aa" stands for the name in the language aa.
        name = names["en"] if not names["en"].startswith("*") else names[names["en"][1:]]
        assert region_of(name) == region


def test_rows_with_an_unknown_country_are_named() -> None:
    regions, errors = regions_of(["GB", "Bayern", ""])
    assert regions == ["GB", "", ""]
    assert {place: error.code for place, error in errors.items()} == {1: "unknown_country"}


def test_a_calling_code_is_no_countrys_name() -> None:
    assert (is_country("GB"), is_country("44"), is_country("")) == (True, False, False)
