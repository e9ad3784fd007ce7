"""The desk of one worker process: claims agents, renews their leases, and gives each of them a runner."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
import weakref
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from dialer.agents.sessions import leases, store, work_queue
from dialer.agents.sessions.agent_runner import AgentRunner
from dialer.agents.sessions.connection import UnsavedSession
from dialer.agents.sessions.http_lanes import HttpLanes
from dialer.agents.sessions.leases import AgentLease, LeaseLost, LeaseTimes
from dialer.agents.sessions.notifications import AgentNotifications
from dialer.agents.sessions.work_queue import AgentWork
from dialer.models import ProviderAccount
from dialer.providers import adapters
from dialer.support.async_db import Database, DatabaseThread
from telephony.contract.agents import AgentSessions
from telephony.contract.errors import UnsupportedByProvider

log = logging.getLogger(__name__)

GUARD_SECONDS = 1.0
"""Much less than the third of a lease that is left for stopping (two seconds of the shortest one)."""
STOPPING_SECONDS = 5.0
"""Whoever stops a worker waits for it, and kills it before long."""
PREPARED_AT_ONCE = 4
"""Orders that are prepared side by side; sending them is not limited. Preparing shares one thread: with fifty at once
all would be claimed before the first of them leaves, and be in doubt if the process died meanwhile."""


class RenewalTimer:
    """How long ago something was, by the clock that never jumps and by the one that goes on while a machine sleeps."""

    def __init__(self) -> None:
        self._at = self.now()

    @staticmethod
    def now() -> tuple[float, float]:
        return time.monotonic(), time.time()

    def restart(self, at: tuple[float, float]) -> None:
        self._at = at

    def has_passed(self, seconds: float) -> bool:
        return any(now - then > seconds for now, then in zip(self.now(), self._at, strict=True))


class Desk:
    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = timezone.now,
        db: Database | None = None,
        most: int = leases.MOST_AGENTS,
        notifications: AgentNotifications | None = None,
        times: LeaseTimes | None = None,
    ) -> None:
        self.token = uuid.uuid4()
        self.times = times or LeaseTimes.of_settings()
        self.clock = clock
        self.most = most
        self.runners: dict[int, AgentRunner] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._unsaved: dict[int, UnsavedSession] = {}
        # What agents write, and what the desk itself does: a renewal must not wait for a hundred events.
        self._own_threads = [] if db else [DatabaseThread("agents"), DatabaseThread("agent-desk")]
        self.db, self._own_db = (db, db) if db else self._own_threads
        self._notifications = notifications or AgentNotifications()
        self.turns = asyncio.Semaphore(PREPARED_AT_ONCE)
        self._lanes = HttpLanes()
        self._renewed = RenewalTimer()

    def require_lease(self) -> None:
        """Raises LeaseLost where our leases may have run out."""
        if self._renewed.has_passed(self.times.safe):
            raise LeaseLost

    def adapter_for(self, account: ProviderAccount, agent_pk: int) -> AgentSessions:
        adapter = adapters.adapter_for(account, lane=self._lanes.lane_for(account.pk, agent_pk))
        if not isinstance(adapter, AgentSessions):
            raise UnsupportedByProvider(_("This provider does not support agents."), code="no_agents")
        return adapter

    async def run(self) -> None:
        """Until it is cancelled. Then it lets go of its agents, who stay signed in, for another process to go on."""
        log.info("Agent desk %s is managing agents.", self.token)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._notifications.listen())
                group.create_task(self._repeat(self.times.claim, self.claim))
                group.create_task(self._repeat(self.times.renew, self.renew))
                group.create_task(self._repeat(self.times.save, self.save_sessions))
                group.create_task(self._look_for_work())
                group.create_task(self._guard_leases())
        finally:
            await self._hand_over_agents()

    async def _repeat(self, seconds: float, do: Callable[[], Awaitable[None]]) -> None:
        while True:
            began = time.monotonic()
            await self._try(do)
            await asyncio.sleep(max(seconds - (time.monotonic() - began), 0.1))

    async def _try(self, do: Callable[[], Awaitable[None]]) -> None:
        try:
            await do()
        except (InterfaceError, OperationalError) as exc:
            log.warning("The agent desk cannot reach the database (%s).", type(exc).__name__)

    async def _look_for_work(self) -> None:
        """Soon after somebody asked for something, and now and then, because a notification may be lost."""
        while True:
            await self._notifications.wait(self.times.look)
            if self._notifications.named_others_than(self.runners):
                await self._try(self.claim)
            await self._try(self.hand_out_work)

    # Leases.

    async def claim(self) -> None:
        """Agents that somebody wants signed in and no desk looks after."""
        if self._renewed.has_passed(self.times.safe):
            return
        most = self.most - len(self.runners)
        claimed = await self._own_db(leases.claim_agents, self.token, most=most, seconds=self.times.lease)
        work = await self._own_db(work_queue.find_work, list(claimed), now=self.clock())
        for agent_pk, was_dropped in claimed.items():
            # A runner whose lease ran out may still be ending: nobody renews this one, and the agent is claimed again.
            if agent_pk not in self._tasks:
                self.runners[agent_pk] = runner = AgentRunner(
                    AgentLease(agent_pk, self.token),
                    self,
                    was_dropped=was_dropped,
                    work=work.get(agent_pk),
                    unsaved=self._unsaved.pop(agent_pk, None),
                )
                self._tasks[agent_pk] = asyncio.create_task(self._run_agent(runner), name=f"agent-{agent_pk}")

    async def _run_agent(self, runner: AgentRunner) -> None:
        agent_pk = runner.lease.agent_pk
        try:
            await runner.run()
            await self.save_sessions([runner])
            self._forget(agent_pk)
            await self._own_db(leases.release_agents, self.token, [agent_pk])
        except LeaseLost:
            log.warning("This process no longer holds agent %s.", agent_pk)
        except (InterfaceError, OperationalError) as exc:
            log.warning("Agent %s is released: the database is unavailable (%s).", agent_pk, type(exc).__name__)
        except Exception:
            # The lease runs out by itself; then some desk tries again with this agent.
            log.exception("Agent %s cannot be managed.", agent_pk)
        finally:
            # A database that was away for long: whoever is first to have it back goes on, and it may well be us.
            if unsaved := runner.connection.unsaved():
                self._unsaved[agent_pk] = unsaved
            self._forget(agent_pk)

    def _forget(self, agent_pk: int) -> None:
        self.runners.pop(agent_pk, None)
        self._tasks.pop(agent_pk, None)
        self._lanes.leave_lane(agent_pk)

    async def renew(self) -> None:
        # Counted from before the statement: the database may have counted from then.
        began = RenewalTimer.now()
        heard = {pk: runner.events.heard_at for pk, runner in self.runners.items()}
        ours = await self._own_db(leases.renew_leases, self.token, heard, seconds=self.times.lease) if heard else set()
        self._renewed.restart(began)
        for agent_pk in heard.keys() - ours:
            if task := self._tasks.get(agent_pk):
                log.warning("Another process has taken over agent %s.", agent_pk)
                task.cancel()

    async def _guard_leases(self) -> None:
        """A desk that could not renew for long stops all polls, before another one may begin with them."""
        while True:
            await asyncio.sleep(GUARD_SECONDS)
            if self._renewed.has_passed(self.times.safe) and self._tasks:
                log.error("The desk could not renew its leases in time and released its agents (%d).", len(self._tasks))
                await self._cancel_runners()
                # What we held under this token is another desk's to claim now, or ours under a new token.
                self.token = uuid.uuid4()

    # Work.

    async def hand_out_work(self) -> None:
        """Finds commands and calls, and gives them to the runners."""
        agents = list(self.runners)
        work = await self._own_db(work_queue.find_work, agents, now=self.clock())
        for agent_pk in agents:
            if runner := self.runners.get(agent_pk):
                runner.give_work(work.get(agent_pk) or AgentWork())

    async def save_sessions(self, runners: list[AgentRunner] | None = None) -> None:
        """Those that changed since they were saved, all in one statement."""
        changed = {}
        for runner in runners or list(self.runners.values()):
            if session := runner.connection.changed_session():
                changed[runner] = session
        if changed:
            by_agent = {runner.lease.agent_pk: session for runner, session in changed.items()}
            await self._own_db(store.save_sessions, self.token, by_agent, now=self.clock())
            for runner, session in changed.items():
                runner.connection.note_saved(session)

    # Stopping.

    async def _cancel_runners(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _hand_over_agents(self) -> None:
        """What cannot be written now runs out by itself."""
        runners = list(self.runners.values())
        await self._cancel_runners()
        try:
            async with asyncio.timeout(STOPPING_SECONDS):
                sessions = {runner.lease.agent_pk: runner.connection.session_to_hand_over() for runner in runners}
                handed_over = {agent_pk: session for agent_pk, session in sessions.items() if session}
                # The gateway holds the polls given up here for up to ten seconds more, longer than a worker may take
                # to stop. The agents are free at once all the same: the next desk does what people ask of them, and
                # polls when the old poll is over (SavedSession.polled_for).
                await self._own_db(store.save_sessions, self.token, handed_over, now=self.clock())
                await self._own_db(leases.release_agents, self.token, [runner.lease.agent_pk for runner in runners])
                for thread in self._own_threads:
                    await thread.close()
        except (TimeoutError, InterfaceError, OperationalError) as exc:
            log.warning("Agent desk %s stopped without releasing its agents (%s).", self.token, type(exc).__name__)


# One desk in a process: the loop of its worker.
_desks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[Any]] = weakref.WeakKeyDictionary()


def keep_running(make: Callable[[], Desk] = Desk) -> None:
    """Sees to it that this process has a desk. It ends with the process's event loop."""
    loop = asyncio.get_running_loop()
    task = _desks.get(loop)
    if task and not task.done():
        return
    if task and not task.cancelled() and (exc := task.exception()):
        log.error("The agent desk had stopped and is restarting.", exc_info=exc)
    _desks[loop] = loop.create_task(make().run(), name="agent-desk")
