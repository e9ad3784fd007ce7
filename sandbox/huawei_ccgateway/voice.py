"""A CC-Gateway agent's calls: call out, hang up, ask (page 1232 and its neighbours)."""

from __future__ import annotations

import re
from typing import Any

from sandbox import faults
from sandbox.asgi import Reply, json_reply
from sandbox.huawei_ccgateway.agent import STATE_IDLE
from sandbox.huawei_ccgateway.calls import GatewayCall
from sandbox.huawei_ccgateway.known_requests import Asked, Refused, envelope
from sandbox.nxcloud.calls import Order
from sandbox.scenarios import Level, Scenario

DATA_MOST = 16 * 1024

# The sandbox's own scenarios in CC-Gateway's words.
_REFUSALS = {
    "refused_41000": "200-001",
    "failed_88": "100-007",
    "failed_99": "999-999",
    "session_100006": "100-006",
    "session_000003": "000-003",
}


async def call_out(asked: Asked) -> Reply:
    sandbox, body = asked.sandbox, asked.body
    # Raises Refused with the codes of the call-out page.
    called = body.get("called")
    if not isinstance(called, str):
        raise Refused("000-002", "called is needed")
    if not re.fullmatch(r"[0-9*#]{1,24}", called):
        raise Refused("200-001", "the number is wrong")
    caller = body.get("caller")
    if caller not in (None, "") and not (isinstance(caller, str) and re.fullmatch(r"[0-9]{1,24}", caller)):
        raise Refused("000-002", "caller must be up to 24 digits")
    skill, media = body.get("skillid"), body.get("mediaability", 0)
    if not (skill in (None, "") or type(skill) is int) or type(media) is not int or media not in (0, 1, 2):
        raise Refused("000-002", "skillid or mediaability is wrong")
    data = body.get("callappdata")
    if data is not None and not (isinstance(data, str) and len(data.encode()) <= DATA_MOST):
        raise Refused("000-002", "callappdata must be up to 16 KB")
    if asked.agent.call or asked.agent.state != STATE_IDLE:
        raise Refused("100-007", "the agent is not idle")
    if not asked.here().skills:
        raise Refused("100-007", "the agent has no skill")
    scenario = sandbox.scenario_of_call(body["called"])
    asked.received.scenario = scenario.name
    if scenario.level is Level.REFUSAL:
        return _refusal(asked, scenario)
    order = Order(callee=body["called"], scenario=scenario, held=scenario.held, did=body.get("caller") or "")
    sandbox.ledger.orders_taken([order.callee])
    call = sandbox.gateway.dial(asked.agent, order)
    asked.received.code = 0
    reply = envelope("0", "", result=call.call_id)
    return await faults.finish(sandbox, scenario, reply, callees=[order.callee])


def _refusal(asked: Asked, scenario: Scenario) -> Reply:
    code = _REFUSALS.get(scenario.name)
    if code is None:
        asked.received.code = 401
        return json_reply({"message": "Unauthorized"}, status=401)
    if code == "100-006":
        asked.agent.end_session()
    raise Refused(code, "the scenario says so")


def release(asked: Asked) -> None:
    if asked.agent.call is None:
        raise Refused("200-017", "there is no call to hang up")
    asked.agent.hang_up()


def drop_call(asked: Asked) -> None:
    call = asked.agent.call
    if call is None or call.call_id != asked.named["call"]:
        raise Refused("200-017", "there is no such call to hang up")
    asked.agent.hang_up()


def disconnect(asked: Asked) -> None:
    call = asked.agent.call
    if call is None or call.order.callee != asked.named["number"]:
        raise Refused("200-204", "the number is not in the last call")
    asked.agent.hang_up()


def call_info(asked: Asked) -> dict[str, Any]:
    return _info(asked.agent.call)


def call_info_by_id(asked: Asked) -> dict[str, Any]:
    call = asked.agent.call
    return _info(call if call and call.call_id == asked.named["call"] else None)


def all_call_ids(asked: Asked) -> list[str]:
    return [asked.agent.call.call_id] if asked.agent.call else []


def _info(call: GatewayCall | None) -> dict[str, Any]:
    """Empty without a call: what comes then is not documented."""
    if call is None:
        return {}
    return {
        "callid": call.call_id,
        "caller": call.order.did,
        "called": call.order.callee,
        "begintime": str(call.legs.start),
    }
