"""The rules that a new portal begins with."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import Any

import phonenumbers
import pytest
from django.apps import apps

from dialer.models import CountryProfile, Purpose, RegionRule
from dialer.policy import default_profiles
from dialer.policy.careful import states
from dialer.policy.forms import clean_prefixes
from dialer.policy.rulebook import Rulebook
from dialer.web.country import clean_country
from telephony.numbers.number_facts import facts_of

pytestmark = pytest.mark.django_db
defaults = import_module("dialer.migrations.0003_defaults")


def portal_with_defaults() -> None:
    """As the migration leaves it; what other tests need instead goes."""
    CountryProfile.objects.all().delete()
    RegionRule.objects.all().delete()
    defaults.fill(apps, None)


@pytest.mark.parametrize("columns", default_profiles.PROFILES, ids=lambda c: f"{c['country']}-{c.get('purpose', '')}")
def test_every_profile_is_one_that_a_person_could_save(columns: dict[str, Any]) -> None:
    profile = CountryProfile(**columns)
    profile.full_clean(validate_unique=False, validate_constraints=False)
    assert clean_country(profile.country) == profile.country
    assert profile.purpose in ("", *Purpose.values)
    assert profile.source
    assert clean_prefixes(profile.required_caller_prefixes, country=profile.country) == sorted(
        profile.required_caller_prefixes
    )
    windows = profile.windows()
    assert any(windows)
    assert all(6 * 60 <= opens < closes <= 22 * 60 for day in windows for opens, closes in day)


def test_no_country_and_purpose_comes_twice() -> None:
    counts = Counter((columns["country"], columns.get("purpose", "")) for columns in default_profiles.PROFILES)
    assert set(counts.values()) == {1}
    regions = Counter((columns["region"], columns["purpose"]) for columns in default_profiles.REGIONS)
    assert set(regions.values()) == {1}


@pytest.mark.parametrize("columns", default_profiles.REGIONS, ids=lambda c: c["region"])
def test_every_rule_of_a_region_is_one_that_a_person_could_save(columns: dict[str, Any]) -> None:
    rule = RegionRule(**columns)
    rule.full_clean(validate_unique=False, validate_constraints=False)
    assert clean_prefixes(rule.prefixes, country=rule.country) == sorted(rule.prefixes)


def test_an_area_code_belongs_to_one_state() -> None:
    counts = Counter(prefix for columns in default_profiles.REGIONS for prefix in columns["prefixes"])
    assert {prefix for prefix, count in counts.items() if count > 1} == set()


ZONES_OF = {
    "AL": {"America/Chicago"}, "LA": {"America/Chicago"}, "MS": {"America/Chicago"},
    "FL": {"America/Chicago", "America/New_York"}, "OK": {"America/Chicago"}, "MA": {"America/New_York"},
    "MD": {"America/New_York"}, "CT": {"America/New_York"},
    "NV": {"America/Los_Angeles", "America/Boise", "America/Denver"},
    "KY": {"America/New_York", "America/Chicago", "America/Louisville", "America/Kentucky/Louisville"},
    "MI": {"America/New_York", "America/Chicago", "America/Detroit"}, "MN": {"America/Chicago"},
    "NM": {"America/Denver"}, "TX": {"America/Chicago", "America/Denver"}, "PA": {"America/New_York"},
    "RI": {"America/New_York"}, "UT": {"America/Denver"},
}  # fmt: skip
"""Where the clocks of each state are, from the map and not from the product."""


@pytest.mark.parametrize(
    ("region", "prefix"), [(row["region"], prefix) for row in states.USA for prefix in row["prefixes"]]
)
def test_every_area_code_is_one_of_the_usa_with_the_clock_of_its_state(region: str, prefix: str) -> None:
    number = f"+{prefix}5550100"
    parsed = phonenumbers.parse(number)
    assert phonenumbers.region_code_for_number(parsed) == "US"
    assert set(facts_of(number).zones) <= ZONES_OF[region[3:]]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (("US", "marketing"), {"registry_days": 31, "area_code_is_enough": False}),
        (("US", "collection"), {"attempts_per_week": 7, "days_after_answered": 7}),
        (("GB", "marketing"), {"registry_days": 28}),
        (("AU", "marketing"), {"registry_days": 30, "saturday": "09:00-17:00", "sunday": ""}),
        (("CA", "marketing"), {"registry_days": 31, "sunday": "10:00-18:00", "monday": "09:00-21:30"}),
        (
            ("FR", "marketing"),
            {
                "monday": "10:00-13:00, 14:00-20:00",
                "saturday": "",
                "consent": "always",
                "attempts_per_month": 4,
                "days_after_refusal": 60,
            },
        ),
        (("DE", "marketing"), {"consent": "always", "sunday": "", "closed_on_holidays": True}),
        (("IT", ""), {"eve_hours": "10:00-19:00", "saturday": "10:00-19:00"}),
        (("ES", "marketing"), {"consent_days": 730, "saturday": ""}),
        (("ID", "marketing"), {"consent": "always", "sunday": ""}),
        (("ID", "collection"), {"monday": "08:00-20:00", "sunday": "", "consent": "for_ai"}),
        (("IN", "collection"), {"monday": "08:00-19:00"}),
        (("BE", "marketing"), {"registry_days": 5}),
        (("ZA", ""), {"saturday": "09:00-13:00"}),
        (("SG", "service"), {"registry": "the No Voice Call Register", "registry_days": 21}),
        (("AE", "marketing"), {"monday": "09:00-18:00", "required_caller_prefixes": ["971"]}),
        (("XX", "service"), {"saturday": "09:00-20:00", "sunday": "", "closed_on_holidays": True}),
        (("US", "service"), {"registry": ""}),
        (("GB", "service"), {"registry": ""}),
        (("PR", "marketing"), {"registry_days": 31}),
        (("JE", "marketing"), {"registry_days": 28}),
        (("RE", "marketing"), {"consent": "always"}),
        (("CX", "marketing"), {"registry_days": 30}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_what_holds_in_a_new_portal(key: tuple[str, str], said: dict[str, Any]) -> None:
    portal_with_defaults()
    profile = Rulebook.current().profile_of(*key)
    assert {name: getattr(profile, name) for name in said} == said


def test_a_new_portal_has_every_rule_once_however_often_it_is_filled() -> None:
    portal_with_defaults()
    CountryProfile.objects.filter(country="GB", purpose="").update(sunday="10:00-12:00")
    defaults.fill(apps, None)
    rows = {(row.country, row.purpose): row for row in CountryProfile.objects.all()}
    assert rows.keys() == {(columns["country"], columns.get("purpose", "")) for columns in default_profiles.PROFILES}
    assert RegionRule.objects.count() == len(default_profiles.REGIONS)
    assert rows["GB", ""].sunday == "10:00-12:00"
    assert rows["", ""].sunday == ""
