"""Sends one order: wait for the account's slot, claim, transmit, settle. Two commits, no transaction across HTTP."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.utils import timezone

from dialer.ledger import send_attempt, transitions
from dialer.ledger.send_attempt import SendAttempt, halted, until
from dialer.models import Submission
from dialer.providers import rate_and_suspension
from dialer.support.timing import Clock


async def dispatch(kind: str, pk: int, *, clock: Clock = timezone.now, adapter: Any = None) -> bool:
    """Whether an order was sent (or tried). A second job for the same row finds nothing to claim.

    `adapter` is an agent's session for an order that is sent in it, else the account's own.
    """
    model = transitions.model_of(kind)
    slot = await sync_to_async(_slot)(model, pk, in_session=adapter is not None, now=clock())
    if slot is None:
        return False
    await until(slot, clock=clock)
    # Before the claim: waiting for the row is part of what makes a slot old.
    started = time.monotonic()
    row = await sync_to_async(_claim)(model, pk, clock=clock)
    if row is None:
        return False
    departure = OwnSlot(slot, claimed_at=started, clock=clock)
    attempt = SendAttempt(row, departure=departure, clock=clock, adapter=adapter)
    outcome = await attempt.run()
    await sync_to_async(transitions.settle)(row, outcome, now=clock())
    if attempt.fault:
        # What is certain about the order is settled; now the job fails loudly.
        raise attempt.fault
    return True


def _slot(model: type[Submission], pk: int, *, in_session: bool, now: datetime) -> datetime | None:
    """When this order may leave under its account's rate; None when it may not leave at all, or not from here."""
    row = model.objects.claimable(now=now).filter(model.may_leave(), pk=pk).first()
    # An order of an agent leaves in that agent's session alone, and no other order leaves there.
    if row is None or bool(row.sent_by_agent) is not in_session:
        return None
    return rate_and_suspension.take_slot(row.account_id, now=now)


def _claim(model: type[Submission], pk: int, *, clock: Clock) -> Submission | None:
    transitions.look_once_more(model, pk, now=clock())
    return transitions.claim(model, pk, now=clock())


class OwnSlot:
    """The departure of an order that was claimed in its slot: it leaves at once, unless the claim took too long."""

    def __init__(self, slot: datetime, *, claimed_at: float, clock: Clock) -> None:
        """`claimed_at`: when the claim began, on the monotonic clock."""
        self._slot = slot
        self._claimed_at = claimed_at
        self._clock = clock

    async def wait(self, row: Submission, /) -> None:
        # A slot that passed while the order was being claimed is no slot any more.
        while self._clock() - self._slot > rate_and_suspension.LATEST:
            self._slot = await sync_to_async(rate_and_suspension.take_slot)(row.account_id, now=self._clock())
            await until(self._slot, clock=self._clock)
        # Stop and pause promise a second. A busy worker may have needed some of it since the claim.
        is_late = time.monotonic() - self._claimed_at > send_attempt.BRISK
        if is_late and not await sync_to_async(transitions.still_may_leave)(row):
            raise halted()
