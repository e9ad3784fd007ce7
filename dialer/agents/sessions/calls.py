"""One agent's calls: sent in the agent's session, followed by the agent's events, closed with their result."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from dialer.agents.sessions import store
from dialer.agents.sessions.call_follower import FollowedCall
from dialer.agents.sessions.effects import CallClosed, CallOver, Effects, Lost, Wake
from dialer.agents.sessions.store import OpenCall
from dialer.ledger import dispatch
from dialer.models import AgentState, Stage, State
from dialer.support.async_db import Database
from telephony.contract.agents import AgentEvent, AgentSession, AgentSessions
from telephony.contract.errors import OutcomeUnknown, ProviderError, SessionLost
from telephony.contract.orders import Accepted, DialOrder, PreparedRequest

log = logging.getLogger(__name__)

CAUSE_WAIT = 1.5
"""Seconds after the end of a call that nobody answered: the network's cause may still come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUpdate:
    """What an event says of the call that is followed."""

    at: datetime
    call_pk: int | None = None
    """None where the event is of no call of ours."""
    in_call: int | None = None
    """Pk of the call that the agent is in after the event."""
    stage: Stage | None = None
    """Where the call got with this event."""
    proven_id: str = ""
    """The provider's id of the call, where the order lacks it."""
    effects: Effects = ()


class AgentCalls:
    """Writes what becomes of the calls; what that means for the session goes out as effects."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self.followed: FollowedCall | None = None
        """The agent's call, or the last one."""

    @property
    def is_open(self) -> bool:
        return self.followed is not None and not self.followed.is_closed

    @property
    def current(self) -> FollowedCall | None:
        """The call that the agent is in."""
        return self.followed if self.followed and self.followed.is_open else None

    @property
    def current_pk(self) -> int | None:
        return self.current.pk if self.current else None

    @property
    def agent_state(self) -> AgentState | None:
        """What the agent does by the stage of the call."""
        return self.current.state if self.current else None

    @property
    def is_settling(self) -> bool:
        return self.current is not None and self.current.is_settling

    def resume(self, call: OpenCall, adapter: AgentSessions, *, agent_id: str) -> None:
        """Follows the call that another desk followed, by the events that it stored."""
        if call.row.sent_at is None:
            return
        tracker = adapter.follow_call(call_id=call.row.provider_call_id, started_at=call.row.sent_at)
        self.followed = FollowedCall(
            pk=call.row.pk,
            callee=call.row.callee,
            sent_at=call.row.sent_at,
            tracker=tracker,
            has_id=bool(call.row.provider_call_id),
            is_settled=call.row.state != State.SENDING,
        )
        heard = [(at, adapter.read_event(content, agent_id=agent_id)) for at, content in call.events]
        events = [(at, event) for at, event in heard if event]
        for at, event in events:
            tracker.feed(event, at=at)
        if call.hang_up_asked and not tracker.over:
            tracker.hang_up_asked()
        # After all of them: the event that names the call's id may have come late.
        for _at, event in events:
            self.followed.note_proof(event)
        # The other desk's poll may have been answered when there was nobody left to hear it.
        self.note_gap()

    # Events.

    def note_gap(self) -> None:
        """An event may have been lost."""
        if self.current:
            self.current.tracker.events_were_lost()

    def follow(self, event: AgentEvent, *, now: datetime) -> CallUpdate:
        call = self.followed
        if call is None or not call.owns(event):
            return CallUpdate(at=now, in_call=self.current_pk)
        at, before = call.time_of(event, now=now), call.stage()
        call.tracker.feed(event, at=at)
        call.note_proof(event)  # after the tracker, which learns the call's id from the event
        after = call.stage()
        is_proof = not call.has_id and call.is_settled and call.is_proven
        effects: Effects = ()
        if call.tracker.over:
            # An answered call is as clear as it will be; of another one the network's cause may follow.
            is_clear = call.is_closed or call.tracker.record().answered_at
            effects = (CallOver(call, after=0.0 if is_clear else CAUSE_WAIT),)
        return CallUpdate(
            at=at,
            call_pk=call.pk,
            in_call=self.current_pk,
            stage=after if after != before else None,
            proven_id=call.tracker.call_id if is_proof else "",
            effects=effects,
        )

    def is_old(self, event: AgentEvent) -> bool:
        """It tells once more of a call that is over."""
        tracker = self.followed.tracker if self.followed else None
        return bool(tracker and tracker.over and event.call_id and event.call_id == tracker.call_id)

    async def give_up(self) -> Effects:
        """No event will tell more of the call: it is over, whatever is known of it."""
        call = self.followed
        if call is None or call.is_closed:
            return ()
        if not call.tracker.over:
            call.tracker.agent_is_free(at=self._clock())
        return await self.close(call)

    async def close(self, call: FollowedCall) -> Effects:
        """Stores how the call ended; again, where more became known since. Not before its order is settled."""
        record = call.tracker.record()  # before the database is asked: an event may change it meanwhile
        if not call.is_settled or call.stored == record:
            return ()
        why = _("The result of this call is unknown because gateway events were lost.")
        proven = record if call.has_id or call.is_proven else None
        await self._database(store.store_result, call.pk, proven, now=self._clock(), why=why)
        is_first = not call.is_closed
        call.stored, call.is_closed = record, True
        return (CallClosed(),) if is_first and call is self.followed else ()

    # Orders.

    async def place(
        self,
        call_pk: int,
        *,
        live_session: Callable[[], AgentSession],
        adapter: AgentSessions,
        turns: asyncio.Semaphore,
    ) -> Effects:
        """Sends the order as any other one is sent; `live_session` is asked at the last moment."""
        await turns.acquire()
        placer = SessionCallPlacer(
            calls=self, call_pk=call_pk, live_session=live_session, adapter=adapter, clock=self._clock, turns=turns
        )
        try:
            await dispatch.dispatch("call", call_pk, clock=self._clock, adapter=placer)
        except (InterfaceError, OperationalError) as exc:
            log.warning(
                "The result of call %s could not be saved: the database is unavailable (%s).",
                call_pk,
                type(exc).__name__,
            )
        except Exception:
            # The ledger knows what is certain about the order; the agent goes on.
            log.exception("Call %s could not be sent.", call_pk)
        finally:
            placer.end_turn()
        settled = await self.settle()
        lost = (Lost(placer.lost),) if placer.lost else ()
        return (*settled, *lost, Wake())

    async def settle(self) -> Effects:
        """Looks what became of an order whose answer was lost, or whose process died while it was sent."""
        call = self.followed
        if call is None or call.is_closed or (call.is_settled and call.has_id):
            return ()
        state, call_id = await self._database(store.load_order_state, call.pk)
        call.is_settled, call.has_id = state != State.SENDING, bool(call_id)
        found = call.tracker.call_id
        if call.is_settled and not call_id and found and call.is_proven:
            call.has_id = await self._database(store.set_call_id, call.pk, found, now=self._clock())
        return await self.close(call) if call.tracker.over else ()


@dataclass(slots=True, kw_only=True)
class SessionCallPlacer:
    """The CallPlacer of one order. The call is followed before its first event can come."""

    calls: AgentCalls
    call_pk: int
    live_session: Callable[[], AgentSession]
    adapter: AgentSessions
    clock: Callable[[], datetime]
    turns: asyncio.Semaphore
    """One of them is ours until the order is prepared."""
    has_turn: bool = True
    lost: str = ""
    """Why the session is over, where the gateway said so."""

    def end_turn(self) -> None:
        if self.has_turn:
            self.has_turn = False
            self.turns.release()

    def prepare_call(self, order: DialOrder, *, now_ms: int) -> PreparedRequest:
        return self.live_session().prepare_call(order, now_ms=now_ms)

    async def place_call(self, order: DialOrder, *, now_ms: int) -> Accepted:
        self.end_turn()  # the gateway may take its time
        session, before = self.live_session(), self.calls.followed
        now = self.clock()
        call = FollowedCall(
            pk=self.call_pk, callee=order.callee, sent_at=now, tracker=self.adapter.follow_call(started_at=now)
        )
        # Before the request: the first event may be faster than the answer.
        self.calls.followed = call
        try:
            accepted = await session.place_call(order, now_ms=now_ms)
        except OutcomeUnknown:
            raise  # there may be a call, and its events will tell
        except ProviderError as exc:
            self.calls.followed = before
            self.lost = exc.message if isinstance(exc, SessionLost) else ""
            raise
        call.tracker.took(accepted.provider_id)
        call.has_id = bool(accepted.provider_id)
        return accepted
