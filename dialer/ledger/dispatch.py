"""Sends one order: wait for the account's slot, claim, transmit, settle. Two commits, no transaction across HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.utils import timezone
from django.utils.translation import gettext as _

from dialer.ledger import transitions
from dialer.ledger.transitions import Outcome
from dialer.models import Submission
from dialer.providers import adapters, rate_and_suspension
from dialer.providers.orders import order_of
from dialer.support import timing
from telephony.contract.access_tokens import UsesTokens
from telephony.contract.errors import OutcomeUnknown, ProviderError, RequestNotSent
from telephony.http.unix_ms import to_ms

BRISK = 0.2
"""Seconds from claim to send beyond which stop and pause are looked at again."""

Clock = Callable[[], datetime]


async def dispatch(kind: str, pk: int, *, clock: Clock = timezone.now, adapter: Any = None) -> bool:
    """Whether an order was sent (or tried). A second job for the same row finds nothing to claim.

    `adapter` is an agent's session for an order that is sent in it, else the account's own.
    """
    model = transitions.model_of(kind)
    slot = await sync_to_async(_slot)(model, pk, in_session=adapter is not None, now=clock())
    if slot is None:
        return False
    await until(slot, clock=clock)
    started = time.monotonic()
    row = await sync_to_async(_claim)(model, pk, clock=clock)
    if row is None:
        return False
    send = _Send(row, slot=slot, started=started, clock=clock, adapter=adapter)
    try:
        outcome = await send.run()
    except Exception as exc:
        # A fault of our own. Settle what is certain about it, then let the job fail loudly.
        await sync_to_async(transitions.settle)(row, send.fault(exc), now=clock())
        raise
    await sync_to_async(transitions.settle)(row, outcome, now=clock())
    return True


def _claim(model: type[Submission], pk: int, *, clock: Clock) -> Submission | None:
    transitions.look_once_more(model, pk, now=clock())
    return transitions.claim(model, pk, now=clock())


async def until(moment: datetime, *, clock: Clock) -> None:
    await asyncio.sleep(max((moment - clock()).total_seconds(), 0))


def _slot(model: type[Submission], pk: int, *, in_session: bool, now: datetime) -> datetime | None:
    """When this order may leave under its account's rate; None when it may not leave at all, or not from here."""
    row = model.objects.claimable(now=now).filter(model.may_leave(), pk=pk).first()
    if row is None or bool(row.sent_by_agent) is not in_session:
        return None
    return rate_and_suspension.take_slot(row.account_id, now=now)


class _Send:
    """One try to hand an order over; knows whether the provider may have seen it."""

    def __init__(self, row: Submission, *, slot: datetime, started: float, clock: Clock, adapter: Any) -> None:
        self.adapter = adapter
        self.row = row
        self.slot = slot
        self.started = started
        self.clock = clock
        self.may_have_left = False

    async def run(self) -> Outcome:
        try:
            order = await sync_to_async(order_of)(self.row)
            adapter = self.adapter or adapters.adapter_for(self.row.account)
            await get_ready(adapter, now=self.clock())
            await self._in_time()
            must_be_fresh(self.row.sent_at, now=self.clock())
            # Stop and pause promise a second. A busy worker may have needed some of it since the claim.
            if time.monotonic() - self.started > BRISK and not await sync_to_async(transitions.still_may_leave)(
                self.row
            ):
                raise halted()
            self.may_have_left = True
            return await self.row.transmit(adapter, order, now_ms=to_ms(self.clock()))
        except ProviderError as exc:
            return exc

    async def _in_time(self) -> None:
        """A slot that passed while the order was being claimed is no slot any more."""
        while self.clock() - self.slot > rate_and_suspension.LATEST:
            self.slot = await sync_to_async(rate_and_suspension.take_slot)(self.row.account_id, now=self.clock())
            await until(self.slot, clock=self.clock)

    def fault(self, exc: Exception) -> ProviderError:
        return fault(exc, may_have_left=self.may_have_left)


async def get_ready(adapter: Any, *, now: datetime) -> None:
    """Before the slot and the last look, what may take its time. Raises ProviderError; nothing has left then."""
    if isinstance(adapter, UsesTokens):
        await adapter.get_ready(now_ms=to_ms(now))


def fault(exc: Exception, *, may_have_left: bool) -> ProviderError:
    """What a failure of our own means for the order that was in hand."""
    what = {"what": type(exc).__name__}
    if may_have_left:
        text = _("The portal failed while sending (%(what)s); the order may have left.")
        return OutcomeUnknown(text % what, code="portal_fault")
    return RequestNotSent(_("The portal failed before sending (%(what)s).") % what, code="portal_fault")


def must_be_fresh(claimed_at: datetime | None, *, now: datetime) -> None:
    """Raises RequestNotSent where the claim is too old to be sent.

    A process that slept (laptop lid, paused container) must not send on a lease that others saw run out. By the wall
    clock, which goes on while a machine sleeps.
    """
    if claimed_at is None or now - claimed_at > timing.lease() / 4:
        raise RequestNotSent(_("The worker was held up before sending. Nothing was sent."), code="held_up")


def halted() -> RequestNotSent:
    return RequestNotSent(_("Stopped or paused just before it left. Nothing was sent."), code="halted")
