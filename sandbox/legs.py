"""A call of the Huawei sides: the agent's phone rings first, then the customer's."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.nxcloud.calls import Order, Times, plan

NO_PICKUP_PHASES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """Unix milliseconds; 0 where it did not happen."""

    start: int
    agent_ring: int
    agent_answer: int
    customer: Times | None
    """None: the agent did not pick up."""
    end: int

    @property
    def ring(self) -> int:
        return self.customer.ring if self.customer else 0

    @property
    def answer(self) -> int:
        return self.customer.answer if self.customer else 0


def plan_legs(order: Order, *, start_ms: int, speed: float) -> Legs:
    phase = max(1, round(speed * 1000))
    agent_ring = start_ms + phase
    if order.scenario.name == "agent_no_pickup":
        end = agent_ring + NO_PICKUP_PHASES * phase
        return Legs(start=start_ms, agent_ring=agent_ring, agent_answer=0, customer=None, end=end)
    agent_answer = agent_ring + phase
    customer = plan(order, start_ms=agent_answer, speed=speed)
    return Legs(start=start_ms, agent_ring=agent_ring, agent_answer=agent_answer, customer=customer, end=customer.end)
