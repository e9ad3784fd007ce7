"""An agent and an agent's phone have one call at a time, and an agent must be there."""

from __future__ import annotations

from uuid import uuid4

import pytest

from dialer.calls.services import OrderRefused, call_again, request_call
from dialer.ledger import open_orders
from dialer.models import AgentState, AgentStatus, CallRequest, State
from dialer.policy.single_call import last_look
from tests.support.builders import (
    NOW,
    make_account,
    make_agent,
    make_agent_phone,
    make_call_request,
    make_draft,
    make_user,
)

pytestmark = pytest.mark.django_db
OTHER = "+447700900002"


def order(callee: str = OTHER, **columns):
    return request_call(make_draft(callee, **columns), by=make_user(), now=NOW)


def code_of(**columns) -> str:
    with pytest.raises(OrderRefused) as refused:
        order(**columns)
    assert not refused.value.may_be_overridden
    return refused.value.code


def test_an_idle_agent_gets_the_call():
    assert order(agent=make_agent()).state == State.PENDING


@pytest.mark.parametrize("state", [state for state in AgentState if state != AgentState.IDLE])
def test_no_other_agent_does(state: str):
    expected = "agent_signed_out" if state == AgentState.SIGNED_OUT else "agent_busy"
    assert code_of(agent=make_agent(state=state)) == expected


def test_an_agent_without_a_state_was_never_signed_in():
    agent = make_agent()
    AgentStatus.objects.all().delete()
    assert code_of(agent=agent) == "agent_signed_out"


@pytest.mark.parametrize(
    ("state", "is_free"),
    [
        (State.PENDING, False),
        (State.SENDING, False),
        (State.ACCEPTED, False),
        (State.IN_DOUBT, True),
        (State.REJECTED, True),
        (State.CANCELLED, True),
    ],
)
@pytest.mark.parametrize("kind", ["agent", "agent_phone"])
def test_one_call_at_a_time(kind: str, state: str, is_free: bool):
    ours = make_agent() if kind == "agent" else make_agent_phone()
    make_call_request(state=state, **{kind: ours})
    if is_free:
        assert order(**{kind: ours}).state == State.PENDING
    else:
        assert code_of(**{kind: ours}) == "agent_busy"


def test_a_call_that_is_over_frees_its_phone():
    phone = make_agent_phone()
    make_call_request(state=State.ACCEPTED, closed_at=NOW, agent_phone=phone)
    assert order(agent_phone=phone).state == State.PENDING


def test_what_is_switched_off_or_of_another_account_is_refused():
    phone = make_agent_phone(is_active=False)
    assert code_of(agent_phone=phone) == "agent_off"
    other = make_account("Gateway 2", kind="huawei_ccgateway", env_prefix="CCGATEWAY2")
    assert code_of(agent=make_agent(), account=other) == "agent_of_other_account"


def test_the_last_look_does_not_hold_a_call_against_itself():
    call = order(agent=make_agent())
    assert last_look(call, now=NOW) is None
    AgentStatus.objects.update(state=AgentState.TALKING)
    assert last_look(call, now=NOW).code == "agent_busy"


def test_a_call_again_is_made_by_the_same_agent_with_the_same_fields():
    agent = make_agent()
    first = order(agent=agent, options={"skill_id": 7})
    CallRequest.objects.filter(pk=first.pk).update(state=State.CANCELLED, closed_at=NOW)
    open_orders.close_attempts("call", [first.pk], now=NOW, counts=False)
    first.refresh_from_db()
    again = call_again(call=first, by=make_user(), now=NOW, key=uuid4())
    assert (again.agent, again.options, again.retry_of) == (agent, {"skill_id": 7}, first)
