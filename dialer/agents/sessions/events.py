"""Hears one agent's events, and asks what the agent does where one may have been lost."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dialer.agents.sessions import store
from dialer.agents.sessions.store import Heard, NotOurs
from dialer.models import AgentState
from telephony.contract.errors import ProviderError, SessionLost

if TYPE_CHECKING:
    from datetime import datetime

    from dialer.agents.sessions.agent_runner import Runner
    from dialer.agents.sessions.call_follower import Following
    from telephony.contract.agents import AgentEvent

DEAF_FOR = 120.0
"""Seconds without a good answer after which the session is given up: the gateway has signed the agent out by then."""
LONGEST_PAUSE = 5.0
QUIET = 0.5
"""Seconds without an answer to a poll after which no event waits: the gateway answers with one at once."""
IN_CALL = (AgentState.RINGING, AgentState.DIALLING, AgentState.TALKING)
UNTOLD = (AgentState.SIGNING_IN, AgentState.SIGNING_OUT, AgentState.LOST)


class Hearing:
    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.heard_at: datetime | None = None
        self.is_unsure = False
        """An event may have been lost."""
        self._last_good = time.monotonic()
        self._failures = 0
        self._is_drained = False

    @property
    def is_quiet(self) -> bool:
        """Every event was heard. Those of the agent's phone name no call, so they must not run into the next one."""
        session = self._runner.session
        return self._is_drained or (session is not None and session.listening_for >= QUIET)

    def begin(self) -> None:
        """A session was opened, or is gone on with."""
        self._last_good, self._failures, self._is_drained = time.monotonic(), 0, False

    async def poll(self) -> None:
        runner = self._runner
        while True:
            await runner.live.wait()
            runner.desk.must_hold()
            assert runner.session is not None
            generation = runner.generation
            try:
                event = await runner.session.poll()
            except ProviderError as exc:
                self._is_drained = False
                if generation == runner.generation:
                    await self._failed(exc)
                continue
            self._is_drained = event is None
            if event is not None:
                await self._hear(event, is_current=generation == runner.generation)
            elif generation == runner.generation:
                await self._nothing()

    async def _failed(self, error: ProviderError) -> None:
        """A poll that failed may have taken an event with it."""
        self._runner.calling.note_gap()
        if isinstance(error, SessionLost):
            await self._runner.lose(error.message)
            return
        self._failures += 1
        self.is_unsure = True
        if time.monotonic() - self._last_good > DEAF_FOR:
            await self._runner.lose(error.message)
            return
        await asyncio.sleep(min(0.2 * 2 ** min(self._failures, 6), LONGEST_PAUSE))
        await self.look()

    def _is_well(self) -> None:
        self._last_good, self._failures = time.monotonic(), 0
        self.heard_at = self._runner.desk.clock()

    async def _nothing(self) -> None:
        """No event waits: what the gateway says of the agent now is the newest."""
        self._is_well()
        runner = self._runner
        if self.is_unsure or runner.calling.is_open or runner.state in (*IN_CALL, *UNTOLD):
            await self.look(drained=True)

    async def look(self, *, drained: bool = False) -> None:
        """Asks what the agent does. `drained`: every event was heard, so a call that is not there is over."""
        runner = self._runner
        if runner.session is None or not runner.live.is_set():
            return
        generation = runner.generation
        try:
            state, in_call = await runner.session.state()
        except ProviderError as exc:
            if isinstance(exc, SessionLost) and generation == runner.generation:
                await runner.lose(exc.message)
            return
        if generation != runner.generation:
            return
        self._is_well()
        self.is_unsure = self.is_unsure and not drained
        await self._believe(AgentState(state.value), in_call=in_call, drained=drained)

    async def _believe(self, state: AgentState, *, in_call: bool, drained: bool) -> None:
        runner, calling = self._runner, self._runner.calling
        if state == AgentState.SIGNED_OUT:
            await runner.lose(_("The gateway says that the agent is signed out."))
        elif in_call:
            await runner.be(calling.state or AgentState.TALKING)
        elif not calling.may_be_unknown:
            if drained:
                await calling.give_up()
            await runner.be(state)

    async def _hear(self, event: AgentEvent, *, is_current: bool) -> None:
        """Keeps an event, and does what follows. `is_current`: it is of the session that is open now."""
        self._is_well()
        runner, calling = self._runner, self._runner.calling
        assert runner.adapter is not None
        now = runner.desk.clock()
        fed = calling.feed(event, now=now)
        said = runner.adapter.state_after(event)
        state = AgentState(said.value) if said and is_current and not calling.is_old(event) else None
        heard = Heard(
            kind=event.event_type or event.kind,
            content=event.raw,
            at=fed.at,
            call_pk=fed.call_pk,
            # These two are not believed before it was tried to sign in again, or given up.
            state=None if state in (AgentState.SIGNED_OUT, AgentState.LOST) else state,
            in_call=calling.current,
            stage=fed.stage,
            call_id=fed.proven_id,
        )
        if not await runner.database(store.hear, runner.holder, heard, now=now):
            raise NotOurs
        runner.state = heard.state or runner.state
        await self._follow_up(state, fed.following)

    async def _follow_up(self, state: AgentState | None, following: Following | None) -> None:
        runner = self._runner
        if following:
            await runner.calling.follow_up(following)
        if state == AgentState.SIGNED_OUT:
            await runner.be_over(_("The gateway signed the agent out."))
        elif state == AgentState.LOST:
            await runner.lose(_("The gateway ended the session."))
        elif state is not None:
            runner.wake()
