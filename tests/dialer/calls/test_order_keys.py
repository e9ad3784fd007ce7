"""One key is one order: what comes with it once more, and from whom."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.calls import services
from dialer.calls.services import OrderRefused
from dialer.models import Agent, AgentPhone, Attempt, CallRequest, Decision, ProviderAccount, Purpose, Ring, State
from dialer.models.call_draft import CallDraft
from tests.dialer.calls.test_forms import entered
from tests.support.builders import (
    NOW,
    make_account,
    make_agent,
    make_agent_phone,
    make_connect_number,
    make_did,
    make_draft,
    make_user,
)

pytestmark = pytest.mark.django_db
KEY = uuid.UUID(int=17)
REASON = "The customer asked for this call by e-mail."
PLACE = "/calls/new/"


def order(draft: CallDraft, **changes: Any) -> CallRequest:
    return services.request_call(draft, **{"by": make_user(), "now": NOW, "key": KEY, **changes})


def refusal(draft: CallDraft, **changes: Any) -> OrderRefused:
    with pytest.raises(OrderRefused) as refused:
        order(draft, **changes)
    assert CallRequest.objects.count() == Attempt.objects.count() == 1
    assert ProcrastinateJob.objects.count() <= 1  # an agent's call has none: the agent's desk sends it
    assert not Decision.objects.exists()
    return refused.value


NXCLOUD: list[tuple[dict[str, Any], str]] = [
    ({"callee": lambda: "+447700900002"}, "the callee differs. Check it"),
    ({"did": lambda: make_did("+442079460002")}, "the DID differs. Check it"),
    ({"connect_number": lambda: make_connect_number("+442079460901")}, "the Connect number differs. Check it"),
    ({"ring_order": lambda: Ring.CALLEE_FIRST}, "the ring order differs. Check it"),
    ({"delay_ms": lambda: 500}, "the delay differs. Check it"),
    ({"purpose": lambda: Purpose.COLLECTION}, "the purpose differs. Check it"),
    ({"consent_ref": lambda: "contract 17"}, "the consent differs. Check it"),
    (
        {"did": lambda: make_did("+442079460002"), "ring_order": lambda: Ring.CALLEE_FIRST},
        "the DID and the ring order differ. Check them",
    ),
]


@pytest.mark.parametrize(("changes", "says"), NXCLOUD, ids=[says for _changes, says in NXCLOUD])
@pytest.mark.parametrize("has_fingerprint", [True, False])
def test_a_key_that_comes_with_another_call_is_refused_and_says_what_differs(changes, says, has_fingerprint):
    first = order(make_draft())
    if not has_fingerprint:
        CallRequest.objects.update(fingerprint="")
    refused = refusal(make_draft(**{name: make() for name, make in changes.items()}))
    assert refused.code == services.KEY_USED
    assert refused.message == f"This form already placed another call: {says}, then press Call again."
    assert order(make_draft()) == first


def test_another_account_with_what_belongs_to_it_is_another_call():
    order(make_draft())
    refused = refusal(make_draft(agent_phone=make_agent_phone()))
    assert "the provider account, the DID, the Connect number and the agent phone differ" in refused.message


@pytest.mark.parametrize(
    ("make", "changes", "says"),
    [
        (make_agent, {"options": {"skill_id": 8}}, "the skill queue differs"),
        (make_agent, {"options": {}}, "the skill queue differs"),
        (make_agent, {"options": {"skill_id": 7, "media": 1}}, "voice or video differs"),
        (make_agent_phone, {"options": {"agent_id": "12"}}, "the agent number differs"),
        (make_agent_phone, {"options": {"agent_sees": "4401"}}, "the number shown to the agent differs"),
        (make_agent_phone, {"options": {"call_data": "order 12"}}, "the call data differs"),
    ],
)
def test_options_are_compared_too(make, changes, says):
    who = {"agent" if make is make_agent else "agent_phone": make()}
    draft = make_draft(**who, options={"skill_id": 7} if make is make_agent else {})
    first = order(draft)
    assert says in refusal(replace(draft, **changes)).message
    assert order(draft) == first


@pytest.mark.parametrize("kind", ["agent", "agent_phone"])
def test_another_agent_or_phone_is_another_call(kind):
    make = {"agent": make_agent, "agent_phone": make_agent_phone}[kind]
    order(make_draft(**{kind: make()}))
    second = make_agent(1002) if kind == "agent" else make_agent_phone("70002")
    words = {"agent": "the agent differs", "agent_phone": "the agent phone differs"}
    assert words[kind] in refusal(make_draft(**{kind: second})).message
    assert (Agent if kind == "agent" else AgentPhone).objects.count() == 2


@pytest.mark.parametrize("state", [State.ACCEPTED, State.REJECTED, State.IN_DOUBT])
def test_the_same_call_returns_the_first_order_whatever_became_of_it(state):
    first = order(make_draft())
    closed_at = NOW if state == State.REJECTED else None
    CallRequest.objects.update(state=state, closed_at=closed_at, fingerprint=make_draft().fingerprint())
    assert order(make_draft()) == first
    CallRequest.objects.update(fingerprint="")
    assert order(make_draft()) == first
    assert ProcrastinateJob.objects.count() == 1


def test_a_reason_to_overrule_and_what_it_repeats_make_no_other_call():
    """Both say why somebody orders; the phone that would ring is the same."""
    first = order(make_draft())
    assert order(make_draft(), override_reason=REASON) == first
    assert order(make_draft(), retry_of=first) == first
    first.refresh_from_db()
    assert (first.override_reason, first.retry_of, CallRequest.objects.count()) == ("", None, 1)


def test_a_refused_press_does_not_use_up_the_key():
    make_account(is_active=False)
    with pytest.raises(OrderRefused):
        order(make_draft())
    ProviderAccount.objects.update(is_active=True)
    draft = make_draft(delay_ms=500)
    assert order(draft).delay_ms == 500


def test_somebody_elses_key_orders_nothing_and_tells_nothing():
    first = order(make_draft(), by=make_user("kim"))
    for draft in (make_draft(), make_draft("+447700900002")):
        refused = refusal(draft)
        assert (refused.code, refused.blocking_order) == (services.KEY_USED, None)
        assert refused.message == "This form has already been used. Check it, then press Call again."
    assert first.callee not in refused.message


def test_the_page_names_what_differs_and_brings_a_new_key(supervisor_client: Client):
    data = entered()
    supervisor_client.post(PLACE, data)
    changed = {**data, "did": make_did("+442079460002").pk, "ring_order": Ring.CALLEE_FIRST.value}
    response = supervisor_client.post(PLACE, changed)
    assert response.status_code == 422
    says = "the DID and the ring order differ. Check them, then press Call again."
    assert f"This form already placed another call: {says}" in response.content.decode()
    form = response.context["form"]
    assert str(form["idempotency_key"].value()) != data["idempotency_key"]
    assert (int(form["did"].value()), form["ring_order"].value()) == (changed["did"], Ring.CALLEE_FIRST)


def test_the_page_hides_somebody_elses_order(supervisor_client: Client):
    data = entered()
    order(make_draft(), by=make_user("kim"), key=uuid.UUID(data["idempotency_key"]))
    response = supervisor_client.post(PLACE, data)
    assert response.status_code == 422
    assert "This form has already been used." in response.content.decode()
    assert CallRequest.objects.get().reference not in response.content.decode()
    assert str(response.context["form"]["idempotency_key"].value()) != data["idempotency_key"]


def test_call_again_with_a_key_of_somebody_else_gets_a_new_one(supervisor_client: Client):
    first = order(make_draft(), by=make_user("kim"))
    other = order(make_draft("+447700900002"), key=uuid.UUID(int=18))
    CallRequest.objects.filter(pk=other.pk).update(state=State.CANCELLED, closed_at=NOW)
    response = supervisor_client.post(f"{other.get_absolute_url()}again/", {"idempotency_key": first.idempotency_key})
    assert response.status_code == 422
    assert response.context["form"]["idempotency_key"].value() != str(first.idempotency_key)
    assert CallRequest.objects.count() == 2
