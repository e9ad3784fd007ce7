"""When a pump stops asking the provider, and what does not count against it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.db import InterfaceError
from django.utils import timezone

from campaigns.pacing import answer_writer
from campaigns.pacing.answer_writer import MOST_FAILURES, Answers
from dialer.ledger.send_attempt import DATABASE_AWAY, halted
from telephony.contract.errors import OutcomeUnknown, RequestNotSent

NO_ANSWER = OutcomeUnknown("The connection was reset.", code="read_error")
NO_WAY = RequestNotSent("No route.", code="connect_error")


def written(*outcomes: Any, breaks: int = 0) -> list[str]:
    """What was done to the database for these outcomes, by name; the first `breaks` times its connection is gone."""
    done: list[str] = []

    async def db(function: Any, *args: Any, **_kwargs: Any) -> None:
        done.append(function.__name__)
        if len(done) <= breaks:
            raise InterfaceError("the connection is closed")
        if function is answer_writer.settle_many:
            args[0].clear()

    async def run() -> None:
        box = Answers(1, db, clock=timezone.now)
        for outcome in outcomes:
            box.put(None, outcome)  # type: ignore[arg-type]
        await box.end(asyncio.create_task(box.write()))

    asyncio.run(run())
    return done


@pytest.mark.parametrize("outcome", [NO_ANSWER, NO_WAY])
def test_a_provider_that_fails_many_times_in_a_row_is_left_in_peace(outcome):
    assert written(*[outcome] * MOST_FAILURES) == ["settle_many", "_pause"]
    assert written(*[outcome] * (MOST_FAILURES - 1)) == ["settle_many"]


OF_OURS = [halted(), *(RequestNotSent("Not now.", code=code) for code in (DATABASE_AWAY, "held_up"))]


@pytest.mark.parametrize("ours", OF_OURS)
def test_what_did_not_leave_for_reasons_of_our_own_pauses_nothing(ours):
    assert written(*[ours] * MOST_FAILURES * 2) == ["settle_many"]


def test_failures_count_across_orders_that_we_held_back():
    assert written(*[NO_ANSWER, halted()] * MOST_FAILURES) == ["settle_many", "_pause"]


def test_answers_are_written_once_the_connection_is_back():
    assert written(NO_ANSWER, breaks=1) == ["settle_many", "settle_many"]
