"""One try to hand one order to its provider. Single orders and paced calls leave through here, and nothing else does.

Nobody's phone may ring twice for one order, so the steps have a fixed order, written down once:

1. everything that can fail or take its time is done first: the order is built, the adapter found, its token fetched;
2. `departure` waits for the order's slot, and asks about stop and pause once more where the last answer has grown old;
3. the claim must still be fresh;
4. from then on, with nothing awaited in between, the order may have left. What fails before is RequestNotSent, which
   may be tried again; what fails afterwards is OutcomeUnknown, which never is.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, Protocol

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from dialer.ledger.transitions import Outcome
from dialer.models import Submission
from dialer.providers import adapters
from dialer.providers.orders import order_of
from dialer.support import timing
from dialer.support.async_db import Database, in_common_thread
from dialer.support.timing import Clock
from telephony.contract.access_tokens import UsesTokens
from telephony.contract.errors import OutcomeUnknown, ProviderError, RequestNotSent
from telephony.http.unix_ms import to_ms

BRISK = 0.2
"""Seconds from claim to send beyond which stop and pause are looked at again."""
DATABASE_AWAY = "database_away"
"""Code of an order that did not leave because the database could not be asked whether it still may."""


class Departure(Protocol):
    """Decides when a claimed order leaves."""

    async def wait(self, row: Any, /) -> None:
        """Returns in its slot, with stop and pause looked at lately. Raises ProviderError when it must not leave."""


class SendAttempt:
    def __init__(
        self,
        row: Submission,
        *,
        departure: Departure,
        clock: Clock,
        adapter: Any = None,
        lane: int = 0,
        db: Database = in_common_thread,
    ) -> None:
        """`adapter` is an agent's session for an order that is sent in it, else the account's own, on this `lane`.

        `db` builds the order: a chunk's has to read its entries.
        """
        self.fault: Exception | None = None
        """What went wrong inside the portal. The outcome says what that means for the order; the caller tells it."""
        self._row = row
        self._departure = departure
        self._clock = clock
        self._adapter = adapter
        self._lane = lane
        self._db = db
        self._may_have_left = False

    async def run(self) -> Outcome:
        """What became of the order, whatever happened. Its caller settles it, once."""
        try:
            return await self._send()
        except ProviderError as exc:
            return exc
        except Exception as exc:
            self.fault = exc
            return self._outcome_of_fault(exc)

    async def _send(self) -> Outcome:
        order = await self._db(order_of, self._row)
        adapter = self._adapter or adapters.adapter_for(self._row.account, lane=self._lane)
        if isinstance(adapter, UsesTokens):
            # A request of its own: behind the slot and the last look it would make both of them old.
            await adapter.get_ready(now_ms=to_ms(self._clock()))
        await self._departure.wait(self._row)
        claimed_at, now = self._row.sent_at, self._clock()
        # A process that slept (laptop lid, paused container) must not send on a lease that others saw run out. By the
        # wall clock, which goes on while a machine sleeps.
        if claimed_at is None or now - claimed_at > timing.lease() / 4:
            raise RequestNotSent(_("The worker was delayed before sending. Nothing was sent."), code="held_up")
        self._may_have_left = True
        return await self._row.transmit(adapter, order, now_ms=to_ms(now))

    def _outcome_of_fault(self, exc: Exception) -> ProviderError:
        what = {"what": type(exc).__name__}
        if self._may_have_left:
            text = _("The portal failed while sending (%(what)s); the order may have been sent.")
            return OutcomeUnknown(text % what, code="portal_fault")
        if isinstance(exc, InterfaceError | OperationalError):
            return RequestNotSent(
                _("The database was unavailable just before sending. Nothing was sent."), code=DATABASE_AWAY
            )
        return RequestNotSent(_("The portal failed before sending (%(what)s).") % what, code="portal_fault")


async def until(moment: datetime, *, clock: Clock) -> None:
    await asyncio.sleep(max((moment - clock()).total_seconds(), 0))


def halted() -> RequestNotSent:
    return RequestNotSent(_("Stopped or paused just before sending. Nothing was sent."), code="halted")
