"""One agent in the hands of this process: signed in, and doing what people ask for.

Hearing the agent's events is in hearing.py, the agent's calls in calling.py, what people asked for in commands.py.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from dialer.agents.sessions import sign_in_policy, store
from dialer.agents.sessions.calls import Calling
from dialer.agents.sessions.commands import Commands
from dialer.agents.sessions.events import Hearing
from dialer.agents.sessions.work_queue import Work
from dialer.models import AgentState
from dialer.support import crypto
from telephony.contract.errors import ProviderError, RequestRejected, SessionLost

if TYPE_CHECKING:
    from dialer.agents.sessions.store import Holder
    from dialer.models import ProviderAccount
    from dialer.support.async_db import Database
    from telephony.contract.agents import AgentLogin, AgentSession, AgentSessions, SavedSession

log = logging.getLogger(__name__)
T = TypeVar("T")

DATABASE_PAUSE = 1.0
LOOK_AGAIN = 5.0
"""Seconds after which a runner that nobody woke looks at its own work."""


@dataclass(frozen=True, slots=True)
class Unkept:
    """A session that this process could not write down any more. It counts while the database has what it follows."""

    follows: SavedSession
    session: SavedSession = field(repr=False)


class Desk(Protocol):
    """What a runner needs of the desk that it belongs to."""

    @property
    def db(self) -> Database: ...

    @property
    def clock(self) -> Callable[[], datetime]: ...

    @property
    def turns(self) -> asyncio.Semaphore:
        """So many orders may be got ready at a time."""

    def must_hold(self) -> None:
        """Raises ground.NotOurs where the hold on agents may have run out."""

    def adapter_of(self, account: ProviderAccount, agent_pk: int) -> AgentSessions:
        """Raises CredentialsRefused where the account's settings are incomplete."""


class Runner:
    def __init__(
        self,
        holder: Holder,
        desk: Desk,
        *,
        was_dropped: bool = False,
        work: Work | None = None,
        unkept: Unkept | None = None,
    ) -> None:
        """`was_dropped`: the desk before this one died, so the gateway may still keep a session of ours."""
        self.holder, self.desk = holder, desk
        self.agent_id = ""
        self.adapter: AgentSessions | None = None
        self.session: AgentSession | None = None
        self.kept: SavedSession | None = None
        """The session as the database has it."""
        self.state = AgentState.SIGNED_OUT
        self.is_wanted = False
        self.live = asyncio.Event()
        """Signed in, and polled."""
        self.generation = 0
        """Which session this is: an answer to a request of one before says nothing of this one."""
        self.hearing, self.calling, self.commands = Hearing(self), Calling(self), Commands(self)
        self.work = work or Work()
        self._unkept = unkept
        self._login: AgentLogin | None = None
        self._wake = asyncio.Event()
        self._tries, self._next_try = 0, 0.0
        self._ours_until = time.monotonic() + sign_in_policy.FORGOTTEN_AFTER if was_dropped else 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken: asyncio.Future[None] | None = None

    def __repr__(self) -> str:
        return f"Runner({self.holder.agent_pk})"

    async def run(self) -> None:
        """Until nobody wants the agent any more. Raises NotOurs where another desk holds the agent."""
        self._broken = asyncio.get_running_loop().create_future()
        try:
            await self._take_over()
            parts = [self._broken, self.start(self.hearing.poll()), self.start(self._do_work())]
            finished, _rest = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in finished:
                part.result()
        finally:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._broken.cancel()

    def give(self, work: Work) -> None:
        """What waits for the agent, as the desk found it just now."""
        self.work = work
        if work:
            self._wake.set()

    def wake(self) -> None:
        self._wake.set()

    @property
    def unkept(self) -> Unkept | None:
        """What the database does not have yet of the session."""
        latest = self.session.saved if self.session else None
        if self.kept is None or latest is None or latest == self.kept:
            return None
        return Unkept(self.kept, latest)

    def start(self, part: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task that ends with the runner, and the runner with it when it fails."""
        task = asyncio.create_task(part)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (exc := task.exception()) and self._broken and not self._broken.done():
            self._broken.set_exception(exc)

    async def _take_over(self) -> None:
        """Goes on where the last desk ended: with its session, and with the call that the agent may be in."""
        known = await self.database(store.known_of, self.holder.agent_pk)
        self.is_wanted, self.state = known.status.is_wanted, AgentState(known.status.state)
        self.agent_id = str(known.agent.agent_id)
        if not self.is_wanted:
            return
        saved = self._unkept.session if self._unkept and self._unkept.follows == known.saved else known.saved
        try:
            self._open(known.agent.account, known.agent.login(), saved=saved)
        except (ProviderError, crypto.Unreadable) as exc:
            log.warning("Agent %s cannot be looked after: %s", self.holder.agent_pk, exc)
            return
        self.calling.take_over(known.call)
        if known.saved:
            self.kept = known.saved
            self._ours_until = time.monotonic() + sign_in_policy.FORGOTTEN_AFTER
            self.hearing.is_unsure = True
            self.go_live()

    def _open(self, account: ProviderAccount, login: AgentLogin, *, saved: SavedSession | None = None) -> None:
        self.adapter = self.desk.adapter_of(account, self.holder.agent_pk)
        # The same session as long as it can be: its cookies lead to the gateway's node that knows the agent.
        if self.session is None or login != self._login:
            self.session, self._login = self.adapter.session(login, saved=saved), login

    async def _do_work(self) -> None:
        while True:
            self._wake.clear()
            await self.commands.do(self.work.commands)
            if self.work.is_off and self.is_wanted:
                await self.commands.switch_off()
            if self.is_wanted and not self.live.is_set() and time.monotonic() >= self._next_try:
                await self.sign_in()
            if not self.is_wanted and not self.commands.wait(self.work.commands):
                return
            await self.calling.settle()
            self.calling.send_next(self.work.calls)
            await self._rest()

    async def _rest(self) -> None:
        """Until the desk finds work, or it is time to try signing in again."""
        wait = LOOK_AGAIN
        if self.is_wanted and not self.live.is_set():
            wait = max(min(wait, self._next_try - time.monotonic()), 0.05)
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            return

    # Signing in and out.

    async def sign_in(self, *, force: bool = False) -> str:
        """ "" when it is done, else why not: then it is tried again by itself, or never, as the reason demands."""
        self.pause()
        self.is_wanted = True
        self._tries += 1
        try:
            session = await self._newly_opened()
            self.desk.must_hold()
            await session.sign_in(force=force)
        except ProviderError as exc:
            return await self._not_signed_in(exc)
        self._tries, self.kept = 0, session.saved
        await self.database(store.signed_in, self.holder, now=self.desk.clock(), session=self.kept, forced=force)
        self.state = AgentState.SIGNING_IN
        self.go_live()
        await self.hearing.look()
        return ""

    async def _newly_opened(self) -> AgentSession:
        """With the agent's settings as they are now. Raises RequestRejected where there is no password."""
        agent = await self.database(store.agent_of, self.holder.agent_pk)
        try:
            login = agent.login()
        except crypto.Unreadable as exc:
            text = _("The agent's password cannot be read. %s") % exc
            raise RequestRejected(text, code="unreadable_password") from exc
        if not login.password:
            raise RequestRejected(_("The agent has no password yet: enter it."), code="no_password")
        self._open(agent.account, login)
        assert self.session is not None
        return self.session

    async def _not_signed_in(self, error: ProviderError) -> str:
        now = time.monotonic()
        verdict = sign_in_policy.judge(error, may_be_ours=now < self._ours_until, tries=self._tries)
        if verdict.may_be_in:
            self._ours_until = now + sign_in_policy.FORGOTTEN_AFTER
        if verdict.again_in is None:
            await self.be_over(verdict.text, offers_force=verdict.offers_force)
            return verdict.text
        self._next_try = now + verdict.again_in
        is_new = self.state in (AgentState.SIGNED_OUT, AgentState.SIGNING_IN)
        state = AgentState.SIGNING_IN if is_new else AgentState.LOST
        await self.write(state=state, reason=verdict.text[:500], is_wanted=True)
        return verdict.text

    def pause(self) -> None:
        """No more polls; what the one that waits now says of the session does not count any more."""
        self.live.clear()
        self.generation += 1

    def go_live(self) -> None:
        self.generation += 1
        self.hearing.begin()
        self.live.set()

    def must_be_live(self) -> AgentSession:
        """Raises SessionLost where nobody is signed in, or the hold on the agent may have run out."""
        try:
            self.desk.must_hold()
        except store.NotOurs as exc:
            text = _("Another process looks after the agent now. Nothing was sent.")
            raise SessionLost(text, code="not_held") from exc
        if self.session is None or not self.live.is_set():
            raise SessionLost(_("The agent is not signed in. Nothing was sent."), code="no_session")
        return self.session

    async def lose(self, why: str) -> None:
        """The session is over without our doing. It is tried at once to sign in again, never by force."""
        if not self.live.is_set():
            return
        log.info("The session of agent %s is lost: %s", self.holder.agent_pk, why)
        self.pause()
        self._next_try, self.kept = 0.0, None
        self._ours_until = time.monotonic() + sign_in_policy.FORGOTTEN_AFTER
        await self.write(entry="portal_lost", text=why, state=AgentState.LOST, reason=why[:500], session_box="")
        self.wake()

    async def be_over(self, reason: str = "", *, offers_force: bool = False) -> None:
        """Nobody is signed in as this agent, and it is not tried again by itself."""
        self.pause()
        self.is_wanted, self.kept, self._tries = False, None, 0
        await self.calling.give_up()
        await self.database(
            store.signed_out, self.holder, now=self.desk.clock(), reason=reason, offers_force=offers_force
        )
        self.state = AgentState.SIGNED_OUT
        self.wake()

    # Writing down.

    async def write(self, **columns: Any) -> None:
        await self.database(store.write, self.holder, now=self.desk.clock(), **columns)
        if "state" in columns:
            self.state = AgentState(columns["state"])

    async def be(self, state: AgentState) -> None:
        if state != self.state:
            await self.write(state=state, call_id=self.calling.current)
            self.wake()

    async def database(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Until the database did it, or the hold on the agent may have run out (NotOurs)."""
        while True:
            self.desk.must_hold()
            try:
                return await self.desk.db(function, *args, **kwargs)
            except (InterfaceError, OperationalError) as exc:
                log.warning("The database is away (%s); agent %s waits.", type(exc).__name__, self.holder.agent_pk)
            await asyncio.sleep(DATABASE_PAUSE)
