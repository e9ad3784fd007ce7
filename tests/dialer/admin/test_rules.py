"""Rules in the admin: what a change would do is shown before it is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from dialer.models import CountryProfile, Decision, Holiday, PortalRules, Price
from dialer.models.rules import WEEKDAYS
from dialer.policy import public_holidays
from tests.support.builders import NOW
from tests.support.campaign_builders import make_call_list, make_campaign
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db


def form_of(profile: CountryProfile, **changes: Any) -> dict[str, Any]:
    names = (*WEEKDAYS, "country", "purpose", "consent", "registry", "source")
    caps = ("attempts_per_day", "attempts_per_week", "attempts_per_month", "calls_per_minute")
    rests = ("hours_after_abandoned", "days_after_answered", "days_after_refusal")
    form = {name: getattr(profile, name) for name in (*names, *caps, *rests, "consent_days", "registry_days")}
    return {**form, "refused_caller_ids": "", "doubtful_caller_ids": "", **changes}


def change_url(row: Any) -> str:
    return reverse(f"admin:dialer_{row._meta.model_name}_change", args=[row.pk])


def test_nothing_is_saved_before_what_would_change_was_shown(administrator_client: Client) -> None:
    profile = make_profile("GB")
    make_call_list(make_campaign(state=Campaign.State.RUNNING), entries=3)
    form = form_of(profile, **dict.fromkeys(WEEKDAYS, ""))
    page = administrator_client.post(change_url(profile), form).content.decode()
    assert "the new rules would affect the 3 waiting numbers" in page
    assert "outside calling hours" in page
    profile.refresh_from_db()
    assert profile.monday == "00:00-24:00"
    administrator_client.post(change_url(profile), {**form, "_confirmed": "1"})
    profile.refresh_from_db()
    assert profile.monday == ""


def test_the_page_carries_everything_that_was_entered(administrator_client: Client) -> None:
    profile = make_profile("GB")
    page = administrator_client.post(change_url(profile), form_of(profile, source="A <law>", _continue="1"))
    shown = page.content.decode()
    assert '<input type="hidden" name="source" value="A &lt;law&gt;">' in shown
    assert '<input type="hidden" name="_continue" value="1">' in shown
    assert "No campaign has waiting numbers" in shown


def test_a_wrong_time_is_told_at_its_field(administrator_client: Client) -> None:
    profile = make_profile("GB")
    page = administrator_client.post(change_url(profile), form_of(profile, monday="8 to 20", country="UK"))
    errors = page.context["adminform"].form.errors
    assert "Write from-to, such as 08:00-20:00" in errors["monday"][0]
    assert "Unknown country code UK" in errors["country"][0]


def test_an_auditor_looks_and_changes_nothing(auditor_client: Client) -> None:
    profile = make_profile("GB")
    assert auditor_client.get(change_url(profile)).status_code == 200
    assert auditor_client.post(change_url(profile), form_of(profile, _confirmed="1")).status_code == 403


def test_the_week_is_shown_in_few_words(administrator_client: Client) -> None:
    make_profile("ID", saturday="08:00-12:00", sunday="")
    page = administrator_client.get(reverse("admin:dialer_countryprofile_changelist")).content.decode()
    assert "Mon–Fri 00:00-24:00, Sat 08:00-12:00, Sun closed" in page


def test_public_holidays_are_added_once_and_what_people_entered_stays(administrator_client: Client) -> None:
    Holiday.objects.create(country="ID", day="2026-08-17", name="Ours")
    fill = reverse("admin:dialer_holiday_fill")
    for _ in range(2):
        administrator_client.post(fill, {"country": "id", "year": "2026"})
    days = Holiday.objects.filter(country="ID")
    assert days.get(day="2026-08-17").name == "Ours"
    assert days.filter(day="2026-01-01").exists()
    assert days.count() > 10
    page = administrator_client.post(fill, {"country": "UK", "year": "2026"}, follow=True).content.decode()
    assert "Unknown country code UK" in page
    page = administrator_client.post(fill, {"country": "GB", "year": "two"}, follow=True).content.decode()
    assert "Choose a year from 2020 on" in page


def test_a_country_without_a_known_calendar_says_so() -> None:
    with pytest.raises(ValidationError, match="There is no holiday calendar for"):
        public_holidays.fill("AC", 2026)


@pytest.mark.parametrize("model", [Price, Holiday])
def test_prices_and_holidays_are_confirmed_too(administrator_client: Client, model: Any) -> None:
    form = {"country": "GB", "per_minute": "0.02", "day": "2026-12-25", "name": "Christmas"}
    add = reverse(f"admin:dialer_{model._meta.model_name}_add")
    assert "Nothing has been saved yet" in administrator_client.post(add, form).content.decode()
    assert not model.objects.exists()
    administrator_client.post(add, {**form, "_confirmed": "1"})
    assert model.objects.get().country == "GB"


def test_the_portals_limits_are_one_row_that_stays(administrator_client: Client) -> None:
    rules = PortalRules.current()
    form = {"approval_above": "500", "minutes_per_call": "3", "currency": "EUR"}
    administrator_client.post(change_url(rules), form)
    rules.refresh_from_db()
    assert (rules.approval_above, rules.currency) == (500, "EUR")
    assert administrator_client.get(reverse("admin:dialer_portalrules_add")).status_code == 403
    assert administrator_client.get(reverse("admin:dialer_portalrules_delete", args=[1])).status_code == 403


def test_decisions_are_found_by_number_and_read_only(auditor_client: Client) -> None:
    Decision.objects.create(callee=447700900001, at=NOW, outcome="no", rule="do_not_call", source="form")
    Decision.objects.create(callee=447700900002, at=NOW, outcome="later", rule="capped_day", source="form")
    url = reverse("admin:dialer_decision_changelist")
    page = auditor_client.get(url, {"q": "+44 7700 900001"}).content.decode()
    assert "+4477009•••01" in page
    assert "+4477009•••02" not in page
    assert auditor_client.get(reverse("admin:dialer_decision_add")).status_code == 403
