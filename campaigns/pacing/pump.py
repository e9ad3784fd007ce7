"""The pump of one paced campaign: claim a batch, send each call at its slot, write the answers down, again.

Two commits a batch, however many calls are in it. The database work of a pump is done in threads of its own, one for
orders, one for answers and one for last looks, so that none waits for another nor for other pumps; the sending is done
by the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.utils import timezone

from campaigns.pacing import claim
from campaigns.pacing.answer_writer import Answers
from campaigns.pacing.capacity import HORIZON, SOON
from campaigns.pacing.last_look import LastLook
from campaigns.pacing.late_slots import LateSlots
from dialer.ledger.send_attempt import BRISK, SendAttempt, halted, until
from dialer.models import CallRequest
from dialer.providers import rate_and_suspension
from dialer.support.async_db import DatabaseThread
from dialer.support.timing import Clock

log = logging.getLogger(__name__)
T = TypeVar("T")

SLICE = 10.0
"""Seconds after which a pump hands over to the next job, so that a worker that ends is not waited for."""
AHEAD = timedelta(seconds=BRISK / 2)
"""Before its slot a call has stop and pause looked at once more, so that the answer is there when the slot begins."""
LANES, PER_LANE = 40, 8
"""HTTP clients of one pump, and requests in flight on each: one client with many in flight becomes slow."""


async def run(campaign_id: int, *, clock: Clock = timezone.now) -> int:
    """Pumps until there is nothing to do, or the slice is over; returns how many calls it handed over."""
    pump = Pump(campaign_id, clock=clock)
    try:
        return await pump.run()
    finally:
        await pump.close()


class Pump:
    def __init__(self, campaign_id: int, *, clock: Clock) -> None:
        self.campaign_id = campaign_id
        self.token = uuid.uuid4()
        self.clock = clock
        self.sent = 0
        self._db = DatabaseThread(f"pump-{campaign_id}-orders")
        self._db_of_answers = DatabaseThread(f"pump-{campaign_id}-answers")
        self._in_flight: set[asyncio.Task[None]] = set()
        self._answers = Answers(campaign_id, self._db_of_answers, clock=clock)
        self._slots = LateSlots(self._db, clock=clock)
        # In a thread of its own: behind the claim of a batch it would be too late for the calls that wait for it.
        self._db_of_looks = DatabaseThread(f"pump-{campaign_id}-looks")
        self._look = LastLook(campaign_id, self._db_of_looks)
        self._lanes = [0] * LANES

    async def run(self) -> int:
        writer = asyncio.create_task(self._answers.write())
        try:
            if await self._pump(time.monotonic() + SLICE):
                # Before what is in flight ends: that may take as long as the provider likes.
                await self._db(claim.release_lease, self.campaign_id, token=self.token)
        finally:
            await asyncio.gather(*self._in_flight)
            await self._answers.end(writer)
        return self.sent

    async def close(self) -> None:
        await self._db.close()
        await self._db_of_answers.close()
        await self._db_of_looks.close()

    async def _pump(self, ends_at: float) -> bool:
        """Whether there is more to do."""
        while time.monotonic() < ends_at:
            if len(self._in_flight) >= LANES * PER_LANE or self._answers.must_rest():
                await asyncio.sleep(SOON.total_seconds())
                continue
            looked_at = time.monotonic()
            batch = await self._db(claim.claim_batch, self.campaign_id, token=self.token, now=self.clock())
            if batch.is_over:
                return False
            # It found the campaign running and no stop: so much for every call that leaves soon after.
            self._look.found_running(at=looked_at)
            for call, slot in batch.calls:
                task = asyncio.create_task(self._send(call, slot))
                # The event loop alone does not keep a task alive.
                self._in_flight.add(task)
                task.add_done_callback(self._in_flight.discard)
            self.sent += len(batch.calls)
            if batch.calls:
                # Before the last slot of this batch: else there would be a gap until the first one of the next.
                await until(batch.calls[-1][1] - HORIZON / 2, clock=self.clock)
            else:
                await asyncio.sleep(max(batch.wait.total_seconds(), 0.01))
        return True

    async def _send(self, call: CallRequest, slot: datetime) -> None:
        departure = PacedDeparture(slot, look=self._look, slots=self._slots, clock=self.clock)
        lane = self._lanes.index(min(self._lanes))
        attempt = SendAttempt(call, departure=departure, clock=self.clock, lane=lane, db=_without_thread)
        self._lanes[lane] += 1
        try:
            outcome = await attempt.run()
        finally:
            self._lanes[lane] -= 1
        if attempt.fault:
            # One fault must not end the other calls: the outcome keeps what is certain, the log has the rest.
            log.error("Call %s could not be sent.", call.reference, exc_info=attempt.fault)
        self._answers.put(call, outcome)


async def _without_thread(function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """A call has all that its order says with it, from its claim: no query, so no turn in the thread of the batches."""
    return function(*args, **kwargs)


class PacedDeparture:
    """A call of a batch leaves in the slot that it got with its claim; looks and new slots are shared by all calls."""

    def __init__(self, slot: datetime, *, look: LastLook, slots: LateSlots, clock: Clock) -> None:
        self._slot = slot
        self._look = look
        self._slots = slots
        self._clock = clock

    async def wait(self, call: CallRequest, /) -> None:
        while True:
            await until(self._slot - AHEAD, clock=self._clock)
            until_slot = max((self._slot - self._clock()).total_seconds(), 0)
            if self._look.age + until_slot > BRISK and not await self._look.renew():
                raise halted()
            await until(self._slot, clock=self._clock)
            if self._clock() - self._slot > rate_and_suspension.LATEST:
                # The machine was busy, and a slot that has passed is no slot any more.
                self._slot = await self._slots.take_slot(call.account_id)
            elif self._look.age <= BRISK:
                return
