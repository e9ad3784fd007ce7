"""What the provider answered to the calls of a pump, written down many at a time; and when to stop asking it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from django.db import Error, transaction
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.planning import services
from dialer.calls import bulk
from dialer.ledger import transitions
from dialer.ledger.send_attempt import DATABASE_AWAY
from dialer.ledger.transitions import Outcome
from dialer.models import CallRequest
from telephony.contract.errors import OutcomeUnknown, RequestNotSent
from telephony.contract.orders import Accepted

log = logging.getLogger(__name__)

EVERY = 0.05
"""Seconds between two writings: answers of that time share a commit."""
MOST_FAILURES = 20
"""Answers in a row that did not come, or orders that did not leave: then the campaign pauses and says why."""
PATIENCE, AGAIN = 50.0, 0.5
"""Seconds for which a database that went away is waited for, and between two tries."""
REST = 2.0
"""Seconds without new orders after one that did not leave; nothing is lost by them, but nothing is won either."""
OURS = frozenset({DATABASE_AWAY, "halted", "held_up"})
"""Codes of orders that did not leave for reasons of our own, which say nothing about the provider."""


class Answers:
    def __init__(self, campaign_id: int, db: Callable[..., Awaitable[Any]], *, clock: Callable[[], datetime]) -> None:
        self.campaign_id = campaign_id
        self._db = db
        self._clock = clock
        self._waiting: list[tuple[CallRequest, Outcome]] = []
        self._ended = False
        self._failures = 0
        self._rests_until = 0.0

    def put(self, call: CallRequest, outcome: Outcome) -> None:
        self._waiting.append((call, outcome))
        if isinstance(outcome, RequestNotSent):
            self._rests_until = time.monotonic() + REST

    def must_rest(self) -> bool:
        return time.monotonic() < self._rests_until

    async def write(self) -> None:
        """Until `end` is called and everything is written."""
        while not (self._ended and not self._waiting):
            batch, self._waiting = self._waiting, []
            for _call, outcome in batch:
                if not (isinstance(outcome, RequestNotSent) and outcome.code in OURS):
                    failed = isinstance(outcome, RequestNotSent | OutcomeUnknown)
                    self._failures = self._failures + 1 if failed else 0
            if batch and await self._settle(batch) and self._failures >= MOST_FAILURES:
                try:
                    await self._db(_pause, self.campaign_id, batch[-1][1], now=self._clock())
                except Error:
                    # The count stays, so that the next answers try it again; they still have to be written down.
                    log.exception("Campaign %s could not be paused.", self.campaign_id)
                else:
                    self._failures = 0
            await asyncio.sleep(EVERY)

    async def end(self, writer: asyncio.Task[None]) -> None:
        self._ended = True
        await writer

    async def _settle(self, batch: list[tuple[CallRequest, Outcome]]) -> bool:
        """Tries while the database is away: what is known of an order must not become a doubt for that."""
        gives_up = time.monotonic() + PATIENCE
        left = list(batch)
        while left:
            try:
                await self._db(settle_many, left, now=self._clock())
            except Error:
                if time.monotonic() > gives_up:
                    log.exception("Could not save the answers to %d call(s).", len(left))
                    return False
                await asyncio.sleep(AGAIN)
        return True


def settle_many(left: list[tuple[CallRequest, Outcome]], *, now: datetime) -> None:
    """Accepted ones together, all others one by one; takes what is written down off the list."""
    accepted = [(call, outcome) for call, outcome in left if isinstance(outcome, Accepted)]
    if accepted:
        with transaction.atomic():
            bulk.accept_many(accepted, now=now)
        left[:] = [(call, outcome) for call, outcome in left if not isinstance(outcome, Accepted)]
    while left:
        call, outcome = left[-1]
        transitions.settle(call, outcome, now=now)
        # Only now: an answer that was not written down is tried again.
        left.pop()


def _pause(campaign_id: int, outcome: Outcome, *, now: datetime) -> None:
    campaign = Campaign.objects.get(pk=campaign_id)
    why = getattr(outcome, "message", "")
    text = _("%(n)d calls in a row did not reach the provider or got no answer. Last error: %(why)s")
    try:
        services.pause_campaign(campaign=campaign, by=None, now=now, reason=text % {"n": MOST_FAILURES, "why": why})
    except services.TransitionRefused:
        log.info("Campaign %s had been paused or stopped before.", campaign_id)
