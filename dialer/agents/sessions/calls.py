"""One agent's calls: sent in the agent's session, followed by the agent's events, closed with their result."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from dialer.agents.sessions import store
from dialer.agents.sessions.call_follower import Following
from dialer.agents.sessions.events import IN_CALL, QUIET
from dialer.ledger import dispatch
from dialer.models import AgentState, State
from telephony.contract.errors import OutcomeUnknown, ProviderError, SessionLost

if TYPE_CHECKING:
    from datetime import datetime

    from dialer.agents.sessions.agent_runner import Runner
    from dialer.agents.sessions.store import OpenCall
    from dialer.models import Stage
    from telephony.contract.agents import AgentEvent
    from telephony.contract.orders import Accepted, DialOrder, PreparedRequest

log = logging.getLogger(__name__)

CAUSE_WAIT = 1.5
"""Seconds after the end of a call that nobody answered: the network's cause may still come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What an event says of the call that is followed."""

    at: datetime
    following: Following | None = None
    """None where the event is of no call of ours."""
    stage: Stage | None = None
    """Where the call got with this event."""
    proven_id: str = ""
    """The provider's id of the call, where the order lacks it."""

    @property
    def call_pk(self) -> int | None:
        return self.following.pk if self.following else None


class Calling:
    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.following: Following | None = None
        """The agent's call, or the last one."""
        self._sending: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return self.following is not None and not self.following.is_closed

    @property
    def current(self) -> int | None:
        """Pk of the call that the agent is in."""
        return self.following.pk if self.following and self.following.is_open else None

    @property
    def state(self) -> AgentState | None:
        """What the agent does by the stage of the call."""
        return self.following.state if self.following and self.following.is_open else None

    @property
    def may_be_unknown(self) -> bool:
        return self.following is not None and self.following.is_open and self.following.may_be_unknown

    @property
    def is_sending(self) -> bool:
        return self._sending is not None and not self._sending.done()

    def take_over(self, call: OpenCall | None) -> None:
        """The call that the last desk followed, out of what it wrote down."""
        adapter = self._runner.adapter
        if call is None or adapter is None or call.row.sent_at is None:
            return
        tracker = adapter.follow_call(call_id=call.row.provider_call_id, started_at=call.row.sent_at)
        heard: list[AgentEvent] = []
        for at, content in call.events:
            if event := adapter.read_event(content, agent_id=self._runner.agent_id):
                tracker.feed(event, at=at)
                heard.append(event)
        if call.hang_up_asked and not tracker.over:
            tracker.hang_up_asked()
        self.following = Following(
            pk=call.row.pk,
            callee=call.row.callee,
            sent_at=call.row.sent_at,
            tracker=tracker,
            has_id=bool(call.row.provider_call_id),
            is_settled=call.row.state != State.SENDING,
        )
        for event in heard:
            self.following.note_proof(event)
        # The last desk's poll may have been answered when there was nobody left to hear it.
        self.note_gap()

    # Events.

    def note_gap(self) -> None:
        """An event may have been lost."""
        if self.following and self.following.is_open:
            self.following.tracker.events_were_lost()

    def feed(self, event: AgentEvent, *, now: datetime) -> Fed:
        following = self.following
        if following is None or not following.owns(event):
            return Fed(at=now)
        at, before = following.time_of(event, now=now), following.stage()
        following.tracker.feed(event, at=at)
        following.note_proof(event)
        after = following.stage()
        is_proof = not following.has_id and following.is_settled and following.is_proven
        return Fed(
            at=at,
            following=following,
            stage=after if after != before else None,
            proven_id=following.tracker.call_id if is_proof else "",
        )

    def is_old(self, event: AgentEvent) -> bool:
        """It tells once more of a call that is over."""
        tracker = self.following.tracker if self.following else None
        return bool(tracker and tracker.over and event.call_id and event.call_id == tracker.call_id)

    async def follow_up(self, following: Following) -> None:
        """After an event of that call was written down."""
        if not following.tracker.over:
            return
        # An answered call is as clear as it will be; of another one the network's cause may follow.
        if following.is_closed or following.tracker.record().answered_at:
            await self.finish(following)
        else:
            self._runner.start(self._finish_later(following))

    async def _finish_later(self, following: Following) -> None:
        await asyncio.sleep(CAUSE_WAIT)
        await self.finish(following)

    async def give_up(self) -> None:
        """Nothing more will be heard of the call: it is over, whatever is known of it."""
        following = self.following
        if following and not following.is_closed:
            if not following.tracker.over:
                following.tracker.agent_is_free(at=self._runner.desk.clock())
            await self.finish(following)

    async def finish(self, following: Following) -> None:
        """Writes down how the call ended; again, where more became known since. Not before its order is settled."""
        runner = self._runner
        record = following.tracker.record()
        if not following.is_settled or following.told == record:
            return
        why = _("The gateway did not tell how this call ended: its events were lost.")
        told = record if following.has_id or following.is_proven else None
        await runner.database(store.finish, following.pk, told, now=runner.desk.clock(), why=why)
        is_first = not following.is_closed
        following.told, following.is_closed = record, True
        if is_first and following is self.following:
            await runner.write(call_id=None)
            if runner.state in IN_CALL:
                await runner.hearing.look()
            runner.wake()

    # Orders.

    def send_next(self, calls: list[int]) -> None:
        """The next call that waits for the agent, once the one before is over and written down."""
        runner = self._runner
        is_free = runner.live.is_set() and runner.state == AgentState.IDLE and not self.is_open
        if not is_free or self.is_sending or not calls:
            return
        if runner.hearing.is_quiet:
            self._sending = runner.start(self._send(calls.pop(0)))
        else:
            asyncio.get_running_loop().call_later(QUIET, runner.wake)

    async def _send(self, call_pk: int) -> None:
        call_out = CallOut(self._runner, call_pk, await Turn.of(self._runner.desk.turns))
        try:
            await dispatch.dispatch("call", call_pk, clock=self._runner.desk.clock, adapter=call_out)
        except (InterfaceError, OperationalError) as exc:
            log.warning("Call %s could not be settled: the database is away (%s).", call_pk, type(exc).__name__)
        except Exception:
            # The ledger knows what is certain about the order; the agent goes on.
            log.exception("Call %s could not be sent.", call_pk)
        finally:
            call_out.turn.end()
        await self._settle()
        if call_out.lost:
            await self._runner.lose(call_out.lost)
        self._runner.wake()

    async def settle(self) -> None:
        """Looks what became of an order whose answer was lost, or whose process died while it was sent."""
        if not self.is_sending:
            await self._settle()

    async def _settle(self) -> None:
        following, runner = self.following, self._runner
        if following is None or following.is_closed or (following.is_settled and following.has_id):
            return
        state, call_id = await runner.database(store.state_of_order, following.pk)
        following.is_settled, following.has_id = state != State.SENDING, bool(call_id)
        found = following.tracker.call_id
        if following.is_settled and not call_id and found and following.is_proven:
            following.has_id = await runner.database(store.identify, following.pk, found, now=runner.desk.clock())
        if following.tracker.over:
            await self.finish(following)


class Turn:
    """To claim an order and get it ready. All of it shares one thread: fifty at once would all be claimed before the
    first of them leaves, and be in doubt if the process died meanwhile."""

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns: asyncio.Semaphore | None = turns

    @classmethod
    async def of(cls, turns: asyncio.Semaphore) -> Turn:
        await turns.acquire()
        return cls(turns)

    def end(self) -> None:
        turns, self._turns = self._turns, None
        if turns:
            turns.release()


class CallOut:
    """The CallPlacer of one order. The call is followed before its first event can come."""

    def __init__(self, runner: Runner, call_pk: int, turn: Turn) -> None:
        self.turn = turn
        self._runner = runner
        self._call_pk = call_pk
        self.lost = ""
        """Why the session is over, where the gateway said so."""

    def prepare_call(self, order: DialOrder, *, now_ms: int) -> PreparedRequest:
        return self._runner.must_be_live().prepare_call(order, now_ms=now_ms)

    async def place_call(self, order: DialOrder, *, now_ms: int) -> Accepted:
        self.turn.end()  # the gateway may take its time
        session, calling = self._runner.must_be_live(), self._runner.calling
        assert self._runner.adapter is not None
        now, before = self._runner.desk.clock(), calling.following
        tracker = self._runner.adapter.follow_call(started_at=now)
        following = Following(pk=self._call_pk, callee=order.callee, sent_at=now, tracker=tracker)
        calling.following = following
        try:
            accepted = await session.place_call(order, now_ms=now_ms)
        except OutcomeUnknown:
            raise  # there may be a call, and its events will tell
        except ProviderError as exc:
            calling.following = before
            self.lost = exc.message if isinstance(exc, SessionLost) else ""
            raise
        tracker.took(accepted.provider_id)
        following.has_id = bool(accepted.provider_id)
        return accepted
