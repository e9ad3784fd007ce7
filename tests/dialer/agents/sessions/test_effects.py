"""Each part of an agent's session alone: facts in, effects out, and neither a runner nor a gateway."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from dialer.agents.sessions import commands, events, patient_database
from dialer.agents.sessions.call_follower import FollowedCall
from dialer.agents.sessions.calls import CAUSE_WAIT, AgentCalls, CallUpdate
from dialer.agents.sessions.connection import Connection
from dialer.agents.sessions.effects import (
    Became,
    CallClosed,
    CallGone,
    CallOver,
    LookNow,
    Lost,
    Over,
    Refused,
    Resumed,
    StoreEvent,
    Wake,
)
from dialer.agents.sessions.events import AgentEvents
from dialer.agents.sessions.leases import LeaseLost
from dialer.agents.sessions.patient_database import PatientDatabase
from dialer.agents.sessions.sign_in_policy import SignInTries
from dialer.agents.sessions.store import OpenCall
from dialer.agents.sessions.work_queue import WaitingCommand
from dialer.models import AgentCommand, AgentState, CallRequest, Stage, State
from telephony.contract.agents import AgentEvent, SavedSession
from telephony.contract.errors import OutcomeUnknown, RequestNotSent, RequestRejected, SessionLost
from telephony.providers.huawei_ccgateway.call_tracker import CallTracker
from telephony.providers.huawei_ccgateway.events import parse
from tests.support.builders import NOW

CALLEE = "+447700900001"
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


def followed(**changes: Any) -> FollowedCall:
    facts = {"pk": 5, "callee": CALLEE, "sent_at": NOW, "tracker": CallTracker(call_id="7-7", started_at=NOW)}
    return FollowedCall(**{**facts, "has_id": True, "is_settled": True, **changes})


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


# Commands.


class Session:
    """Answers every request with success, or with this error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        async def ask(**_options: Any) -> None:
            self.asked.append(name)
            if self.error:
                raise self.error

        return ask


def obey(kind, session, *, call=None, call_pk=None):
    return asyncio.run(commands.carry_out(WaitingCommand(1, kind, call_pk), lambda: session, call=call))


@pytest.mark.parametrize(("kind", "request_name"), [(Kind.IDLE, "set_idle"), (Kind.BUSY, "set_busy")])
def test_a_command_is_one_request(kind, request_name):
    session = Session()
    assert obey(kind, session) == commands.Answer()
    assert session.asked == [request_name]


def test_what_follows_from_a_refused_command():
    assert obey(Kind.IDLE, Session(RequestRejected("no"))) == commands.Answer("no", (LookNow(),))
    assert obey(Kind.IDLE, Session(SessionLost("gone"))) == commands.Answer("gone", (Lost("gone"),))


def test_hanging_up_ends_that_call_and_no_other_one():
    session, call = Session(), followed()
    assert obey(Kind.HANG_UP, session, call=call, call_pk=4).error == "The call had already ended."
    assert session.asked == []
    assert obey(Kind.HANG_UP, session, call=call, call_pk=5) == commands.Answer()
    assert session.asked == ["release"]


def sign_out(session, **options):
    return asyncio.run(commands.sign_out(session, **{"force": False, "reason": "", "call": None, **options}))


def test_a_refused_sign_out_goes_on_with_the_session():
    answer = sign_out(Session(RequestRejected("in a call")))
    assert answer == commands.Answer("in a call", (Resumed(), Refused("in a call"), LookNow()))


@pytest.mark.parametrize("error", [None, SessionLost("nobody")])
def test_after_a_sign_out_the_session_is_over(error):
    assert sign_out(Session(error), reason="switched off") == commands.Answer(effects=(Over("switched off"),))


# The connection, sign-in and the database.

SAVED = SavedSession(guid="first")


class Keeper:
    """A session whose Guid changes."""

    saved = SAVED

    def hand_over(self) -> SavedSession:
        return self.saved


class Opener:
    def session(self, _login: Any, *, saved: Any = None) -> Any:
        return Keeper()


def opened(require_lease: Any = lambda: None) -> Connection:
    connection = Connection(require_lease)
    connection.open(Opener(), "login")  # type: ignore[arg-type]
    return connection


def test_a_session_stays_the_same_while_its_login_does():
    connection = opened()
    session = connection.session
    assert connection.open(Opener(), "login") is session  # type: ignore[arg-type]
    assert connection.open(Opener(), "new password") is not session  # type: ignore[arg-type]


def test_no_request_leaves_without_a_live_session_and_a_lease():
    def lost():
        raise LeaseLost

    connection = opened()
    with pytest.raises(SessionLost, match="not signed in"):
        connection.live_session()
    connection.resume()
    assert connection.live_session() is connection.session
    connection.pause()
    with pytest.raises(SessionLost):
        connection.live_session()
    with pytest.raises(SessionLost, match="Another process"):
        opened(lost).live_session()


def test_only_a_changed_live_session_is_saved():
    connection = opened()
    assert connection.changed_session() is None
    connection.resume()
    assert connection.changed_session() == SAVED
    connection.note_saved(SAVED)
    assert connection.saved is None  # it ended while it was being saved
    connection.saved = SAVED
    assert (connection.changed_session(), connection.unsaved()) == (None, None)
    connection.session.saved = SavedSession(guid="second")  # type: ignore[union-attr, misc]
    assert connection.unsaved().session.guid == "second"  # type: ignore[union-attr]


def test_a_lost_session_is_tried_again_at_once_and_taken_for_ours():
    tries = SignInTries(may_be_ours=False)
    in_already = RequestRejected("in already", code="100-002")
    tries.begin()
    assert tries.note_failure(in_already).offers_force
    tries.begin()
    assert tries.note_failure(RequestNotSent("away")).retry_in == 4
    assert 3 < tries.seconds_to_next <= 4
    tries.note_lost()
    assert tries.seconds_to_next <= 0
    assert tries.note_failure(in_already).retry_in is not None


def test_the_database_is_asked_until_the_lease_may_have_run_out(monkeypatch):
    monkeypatch.setattr(patient_database, "PAUSE_SECONDS", 0.0)
    answers: list[Any] = [OperationalError("away"), OperationalError("away"), 7]
    leases_left = [None, None, None, LeaseLost()]

    async def db(_function: Any, /, *_args: Any, **_kwargs: Any) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def require_lease() -> None:
        if error := leases_left.pop(0):
            raise error

    database = PatientDatabase(db, require_lease=require_lease, agent_pk=1)
    assert asyncio.run(database(len)) == 7
    answers.append(8)
    with pytest.raises(LeaseLost):
        asyncio.run(database(len))
    assert answers == [8]
