"""The policy where people meet it: call form, call page, stop switch, evidence, why page, commands."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.chunks import chunker
from campaigns.models import Campaign, RejectedRow
from dialer.models import CallRequest, CountryProfile, DncEntry, DncList, PortalRules, RegistryEvidence, StopSwitch
from dialer.policy import registry_files
from tests.support.builders import CALLEE, NOW, make_call_request, make_connect_number, make_did, make_user
from tests.support.campaign_builders import make_call_list, make_campaign
from tests.support.rules import ALL_DAY, make_profile

pytestmark = pytest.mark.django_db
CLOSED = dict.fromkeys(ALL_DAY, "")


def form(**changes: Any) -> dict[str, Any]:
    return {
        "did": make_did().pk,
        "connect_number": make_connect_number().pk,
        "callee": CALLEE,
        "ring_order": "connect_first",
        "idempotency_key": "00000000-0000-0000-0000-000000000001",
        **changes,
    }


def check(client: Client, **changes: Any) -> str:
    return client.post(reverse("dialer:check_callee"), form(**changes), headers={"HX-Request": "true"}).content.decode()


def test_while_a_number_is_typed_its_rules_are_told_and_nothing_is_stored(supervisor_client: Client) -> None:
    assert "May be called now" in check(supervisor_client)
    DncEntry.objects.create(dnc_list=DncList.objects.create(name="Some"), callee=CALLEE, added_at=NOW)
    shown = check(supervisor_client)
    assert "on the do-not-call list Some" in shown
    assert "May be called now" not in shown
    assert check(supervisor_client, callee="+44 77").count("alert") == 0
    assert "May be called now" in check(supervisor_client, callee="+447700900002", did="", connect_number="")
    assert not CallRequest.objects.exists()


def test_a_doubtful_caller_id_is_warned_of(supervisor_client: Client) -> None:
    make_profile("GB", doubtful_caller_ids=["GB"])
    assert "Some routes to GB refuse a caller ID of GB" in check(supervisor_client)


def test_the_form_offers_to_call_nevertheless_to_those_who_may(supervisor_client: Client) -> None:
    make_profile("GB", **CLOSED)
    refused = supervisor_client.post(reverse("dialer:place_call"), form())
    assert refused.status_code == 422
    assert 'name="override_reason"' not in refused.content.decode()
    make_user().groups.add(Group.objects.get(name="Overrides"))
    refused = supervisor_client.post(reverse("dialer:place_call"), form())
    assert 'name="override_reason"' in refused.content.decode()
    short = supervisor_client.post(reverse("dialer:place_call"), form(override_reason="because"))
    assert short.status_code == 422
    reason = "The customer asked for it by e-mail."
    assert supervisor_client.post(reverse("dialer:place_call"), form(override_reason=reason)).status_code == 302
    page = supervisor_client.get(CallRequest.objects.get().get_absolute_url()).content.decode()
    assert reason in page


def test_one_click_on_a_calls_page_keeps_the_number_from_being_called_again(supervisor_client: Client) -> None:
    call = make_call_request(state="rejected")
    assert "Do not call again" in supervisor_client.get(call.get_absolute_url()).content.decode()
    supervisor_client.post(reverse("dialer:opt_out", args=[call.reference]))
    page = supervisor_client.get(call.get_absolute_url()).content.decode()
    assert "Do not call again" not in page
    entry = DncEntry.objects.get(callee=CALLEE)
    assert (entry.dnc_list.name, entry.source) == ("Opt-outs", f"call {call.reference[:8]}")


def test_the_stop_switch_is_one_press_and_everybody_sees_it(supervisor_client: Client, auditor_client: Client) -> None:
    page = supervisor_client.get(reverse("policy:stop")).content.decode()
    assert 'id="stop-press"' in page
    supervisor_client.post(reverse("policy:stop"), {"to": "stop", "reason": ""})
    assert StopSwitch.objects.get().stopped_at is not None
    assert "All orders are stopped" in auditor_client.get(reverse("dialer:call_list")).content.decode()
    assert 'id="stop-release"' not in auditor_client.get(reverse("policy:stop")).content.decode()
    assert supervisor_client.post(reverse("policy:stop"), {"to": "release", "reason": ""}).status_code == 422
    supervisor_client.post(reverse("policy:stop"), {"to": "release", "reason": "Drill is over."})
    assert StopSwitch.objects.get().stopped_at is None


def test_an_answer_of_a_registry_is_recorded_with_its_file(
    supervisor_client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_profile("SG", registry="the No Voice Call Register")
    assert "no answer recorded yet" in supervisor_client.get(reverse("policy:evidence")).content.decode()
    content = b"number,listed\n6581110001,no\n"
    answer = {"country": "SG", "received_on": timezone.now().date(), "file": ContentFile(content, "a.csv")}
    tomorrow = {**answer, "received_on": timezone.now().date() + timedelta(days=1)}
    assert supervisor_client.post(reverse("policy:evidence"), tomorrow).status_code == 422
    answer["file"] = ContentFile(content, "a.csv")
    assert supervisor_client.post(reverse("policy:evidence"), answer).status_code == 302
    row = RegistryEvidence.objects.get()
    assert (row.name, row.size, row.recorded_by.username) == ("a.csv", len(content), "sam")
    registry_files.read_evidence(row.pk, clock=timezone.now)
    page = supervisor_client.get(reverse("policy:evidence")).content.decode()
    assert "1 number may be called; the last answer is valid until" in page
    got = supervisor_client.get(reverse("policy:evidence_file", args=[row.pk]))
    assert b"".join(got.streaming_content) == content


def why(client: Client, **query: str) -> str:
    return client.get(reverse("why:why"), query).content.decode()


def test_the_why_page_tells_everything_about_a_number(supervisor_client: Client) -> None:
    make_profile("GB", **{**ALL_DAY, "saturday": ""})
    campaign = make_campaign(state=Campaign.State.RUNNING)
    call_list = make_call_list(campaign, entries=[CALLEE])
    chunker.next_chunk(campaign.pk, now=NOW)
    RejectedRow.objects.create(
        call_list=call_list, line_number=9, line="x", reason_code="duplicate", reason="Twice.", callee=447700900001
    )
    make_call_request(CALLEE, state="rejected", reason="The provider refused it.")
    page = why(supervisor_client, number="07700 900001", country="GB")
    for told in ("Autumn", "outside calling hours", "Twice.", "The provider refused it.", "Sat 09:30"):
        assert told in page, told


def test_a_number_nobody_knows_and_one_that_is_none(supervisor_client: Client) -> None:
    assert "No record of this number" in why(supervisor_client, number="+447700900077")
    assert "This is not a telephone number." in why(supervisor_client, number="x")


def test_the_why_page_takes_a_fixed_number_of_queries(
    supervisor_client: Client, django_assert_max_num_queries: Any
) -> None:
    for n in range(8):
        make_call_list(make_campaign(f"C{n}"), entries=[CALLEE])
    with django_assert_max_num_queries(26):
        why(supervisor_client, number=CALLEE)


def test_a_campaigns_numbers_are_listed_by_their_reason(supervisor_client: Client) -> None:
    make_profile("GB", **{**ALL_DAY, "saturday": ""})
    campaign = make_campaign(state=Campaign.State.RUNNING)
    make_call_list(campaign, entries=3)
    chunker.next_chunk(campaign.pk, now=NOW)
    page = supervisor_client.get(campaign.get_absolute_url()).content.decode()
    url = reverse("campaigns:campaign_numbers", args=[campaign.pk])
    assert f'<a href="{url}?reason=outside_hours">3</a>' in page
    listed = supervisor_client.get(url, {"reason": "outside_hours"}).content.decode()
    assert listed.count("Next check: ") == 3
    assert "No matching numbers" in supervisor_client.get(url, {"reason": "capped_day"}).content.decode()


def test_a_second_person_approves_on_the_campaigns_page(
    supervisor_client: Client, administrator_client: Client
) -> None:
    PortalRules.objects.update_or_create(pk=1, defaults={"approval_above": 1})
    campaign = make_campaign()
    make_call_list(campaign, entries=2)
    url = reverse("campaigns:campaign_approve", args=[campaign.pk])
    assert "someone else has to" in supervisor_client.get(campaign.get_absolute_url()).content.decode()
    supervisor_client.post(url)
    campaign.refresh_from_db()
    assert campaign.approved_by is None
    assert 'id="campaign-approve"' in administrator_client.get(campaign.get_absolute_url()).content.decode()
    administrator_client.post(url)
    campaign.refresh_from_db()
    assert (campaign.approved_by.username, campaign.approved_numbers) == ("ada", 2)


def test_the_limits_of_a_paused_campaign_can_be_changed(supervisor_client: Client) -> None:
    campaign = make_campaign(state=Campaign.State.PAUSED)
    url = reverse("campaigns:campaign_edit", args=[campaign.pk])
    page = supervisor_client.get(url).content.decode()
    assert 'name="budget"' in page
    assert 'name="strategy_name"' not in page
    limits = {"purpose": "service", "hours_from": "09:00", "hours_to": "12:00", "weekdays": ["1", "2"], "budget": "50"}
    assert supervisor_client.post(url, limits).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.purpose, campaign.weekdays, campaign.budget) == ("service", "12", 50)
    assert supervisor_client.post(url, {**limits, "hours_to": "08:00"}).status_code == 422


# Commands


def command(*arguments: str) -> Any:
    out = StringIO()
    with suppress(SystemExit):  # status 1: the answer is printed all the same
        call_command("policy", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_checks_a_number() -> None:
    assert command("check", CALLEE)["may_be_called"]
    make_profile("GB", **CLOSED)
    found = command("check", CALLEE)
    assert (found["may_be_called"], found["reasons"][0]["rule"]) == (False, "outside_hours")


def test_the_command_stops_and_releases() -> None:
    make_user()
    assert command("stop", "--user", "sam", "--reason", "Drill.")["stopped"]
    assert command("status")["stopped"]
    with pytest.raises(CommandError, match="Give a reason"):
        command("release", "--user", "sam")
    assert command("release", "--user", "sam", "--reason", "Over.") == {"stopped": False, "was_stopped": True}


def test_the_command_adds_holidays() -> None:
    assert command("holidays", "--country", "gb", "--year", "2027")["added"] > 5
    assert command("holidays", "--country", "GB", "--year", "2027")["added"] == 0


def test_the_doctor_misses_holidays_that_the_rules_ask_for() -> None:
    CountryProfile.objects.filter(country="").update(closed_on_holidays=False)
    make_profile("ID", closed_on_holidays=True)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--offline", stdout=out)
    report = json.loads(out.getvalue())
    assert report["policy"]["holidays_missing"] == ["ID"]
    assert any("no holidays entered for" in problem for problem in report["problems"])
