from __future__ import annotations

import uuid
from typing import Any

import pytest

from dialer.calls.filters import CallFilterForm
from dialer.calls.forms import PlaceCallForm
from dialer.calls.provider_fields import field_names
from dialer.models import Agent, AgentState, CallRequest, ConnectNumber, DidNumber, Disposition, Ring, State
from dialer.models.call_parties import CallParties
from telephony import registry
from tests.support.builders import (
    CALLEE,
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

pytestmark = pytest.mark.django_db


def entered(**changes: Any) -> dict[str, Any]:
    """What a browser posts for a plain call."""
    data = {
        "did": make_did().pk,
        "callee": CALLEE,
        "connect_number": make_connect_number().pk,
        "ring_order": Ring.CONNECT_FIRST.value,
        "delay_seconds": "",
        "idempotency_key": str(uuid.uuid4()),
    }
    return {**data, **changes}


def valid(**changes: Any) -> PlaceCallForm:
    form = PlaceCallForm(entered(**changes))
    assert form.is_valid(), form.errors
    return form


@pytest.mark.parametrize(
    "pasted",
    ["+447700900001", "+44 (0)7700 900-001", "0044 7700 900001", " tel:+44-7700-900001 ", "‪+44 7700 900001‬"],
)
def test_it_reads_a_pasted_number(pasted: str) -> None:
    assert valid(callee=pasted).draft().callee == "+447700900001"


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("", "Enter the number to call"),
        ("07700 900001", "Start with + and the country code, such as"),
        ("+44 7700", "Check that no digits are missing"),
        ("+447700900001 ext. 5", "Remove the extension"),
        ("call me", "Use digits only"),
    ],
)
def test_it_refuses_a_number_with_what_to_do(pasted: str, says: str) -> None:
    form = PlaceCallForm(entered(callee=pasted))
    assert says in " ".join(form.errors["callee"])
    assert "of the list" not in " ".join(form.errors["callee"])


@pytest.mark.parametrize(("seconds", "ms"), [("", 0), ("0", 0), ("2.5", 2500), ("0.001", 1), ("3600", 3_600_000)])
def test_it_turns_the_delay_into_milliseconds(seconds: str, ms: int) -> None:
    assert valid(delay_seconds=seconds).draft().delay_ms == ms


@pytest.mark.parametrize("seconds", ["-1", "3600.001", "0.0001", "soon", "NaN", "1e9"])
def test_it_refuses_a_delay_out_of_bounds(seconds: str) -> None:
    assert "delay_seconds" in PlaceCallForm(entered(delay_seconds=seconds)).errors


def test_it_needs_no_choice_of_the_only_account() -> None:
    form = valid()
    assert "account" not in form.fields
    assert form.draft().account == make_account()


def test_it_offers_the_dids_of_the_chosen_account() -> None:
    make_did(label="Sales")
    second = make_account("Second", env_prefix="SECOND")
    make_did("+12025550123", account=second)
    make_did("+12025550124", account=second)
    assert [label for _value, label in PlaceCallForm().fields["did"].choices] == ["+44 20 7946 0001 · Sales · GB"]
    labels = [label for _value, label in PlaceCallForm(initial={"account": second.pk}).fields["did"].choices]
    assert labels == ["Choose…", "+1 202-555-0123 · US", "+1 202-555-0124 · US"]
    assert "account" in PlaceCallForm(entered()).errors


def test_it_offers_only_what_is_active() -> None:
    make_did(label="On")
    make_did("+442079460002", label="Off", is_active=False)
    make_did("+442079460003", account=make_account("Off", env_prefix="OFF", is_active=False))
    make_connect_number("+442079460901", is_active=False)
    form = PlaceCallForm(entered(did=DidNumber.objects.get(label="Off").pk))
    assert [label for _value, label in form.fields["did"].choices] == ["+44 20 7946 0001 · On · GB"]
    assert len(form.fields["connect_number"].choices) == 1
    assert "did" in form.errors


def test_it_starts_from_the_last_call() -> None:
    last = make_call_request(ring_order=Ring.CALLEE_FIRST)
    form = PlaceCallForm.fresh(last)
    assert form["did"].value() == last.did_id
    assert form["connect_number"].value() == last.connect_number_id
    assert form["ring_order"].value() == Ring.CALLEE_FIRST
    assert form["callee"].value() is None
    assert form["idempotency_key"].value() != PlaceCallForm.fresh(last)["idempotency_key"].value()


def test_it_says_what_is_missing() -> None:
    assert len(PlaceCallForm().missing) == 3
    make_did()
    assert [item["label"] for item in PlaceCallForm().missing] == ["An active Connect number"]
    ConnectNumber.objects.create(number="+442079460900")
    assert PlaceCallForm().missing == []


def by_agent(**changes: Any) -> dict[str, Any]:
    """What a browser posts for a call of an agent who is signed in."""
    agent = changes.pop("agent", None)
    data = {"did": "", "callee": CALLEE, "idempotency_key": str(uuid.uuid4()), "medium": "0"}
    return {**data, "agent": make_agent().pk if agent is None else agent, **changes}


def by_phone(**changes: Any) -> dict[str, Any]:
    """What a browser posts for a call by an agent's phone."""
    data = {"agent_phone": make_agent_phone().pk, "did": "", "callee": CALLEE, "idempotency_key": str(uuid.uuid4())}
    return {**data, **changes}


def test_each_kind_of_provider_has_its_own_fields() -> None:
    kinds = {
        make_account(): ["did", "connect_number", "ring_order", "delay_seconds"],
        make_gateway_account(): ["agent", "did", "skill_id", "medium", "call_data"],
        make_aicc_account(): ["agent_phone", "agent_no", "did", "agent_sees", "call_data"],
    }
    for account, names in kinds.items():
        form = PlaceCallForm(initial={"account": account.pk})
        assert form.provider_names == names
        assert [bound.name for bound in form.provider_fields] == names
    assert len(kinds) == len(registry.KINDS)


def test_every_field_of_an_order_has_a_field_of_the_form() -> None:
    for kind in registry.KINDS.values():
        assert len(field_names(kind, kind.call_fields)) == len(set(kind.call_fields) - {"callback_url"})


def test_a_call_of_an_agent() -> None:
    form = PlaceCallForm(by_agent(skill_id="7", medium="1", call_data="order 12"))
    assert form.is_valid(), form.errors
    draft = form.draft()
    assert draft.parties == CallParties(agent=Agent.objects.get())
    assert draft.options == {"skill_id": 7, "media": 1, "call_data": "order 12"}
    assert (draft.delay_ms, draft.ring_order) == (0, Ring.CONNECT_FIRST)


def test_options_that_were_left_empty_are_not_ordered() -> None:
    form = PlaceCallForm(by_agent(skill_id="", call_data="  "))
    assert form.is_valid(), form.errors
    assert form.draft().options == {}


def test_queue_nought_is_a_queue() -> None:
    form = PlaceCallForm(by_agent(skill_id="0"))
    assert form.is_valid(), form.errors
    assert form.draft().options == {"skill_id": 0}


def test_a_call_by_an_agents_phone() -> None:
    did = make_did("+442079460011", account=make_aicc_account())
    form = PlaceCallForm(by_phone(did=did.pk, agent_no="101", agent_sees="447700900002"))
    assert form.is_valid(), form.errors
    draft = form.draft()
    assert draft.parties == CallParties(agent_phone=make_agent_phone("70001"), did=did)
    assert draft.options == {"agent_id": "101", "agent_sees": "447700900002"}


@pytest.mark.parametrize(
    ("entered_by", "changes", "wrong"),
    [
        (by_agent, {"agent": ""}, "agent"),
        (by_agent, {"skill_id": "-1"}, "skill_id"),
        (by_agent, {"skill_id": "first"}, "skill_id"),
        (by_agent, {"medium": "9"}, "medium"),
        (by_agent, {"call_data": "x" * 991}, "call_data"),
        (by_phone, {"agent_phone": "999999"}, "agent_phone"),
        (by_phone, {"agent_no": "100000"}, "agent_no"),
        (by_phone, {"agent_no": "10a"}, "agent_no"),
        (by_phone, {"agent_sees": "+447700900002"}, "agent_sees"),
        (by_phone, {"agent_sees": "1" * 33}, "agent_sees"),
    ],
)
def test_it_refuses_what_the_provider_would_not_take(entered_by: Any, changes: dict[str, str], wrong: str) -> None:
    make_gateway_account() if entered_by is by_agent else make_aicc_account()
    assert list(PlaceCallForm(entered_by(**changes)).errors) == [wrong]


def test_an_agent_of_another_account_is_no_choice() -> None:
    second = make_account("Second", kind="huawei_ccgateway", env_prefix="SECOND")
    agent = make_agent(account=second)
    make_agent(1002)
    form = PlaceCallForm(by_agent(account=make_gateway_account().pk, agent=agent.pk))
    assert "belongs to another account than CC-Gateway" in form.errors["agent"][0]


def test_agents_who_can_call_come_first_and_ones_own_is_chosen() -> None:
    user = make_user("kim")
    make_agent(1001, name="Asha", state=AgentState.SIGNED_OUT)
    make_agent(1002, name="Ben")
    own = make_agent(1003, state=AgentState.TALKING, user=user)
    Agent.objects.create(account=make_gateway_account(), agent_id=1004, phone="1")
    form = PlaceCallForm.fresh(None, user=user)
    groups = dict(form.fields["agent"].choices[1:])
    assert [label for _pk, label in groups["Ready to call"]] == ["1002 Ben · idle"]
    assert [label for _pk, label in groups["Not ready"]] == [
        "1001 Asha · signed out",
        "1003 · talking",
        "1004 · signed out",
    ]
    assert form["agent"].value() == own.pk


def test_the_callee_may_see_what_the_provider_chooses() -> None:
    make_agent()
    make_did("+442079460021", account=make_gateway_account())
    choices = PlaceCallForm().fields["did"].choices
    assert [str(label) for _value, label in choices] == ["Chosen by the provider", "+44 20 7946 0021 · GB"]


def test_it_starts_from_the_last_call_of_an_agent() -> None:
    last = make_call_request(agent=make_agent(), options={"skill_id": 3, "call_data": "order 12", "media": 2})
    make_account()
    form = PlaceCallForm.fresh(last)
    assert form.chosen_account == last.account
    assert [form[name].value() for name in ("agent", "skill_id", "medium", "call_data")] == [last.agent_id, 3, 2, None]


def test_another_account_keeps_what_was_typed_for_all() -> None:
    make_account()
    make_agent()
    typed = {"account": str(make_gateway_account().pk), "callee": "0770", "purpose": "sales", "delay_seconds": "x"}
    form = PlaceCallForm.switched(typed, user=None)
    assert [form[name].value() for name in ("callee", "purpose")] == ["0770", "sales"]
    assert form.errors == {}


def test_an_account_without_agents_says_what_is_missing() -> None:
    make_did(), make_connect_number()
    form = PlaceCallForm(initial={"account": make_gateway_account().pk})
    assert [str(item["label"]) for item in form.missing] == ["An active agent"]
    assert not form.is_blocked


def found(**query: Any) -> set[str]:
    return {call.callee for call in CallFilterForm(query).apply(CallRequest.objects.all())}


def test_it_filters_by_state_result_and_account() -> None:
    make_call_request("+447700900001", state=State.PENDING)
    make_call_request("+447700900002", state=State.ACCEPTED, disposition=Disposition.BUSY)
    other = make_did("+12025550123", account=make_account("Second", env_prefix="SECOND"))
    make_call_request("+447700900003", state=State.ACCEPTED, did=other)
    assert found(state="pending") == {"+447700900001"}
    assert found(disposition="busy") == {"+447700900002"}
    assert found(account=str(other.account_id), state="accepted") == {"+447700900003"}
    assert len(found()) == 3


@pytest.mark.parametrize(
    "text",
    ["+447700900123", "+44 (0)7700 900-123", "0044 7700 900123", "447700900123", "07700 900123", "900123", "0123"],
)
def test_it_finds_a_number_in_any_spelling(text: str) -> None:
    make_call_request("+447700900123")
    make_call_request("+447700900999")
    assert found(q=text) == {"+447700900123"}


def test_it_finds_a_reference_and_a_provider_call_id() -> None:
    call = make_call_request("+447700900001", provider_call_id="c-17")
    make_call_request("+447700900002")
    assert found(q=call.reference[:8].upper()) == found(q=call.reference) == found(q=" c-17 ") == {call.callee}
    assert found(q="c-1") == found(q="zz") == set()


def test_it_marks_a_filter_that_is_no_choice() -> None:
    make_call_request()
    form = CallFilterForm({"state": "nonsense"})
    assert form.apply(CallRequest.objects.all()).count() == 1
    assert "state" in form.errors
