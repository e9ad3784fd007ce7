"""What waits for the agents of a desk, all of them in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from dialer.models import Agent, AgentCommand, CallRequest


@dataclass(frozen=True, slots=True)
class WaitingCommand:
    """A command as the runner needs it."""

    pk: int
    kind: str
    call_pk: int | None


@dataclass(slots=True)
class AgentWork:
    """What one agent is to do. Commands and calls (pks) in the order in which they were asked for."""

    commands: list[WaitingCommand] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    is_off: bool = False
    """An administrator switched the agent, or its account, off."""

    def __bool__(self) -> bool:
        return bool(self.commands or self.calls or self.is_off)


def find_work(agents: Collection[int], *, now: datetime) -> dict[int, AgentWork]:
    """For those agents (pks) that have something to do. Three queries, however many agents there are."""
    found: defaultdict[int, AgentWork] = defaultdict(AgentWork)
    if not agents:
        return {}
    active = set(Agent.objects.active().filter(pk__in=agents).values_list("pk", flat=True))
    for pk in agents:
        if pk not in active:
            found[pk].is_off = True
    commands = AgentCommand.objects.filter(agent_id__in=agents, done_at=None).order_by("id")
    for agent_pk, *command in commands.values_list("agent_id", "pk", "kind", "call_id"):
        found[agent_pk].commands.append(WaitingCommand(*command))
    waiting = CallRequest.objects.claimable(now=now).filter(CallRequest.may_leave())
    # `closed_at` is implied; said once more, the planner takes the partial index of open calls.
    waiting = waiting.filter(agent_id__in=agents, closed_at=None)
    for agent_pk, call_pk in waiting.order_by("not_before", "pk").values_list("agent_id", "pk"):
        found[agent_pk].calls.append(call_pk)
    return dict(found)
