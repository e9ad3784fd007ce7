"""What the answers to one agent's polls say. Asks nothing itself: facts come in, effects go out."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from dialer.agents.sessions.calls import CallUpdate
from dialer.agents.sessions.effects import Became, CallGone, Effect, Effects, LookNow, Lost, Over, StoreEvent, Wake
from dialer.agents.sessions.store import ReceivedEvent
from dialer.models import AgentState
from dialer.models.agents import IN_CALL
from dialer.support.backoff import Backoff
from telephony.contract.agents import AgentEvent
from telephony.contract.errors import ProviderError, SessionLost

DEAF_FOR = 120.0
"""Seconds without a good answer after which the session is given up: the gateway has signed the agent out by then."""
POLL_RETRY = Backoff(timedelta(seconds=0.4), longest=timedelta(seconds=5))
QUIET = 0.5
"""Seconds without an answer to a poll after which no event waits: the gateway answers with one at once."""
UNCLEAR = (AgentState.SIGNING_IN, AgentState.SIGNING_OUT, AgentState.LOST)
"""States that the portal wrote; only the gateway can say what came of them."""


class AgentEvents:
    def __init__(self) -> None:
        self.heard_at: datetime | None = None
        """When the gateway last gave a good answer."""
        self.is_unsure = False
        """An event may have been lost."""
        self._last_good = time.monotonic()
        self._failures = 0
        self._is_drained = False

    def start_session(self) -> None:
        """A session was opened, or another process's session goes on here."""
        self._last_good, self._failures, self._is_drained = time.monotonic(), 0, False

    def is_quiet(self, listening_for: float) -> bool:
        """Every event was heard. Those of the agent's phone name no call, so they must not run into the next one."""
        return self._is_drained or listening_for >= QUIET

    def read_failure(self, error: ProviderError) -> Effects:
        """A poll failed, and may have taken an event with it."""
        self._is_drained = False
        if isinstance(error, SessionLost):
            return (Lost(error.message),)
        self._failures += 1
        self.is_unsure = True
        if time.monotonic() - self._last_good > DEAF_FOR:
            return (Lost(error.message),)
        return (LookNow(after=POLL_RETRY.wait(self._failures).total_seconds()),)

    def read_silence(self, *, state: AgentState, in_call: bool, now: datetime) -> Effects:
        """No event waits: what the gateway says of the agent now is the newest."""
        self._note_answer(now)
        self._is_drained = True
        is_open = self.is_unsure or in_call or state in IN_CALL or state in UNCLEAR
        return (LookNow(drained=True),) if is_open else ()

    def read_state(
        self,
        state: AgentState,
        *,
        in_call: bool,
        drained: bool,
        call_state: AgentState | None,
        is_settling: bool,
        now: datetime,
    ) -> Effects:
        """The gateway's answer to LookNow. `call_state` is what the agent does by the stage of the call.

        While a call-out is settling, the agent may still look idle: the gateway has not begun with the call.
        """
        self._note_answer(now)
        self.is_unsure = self.is_unsure and not drained
        if state == AgentState.SIGNED_OUT:
            return (Lost(_("The gateway reports that the agent is signed out.")),)
        if in_call:
            return (Became(call_state or AgentState.TALKING),)
        if is_settling:
            return ()
        return (CallGone(), Became(state)) if drained else (Became(state),)

    def read_event(self, event: AgentEvent, *, said: AgentState | None, call: CallUpdate, now: datetime) -> Effects:
        """`said`: what the agent does after it, where the event says so and counts for the open session."""
        self._note_answer(now)
        self._is_drained = False
        received = ReceivedEvent(
            kind=event.event_type or event.kind,
            content=event.raw,
            at=call.at,
            call_pk=call.call_pk,
            # These two are not believed before it was tried to sign in again, or given up.
            state=None if said in (AgentState.SIGNED_OUT, AgentState.LOST) else said,
            in_call=call.in_call,
            stage=call.stage,
            call_id=call.proven_id,
        )
        # Stored before anything follows from it: the gateway hands an event out once.
        effects: list[Effect] = [StoreEvent(received, now), *call.effects]
        if said == AgentState.SIGNED_OUT:
            effects.append(Over(_("The gateway signed the agent out.")))
        elif said == AgentState.LOST:
            effects.append(Lost(_("The gateway ended the session.")))
        elif said is not None:
            effects.append(Wake())
        return tuple(effects)

    def _note_answer(self, now: datetime) -> None:
        self._last_good, self._failures, self.heard_at = time.monotonic(), 0, now
