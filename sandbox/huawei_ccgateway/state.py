"""What CC-Gateway keeps: its agents and their calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.huawei_ccgateway.agent import Agent
from sandbox.huawei_ccgateway.calls import GatewayCall
from sandbox.legs import plan_legs
from sandbox.nxcloud.calls import Order

if TYPE_CHECKING:
    from sandbox.config import SandboxConfig

FIRST_AGENT = 1001


class Gateway:
    def __init__(
        self, *, config: Callable[[], SandboxConfig], wall: Callable[[], float], monotonic: Callable[[], float]
    ) -> None:
        self.calls: list[GatewayCall] = []
        self._config = config
        self._wall = wall
        self._monotonic = monotonic
        self.agents = {
            str(number): Agent(str(number), config=config, wall=wall, monotonic=monotonic)
            for number in range(FIRST_AGENT, FIRST_AGENT + config().ccgateway_agents)
        }

    def dial(self, agent: Agent, order: Order) -> GatewayCall:
        legs = plan_legs(order, start_ms=int(self._wall() * 1000), speed=self._config().speed)
        call = GatewayCall(
            call_id=f"{int(self._wall())}-{len(self.calls) + 1}",
            order=order,
            legs=legs,
            agent=agent.number,
            held=order.held,
        )
        self.calls.append(call)
        agent.start(call)
        return call

    def release_call(self, call: GatewayCall) -> None:
        """Lets a held call happen, from now on."""
        call.held = False
        if not call.over:
            call.legs = plan_legs(call.order, start_ms=int(self._wall() * 1000), speed=self._config().speed)
            self.agents[call.agent].play(call)

    def release_matching(self, wanted: dict[str, str]) -> list[str]:
        """Lets the held calls with this callee or call id go on; returns their ids."""
        matching = [
            call
            for call in self.calls
            if call.held and wanted.items() <= {"callee": call.order.callee, "call_id": call.call_id}.items()
        ]
        for call in matching:
            self.release_call(call)
        return [call.call_id for call in matching]

    def held_ids(self) -> list[str]:
        return [call.call_id for call in self.calls if call.held]

    def totals(self) -> tuple[int, int]:
        """Calls that were dialled, and that have ended."""
        self.advance()
        return len(self.calls), sum(call.over for call in self.calls)

    def close(self) -> None:
        """Lets every waiting poll go."""
        for agent in self.agents.values():
            agent.end_session()

    def advance(self) -> None:
        for agent in self.agents.values():
            agent.advance()

    def describe_agents(self) -> list[dict[str, Any]]:
        """Every agent as the control endpoint shows it."""
        self.advance()
        return [agent.describe() for agent in self.agents.values()]
