"""Rules of regions, and what country profiles say beyond hours, in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from dialer.models import CountryProfile, Price, RegionRule
from dialer.models.rules import WEEKDAYS
from tests.dialer.admin.test_rules import change_url, form_of
from tests.support.campaign_builders import make_call_list, make_campaign
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db
ADD = "admin:dialer_regionrule_add"


def region_form(**changes: Any) -> dict[str, Any]:
    hours = dict.fromkeys(WEEKDAYS, "00:00-24:00")
    names = {"region": "GB-SCT", "name": "Scotland", "purpose": "", "prefixes": "44770, 44141", "source": ""}
    return {**names, **hours, "attempts_per_day": "0", **changes}


def errors_of(client: Client, url: str, form: dict[str, Any]) -> Any:
    return client.post(url, form).context["adminform"].form.errors


def test_what_a_rule_of_a_region_would_change_is_shown_before_it_is_saved(administrator_client: Client) -> None:
    make_profile("GB")
    make_call_list(make_campaign(state=Campaign.State.RUNNING), entries=3)
    form = region_form(**dict.fromkeys(WEEKDAYS, ""))
    page = administrator_client.post(reverse(ADD), form).content.decode()
    assert "the new rules would affect the 3 waiting numbers" in page
    assert "outside calling hours" in page
    assert not RegionRule.objects.exists()
    administrator_client.post(reverse(ADD), {**form, "_confirmed": "1"})
    rule = RegionRule.objects.get()
    assert (rule.country, rule.prefixes, rule.monday) == ("GB", ["44770", "44141"], "")
    assert rule.events.filter(pgh_label="insert").count() == 1
    assert (
        "Scotland (GB-SCT)" in administrator_client.get(reverse("admin:dialer_regionrule_changelist")).content.decode()
    )


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"region": "scotland"}, "region", "6 characters"),
        ({"region": "UK-SCT"}, "region", "Unknown country code UK"),
        ({"prefixes": "62811"}, "prefixes", "62811 does not begin with 44, the calling code of GB"),
        ({"prefixes": "0141"}, "prefixes", "without the plus sign"),
        ({"monday": "8 to 20"}, "monday", "not a valid period"),
    ],
)
def test_a_wrong_rule_is_told_at_its_field(
    administrator_client: Client, changes: dict[str, Any], field: str, text: str
) -> None:
    assert text in " ".join(errors_of(administrator_client, reverse(ADD), region_form(**changes))[field])


def test_a_number_belongs_to_one_region(administrator_client: Client) -> None:
    administrator_client.post(reverse(ADD), region_form(_confirmed="1"))
    wrong = errors_of(administrator_client, reverse(ADD), region_form(region="GB-ENG", prefixes="44141, 44161"))
    assert wrong["prefixes"] == ["44141 already belong to Scotland (GB-SCT). Remove them there first."]
    form = region_form(purpose="marketing", _confirmed="1")
    administrator_client.post(reverse(ADD), form)
    assert RegionRule.objects.count() == 2


def test_only_administrators_write_rules_of_regions(supervisor_client: Client, auditor_client: Client) -> None:
    for client in (supervisor_client, auditor_client):
        assert client.get(reverse("admin:dialer_regionrule_changelist")).status_code == 200
        assert client.post(reverse(ADD), region_form(_confirmed="1")).status_code == 403


def test_a_profile_takes_everything_that_it_can_say(administrator_client: Client) -> None:
    profile = make_profile("IT")
    said: dict[str, Any] = {
        "monday": "10:00-13:00,14:00-20:00",
        "eve_hours": "10:00-19:00",
        "holiday_hours": "11:00-12:00",
        "attempts_per_month": "4",
        "days_after_answered": "7",
        "days_after_refusal": "60",
        "required_caller_prefixes": "91140, 3906",
    }
    administrator_client.post(change_url(profile), form_of(profile, **said, _confirmed="1"))
    profile.refresh_from_db()
    assert (profile.monday, profile.eve_hours) == ("10:00-13:00, 14:00-20:00", "10:00-19:00")
    assert (profile.attempts_per_month, profile.days_after_answered, profile.days_after_refusal) == (4, 7, 60)
    assert profile.required_caller_prefixes == ["3906", "91140"]
    assert not profile.area_code_is_enough  # a box that is not ticked


def test_hours_on_holidays_and_none_at_all_contradict_each_other(administrator_client: Client) -> None:
    profile = make_profile("IT")
    form = form_of(profile, holiday_hours="10:00-12:00", closed_on_holidays="on", required_caller_prefixes="999")
    wrong = errors_of(administrator_client, change_url(profile), form)
    assert wrong["holiday_hours"] == [
        "No calls are placed on holidays. Leave the hours empty, or clear “closed on holidays”."
    ]
    assert wrong["required_caller_prefixes"] == ["999 does not begin with a known calling code."]


def test_a_profile_names_the_territories_where_it_holds_too(administrator_client: Client) -> None:
    profile = make_profile("US")
    make_profile("PR")
    page = administrator_client.get(change_url(profile)).content.decode()
    assert "AS, GU, MP, VI" in page
    assert "AS, GU, MP, PR" not in page
    assert CountryProfile.objects.filter(country="PR").exists()


def test_a_price_has_a_currency_of_its_own_or_the_portals(administrator_client: Client) -> None:
    add = reverse("admin:dialer_price_add")
    for currency in ("", "IDR"):
        administrator_client.post(add, {"country": "ID", "currency": currency, "per_minute": "12.5", "_confirmed": "1"})
    assert Price.objects.count() == 2
    page = administrator_client.get(reverse("admin:dialer_price_changelist")).content.decode()
    assert "IDR" in page
    assert "USD" in page
    wrong = errors_of(administrator_client, add, {"country": "ID", "currency": "rp", "per_minute": "1"})
    assert "Three capital letters" in wrong["currency"][0]
