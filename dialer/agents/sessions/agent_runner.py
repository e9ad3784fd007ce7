"""One agent in the hands of this process: signed in, and doing what people ask for.

The runner asks the gateway and the database; its parts say what follows, as effects (effects.py).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol, assert_never

from django.utils.translation import gettext as _

from dialer.agents.sessions import commands, effects, store
from dialer.agents.sessions.call_follower import FollowedCall
from dialer.agents.sessions.calls import AgentCalls
from dialer.agents.sessions.connection import Connection, UnsavedSession
from dialer.agents.sessions.effects import Effect, FollowUp
from dialer.agents.sessions.events import QUIET, AgentEvents
from dialer.agents.sessions.leases import AgentLease, LeaseLost
from dialer.agents.sessions.patient_database import PatientDatabase
from dialer.agents.sessions.sign_in_policy import SignInTries
from dialer.agents.sessions.work_queue import AgentWork, WaitingCommand
from dialer.models import AgentCommand, AgentState, ProviderAccount
from dialer.models.agents import IN_CALL
from dialer.support import crypto
from dialer.support.async_db import Database
from telephony.contract.agents import AgentSession, AgentSessions
from telephony.contract.errors import ProviderError, RequestRejected, SessionLost

log = logging.getLogger(__name__)
Kind = AgentCommand.Kind

LOOK_AGAIN = 5.0
"""Seconds after which a runner that nobody woke looks at its own work."""


class RunnerDesk(Protocol):
    """What a runner needs of the desk that it belongs to."""

    @property
    def db(self) -> Database: ...

    @property
    def clock(self) -> Callable[[], datetime]: ...

    @property
    def turns(self) -> asyncio.Semaphore:
        """So many orders may be prepared at a time."""

    def require_lease(self) -> None:
        """Raises LeaseLost where the leases of this desk may have run out."""

    def adapter_for(self, account: ProviderAccount, agent_pk: int) -> AgentSessions:
        """Raises CredentialsRefused where the account's settings are incomplete."""


class AgentRunner:
    def __init__(
        self,
        lease: AgentLease,
        desk: RunnerDesk,
        *,
        was_dropped: bool = False,
        work: AgentWork | None = None,
        unsaved: UnsavedSession | None = None,
    ) -> None:
        """`was_dropped`: the desk before this one died, so the gateway may still keep a session of ours."""
        self.lease, self.desk = lease, desk
        self.database = PatientDatabase(desk.db, require_lease=desk.require_lease, agent_pk=lease.agent_pk)
        self.connection = Connection(desk.require_lease)
        self.events, self.calls = AgentEvents(), AgentCalls(self.database, clock=desk.clock)
        self.state = AgentState.SIGNED_OUT
        self.is_wanted = False
        self.work = work or AgentWork()
        self._unsaved = unsaved
        self._tries = SignInTries(may_be_ours=was_dropped)
        self._last_command = 0
        """Pk of the newest command that was done: the desk may have looked before that."""
        self._wake = asyncio.Event()
        self._sending: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken: asyncio.Future[None] | None = None

    def __repr__(self) -> str:
        return f"AgentRunner({self.lease.agent_pk})"

    async def run(self) -> None:
        """Until nobody wants the agent any more. Raises LeaseLost where another desk holds the agent."""
        self._broken = asyncio.get_running_loop().create_future()
        try:
            await self._take_over_agent()
            parts = [self._broken, self._start(self._poll_events()), self._start(self._do_work())]
            # Polling never ends by itself; work ends when nobody wants the agent; whatever breaks ends both.
            finished, _rest = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in finished:
                part.result()
        finally:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._broken.cancel()

    def give_work(self, work: AgentWork) -> None:
        """What waits for the agent, as the desk found it just now."""
        self.work = work
        if work:
            self._wake.set()

    def _start(self, part: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task that ends with the runner, and the runner with it when it fails."""
        task = asyncio.create_task(part)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)
        return task

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (exc := task.exception()) and self._broken and not self._broken.done():
            self._broken.set_exception(exc)

    async def _take_over_agent(self) -> None:
        """Goes on where the last desk ended: with its session, and with the call that the agent may be in."""
        known = await self.database(store.load_snapshot, self.lease.agent_pk, now=self.desk.clock())
        self.is_wanted, self.state = known.status.is_wanted, AgentState(known.status.state)
        if not self.is_wanted:
            return
        saved = known.saved
        # Ours is newer only while nobody else has written another session meanwhile.
        if self._unsaved and self._unsaved.replaces == saved:
            saved = self._unsaved.session
        try:
            adapter = self.desk.adapter_for(known.agent.account, self.lease.agent_pk)
            self.connection.open(adapter, known.agent.login(), saved=saved)
        except (ProviderError, crypto.Unreadable) as exc:
            log.warning("Agent %s cannot be managed: %s", self.lease.agent_pk, exc)
            return
        if known.call:
            self.calls.resume(known.call, adapter, agent_id=str(known.agent.agent_id))
        if known.saved:
            self.connection.saved = known.saved
            self._tries.expect_former_session()
            self.events.is_unsure = True
            await self.apply(effects.Resumed())

    # The two loops: polls, and work.

    async def _poll_events(self) -> None:
        connection = self.connection
        while True:
            await connection.live.wait()
            self.desk.require_lease()
            session, generation = connection.live_session(), connection.generation
            try:
                event = await session.poll()
            except ProviderError as exc:
                if generation == connection.generation:
                    self.calls.note_gap()
                    await self.apply(*self.events.read_failure(exc))
                continue
            now, is_current = self.desk.clock(), generation == connection.generation
            if event is not None:
                # An event of a session that is over is still one of the call; of the agent it says nothing any more.
                call = self.calls.follow(event, now=now)
                said = connection.state_after(event) if is_current and not self.calls.is_old(event) else None
                await self.apply(*self.events.read_event(event, said=said, call=call, now=now))
            elif is_current:
                await self.apply(*self.events.read_silence(state=self.state, in_call=self.calls.is_open, now=now))

    async def _do_work(self) -> None:
        while True:
            # Before the work is looked at, so that what comes meanwhile is seen in the next round.
            self._wake.clear()
            for command in list(self._waiting_commands()):
                error = await self._carry_out(command)
                self._last_command = command.pk
                await self.database(store.finish_command, command.pk, now=self.desk.clock(), error=error)
            if self.work.is_off and self.is_wanted:
                # By an administrator. A call that goes on is not torn down.
                await self._sign_out(force=False, reason=_("The agent, or its provider account, was switched off."))
            if self.is_wanted and not self.connection.live.is_set() and self._tries.seconds_to_next <= 0:
                await self._sign_in()
            if not self.is_wanted and not self._waiting_commands():
                return
            if not self._is_sending:
                await self.apply(*await self.calls.settle())
            self._send_next_call()
            await self._wait_for_work()

    def _waiting_commands(self) -> list[WaitingCommand]:
        return [command for command in self.work.commands if command.pk > self._last_command]

    async def _wait_for_work(self) -> None:
        """Until the desk finds work, or it is time to try signing in again."""
        wait = LOOK_AGAIN
        if self.is_wanted and not self.connection.live.is_set():
            wait = max(min(wait, self._tries.seconds_to_next), 0.05)
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _carry_out(self, command: WaitingCommand) -> str:
        """ "" when it is done, else why not."""
        match command.kind:
            case Kind.SIGN_IN | Kind.FORCE_SIGN_IN:
                if self.connection.live.is_set():
                    await self.apply(effects.LookNow())
                    return _("The agent is already signed in.")
                return await self._sign_in(force=command.kind == Kind.FORCE_SIGN_IN)
            case Kind.SIGN_OUT | Kind.FORCE_SIGN_OUT:
                return await self._sign_out(force=command.kind == Kind.FORCE_SIGN_OUT)
        answer = await commands.carry_out(command, self.connection.live_session, call=self.calls.followed)
        await self.apply(*answer.effects)
        return answer.error

    @property
    def _is_sending(self) -> bool:
        return self._sending is not None and not self._sending.done()

    def _send_next_call(self) -> None:
        """The next call that waits for the agent, once the one before is over and stored."""
        connection, calls = self.connection, self.work.calls
        is_free = connection.live.is_set() and self.state == AgentState.IDLE and not self.calls.is_open
        if not is_free or self._is_sending or not calls or connection.session is None:
            return
        if self.events.is_quiet(connection.session.listening_for):
            self._sending = self._start(self._send_call(calls.pop(0)))
        else:
            asyncio.get_running_loop().call_later(QUIET, self._wake.set)

    async def _send_call(self, call_pk: int) -> None:
        connection = self.connection
        assert connection.adapter is not None
        found = await self.calls.place(
            call_pk, live_session=connection.live_session, adapter=connection.adapter, turns=self.desk.turns
        )
        await self.apply(*found)

    # Signing in and out.

    async def _sign_in(self, *, force: bool = False) -> str:
        """ "" when it is done, else why not: it is tried again later, or only when somebody asks, by the reason."""
        self.connection.pause()
        self.is_wanted = True
        self._tries.begin()
        try:
            session = await self._open_anew()
            self.desk.require_lease()
            await session.sign_in(force=force)
        except ProviderError as exc:
            failure = self._tries.note_failure(exc)
            if failure.retry_in is None:
                await self.apply(effects.Over(failure.text, offers_force=failure.offers_force))
            else:
                is_new = self.state in (AgentState.SIGNED_OUT, AgentState.SIGNING_IN)
                state = AgentState.SIGNING_IN if is_new else AgentState.LOST
                await self._write_status(state=state, reason=failure.text[:500], is_wanted=True)
            return failure.text
        self._tries.start_over()
        self.connection.saved = session.saved
        # Stored before the first poll: an event must not find the agent signed out.
        await self.database(store.store_sign_in, self.lease, now=self.desk.clock(), session=session.saved, forced=force)
        self.state = AgentState.SIGNING_IN
        await self.apply(effects.Resumed(), effects.LookNow())
        return ""

    async def _open_anew(self) -> AgentSession:
        """With the agent's settings as they are now. Raises RequestRejected where there is no password."""
        agent = await self.database(store.load_agent, self.lease.agent_pk)
        try:
            login = agent.login()
        except crypto.Unreadable as exc:
            text = _("The agent's password cannot be decrypted. %s") % exc
            raise RequestRejected(text, code="unreadable_password") from exc
        if not login.password:
            raise RequestRejected(_("The agent has no password yet. Enter one."), code="no_password")
        return self.connection.open(self.desk.adapter_for(agent.account, self.lease.agent_pk), login)

    async def _sign_out(self, *, force: bool, reason: str = "") -> str:
        """ "" when it is done, else why not."""
        session = self.connection.session
        if session is None or not self.connection.live.is_set():
            await self.apply(effects.Over(reason))
            return ""
        # The gateway answers the poll that waits with “not signed in”, which is no lost session.
        self.connection.pause()
        answer = await commands.sign_out(session, force=force, reason=reason, call=self.calls.followed)
        await self.apply(*answer.effects)
        return answer.error

    # What follows from what the parts found out.

    async def apply(self, *found: Effect) -> None:
        """The only place where an answer of the gateway, or its silence, changes the session."""
        for effect in found:
            match effect:
                case effects.Lost(why):
                    await self._lose(why)
                case effects.Over(reason, offers_force):
                    await self._end_session(reason, offers_force=offers_force)
                case effects.Resumed():
                    self.events.start_session()
                    self.connection.resume()
                case effects.Became(state):
                    if state != self.state:
                        await self._write_status(state=state, call_id=self.calls.current_pk)
                        self._wake.set()
                case effects.Refused(reason):
                    await self._write_status(reason=reason[:500])
                case effects.StoreEvent(event, now):
                    if not await self.database(store.store_event, self.lease, event, now=now):
                        raise LeaseLost
                    self.state = event.state or self.state
                case _:
                    await self._follow_up(effect)

    async def _follow_up(self, effect: FollowUp) -> None:
        match effect:
            case effects.CallOver(call, after) if after:
                self._start(self._close_later(call, after))
            case effects.CallOver(call):
                await self.apply(*await self.calls.close(call))
            case effects.CallGone():
                await self.apply(*await self.calls.give_up())
            case effects.CallClosed():
                await self._write_status(call_id=None)
                if self.state in IN_CALL:
                    await self._ask_for_state()
                self._wake.set()
            case effects.LookNow(drained, after):
                if after:
                    await asyncio.sleep(after)
                await self._ask_for_state(drained=drained)
            case effects.Wake():
                self._wake.set()
            case _:
                assert_never(effect)

    async def _lose(self, why: str) -> None:
        if not self.connection.live.is_set():
            return
        log.info("The session of agent %s is lost: %s", self.lease.agent_pk, why)
        self.connection.pause()
        self.connection.saved = None
        self._tries.note_lost()
        await self._write_status(entry="portal_lost", text=why, state=AgentState.LOST, reason=why[:500], session_box="")
        self._wake.set()

    async def _end_session(self, reason: str, *, offers_force: bool) -> None:
        self.connection.pause()
        self.connection.saved = None
        self.is_wanted = False
        self._tries.start_over()
        # The call first: storing the sign-out cancels the agent's calls that wait.
        await self.apply(*await self.calls.give_up())
        await self.database(
            store.store_sign_out, self.lease, now=self.desk.clock(), reason=reason, offers_force=offers_force
        )
        self.state = AgentState.SIGNED_OUT
        self._wake.set()

    async def _ask_for_state(self, *, drained: bool = False) -> None:
        """Asks what the agent does. An answer of a session that is over by then counts for nothing."""
        connection = self.connection
        if connection.session is None or not connection.live.is_set():
            return
        generation = connection.generation
        try:
            state, in_call = await connection.session.state()
        except ProviderError as exc:
            if isinstance(exc, SessionLost) and generation == connection.generation:
                await self._lose(exc.message)
            return
        if generation != connection.generation:
            return
        found = self.events.read_state(
            AgentState(state.value),
            in_call=in_call,
            drained=drained,
            call_state=self.calls.agent_state,
            is_settling=self.calls.is_settling,
            now=self.desk.clock(),
        )
        await self.apply(*found)

    async def _close_later(self, call: FollowedCall, after: float) -> None:
        await asyncio.sleep(after)
        await self.apply(*await self.calls.close(call))

    async def _write_status(self, **columns: Any) -> None:
        await self.database(store.write_status, self.lease, now=self.desk.clock(), **columns)
        if "state" in columns:
            self.state = AgentState(columns["state"])
