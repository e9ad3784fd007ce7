"""Every schedule of the portal, in seconds: operators and tests of providers know these figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dialer.agents.sessions import events, sign_in_policy
from dialer.inbox import apply, confirm
from dialer.reconcile import cursors
from dialer.support import timing
from dialer.support.backoff import Backoff

SCHEDULES = [
    pytest.param(sign_in_policy.RETRY, [2, 4, 8, 16, 30, 30, 30, 30], id="sign-in"),
    pytest.param(events.POLL_RETRY, [0.4, 0.8, 1.6, 3.2, 5, 5, 5, 5], id="poll"),
    pytest.param(apply.RETRY, [60, 120, 240, 480, 960, 1920, 3840, 7680], id="apply"),
    pytest.param(confirm.RETRY, [5, 10, 20, 40, 80, 160, 320, 640], id="confirm"),
    pytest.param(cursors.RETRY, [20, 40, 80, 160, 320, 640, 900, 900], id="pull"),
]


@pytest.mark.parametrize(("backoff", "waits"), SCHEDULES)
def test_the_first_eight_waits(backoff: Backoff, waits: list[float]) -> None:
    assert [backoff.wait(tries).total_seconds() for tries in range(1, 9)] == waits


def test_an_order_that_was_not_sent_waits_ten_minutes_at_most(settings: Any) -> None:
    settings.PORTAL_RETRY_SECONDS = 5
    waits = [timing.retry_wait(attempts).total_seconds() for attempts in range(9)]
    assert waits == [5, 5, 10, 20, 40, 80, 160, 320, 600]


def test_failures_of_weeks_neither_overflow_nor_wait_longer() -> None:
    assert Backoff(timedelta(minutes=1), factor=3).wait(100_000) == timedelta(days=1)


@pytest.mark.parametrize(("asked", "waits"), [(None, 2), (0.0, 2), (1.0, 2), (7.5, 7.5), (1e9, 86_400)])
def test_a_longer_wait_that_the_other_side_asks_for_counts_up_to_a_day(asked: float | None, waits: float) -> None:
    backoff = Backoff(timedelta(seconds=2), longest=timedelta(seconds=5))
    assert backoff.wait(1, retry_after=asked).total_seconds() == waits
