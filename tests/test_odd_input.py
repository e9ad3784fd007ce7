"""Odd query strings, bodies and methods: a page, a refusal or a redirect, never a fault of ours."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from tests.support import builders
from tests.support.campaign_builders import make_call_list, make_campaign, make_task
from tests.support.imported_lists import looked_at

pytestmark = pytest.mark.django_db

ODD = [
    "",
    "abc",
    "-1",
    "0",
    "9" * 18,
    "9" * 40,
    "1e9",
    "\x00",
    "%00",
    "' OR 1=1 --",
    "<script>",
    "😀",
    "x" * 5000,
    "+",
    "٣",
]
PAGES = ["dialer:call_list", "agents:list", "dialer:place_call", "campaigns:campaign_list", "dialer:in_doubt"]
PARAMETERS = ["before", "after", "q", "state", "disposition", "account", "agent", "page"]


def rows() -> dict[str, list[object]]:
    call = builders.make_call_request(state="rejected")
    doubt = builders.make_call_request("+447700900555", state="in_doubt")
    call_list = make_call_list(make_campaign("Draft"))
    agent = builders.make_agent()
    new_list = looked_at("phone,name\n+447700900001,Ann\n", campaign=call_list.campaign)
    task = make_task(make_campaign("Running", state="running"))
    return {
        "dialer:call_detail": [call.reference],
        "dialer:call_again": [call.reference],
        "dialer:close_call": [call.reference],
        "dialer:resolve": ["call", doubt.reference],
        "dialer:preview_call": [],
        "dialer:place_call": [],
        "dialer:call_fields": [],
        "dialer:check_callee": [],
        "agents:detail": [agent.pk],
        "agents:act": [agent.pk, "hang-up"],
        "campaigns:campaign_create": [],
        "campaigns:campaign_detail": [call_list.campaign_id],
        "campaigns:campaign_edit": [call_list.campaign_id],
        "campaigns:campaign_act": [call_list.campaign_id, "start"],
        "campaigns:call_list_upload": [call_list.campaign_id],
        "campaigns:call_list_detail": [new_list.pk],
        "campaigns:call_list_read": [new_list.pk],
        "campaigns:call_list_decide": [call_list.pk, "discard"],
        "campaigns:task_detail": [task.reference],
        "campaigns:task_give_back": [task.reference],
    }


def answers(client: Client, method: str, url: str, data: object) -> int:
    plain = getattr(client, method)(url, data).status_code
    fragment = getattr(client, method)(url, data, headers={"HX-Request": "true"}).status_code
    assert plain < 500
    assert fragment < 500
    return plain


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_query_strings(supervisor_client, odd):
    by_name = rows()
    for name in PAGES:
        for parameter in PARAMETERS:
            answers(supervisor_client, "get", reverse(name), {parameter: odd})
    for name, arguments in by_name.items():
        for parameter in ("before", "after", "account"):
            answers(supervisor_client, "get", reverse(name, args=arguments), {parameter: odd})
    call_list = reverse("campaigns:call_list_detail", args=by_name["campaigns:call_list_detail"])
    for parameter in ("encoding", "delimiter", "sheet", "has_header", "saved", "role_0"):
        answers(supervisor_client, "get", call_list, {parameter: odd})


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_forms(supervisor_client, odd):
    fields = ["callee", "did", "connect_number", "ring_order", "delay_seconds", "idempotency_key", "verdict", "reason"]
    fields += ["name", "account", "agent_group", "country", "strategy_name", "dispatch_type", "predict_call_rate"]
    fields += ["ratio_call_rate", "start_count", "startup_type", "chunk_size", "file", "description"]
    fields += ["role_0", "role_1", "encoding", "has_header", "called_within_days", "skip_other_campaigns", "save_as"]
    for name, arguments in rows().items():
        answers(supervisor_client, "post", reverse(name, args=arguments), dict.fromkeys(fields, odd))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_calls_of_agents(supervisor_client, odd):
    fields = ["agent", "agent_phone", "did", "agent_no", "agent_sees", "skill_id", "medium", "call_data", "callee"]
    for ours in (builders.make_agent(), builders.make_agent_phone()):
        usual = {"account": ours.account_id, "agent": ours.pk, "agent_phone": ours.pk, "callee": "+447700900001"}
        key = {"idempotency_key": str(uuid.uuid4())}
        for name in fields:
            for url in ("dialer:preview_call", "dialer:call_fields", "dialer:check_callee"):
                answers(supervisor_client, "post", reverse(url), {**usual, **key, name: odd})
    agent = builders.make_agent(1002)
    answers(supervisor_client, "post", reverse("agents:act", args=[agent.pk, "hang-up"]), {"call": odd})


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_searches_in_the_admin(admin_client, odd):
    rows()
    for model in (
        "dialer_callrequest",
        "dialer_didnumber",
        "dialer_providerexchange",
        "dialer_agent",
        "campaigns_entry",
    ):
        for parameter in ("q", "p", "o", "state__exact"):
            answers(admin_client, "get", reverse(f"admin:{model}_changelist"), {parameter: odd})


@pytest.mark.parametrize("method", ["head", "options", "put", "delete", "patch"])
def test_odd_methods(supervisor_client, method):
    for name, arguments in rows().items():
        assert getattr(supervisor_client, method)(reverse(name, args=arguments)).status_code < 500


@pytest.mark.parametrize("reference", ["x", "0" * 32, "a-b", "z" * 200])
def test_unknown_rows_are_404(supervisor_client, reference):
    for name in ("dialer:call_detail", "dialer:call_again", "dialer:close_call", "campaigns:task_detail"):
        assert supervisor_client.get(reverse(name, args=[reference])).status_code == 404
    for name in ("campaign_detail", "call_list_detail", "call_list_rejects", "call_list_accepted"):
        name = f"campaigns:{name}"
        assert supervisor_client.get(reverse(name, args=[987_654_321])).status_code == 404
        assert supervisor_client.get(reverse(name, args=[10**30])).status_code == 404
