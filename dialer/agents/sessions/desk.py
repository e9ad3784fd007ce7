"""The desk of one worker process: takes agents, holds on to them, and gives each of them a runner."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
import weakref
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from dialer.agents.sessions import leases, store, work_queue
from dialer.agents.sessions.agent_runner import Runner, Unkept
from dialer.agents.sessions.http_lanes import Lanes
from dialer.agents.sessions.leases import Times
from dialer.agents.sessions.notifications import Bell
from dialer.agents.sessions.store import Holder, NotOurs
from dialer.agents.sessions.work_queue import Work
from dialer.providers import adapters
from dialer.support.async_db import Database, DatabaseThread
from telephony.contract.agents import AgentSessions
from telephony.contract.errors import UnsupportedByProvider

if TYPE_CHECKING:
    from dialer.models import ProviderAccount

log = logging.getLogger(__name__)

GUARD_SECONDS = 1.0
ENDING_SECONDS = 5.0
AT_ONCE = 4
"""Orders that are got ready side by side; sending them is not limited."""


class Alarm:
    """How long ago something was, by the clock that never jumps and by the one that goes on while a machine sleeps."""

    def __init__(self) -> None:
        self._at = self.now()

    @staticmethod
    def now() -> tuple[float, float]:
        return time.monotonic(), time.time()

    def set(self, at: tuple[float, float]) -> None:
        self._at = at

    def is_over(self, seconds: float) -> bool:
        return any(now - then > seconds for now, then in zip(self.now(), self._at, strict=True))


class Desk:
    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = timezone.now,
        db: Database | None = None,
        most: int = leases.MOST,
        bell: Bell | None = None,
        times: Times | None = None,
    ) -> None:
        self.token = uuid.uuid4()
        self.times = times or Times.of_settings()
        self.clock = clock
        self.most = most
        self.runners: dict[int, Runner] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._unkept: dict[int, Unkept] = {}
        # What agents write, and what the desk itself does: a renewal must not wait for a hundred events.
        self._own_threads = () if db else (DatabaseThread("agents"), DatabaseThread("agent-desk"))
        self.db, self._own_db = (db, db) if db else self._own_threads
        self._bell = bell or Bell()
        self.turns = asyncio.Semaphore(AT_ONCE)
        self._lanes = Lanes()
        self._alarm = Alarm()

    def must_hold(self) -> None:
        """Raises NotOurs where the hold on our agents may have run out."""
        if self._alarm.is_over(self.times.safe):
            raise NotOurs

    def adapter_of(self, account: ProviderAccount, agent_pk: int) -> AgentSessions:
        adapter = adapters.adapter_for(account, lane=self._lanes.of(account.pk, agent_pk))
        if not isinstance(adapter, AgentSessions):
            raise UnsupportedByProvider(_("This provider knows no agents."), code="no_agents")
        return adapter

    async def run(self) -> None:
        """Until it is cancelled. Then it lets go of its agents, who stay signed in, for another process to go on."""
        log.info("The desk %s looks after agents.", self.token)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._bell.listen())
                group.create_task(self._each(self.times.take, self.take))
                group.create_task(self._each(self.times.renew, self.renew))
                group.create_task(self._each(self.times.keep, self.keep_sessions))
                group.create_task(self._looking())
                group.create_task(self._guard())
        finally:
            await self._end()

    async def _each(self, seconds: float, do: Callable[[], Awaitable[None]]) -> None:
        while True:
            began = time.monotonic()
            await self._try(do)
            await asyncio.sleep(max(seconds - (time.monotonic() - began), 0.1))

    async def _try(self, do: Callable[[], Awaitable[None]]) -> None:
        try:
            await do()
        except (InterfaceError, OperationalError) as exc:
            log.warning("The agents' desk cannot reach the database (%s).", type(exc).__name__)

    async def _looking(self) -> None:
        """Soon after somebody asked for something, and now and then: a notification may be lost."""
        while True:
            await self._bell.wait(self.times.look)
            if self._bell.knows_others_than(self.runners):
                await self._try(self.take)
            await self._try(self.look)

    # Holding.

    async def take(self) -> None:
        """Agents that somebody wants and nobody holds."""
        if self._alarm.is_over(self.times.safe):
            return
        taken = await self._own_db(leases.take, self.token, most=self.most - len(self.runners), seconds=self.times.hold)
        work = await self._own_db(work_queue.work_of, list(taken), now=self.clock())
        for agent_pk, was_dropped in taken.items():
            if agent_pk not in self._tasks:
                self._start(agent_pk, was_dropped=was_dropped, work=work.get(agent_pk))

    def _start(self, agent_pk: int, *, was_dropped: bool, work: Work | None) -> None:
        unkept = self._unkept.pop(agent_pk, None)
        runner = Runner(Holder(agent_pk, self.token), self, was_dropped=was_dropped, work=work, unkept=unkept)
        self.runners[agent_pk] = runner
        task = asyncio.create_task(self._run(runner), name=f"agent-{agent_pk}")
        self._tasks[agent_pk] = task

    async def _run(self, runner: Runner) -> None:
        agent_pk = runner.holder.agent_pk
        try:
            await runner.run()
            await self.keep_sessions([runner])
            self._forget(agent_pk)
            await self._own_db(leases.let_go, self.token, [agent_pk])
        except NotOurs:
            log.warning("Agent %s is not held by this process any more.", agent_pk)
        except (InterfaceError, OperationalError) as exc:
            log.warning("Agent %s is let go of: the database is away (%s).", agent_pk, type(exc).__name__)
        except Exception:
            # The hold runs out by itself; then somebody tries again with this agent.
            log.exception("Agent %s cannot be looked after.", agent_pk)
        finally:
            # A database that was away for long: whoever is first to have it back goes on, and it may well be us.
            if runner.unkept:
                self._unkept[agent_pk] = runner.unkept
            self._forget(agent_pk)

    def _forget(self, agent_pk: int) -> None:
        self.runners.pop(agent_pk, None)
        self._tasks.pop(agent_pk, None)
        self._lanes.leave(agent_pk)

    async def renew(self) -> None:
        began = Alarm.now()
        heard = {pk: runner.hearing.heard_at for pk, runner in self.runners.items()}
        ours = await self._own_db(leases.renew, self.token, heard, seconds=self.times.hold) if heard else set()
        self._alarm.set(began)
        for agent_pk in heard.keys() - ours:
            if task := self._tasks.get(agent_pk):
                log.warning("Agent %s was taken by another process.", agent_pk)
                task.cancel()

    async def _guard(self) -> None:
        """A desk that could not renew for long stops all polls, before another one may begin with them."""
        while True:
            await asyncio.sleep(GUARD_SECONDS)
            if self._alarm.is_over(self.times.safe) and self._tasks:
                log.error("The desk could not renew its hold on %d agents, and lets go of them.", len(self._tasks))
                await self._cancel_runners()
                # What we held under this token is somebody else's to take now, or ours under another.
                self.token = uuid.uuid4()

    # Work.

    async def look(self) -> None:
        """Finds commands and calls, and gives them to the runners."""
        agents = list(self.runners)
        work = await self._own_db(work_queue.work_of, agents, now=self.clock())
        for agent_pk in agents:
            if runner := self.runners.get(agent_pk):
                runner.give(work.get(agent_pk) or Work())

    async def keep_sessions(self, runners: list[Runner] | None = None) -> None:
        """Those that changed since they were kept, all in one statement."""
        changed = {}
        for runner in runners or list(self.runners.values()):
            saved = runner.session.saved if runner.session and runner.live.is_set() else None
            if saved is not None and saved != runner.kept:
                changed[runner] = saved
        if changed:
            by_agent = {runner.holder.agent_pk: saved for runner, saved in changed.items()}
            await self._own_db(store.keep_sessions, self.token, by_agent)
            for runner, saved in changed.items():
                if runner.kept is not None and runner.live.is_set():
                    runner.kept = saved

    # Ending.

    async def _cancel_runners(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self) -> None:
        """Quickly: whoever stops a worker waits for it. What cannot be written now runs out by itself."""
        runners = list(self.runners.values())
        await self._cancel_runners()
        try:
            async with asyncio.timeout(ENDING_SECONDS):
                await self.keep_sessions(runners)
                await self._own_db(leases.let_go, self.token, [runner.holder.agent_pk for runner in runners])
                for thread in self._own_threads:
                    await thread.close()
        except (TimeoutError, InterfaceError, OperationalError) as exc:
            log.warning("The desk %s ended without letting go of its agents (%s).", self.token, type(exc).__name__)


# One desk in a process: the loop of its worker.
_desks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[Any]] = weakref.WeakKeyDictionary()


def keep_running(make: Callable[[], Desk] = Desk) -> None:
    """Sees to it that this process has a desk. It ends with the process's event loop."""
    loop = asyncio.get_running_loop()
    task = _desks.get(loop)
    if task and not task.done():
        return
    if task and not task.cancelled() and (exc := task.exception()):
        log.error("The agents' desk had stopped, and begins again.", exc_info=exc)
    _desks[loop] = loop.create_task(make().run(), name="agent-desk")
