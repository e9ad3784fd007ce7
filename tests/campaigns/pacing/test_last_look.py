"""Calls that wait for the look before they leave share one."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from campaigns.models import Campaign
from campaigns.pacing.last_look import LastLook, still_runs
from dialer.ledger import stop_switch
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_paced_campaign


class Database:
    """Answers like the pump's thread does, and counts how often it is asked."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, function: Any, campaign_id: int) -> bool:
        self.asked += 1
        await asyncio.sleep(0.01)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.asyncio
async def test_those_who_wait_at_the_same_time_share_a_look():
    database = Database(True, False)
    look = LastLook(1, database)
    assert look.age == float("inf")
    assert await asyncio.gather(*(look.renew() for _ in range(50))) == [True] * 50
    assert 0.01 <= look.age < 1
    assert not await look.renew()
    assert database.asked == 2


@pytest.mark.asyncio
async def test_a_look_counts_from_its_beginning_and_an_older_one_changes_nothing():
    look = LastLook(1, Database())
    now = time.monotonic()
    look.found_running(at=now - 1)
    look.found_running(at=now - 5)
    assert 1 <= look.age < 2


@pytest.mark.asyncio
async def test_everyone_hears_of_a_failure_and_the_next_look_is_taken_anew():
    look = LastLook(1, Database(ConnectionError("the database went away"), True))
    heard = await asyncio.gather(*(look.renew() for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in heard] == [ConnectionError] * 3
    assert look.age == float("inf")
    assert await look.renew()


@pytest.mark.django_db
def test_a_pause_and_a_stop_are_seen():
    running, paused = make_paced_campaign(), make_paced_campaign("Paused", state=Campaign.State.PAUSED)
    assert (still_runs(running.pk), still_runs(paused.pk)) == (True, False)
    administrator = make_user("ada", group="Administrator")
    stop_switch.stop_everything(by=administrator, reason="wrong list", now=NOW)
    assert not still_runs(running.pk)
    stop_switch.release(by=administrator, reason="mended", now=NOW)
    assert still_runs(running.pk)
