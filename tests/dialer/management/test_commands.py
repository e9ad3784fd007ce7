from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dialer.models import CallRequest, ProviderAccount, State
from tests.support.builders import (
    CALLEE,
    CONNECT_NUMBER,
    DID,
    NOW,
    make_account,
    make_call_request,
    make_connect_number,
    make_did,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers():
    make_did()
    make_connect_number()
    make_user()


def run(command: str, *arguments: str) -> tuple[int, dict, str]:
    """Exit status, JSON of standard output, sentence of standard error."""
    out = StringIO()
    try:
        call_command(command, *arguments, stdout=out)
    except CommandError as exc:
        return exc.returncode, {}, str(exc)
    except SystemExit as exc:
        return int(exc.code or 0), json.loads(out.getvalue() or "{}"), ""
    return 0, json.loads(out.getvalue()), ""


def place(*extra: str, callee: str = CALLEE, did: str = DID, user: str = "sam") -> tuple[int, dict, str]:
    numbers = ("--did", did, "--callee", callee, "--connect-number", CONNECT_NUMBER)
    return run("place_call", "--user", user, *numbers, *extra)


def test_an_order_is_committed_and_printed():
    status, printed, _ = place()
    call = CallRequest.objects.get()
    assert status == 0
    assert printed == {"reference": call.reference, "state": "pending", "provider_call_id": "", "reason": ""}


def test_the_preview_prints_the_request_and_stores_nothing():
    status, printed, _ = place("--preview", "--ring-order", "callee_first", "--delay-ms", "1500")
    assert status == 0
    assert json.loads(printed["body"]) == {
        "did": "442079460001",
        "callee": "447700900001",
        "connectNumber": "442079460900",
        "ringOrder": "1",
        "delayTime": 1500,
    }
    assert (printed["headers"]["bizType"], printed["headers"]["action"]) == ("9", "didaws")
    assert "test-secret" not in json.dumps(printed)
    assert not CallRequest.objects.exists()


@pytest.mark.parametrize(
    ("keywords", "status", "words"),
    [
        ({"user": "nobody"}, 2, "no active user"),
        ({"callee": "12"}, 2, "--callee"),
        ({"callee": "not a number"}, 2, "--callee"),
        ({"did": "+442079460777"}, 2, "not a known DID number"),
    ],
    ids=["user", "short", "words", "did"],
)
def test_wrong_arguments_are_one_sentence_and_status_2(keywords, status, words):
    code, printed, error = place(**keywords)
    assert (code, printed) == (status, {})
    assert words in error
    assert not CallRequest.objects.exists()


def test_a_missing_argument_is_status_2():
    assert run("place_call", "--user", "sam")[0] == 2


def test_who_may_not_call_is_told_so():
    make_user("uma", group="Auditor")
    code, _, error = place(user="uma")
    assert code == 1
    assert "Supervisor" in error


def test_an_open_order_is_refused_with_where_it_is():
    first = make_call_request()
    code, _, error = place()
    assert code == 1
    assert first.get_absolute_url() in error


def test_waiting_ends_with_status_1_when_nobody_sends():
    code, printed, _ = place("--wait", "0.1")
    assert code == 1
    assert printed["state"] == "pending"


def test_the_account_command_suspends_and_resumes():
    make_user("ada", group="Administrator")
    code, printed, _ = run("account", "suspend", "NxCloud", "--user", "ada", "--reason", "Audit.")
    assert (code, printed["suspended"], printed["reason"]) == (0, True, "Audit.")
    code, printed, _ = run("account", "resume", "NxCloud", "--user", "ada")
    assert (code, printed["suspended"]) == (0, False)
    assert ProviderAccount.objects.get().suspended_at is None


@pytest.mark.parametrize("action", ["suspend", "resume"])
def test_a_supervisor_cannot_change_an_account(action):
    ProviderAccount.objects.update(suspended_at=NOW, suspended_reason="Key.")
    code, _, error = run("account", action, "NxCloud", "--user", "sam", "--reason", "x")
    assert code == 1
    assert error


def test_doctor_finds_no_worker_and_never_dials(monkeypatch):
    monkeypatch.setattr("httpx.get", lambda *a, **k: pytest.fail("it asked the network"))
    code, printed, _ = run("doctor", "--offline")
    assert code == 1
    assert not printed["worker"]["alive"]
    assert [problem for problem in printed["problems"] if "No worker" in problem]
    assert printed["accounts"][0]["target"] == "live"
    assert (
        printed["accounts"][0]["webhook_urls"]["call-record"]
        == "http://127.0.0.1:8000/webhooks/nxcloud/test-path-0000001/call-record"
    )


def test_doctor_names_a_missing_setting(monkeypatch):
    monkeypatch.delenv("NXCLOUD_ACCESS_KEY")
    _, printed, _ = run("doctor", "--offline")
    assert [problem for problem in printed["problems"] if "NXCLOUD_ACCESS_KEY" in problem]


def test_doctor_says_that_an_account_points_at_the_sandbox(monkeypatch):
    monkeypatch.setenv("NXCLOUD_BASE_URL", "http://127.0.0.1:1")
    _, printed, _ = run("doctor")
    assert printed["accounts"][0]["target"] == "sandbox"
    assert [problem for problem in printed["problems"] if "cannot be reached" in problem]


def test_seeding_twice_changes_nothing(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    first = run("seed_demo", "--json")[1]
    second = run("seed_demo", "--json")[1]
    assert first == second
    assert set(first) == {"users", "accounts", "dids", "connect_numbers", "agent_groups", "agent_phones", "agents"}
    assert {user["role"] for user in first["users"]} == {"Supervisor", "Administrator", "Auditor"}
    assert ProviderAccount.objects.count() == 3


def test_seeded_passwords_work(tmp_path, settings, client):
    settings.VAR_DIR = tmp_path
    for user in run("seed_demo", "--json")[1]["users"]:
        assert client.login(username=user["username"], password=user["password"])


def test_seeding_keeps_what_an_administrator_changed(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    run("seed_demo", "--json")
    account = make_account()
    ProviderAccount.objects.filter(pk=account.pk).update(requests_per_second=3)
    run("seed_demo", "--json")
    account.refresh_from_db()
    assert account.requests_per_second == 3


def test_the_states_in_json_are_the_ledgers_words():
    assert [state.value for state in State] == ["pending", "sending", "accepted", "rejected", "in_doubt", "cancelled"]
