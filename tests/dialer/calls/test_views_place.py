from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.models import (
    AgentState,
    Attempt,
    CallRequest,
    ConnectNumber,
    Decision,
    DncEntry,
    DncList,
    ProviderAccount,
    ProviderExchange,
    Ring,
    State,
)
from dialer.models.rules import WEEKDAYS, ConsentRule
from tests.dialer.calls.test_forms import by_agent, by_phone, entered
from tests.support.builders import (
    CALLEE,
    NOW,
    make_account,
    make_agent,
    make_agent_phone,
    make_aicc_account,
    make_call_request,
    make_connect_number,
    make_did,
    make_gateway_account,
    make_user,
)
from tests.support.htmx import assert_fragment, hx_get, hx_post
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db

PLACE = "/calls/new/"
PREVIEW = "/calls/new/preview/"
NEVER_OPEN = dict.fromkeys(WEEKDAYS, "")


def test_it_commits_one_call_and_one_job(supervisor_client: Client) -> None:
    response = supervisor_client.post(PLACE, entered(delay_seconds="2.5", ring_order=Ring.CALLEE_FIRST.value))
    call = CallRequest.objects.get()
    assert response.status_code == 302
    assert response["Location"] == call.get_absolute_url()
    assert (call.callee, call.delay_ms, call.ring_order) == (CALLEE, 2500, Ring.CALLEE_FIRST)
    assert (call.state, call.requested_by.username, call.account) == (State.PENDING, "sam", make_account())
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == ("dialer.tasks.dispatch", {"kind": "call", "pk": call.pk})


def test_a_double_click_is_one_call(supervisor_client: Client) -> None:
    data = entered()
    first, second = (supervisor_client.post(PLACE, data) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert CallRequest.objects.count() == ProcrastinateJob.objects.count() == 1


def test_a_form_that_was_used_up_does_not_hide_another_number(supervisor_client: Client) -> None:
    data = entered()
    supervisor_client.post(PLACE, data)
    response = supervisor_client.post(PLACE, {**data, "callee": "+447700900002"})
    assert response.status_code == 422
    assert "This form already placed another call: the callee differs." in response.content.decode()
    key = re.search(r'name="idempotency_key" value="([^"]+)"', response.content.decode())
    assert key
    assert key[1] != data["idempotency_key"]
    supervisor_client.post(PLACE, {**data, "callee": "+447700900002", "idempotency_key": key[1]})
    assert CallRequest.objects.filter(callee="+447700900002").count() == 1


def test_htmx_is_sent_to_the_call(supervisor_client: Client) -> None:
    response = hx_post(supervisor_client, PLACE, entered())
    assert response.status_code == 200
    assert response["HX-Redirect"] == CallRequest.objects.get().get_absolute_url()


def test_a_second_order_to_the_callee_is_refused_with_a_link(supervisor_client: Client) -> None:
    first = make_call_request(requested_by=make_user("kim"))
    for post in (supervisor_client.post, lambda url, data: hx_post(supervisor_client, url, data)):
        response = post(PLACE, entered())
        assert response.status_code == 422
        html = response.content.decode()
        assert "This number already has an open order" in html
        assert f'<a href="{first.get_absolute_url()}">Call to +4477009•••01' in html
    assert CallRequest.objects.get() == first
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("callee", ["07700 900001", "call me", "", "+44 7700"])
def test_an_invalid_number_is_refused_in_the_form(supervisor_client: Client, callee: str) -> None:
    data = entered(callee=callee)
    response = hx_post(supervisor_client, PLACE, data, target="place-call")
    assert response.status_code == 422
    assert_fragment(response, "dialer/_place_call_form.html", root_id="place-call")
    html = response.content.decode()
    assert 'id="id_callee_error"' in html
    assert data["idempotency_key"] in html  # the same order still
    assert not CallRequest.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_an_invalid_form_without_scripts_is_the_whole_page(supervisor_client: Client) -> None:
    response = supervisor_client.post(PLACE, entered(callee="07700 900001"))
    assert response.status_code == 422
    html = response.content.decode()
    assert "<html" in html
    assert "The country code is missing." in html


def test_a_suspended_account_is_refused_with_its_reason(supervisor_client: Client) -> None:
    make_account(suspended_at="2026-11-21T09:00Z", suspended_reason="The signature is wrong.")
    response = supervisor_client.post(PLACE, entered())
    assert response.status_code == 422
    assert "The signature is wrong." in response.content.decode()
    assert not CallRequest.objects.exists()


def test_a_did_of_another_account_is_refused(supervisor_client: Client) -> None:
    other = make_account("Second", env_prefix="SECOND")
    response = supervisor_client.post(PLACE, entered(account=other.pk))
    assert response.status_code == 422
    assert "belongs to another account than Second" in response.content.decode()


def test_the_page_starts_from_this_persons_last_call(supervisor_client: Client) -> None:
    mine = make_did("+442079460002")
    make_call_request("+447700900001", did=mine, ring_order=Ring.CALLEE_FIRST, requested_by=make_user("sam"))
    make_call_request("+447700900002", did=make_did("+442079460003"), requested_by=make_user("kim"))
    response = supervisor_client.get(PLACE)
    assert response.context["form"]["did"].value() == mine.pk
    assert f'<option value="{mine.pk}" selected>' in response.content.decode()


def test_the_page_lists_the_last_five_calls_of_this_person(supervisor_client: Client) -> None:
    make_did(), make_connect_number()
    mine = [make_call_request(f"+44770090000{n}", requested_by=make_user("sam")) for n in range(6)]
    theirs = make_call_request("+447700900009", requested_by=make_user("kim"))
    html = supervisor_client.get(PLACE).content.decode()
    assert [call.get_absolute_url() in html for call in mine] == [False, True, True, True, True, True]
    assert theirs.get_absolute_url() not in html
    assert CALLEE not in html


def test_the_page_is_not_kept_by_the_browser(supervisor_client: Client) -> None:
    assert "no-store" in supervisor_client.get(PLACE)["Cache-Control"]


def test_every_page_has_a_key_of_its_own(supervisor_client: Client) -> None:
    make_did(), make_connect_number()
    keys = {str(supervisor_client.get(PLACE).context["form"]["idempotency_key"].value()) for _load in range(2)}
    assert len({uuid.UUID(key) for key in keys}) == 2


def test_htmx_gets_the_form_alone(supervisor_client: Client) -> None:
    make_did(), make_connect_number()
    response = hx_get(supervisor_client, PLACE)
    assert_fragment(response, "dialer/_place_call_form.html", root_id="place-call")
    assert "HX-Request" in response["Vary"]


def test_it_says_what_an_administrator_must_add(supervisor_client: Client) -> None:
    make_did()
    html = supervisor_client.get(PLACE).content.decode()
    assert "An active Connect number" in html
    assert "An active DID number" not in html
    assert 'id="place-call"' not in html
    ConnectNumber.objects.create(number="+442079460900")
    assert 'id="place-call"' in supervisor_client.get(PLACE).content.decode()


def test_staff_get_the_way_to_the_admin(supervisor_client: Client) -> None:
    url = reverse("admin:dialer_didnumber_changelist")
    assert f'href="{url}"' in supervisor_client.get(PLACE).content.decode()
    someone = Client()
    someone.force_login(make_user("kim"))
    assert url not in someone.get(PLACE).content.decode()


@pytest.mark.parametrize("with_htmx", [False, True])
def test_the_preview_shows_the_request_and_stores_nothing(supervisor_client: Client, with_htmx: bool) -> None:
    headers = {"HX-Request": "true"} if with_htmx else {}
    response = supervisor_client.post(PREVIEW, entered(), headers=headers)
    html = response.content.decode()
    assert response.status_code == 200
    assert ("<html" in html) is not with_htmx
    assert 'id="preview"' in html
    assert "https://provider.invalid/did/openapi/amazon/dialout" in html
    assert "accessKey=test-key&amp;action=didaws&amp;bizType=9&amp;ts=" in html
    assert 'accessSecret=<span class="masked">•••</span>' in html
    assert "&quot;callee&quot;:&quot;447700900001&quot;" in html
    assert re.search(r"<th scope=\"row\">sign</th><td>[0-9a-f]{32}</td>", html)
    assert "test-secret" not in html
    for model in (CallRequest, Attempt, ProcrastinateJob, ProviderExchange):
        assert not model.objects.exists()


def test_the_preview_fragment_has_the_form_as_it_was_entered(supervisor_client: Client) -> None:
    data = entered(delay_seconds="2.5")
    response = hx_post(supervisor_client, PREVIEW, data)
    assert_fragment(response, "dialer/_place_call_form.html", root_id="place-call")
    html = response.content.decode()
    assert data["idempotency_key"] in html
    assert "&quot;delayTime&quot;:2500" in html


def test_the_preview_of_an_invalid_form_marks_the_mistake(supervisor_client: Client) -> None:
    response = hx_post(supervisor_client, PREVIEW, entered(callee="07700 900001"))
    assert response.status_code == 422
    assert_fragment(response, "dialer/_place_call_form.html", root_id="place-call")
    assert "The country code is missing." in response.content.decode()
    assert 'id="preview"' not in response.content.decode()


@pytest.mark.parametrize("with_htmx", [False, True])
def test_a_preview_against_rules_shows_the_request_and_each_rule(supervisor_client: Client, with_htmx: bool) -> None:
    make_profile("GB", **NEVER_OPEN, consent=ConsentRule.ALWAYS)
    headers = {"HX-Request": "true"} if with_htmx else {}
    response = supervisor_client.post(PREVIEW, entered(), headers=headers)
    assert response.status_code == 200
    html = response.content.decode()
    shown = html[html.index('id="preview"') :]
    assert "&quot;callee&quot;:&quot;447700900001&quot;" in shown
    for words in ("need the callee&#x27;s consent", "Local time at this phone"):
        assert html.count(words) == shown.count(words) == 1
    assert "May be called now" not in html
    assert not CallRequest.objects.exists()
    assert not Decision.objects.exists()


def test_a_preview_to_a_number_of_ours_says_so_beside_the_request(supervisor_client: Client) -> None:
    html = supervisor_client.post(PREVIEW, entered(callee=make_did().number)).content.decode()
    assert "The callee is a number of your own in this call" in html
    assert 'id="preview"' in html


def test_call_says_the_same_rules_as_its_preview(supervisor_client: Client) -> None:
    make_profile("GB", consent=ConsentRule.ALWAYS)
    make_call_request()
    ProviderAccount.objects.update(suspended_at=NOW, suspended_reason="The signature is wrong.")
    against = supervisor_client.post(PREVIEW, entered()).context["against"]
    (said,) = supervisor_client.post(PLACE, entered()).context["form"].non_field_errors()
    codes = [verdict.code for verdict in against]
    assert codes == ["account_suspended", "open_order", "consent_missing"]
    assert list(Decision.objects.order_by("pk").values_list("rule", flat=True)) == codes
    for verdict in against:
        assert verdict.message in unescape(said) or verdict.code == "open_order"
    # The order in the way is a link there.
    assert "This number already has an open order: <a href=" in said


def test_a_rule_that_nobody_overrules_hides_no_other_rule(supervisor_client: Client) -> None:
    make_profile("GB", **NEVER_OPEN)
    DncEntry.objects.create(dnc_list=DncList.objects.create(name="Some"), callee=CALLEE, added_at=NOW)
    make_call_request()
    against = supervisor_client.post(PREVIEW, entered()).context["against"]
    (said,) = supervisor_client.post(PLACE, entered()).context["form"].non_field_errors()
    codes = [verdict.code for verdict in against]
    assert codes == ["do_not_call", "open_order", "outside_hours"]
    assert list(Decision.objects.order_by("pk").values_list("rule", flat=True)) == codes
    for words in ("on the do-not-call list Some.", "already has an open order", "Local time at this phone"):
        assert said.count(words) == 1


def test_the_preview_says_which_setting_is_missing(supervisor_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NXCLOUD_ACCESS_SECRET")
    response = supervisor_client.post(PREVIEW, entered())
    assert response.status_code == 422
    html = response.content.decode()
    assert "The provider account is not set up" in html
    assert "NXCLOUD_ACCESS_SECRET" in html


def test_the_page_works_without_scripts() -> None:
    """What a browser without scripts does: read the form, fill it in, press the button."""
    make_did(), make_connect_number()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user())
    html = browser.get(PLACE).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', html))
    assert f'<form class="card form" method="post" action="{PLACE}"' in html
    assert f'formaction="{PREVIEW}"' in html
    response = browser.post(PLACE, {**entered(), **hidden}, follow=True)
    assert response.status_code == 200
    assert response.redirect_chain == [(CallRequest.objects.get().get_absolute_url(), 302)]


FIELDS = "/calls/new/fields/"


def test_another_account_brings_its_fields_and_keeps_what_was_typed(supervisor_client: Client) -> None:
    make_did(), make_connect_number()
    agent = make_agent()
    typed = {**entered(callee="+4477", consent_ref="form 7"), "account": agent.account_id}
    fragment = hx_post(supervisor_client, FIELDS, typed)
    assert_fragment(fragment, "dialer/_call_fields.html", root_id="call-fields")
    html = fragment.content.decode()
    assert 'name="agent"' in html
    assert 'name="connect_number"' not in html
    assert 'name="callee"' not in html  # what is being typed there is left alone
    assert "own phone rings first" in html
    assert "callFields" in fragment["HX-Trigger-After-Settle"]
    page = supervisor_client.post(FIELDS, typed).content.decode()
    assert "<html" in page
    assert 'value="+4477"' in page
    assert 'value="form 7"' in page
    assert typed["idempotency_key"] in page
    assert "field-errors" not in page
    assert not CallRequest.objects.exists()


def test_an_account_without_agents_does_not_close_the_others(supervisor_client: Client) -> None:
    make_did(), make_connect_number()
    account = make_gateway_account()
    html = supervisor_client.get(PLACE, {"account": account.pk}).content.decode()
    assert "You cannot place calls with CC-Gateway yet" in html
    assert 'name="account"' in html


def test_an_address_chooses_the_account(supervisor_client: Client) -> None:
    make_did(), make_connect_number()
    phone = make_agent_phone()
    form = supervisor_client.get(PLACE, {"account": phone.account_id}).context["form"]
    assert form.chosen_account == phone.account
    assert 'name="agent_phone"' in supervisor_client.get(PLACE, {"account": phone.account_id}).content.decode()
    for odd in ("0", "x", "9" * 30, ""):
        assert (
            supervisor_client.get(PLACE, {"account": odd, "agent": odd}).context["form"].chosen_account
            == make_account()
        )


@pytest.mark.parametrize("entered_by", [by_agent, by_phone])
def test_a_call_of_each_kind_is_ordered(supervisor_client: Client, entered_by: Any) -> None:
    data = entered_by()
    response = supervisor_client.post(PLACE, data)
    call = CallRequest.objects.get()
    assert response["Location"] == call.get_absolute_url()
    assert call.connected_party.pk == (data.get("agent") or data.get("agent_phone"))
    assert (call.did, call.connect_number) == (None, None)


def test_the_preview_of_an_agents_call(supervisor_client: Client) -> None:
    html = supervisor_client.post(PREVIEW, by_agent(skill_id="7")).content.decode()
    assert "/voicecall/1001/callout" in html
    assert "&quot;skillid&quot;:7" in html
    assert not CallRequest.objects.exists()


def test_the_preview_of_a_call_by_an_agents_phone(supervisor_client: Client) -> None:
    html = supervisor_client.post(PREVIEW, by_phone(call_data="order 12")).content.decode()
    assert "createCall" in html
    assert "&quot;caller&quot;:&quot;70001&quot;" in html
    assert "test-app-secret" not in html


def test_an_agent_who_is_not_signed_in_cannot_call(supervisor_client: Client) -> None:
    agent = make_agent(state=AgentState.SIGNED_OUT)
    response = hx_post(supervisor_client, PLACE, by_agent(agent=agent.pk))
    assert response.status_code == 422
    assert "1001" in response.content.decode()
    assert not CallRequest.objects.exists()


def test_the_rules_are_asked_about_an_agents_call_while_it_is_typed(supervisor_client: Client) -> None:
    agent = make_agent(state=AgentState.SIGNED_OUT)
    html = hx_post(supervisor_client, "/calls/new/check/", by_agent(agent=agent.pk)).content.decode()
    assert "signed in" in html


def test_who_may_not_use_agents_does_not_call_as_one(db: None) -> None:
    caller = make_user("kim", group="")
    names = ("add_callrequest", "view_callrequest")
    caller.user_permissions.set(Permission.objects.filter(content_type__app_label="dialer", codename__in=names))
    client = Client()
    client.force_login(caller)
    assert client.post(PLACE, by_agent()).status_code == 403
    assert not CallRequest.objects.exists()
    assert client.post(PLACE, by_phone()).status_code == 422  # two accounts by now, and none is chosen
    assert client.post(PLACE, by_phone(account=make_aicc_account().pk)).status_code == 302


@pytest.mark.parametrize("page", [PLACE, "/agents/"])
def test_agents_cost_no_query_each(supervisor_client: Client, page: str, django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        make_agent(1001 + number)
    supervisor_client.get(page)
    with django_assert_max_num_queries(20):
        supervisor_client.get(page)
