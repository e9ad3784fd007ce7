"""The steps of one try, in their order, and what a failure at each of them means for the order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError

from dialer.ledger.send_attempt import DATABASE_AWAY, SendAttempt
from dialer.models import CallRequest
from dialer.support import timing
from telephony.contract.access_tokens import UsesTokens
from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, RequestNotSent, RequestRejected
from telephony.contract.orders import Accepted
from tests.support.builders import NOW, make_call_request

pytestmark = pytest.mark.django_db
MOMENT = timedelta(milliseconds=1)


class Wire:
    """An adapter that needs a token, and a departure; both say what was done, and fail where they are told to."""

    def __init__(self, **failures: Exception) -> None:
        self.failures = failures
        self.done: list[str] = []
        self.now = NOW
        self.slot_begins: Callable[[], None] = lambda: None

    def clock(self) -> datetime:
        return self.now

    def _do(self, step: str) -> None:
        self.done.append(step)
        if step in self.failures:
            raise self.failures[step]

    def keep_tokens_in(self, store: object) -> None:
        self._do("token store")

    async def get_ready(self, *, now_ms: int) -> None:
        self._do("token")

    async def wait(self, row: Any, /) -> None:
        self._do("slot")
        self.slot_begins()

    async def place_call(self, order: Any, *, now_ms: int) -> Accepted:
        self._do("sent")
        return Accepted(provider_id="1")


def attempt_by(wire: Wire, call: CallRequest) -> SendAttempt:
    return SendAttempt(call, departure=wire, clock=wire.clock, adapter=wire)


def claimed(**columns: Any) -> CallRequest:
    return make_call_request(sent_at=NOW, **columns)


def outcome_of(wire: Wire) -> tuple[Any, SendAttempt]:
    attempt = attempt_by(wire, claimed())
    return async_to_sync(attempt.run)(), attempt


def test_what_takes_its_time_comes_before_the_slot() -> None:
    wire = Wire()
    assert isinstance(wire, UsesTokens)
    outcome, attempt = outcome_of(wire)
    assert isinstance(outcome, Accepted)
    assert (wire.done, attempt.fault) == (["token", "slot", "sent"], None)


WRONG_KEY, STOPPED = CredentialsRefused("Wrong key.", code="401"), RequestNotSent("Stopped.", code="halted")


@pytest.mark.parametrize(("step", "refusal"), [("token", WRONG_KEY), ("slot", STOPPED)])
def test_a_refusal_before_it_leaves_is_told_as_it_is(step: str, refusal: Exception) -> None:
    wire = Wire(**{step: refusal})
    outcome, attempt = outcome_of(wire)
    assert (outcome, attempt.fault) == (refusal, None)
    assert "sent" not in wire.done


def test_what_the_provider_says_is_told_as_it_is() -> None:
    refusal = RequestRejected("No such DID.", code="1001")
    outcome, attempt = outcome_of(Wire(sent=refusal))
    assert (outcome, attempt.fault) == (refusal, None)


@pytest.mark.parametrize("step", ["token", "slot"])
def test_a_fault_before_it_leaves_sent_nothing(step: str) -> None:
    fault = ZeroDivisionError()
    wire = Wire(**{step: fault})
    outcome, attempt = outcome_of(wire)
    assert (type(outcome), outcome.code, attempt.fault) == (RequestNotSent, "portal_fault", fault)
    assert "sent" not in wire.done


def test_a_database_that_is_away_before_it_leaves_sent_nothing_and_has_its_own_code() -> None:
    outcome, attempt = outcome_of(Wire(slot=OperationalError("the connection is closed")))
    assert (type(outcome), outcome.code) == (RequestNotSent, DATABASE_AWAY)
    assert isinstance(attempt.fault, OperationalError)


@pytest.mark.parametrize("fault", [ZeroDivisionError(), OperationalError("the connection is closed")])
def test_a_fault_once_it_may_have_left_is_a_doubt(fault: Exception) -> None:
    """Whatever it was: nobody knows any more whether a phone rings."""
    outcome, attempt = outcome_of(Wire(sent=fault))
    assert (type(outcome), outcome.code, attempt.fault) == (OutcomeUnknown, "portal_fault", fault)


@pytest.mark.parametrize(("late", "is_sent"), [(-MOMENT, True), (MOMENT, False)])
def test_a_claim_is_looked_at_last_and_must_be_fresh(late: timedelta, is_sent: bool) -> None:
    """A worker that slept while it waited for its slot must not send on a lease that others saw run out."""
    wire = Wire()

    def sleep() -> None:
        wire.now = NOW + timing.lease() / 4 + late

    wire.slot_begins = sleep
    outcome, _attempt = outcome_of(wire)
    assert ("sent" in wire.done) is is_sent
    assert is_sent or (type(outcome), outcome.code) == (RequestNotSent, "held_up")


def test_an_order_that_was_never_claimed_does_not_leave() -> None:
    wire = Wire()
    call = make_call_request(sent_at=None)
    outcome = async_to_sync(attempt_by(wire, call).run)()
    assert (type(outcome), "sent" in wire.done) == (RequestNotSent, False)


def test_an_account_without_its_secrets_does_not_wait_for_a_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NXCLOUD_ACCESS_SECRET")
    wire = Wire()
    call = claimed()
    attempt = SendAttempt(call, departure=wire, clock=wire.clock)
    assert isinstance(async_to_sync(attempt.run)(), CredentialsRefused)
    assert wire.done == []
