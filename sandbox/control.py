"""What a test or a person at the demo may ask of the sandbox itself, under /_sandbox/."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from sandbox import settings
from sandbox.asgi import Reply, Request, json_reply
from sandbox.huawei_ccgateway.agent import Agent
from sandbox.masking import shown
from sandbox.nxcloud.fields import digits
from sandbox.scenarios import SCENARIOS
from sandbox.state import Sandbox

PREFIX = "/_sandbox/"
# The last one is how a socket for both families shows IPv4.
_LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")

Body = dict[str, Any]


def answer(sandbox: Sandbox, request: Request) -> Reply:
    if request.client not in _LOOPBACK:
        return json_reply({"error": "the control endpoints answer on loopback only"}, status=403)
    if "origin" in request.headers:
        # A web page open in the same browser as the demo could otherwise have the records pushed, token and all, to it.
        return json_reply({"error": "the control endpoints do not answer web pages"}, status=403)
    known = _ACTIONS.get(request.path.removeprefix(PREFIX))
    if known is None:
        return json_reply({"error": "no such control endpoint", "known": sorted(_ACTIONS)}, status=404)
    method, action = known
    if request.method != method:
        return json_reply({"error": f"use {method}"}, status=405)
    try:
        body = json.loads(request.body or b"{}")
        if not isinstance(body, dict):
            raise ValueError("the body must be a JSON object")
        result = action(sandbox, body)
    except ValueError as error:
        return json_reply({"error": str(error)}, status=400)
    # Whatever was asked may have made a push due, or named the address that pushes waited for.
    sandbox.kick()
    return json_reply(result)


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be a non-empty string")
    return value


def _received(sandbox: Sandbox, body: Body) -> Any:
    return {
        "received": [shown(received) for received in sandbox.received],
        "orders_by_callee": dict(sandbox.orders_by_callee),
        "records": sandbox.records,
        "held": sandbox.held_ids,
        "pushes": [*sandbox.pusher.log, *sandbox.callbacks.log],
    }


def _ledger(sandbox: Sandbox, body: Body) -> Any:
    pushed, called = sandbox.pusher.totals(), sandbox.callbacks.totals()
    pushes = {name: count + called[name] for name, count in pushed.items()}
    return {**sandbox.ledger.totals(), "calls": sandbox.call_totals(), "pushes": pushes}


def _scenarios(sandbox: Sandbox, body: Body) -> Any:
    return [
        {
            "name": scenario.name,
            "level": scenario.level.value,
            "endings": [f"{ending:02}" for ending in scenario.endings],
            "code": scenario.code,
            "held": scenario.held,
            "summary": scenario.summary,
        }
        for scenario in SCENARIOS
    ]


def _script(sandbox: Sandbox, body: Body) -> Any:
    callee = _text(body, "callee").removeprefix("+")
    if wrong := digits(callee):
        raise ValueError(f"callee {wrong}")
    sandbox.script(callee, None if body.get("scenario") is None else _text(body, "scenario"))
    return {"callee": callee, "scenario": sandbox.scenario_of_call(callee).name}


def _script_task(sandbox: Sandbox, body: Body) -> Any:
    scenario = _text(body, "scenario")
    sandbox.script_task(scenario)
    return {"next_task": scenario}


def _release(sandbox: Sandbox, body: Body) -> Any:
    names = {"callee": "callee", "orderId": "order_id", "callId": "call_id", "taskName": "task_name"}
    criteria = {ours: _text(body, name) for name, ours in names.items() if name in body}
    if not criteria:
        raise ValueError(f"name at least one of {', '.join(names)}")
    return {"released": sandbox.release(**criteria)}


def _configure(sandbox: Sandbox, body: Body) -> Any:
    sandbox.configure(**settings.checked(body))
    return settings.visible_settings(sandbox.config)


def _agent(sandbox: Sandbox, body: Body) -> Agent:
    agent = sandbox.gateway.agents.get(_text(body, "agent"))
    if agent is None:
        raise ValueError("agent must be the number of an agent")
    return agent


def _event(sandbox: Sandbox, body: Body) -> Any:
    """As it is, whatever it is; only somebody who is signed in gets it."""
    agent = _agent(sandbox, body)
    work_number = _text(body, "workNo") if "workNo" in body else agent.number
    agent.tell(_text(body, "eventType"), body.get("content"), work_number=work_number)
    return {"queued": len(agent.queue)}


def _kick(sandbox: Sandbox, body: Body) -> Any:
    agent = _agent(sandbox, body)
    was_signed_in = agent.session is not None
    agent.end_session()
    return {"kicked": was_signed_in}


def _reset(sandbox: Sandbox, body: Body) -> Any:
    sandbox.reset()
    return {}


def _deliver(sandbox: Sandbox, body: Body) -> Any:
    calls = sandbox.ended_calls
    if body.get("shuffled"):
        # A fixed seed: an order that breaks the portal must come again the next time.
        random.Random(body.get("seed", 0)).shuffle(calls)
    sandbox.push_again(calls)
    return {"pushing": len(calls)}


_ACTIONS: dict[str, tuple[str, Callable[[Sandbox, Body], Any]]] = {
    "received": ("GET", _received),
    "ledger": ("GET", _ledger),
    "rate": ("GET", lambda sandbox, body: sandbox.ledger.rate()),
    "scenarios": ("GET", _scenarios),
    "script": ("POST", _script),
    "script_task": ("POST", _script_task),
    "release": ("POST", _release),
    "start_tasks": ("POST", lambda sandbox, body: {"started": sandbox.start_tasks()}),
    "config": ("POST", _configure),
    "reset": ("POST", _reset),
    "deliver": ("POST", _deliver),
    "agents": ("GET", lambda sandbox, body: sandbox.gateway.describe_agents()),
    "agents/event": ("POST", _event),
    "agents/kick": ("POST", _kick),
}
