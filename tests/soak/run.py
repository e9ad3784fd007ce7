"""Many agents signed in for a while, with lost answers and a killed worker; what the gateway and the portal saw must
agree in the end."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.support import agents
from tests.support.live import LivePortal, wait_for

LOSES = 0.02
GUID_SECONDS = 3.0
GONE = 120.0
"""Seconds after which the gateway signs an agent out of whom nothing is heard."""
GROWTH = 1.3
"""So many times its size may a worker have at the end; what it caches fills while it warms up."""
WRITING = 2.0
"""Seconds in which what was polled is written down."""
LOST_AT_KILL = 3
"""Events that a killed worker may have had in hand for each agent: handed out and not yet written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    agents: int
    seconds: float
    kill_after: float
    calls_at_once: int
    call_every: float
    settings: dict[str, str] = field(default_factory=dict)
    """Of the portal, where it should not wait as long as it does for real."""


@dataclass(slots=True)
class Watch:
    """How long each agent was not to be had, longest time in a row."""

    since: dict[int, float] = field(default_factory=dict)
    longest: float = 0.0

    def see(self, states: dict[int, str]) -> None:
        now = time.monotonic()
        for agent, state in states.items():
            if state in ("lost", "signing_in", "signed_out"):
                self.longest = max(self.longest, now - self.since.setdefault(agent, now))
            else:
                self.since.pop(agent, None)


class Soak:
    def __init__(self, plan: Plan, *, folder: Path) -> None:
        self.plan = plan
        self.wrong: list[str] = []
        self._watch = Watch()
        self._placed = 0
        self._portal = LivePortal(
            folder,
            SANDBOX_SPEED="1",
            SANDBOX_CCGATEWAY_AGENTS=str(plan.agents),
            SANDBOX_CCGATEWAY_GUID_SECONDS=str(GUID_SECONDS),
            SANDBOX_CCGATEWAY_LOSE_POLLS=str(LOSES),
            **plan.settings,
        )

    def run(self) -> list[str]:
        """What is wrong; every process is ended when it returns."""
        try:
            numbers = self._prepare()
            sizes = self._storm(numbers)
            self._settle(numbers)
            self._compare(sizes)
        finally:
            self._portal.stop()
        return self.wrong

    def _prepare(self) -> list[int]:
        portal = self._portal
        portal.prepare()
        numbers = portal.run("make_agents", count=self.plan.agents)
        portal.start_sandbox()
        portal.start_worker()
        began = time.monotonic()
        agents.sign_in(portal, numbers, seconds=120)
        _say(f"{len(numbers)} agents signed in within {time.monotonic() - began:.1f} s")
        return numbers

    def _storm(self, numbers: list[int]) -> list[tuple[str, int, int]]:
        """Size of each worker, KiB, when it was warm and when it ended."""
        portal, plan = self._portal, self.plan
        ends_at = time.monotonic() + plan.seconds
        self._work(min(ends_at, time.monotonic() + plan.kill_after / 2))
        warm = _size(portal)
        self._work(min(ends_at, time.monotonic() + plan.kill_after / 2))
        sizes = [("first worker", warm, _size(portal))]
        portal.kill("worker")
        portal.start_worker()
        killed_at, since = time.monotonic(), portal.sql("SELECT clock_timestamp()")[0][0]
        _say("the worker was killed, and another one started")
        wait_for(lambda: self._heard_since(since) == len(numbers), seconds=GONE, what="agents heard again")
        _say(f"all agents were heard again after {time.monotonic() - killed_at:.1f} s")
        self._work(min(ends_at, time.monotonic() + (ends_at - time.monotonic()) / 2))
        warm = _size(portal)
        self._work(ends_at)
        return [*sizes, ("second worker", warm, _size(portal))]

    def _heard_since(self, moment: datetime) -> int:
        query = "SELECT count(*) FROM dialer_agentstatus WHERE polled_at > %s + interval '1 second'"
        return int(self._portal.sql(query, moment)[0][0])

    def _work(self, until: float) -> None:
        """Calls now and then, until that moment."""
        next_calls = time.monotonic()
        while time.monotonic() < until:
            if time.monotonic() >= next_calls:
                self._place()
                next_calls += self.plan.call_every
            self._watch.see(agents.states(self._portal))
            time.sleep(0.5)

    def _place(self) -> None:
        self._portal.run("place_agent_calls", count=self.plan.calls_at_once, start=self._placed)
        self._placed += self.plan.calls_at_once

    def _settle(self, numbers: list[int]) -> None:
        open_calls = "SELECT count(*) FROM dialer_callrequest WHERE closed_at IS NULL AND state <> 'in_doubt'"
        wait_for(lambda: self._portal.sql(open_calls)[0][0] == 0, seconds=120, what="every call has ended")
        wait_for(lambda: agents.are_idle(self._portal, numbers), seconds=60, what="every agent is idle")
        # A call is over with the first event of its end; the last ones may still wait to be polled.
        wait_for(self._is_heard_out, seconds=60, what="every event was polled")
        time.sleep(WRITING)

    def _is_heard_out(self) -> bool:
        return not any(agent["events"]["queued"] for agent in agents.gateway(self._portal).values())

    # What was seen.

    def _compare(self, sizes: list[tuple[str, int, int]]) -> None:
        told = agents.gateway(self._portal)
        self._show_gateway(told)
        self._compare_events(told)
        self._show_calls()
        for name, warm, end in sizes:
            _say(f"{name}: {warm / 1024:.0f} MiB when warm, {end / 1024:.0f} MiB at the end ({end / warm:.2f})")
            self._must(end <= warm * GROWTH, f"{name} grew to {end / warm:.2f} times its size")

    def _show_gateway(self, told: dict[int, dict[str, Any]]) -> None:
        gap = max(agent["longest_gap"] for agent in told.values())
        polls = sum(agent["polls"] for agent in told.values())
        lost = sum(len(agent["events"]["lost"]) for agent in told.values())
        _say(f"{polls} polls, {lost} answers with an event lost, longest silence {gap:.1f} s")
        _say(f"longest time that an agent was not to be had: {self._watch.longest:.1f} s")
        self._must(gap < GONE, f"an agent was silent for {gap:.1f} s")
        self._must(self._watch.longest < GONE, f"an agent was lost for {self._watch.longest:.1f} s")
        for what in ("double_polls", "silent_sign_outs", "forced_sign_ins"):
            count = sum(agent[what] for agent in told.values())
            self._must(count == 0, f"{what}: {count}")

    def _compare_events(self, told: dict[int, dict[str, Any]]) -> None:
        """Each event that was delivered is written down once; those in a killed worker's hands may be missing."""
        query = """SELECT a.agent_id, l.kind FROM dialer_agentlogentry l JOIN dialer_agent a ON a.id = l.agent_id
                    WHERE l.content ? 'eventType'"""
        kept: dict[int, Counter[str]] = {}
        for agent, kind in self._portal.sql(query):
            kept.setdefault(agent, Counter())[kind] += 1
        missing = []
        for number, agent in told.items():
            delivered = Counter(event["eventType"] for event in agent["events"]["delivered"])
            twice = kept.get(number, Counter()) - delivered
            self._must(not twice, f"agent {number}: written down more often than delivered: {dict(twice)}")
            missing.append((delivered - kept.get(number, Counter())).total())
        total = sum(agent["events_delivered"] for agent in told.values())
        _say(f"{total} events delivered, {sum(missing)} of them in the hands of the killed worker")
        self._must(max(missing) <= LOST_AT_KILL, f"{max(missing)} events of one agent were not written down")
        query = """SELECT count(*) FROM (SELECT call_id, kind FROM dialer_callevent
                    WHERE kind IN ('agent_rings', 'agent_on', 'rings', 'talks')
                    GROUP BY call_id, kind HAVING count(*) > 1) AS twice"""
        twice_in_calls = self._portal.sql(query)[0][0]
        self._must(twice_in_calls == 0, f"{twice_in_calls} stages of calls were written down twice")

    def _show_calls(self) -> None:
        query = "SELECT state, disposition, count(*) FROM dialer_callrequest GROUP BY 1, 2 ORDER BY 1, 2"
        for state, disposition, count in self._portal.sql(query):
            _say(f"calls {state} {disposition or '-'}: {count}")
        rang = [count for count in self._portal.received()["orders_by_callee"].values() if count > 1]
        self._must(not rang, f"{len(rang)} callees were called more than once")

    def _must(self, is_so: bool, what: str) -> None:
        if not is_so:
            self.wrong.append(what)


def _size(portal: LivePortal) -> int:
    """KiB of memory that the worker has, the smallest of some looks."""
    status = Path(f"/proc/{portal.processes['worker'].pid}/status")
    looks = []
    for _look in range(3):
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
        looks.append(int(line.split()[1]))
        time.sleep(0.2)
    return int(statistics.median(looks))


def _say(text: str) -> None:
    print(f"  {text}", flush=True)
