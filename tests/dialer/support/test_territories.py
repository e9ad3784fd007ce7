"""A list or a profile for a country holds in the territories that share its law and its registry."""

from __future__ import annotations

import phonenumbers
import pytest

from dialer.support.territories import TERRITORIES, authorities_over, covered_by, home_of


@pytest.mark.parametrize(
    ("country", "territories"),
    [
        ("US", {"PR", "GU", "VI", "AS", "MP"}),
        ("GB", {"GG", "JE", "IM"}),
        ("AU", {"CX", "CC", "NF"}),
        ("FR", {"GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM"}),
    ],
)
def test_a_country_covers_itself_first_and_then_its_territories(country, territories):
    covered = covered_by(country)
    assert covered[0] == country
    assert set(covered[1:]) == territories


def test_a_country_without_territories_covers_itself():
    assert covered_by("ID") == ("ID",)
    assert covered_by("") == ()


def test_the_nearest_authority_comes_first():
    assert authorities_over("PR") == ("PR", "US")
    assert authorities_over("US") == ("US",)
    assert authorities_over("") == ()
    assert home_of("JE") == "GB"
    assert home_of("GB") == ""


def test_no_territory_has_two_homes_or_territories_of_its_own():
    territories = [territory for known in TERRITORIES.values() for territory in known]
    assert len(set(territories)) == len(territories)
    assert not set(territories) & set(TERRITORIES)


def test_every_territory_has_telephone_numbers():
    named = {*TERRITORIES, *(territory for known in TERRITORIES.values() for territory in known)}
    assert named <= phonenumbers.SUPPORTED_REGIONS
