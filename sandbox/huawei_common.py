"""Where the Huawei sides meet the rest of the sandbox: taking orders, and letting held calls go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.huawei_aicc.state import AiccCall
    from sandbox.huawei_ccgateway.agent import Agent
    from sandbox.huawei_ccgateway.calls import GatewayCall
    from sandbox.nxcloud.calls import Order
    from sandbox.state import Sandbox


def take_aicc(sandbox: Sandbox, order: Order, *, body: dict[str, Any], callback_url: str) -> AiccCall:
    sandbox.ledger.taken[order.callee] += 1
    call = sandbox.aicc.dial(order, body=body, callback_url=callback_url)
    if not call.held:
        _call_back(sandbox, call)
    return call


def take_gateway(sandbox: Sandbox, agent: Agent, order: Order) -> GatewayCall:
    sandbox.ledger.taken[order.callee] += 1
    return sandbox.gateway.dial(agent, order)


def release(sandbox: Sandbox, wanted: dict[str, str]) -> list[str]:
    """A held AICC call ends; a CC-Gateway call goes on from where it was held. Returns their ids."""
    released = []
    for call in sandbox.aicc.calls.values():
        if call.held and wanted.items() <= {"callee": call.order.callee, "call_id": call.serial}.items():
            sandbox.aicc.release(call)
            _call_back(sandbox, call)
            released.append(call.serial)
    for held in sandbox.gateway.calls:
        if held.held and wanted.items() <= {"callee": held.order.callee, "call_id": held.call_id}.items():
            sandbox.gateway.release(held)
            released.append(held.call_id)
    return released


def held_ids(sandbox: Sandbox) -> list[str]:
    return [
        *(call.serial for call in sandbox.aicc.calls.values() if call.held),
        *(call.call_id for call in sandbox.gateway.calls if call.held),
    ]


def totals(sandbox: Sandbox) -> tuple[int, int]:
    """Calls that were dialled, and that have ended."""
    sandbox.gateway.advance()
    now = sandbox.monotonic()
    ended = sum(call.ended(now) for call in sandbox.aicc.calls.values())
    return len(sandbox.aicc.calls) + len(sandbox.gateway.calls), ended + sum(
        call.over for call in sandbox.gateway.calls
    )


def _call_back(sandbox: Sandbox, call: AiccCall) -> None:
    """Late and twice, where the configuration says so."""
    config = sandbox.config
    least, most = config.callback_delay
    pushes = 2 if config.callback_twice and sandbox.chance("twice", call) < config.callback_twice else 1
    talked = (call.legs.end - call.legs.answer) / 1000 if config.speed else 0.0
    for push in range(pushes):
        late, later = (least + (most - least) * sandbox.chance("late", call, push, leg) for leg in range(2))
        sandbox.callbacks.call(
            call,
            connected_at=call.visible_at - talked + late if call.legs.answer else None,
            released_at=call.visible_at + later,
        )
