"""Each part of an agent's session alone: facts in, effects out, and neither a runner nor a gateway."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from dialer.agents.sessions import events
from dialer.agents.sessions.calls import CAUSE_WAIT, AgentCalls, CallUpdate
from dialer.agents.sessions.effects import (
    Became,
    CallClosed,
    CallGone,
    CallOver,
    LookNow,
    Lost,
    Over,
    StoreEvent,
    Wake,
)
from dialer.agents.sessions.events import AgentEvents
from dialer.agents.sessions.store import OpenCall
from dialer.models import AgentCommand, AgentState, CallRequest, Stage, State
from telephony.contract.agents import AgentEvent
from telephony.contract.errors import OutcomeUnknown, RequestNotSent, SessionLost
from telephony.providers.huawei_ccgateway.call_tracker import CallTracker
from telephony.providers.huawei_ccgateway.events import parse
from tests.dialer.agents.sessions.facts import CALLEE, followed
from tests.support.builders import NOW

NO_CALL = CallUpdate(at=NOW)
Kind = AgentCommand.Kind


def event(event_type: str, content: Any = None) -> AgentEvent:
    found = parse({"eventType": event_type, "workNo": "1001", "content": content}, agent_id="1001")
    assert found is not None
    return found


def talking() -> AgentEvent:
    return event("AgentEvent_Talking", {"caller": "1", "called": CALLEE[1:], "callid": "7-7", "feature": 7})


def released() -> AgentEvent:
    return event("AgentEvent_Call_Release", {"callid": "7-7"})


# Events.


@pytest.fixture
def agent_events() -> AgentEvents:
    return AgentEvents()


def read_state(agent_events, state, **changes):
    facts = {"in_call": False, "drained": False, "call_state": None, "is_settling": False, "now": NOW}
    return agent_events.read_state(state, **{**facts, **changes})


def test_failed_polls_look_less_often_and_leave_a_doubt(agent_events):
    waits = [agent_events.read_failure(OutcomeUnknown("reset"))[0].after for _time in range(6)]
    assert waits == [0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert agent_events.is_unsure


def test_a_session_that_the_gateway_does_not_know_is_lost(agent_events):
    assert agent_events.read_failure(SessionLost("not signed in")) == (Lost("not signed in"),)


def test_two_minutes_without_an_answer_lose_the_session(agent_events, monkeypatch):
    monkeypatch.setattr(events, "DEAF_FOR", -1.0)
    assert agent_events.read_failure(RequestNotSent("no connection")) == (Lost("no connection"),)


@pytest.mark.parametrize(
    ("state", "in_call", "is_unsure", "looks"),
    [
        (AgentState.IDLE, False, False, False),
        (AgentState.BUSY, False, False, False),
        (AgentState.IDLE, False, True, True),
        (AgentState.IDLE, True, False, True),
        (AgentState.TALKING, False, False, True),
        (AgentState.SIGNING_IN, False, False, True),
        (AgentState.LOST, False, False, True),
    ],
)
def test_silence_asks_only_where_something_is_open(agent_events, state, in_call, is_unsure, looks):
    agent_events.is_unsure = is_unsure
    expected = (LookNow(drained=True),) if looks else ()
    assert agent_events.read_silence(state=state, in_call=in_call, now=NOW) == expected
    assert agent_events.heard_at == NOW


def test_an_agent_is_quiet_once_a_poll_brought_nothing(agent_events):
    assert not agent_events.is_quiet(0.1)
    assert agent_events.is_quiet(0.6)
    agent_events.read_silence(state=AgentState.IDLE, in_call=False, now=NOW)
    assert agent_events.is_quiet(0.0)
    agent_events.read_event(talking(), said=None, call=NO_CALL, now=NOW)
    assert not agent_events.is_quiet(0.0)
    agent_events.read_silence(state=AgentState.IDLE, in_call=False, now=NOW)
    agent_events.start_session()
    assert not agent_events.is_quiet(0.0)


def test_the_gateways_word_on_an_agent(agent_events):
    idle = AgentState.IDLE
    assert isinstance(read_state(agent_events, AgentState.SIGNED_OUT)[0], Lost)
    assert read_state(agent_events, idle) == (Became(idle),)
    assert read_state(agent_events, idle, drained=True) == (CallGone(), Became(idle))
    assert read_state(agent_events, idle, drained=True, is_settling=True) == ()
    assert read_state(agent_events, idle, in_call=True) == (Became(AgentState.TALKING),)
    assert read_state(agent_events, idle, in_call=True, call_state=AgentState.RINGING) == (Became(AgentState.RINGING),)


def test_only_an_answer_after_all_events_ends_the_doubt(agent_events):
    agent_events.is_unsure = True
    read_state(agent_events, AgentState.IDLE)
    assert agent_events.is_unsure
    read_state(agent_events, AgentState.IDLE, drained=True)
    assert not agent_events.is_unsure


@pytest.mark.parametrize(
    ("said", "stored", "last"),
    [
        (AgentState.IDLE, AgentState.IDLE, Wake),
        (AgentState.SIGNED_OUT, None, Over),
        (AgentState.LOST, None, Lost),
        (None, None, CallOver),
    ],
)
def test_an_event_is_stored_before_anything_follows(agent_events, said, stored, last):
    call = CallUpdate(at=NOW, call_pk=5, effects=(CallOver(followed()),))
    effects = agent_events.read_event(released(), said=said, call=call, now=NOW)
    assert isinstance(effects[0], StoreEvent)
    assert (effects[0].event.state, effects[0].event.call_pk) == (stored, 5)
    assert effects[1] == call.effects[0]
    assert isinstance(effects[-1], last)


# Calls.


@dataclass
class Written:
    """A database that remembers what it was to write, and has these rows."""

    order: tuple[str, str] = (State.ACCEPTED, "7-7")
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    async def __call__(self, function: Any, /, *args: Any, **_kwargs: Any) -> Any:
        self.calls.append((function.__name__, args))
        return {"load_order_state": self.order, "set_call_id": True}.get(function.__name__)

    def names(self) -> list[str]:
        return [name for name, _args in self.calls]


@pytest.fixture
def database() -> Written:
    return Written()


@pytest.fixture
def calls(database: Written) -> AgentCalls:
    return AgentCalls(database, clock=lambda: NOW)


def test_an_event_without_a_call_of_ours_says_nothing_of_calls(calls):
    assert calls.follow(talking(), now=NOW) == CallUpdate(at=NOW)


def test_an_event_moves_the_call_and_proves_the_order(calls):
    calls.followed = followed(has_id=False)
    update = calls.follow(talking(), now=NOW)
    assert (update.call_pk, update.in_call, update.stage, update.proven_id) == (5, 5, Stage.TALKING, "7-7")
    assert calls.follow(talking(), now=NOW).stage is None


def test_an_answered_call_is_closed_at_once_and_another_waits_for_its_cause(calls):
    calls.followed = followed()
    calls.follow(talking(), now=NOW)
    assert calls.follow(released(), now=NOW + timedelta(seconds=9)).effects == (CallOver(calls.followed, after=0.0),)
    calls.followed = followed()
    assert calls.follow(released(), now=NOW).effects == (CallOver(calls.followed, after=CAUSE_WAIT),)
    assert calls.current is None


def test_a_result_is_stored_once(calls, database):
    call = calls.followed = followed()
    calls.follow(talking(), now=NOW)
    calls.follow(released(), now=NOW)

    async def story():
        return await calls.close(call), await calls.close(call)

    assert asyncio.run(story()) == ((CallClosed(),), ())
    assert database.names() == ["store_result"]


def test_no_result_is_stored_before_the_order_is_settled(calls, database):
    call = calls.followed = followed(is_settled=False)
    calls.follow(released(), now=NOW)
    assert asyncio.run(calls.close(call)) == ()
    assert database.names() == []


def test_a_result_of_a_call_before_does_not_free_the_agent(calls):
    before = followed()
    before.tracker.agent_is_free(at=NOW)
    calls.followed = followed(pk=6)
    assert asyncio.run(calls.close(before)) == ()
    assert calls.is_open


def test_a_call_that_is_given_up_is_over_whatever_is_known(calls, database):
    calls.followed = followed()
    assert asyncio.run(calls.give_up()) == (CallClosed(),)
    assert database.names() == ["store_result"]
    assert asyncio.run(calls.give_up()) == ()


def test_a_lost_answer_is_settled_by_the_id_that_events_prove(calls, database):
    database.order = (State.IN_DOUBT, "")
    calls.followed = followed(has_id=False, is_settled=False)
    calls.follow(talking(), now=NOW)
    asyncio.run(calls.settle())
    assert database.calls[-1] == ("set_call_id", (5, "7-7"))
    assert calls.followed.has_id


def test_a_call_is_followed_further_by_its_stored_events(calls):
    class Adapter:
        def follow_call(self, *, call_id="", started_at=None):
            return CallTracker(call_id=call_id, started_at=started_at)

        def read_event(self, raw, *, agent_id):
            return parse(raw, agent_id=agent_id)

    row = CallRequest(pk=5, callee=CALLEE, sent_at=NOW, state=State.SENDING)
    stored = [(NOW, talking().raw), (NOW, {"eventType": "of another agent", "workNo": "1"})]
    calls.resume(OpenCall(row, stored, hang_up_asked=False), Adapter(), agent_id="1001")
    assert calls.agent_state == AgentState.TALKING
    assert (calls.followed.is_proven, calls.followed.is_settled) == (True, False)
