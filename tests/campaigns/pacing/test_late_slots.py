"""Calls that missed their slots get new ones together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from campaigns.pacing.late_slots import LateSlots
from tests.support.builders import NOW


class Database:
    """Answers like the pump's thread does, and counts how often it is asked."""

    def __init__(self, answer: Callable[[int], list[datetime]]) -> None:
        self.answer = answer
        self.asked: list[int] = []

    async def __call__(self, function: Any, account_id: int, *, count: int, now: datetime) -> list[datetime]:
        self.asked.append(count)
        await asyncio.sleep(0)
        return self.answer(count)


@pytest.mark.asyncio
async def test_those_who_wait_at_the_same_time_are_asked_for_once():
    database = Database(lambda count: [NOW] * count)
    slots = LateSlots(database, clock=lambda: NOW)
    assert await asyncio.gather(*(slots.take_slot(1) for _ in range(5))) == [NOW] * 5
    assert await slots.take_slot(1) == NOW
    assert database.asked == [5, 1]


@pytest.mark.asyncio
async def test_whoever_waits_hears_of_a_failure_and_the_next_one_is_served():
    def fail(count: int) -> list[datetime]:
        raise ConnectionError("the database went away")

    database = Database(fail)
    slots = LateSlots(database, clock=lambda: NOW)
    with pytest.raises(ConnectionError):
        await slots.take_slot(1)
    database.answer = lambda count: [NOW] * count
    assert await slots.take_slot(1) == NOW
