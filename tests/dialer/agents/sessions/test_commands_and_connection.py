"""What an agent's session is asked to do, and what its requests leave through: each part alone, without a gateway."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.db import OperationalError

from dialer.agents.sessions import commands, patient_database
from dialer.agents.sessions.calls import CallUpdate
from dialer.agents.sessions.connection import Connection
from dialer.agents.sessions.effects import (
    LookNow,
    Lost,
    Over,
    Refused,
    Resumed,
)
from dialer.agents.sessions.leases import LeaseLost
from dialer.agents.sessions.patient_database import PatientDatabase
from dialer.agents.sessions.sign_in_policy import SignInTries
from dialer.agents.sessions.work_queue import WaitingCommand
from dialer.models import AgentCommand
from telephony.contract.agents import SavedSession
from telephony.contract.errors import RequestNotSent, RequestRejected, SessionLost
from tests.dialer.agents.sessions.facts import followed
from tests.support.builders import NOW

CALLEE = "+447700900001"
NO_CALL = CallUpdate(at=NOW)
Kind = AgentCommand.Kind


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
