"""What waits for the agents of a desk, all of them in a few queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dialer.models import Agent, AgentCommand, CallRequest


@dataclass(frozen=True, slots=True)
class Todo:
    """A command as the runner needs it."""

    pk: int
    kind: str
    call_pk: int | None


@dataclass(slots=True)
class Work:
    """What one agent is to do. Commands and calls (pks) in the order in which they were asked for."""

    commands: list[Todo] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    is_off: bool = False
    """An administrator switched the agent, or its account, off."""

    def __bool__(self) -> bool:
        return bool(self.commands or self.calls or self.is_off)


def work_of(agents: Collection[int], *, now: datetime) -> dict[int, Work]:
    """For those agents (pks) that have something to do."""
    found: dict[int, Work] = {}
    if not agents:
        return found
    for pk in _switched_off(agents):
        found.setdefault(pk, Work()).is_off = True
    commands = AgentCommand.objects.filter(agent_id__in=agents, done_at=None).order_by("id")
    for command in commands.values_list("agent_id", "pk", "kind", "call_id"):
        agent_pk, *todo = command
        found.setdefault(agent_pk, Work()).commands.append(Todo(*todo))
    for agent_pk, call_pk in _calls(agents, now=now):
        found.setdefault(agent_pk, Work()).calls.append(call_pk)
    return found


def _switched_off(agents: Collection[int]) -> Iterator[int]:
    active = set(Agent.objects.active().filter(pk__in=agents).values_list("pk", flat=True))
    return (pk for pk in agents if pk not in active)


def _calls(agents: Collection[int], *, now: datetime) -> list[tuple[int, int]]:
    waiting = CallRequest.objects.claimable(now=now).filter(CallRequest.may_leave())
    waiting = waiting.filter(agent_id__in=agents, closed_at=None)  # as the index says it
    return list(waiting.order_by("not_before", "pk").values_list("agent_id", "pk"))
