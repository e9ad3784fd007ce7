"""`manage.py place_call` for providers that call by an agent, or by an agent's phone."""

from __future__ import annotations

import base64
import json

import pytest

from dialer.models import CallRequest, ProviderAccount
from dialer.models.rules import WEEKDAYS, ConsentRule
from tests.dialer.management.test_commands import run
from tests.support.builders import (
    CALLEE,
    make_account,
    make_agent,
    make_agent_phone,
    make_aicc_account,
    make_connect_number,
    make_did,
    make_user,
)
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _parties() -> None:
    make_user()
    make_agent()
    make_agent_phone()


def place(*extra: str) -> tuple[int, dict, str]:
    return run("place_call", "--user", "sam", "--callee", CALLEE, *extra)


def test_an_agent_calls():
    status, printed, error = place("--agent", "1001", "--skill", "7", "--media", "video", "--call-data", "offer 3")
    assert (status, error) == (0, "")
    call = CallRequest.objects.get(reference=printed["reference"])
    assert (call.account.name, call.agent.agent_id, call.did) == ("CC-Gateway", 1001, None)
    assert call.options == {"skill_id": 7, "media": 1, "call_data": "offer 3"}


def test_an_agents_phone_rings_first():
    did = make_did("+442079460011", account=make_aicc_account())
    arguments = ("--account", "AICC", "--caller", "70001", "--shows", did.number, "--work-no", "12")
    status, printed, error = place(*arguments, "--agent-sees", "4401")
    assert (status, error) == (0, "")
    call = CallRequest.objects.get(reference=printed["reference"])
    assert (call.account.name, call.agent_phone.number, call.did) == ("AICC", "70001", did)
    assert call.options == {"agent_id": "12", "agent_sees": "4401"}


def test_previews_show_what_would_leave():
    status, printed, _ = place("--caller", "7 0001", "--call-data", "offer", "--preview")
    assert status == 0
    body = json.loads(printed["body"])
    assert (body["caller"], body["called"], printed["against"]) == ("70001", "447700900001", [])
    assert body["callData"].endswith(" offer")
    assert base64.b64decode(body["callBackUrl"]).startswith(b"http://127.0.0.1:8000/webhooks/aicc/")
    assert "test-app-secret" not in json.dumps(printed)
    status, printed, _ = place("--agent", "1001", "--preview")
    assert (status, printed["method"]) == (0, "PUT")
    assert not CallRequest.objects.exists()


def test_a_preview_against_rules_prints_the_request_and_each_rule():
    make_profile("GB", **dict.fromkeys(WEEKDAYS, ""), consent=ConsentRule.ALWAYS)
    status, printed, error = place("--caller", "70001", "--preview")
    assert (status, error) == (1, "")
    assert json.loads(printed["body"])["called"] == "447700900001"
    assert [rule["rule"] for rule in printed["against"]] == ["consent_missing", "outside_hours"]
    assert "need the callee's consent" in printed["against"][0]["says"]
    assert not CallRequest.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ((), 2, "Give --did, --agent or --caller"),
        (("--account", "Nobody", "--agent", "1001"), 2, "no provider account"),
        (("--agent", "1009"), 2, "1009 is not an active agent"),
        (("--account", "AICC", "--agent", "1001"), 2, "1001 is not an active agent of this account"),
        (("--caller", "79999"), 2, "Add it under Agent phones in the admin"),
        (("--account", "AICC"), 1, "needs an agent phone"),
        (("--account", "CC-Gateway"), 1, "needs an agent"),
        (("--agent", "1001", "--work-no", "12", "--agent-sees", "4"), 1, "does not support a number shown"),
        (("--did", "+442079460001"), 1, "needs a Connect number"),
        (("--caller", "70001", "--agent-sees", "abc", "--preview"), 1, "digits"),
    ],
)
def test_what_is_missing_or_wrong_is_one_sentence(arguments, status, words):
    make_did()
    code, _, error = place(*arguments)
    assert (code, words in error) == (status, True), error
    assert not CallRequest.objects.exists()


def test_the_account_is_named_where_two_have_the_agent():
    other = ProviderAccount.objects.create(name="Second", kind="huawei_ccgateway", env_prefix="CCGATEWAY_TWO")
    make_agent(account=other)
    assert place("--agent", "1001")[0] == 2
    status, printed, _ = place("--agent", "1001", "--account", "Second")
    assert status == 0
    assert CallRequest.objects.get(reference=printed["reference"]).account == other


def test_nxcloud_is_as_before():
    make_account()
    make_did()
    number = make_connect_number().number
    status, _, error = place("--did", "+442079460001", "--connect-number", number)
    assert (status, error) == (0, "")
