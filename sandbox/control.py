"""What a test or a person at the demo may ask of the sandbox itself, under /_sandbox/."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from sandbox.asgi import Reply, Request, json_reply
from sandbox.fields import digits
from sandbox.scenarios import SCENARIOS
from sandbox.state import Received, Sandbox

PREFIX = "/_sandbox/"
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
        result = action(sandbox, _parsed(request.body))
    except ValueError as error:
        return json_reply({"error": str(error)}, status=400)
    sandbox.pusher.kick()
    return json_reply(result)


def _parsed(raw: bytes) -> Body:
    body = json.loads(raw or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be a non-empty string")
    return value


def _received(sandbox: Sandbox, body: Body) -> Any:
    return {
        "received": [_shown(received) for received in sandbox.received],
        "orders_by_callee": dict(sandbox.orders_by_callee),
        "records": sandbox.records,
        "held": [call.call_id for call in sandbox.calls if call.held],
        "pushes": list(sandbox.pusher.log),
    }


def _ledger(sandbox: Sandbox, body: Body) -> Any:
    ended = len(sandbox.ended_calls)
    calls = {"dialled": len(sandbox.calls), "ended": ended, "held": sum(call.held for call in sandbox.calls)}
    return {**sandbox.ledger.totals(), "calls": calls, "pushes": sandbox.pusher.totals()}


def _rate(sandbox: Sandbox, body: Body) -> Any:
    return sandbox.ledger.rate()


def _shown(received: Received) -> Body:
    return {
        "number": received.number,
        "wall": received.wall,
        "monotonic": received.monotonic,
        "method": received.method,
        "path": received.path,
        "headers": {name: value for name, value in received.headers.items() if name != "sign"},
        "raw": received.raw.decode(errors="replace"),
        "body": received.body,
        "scenario": received.scenario,
        "code": received.code,
    }


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


def _start_tasks(sandbox: Sandbox, body: Body) -> Any:
    return {"started": sandbox.start_tasks()}


def _configure(sandbox: Sandbox, body: Body) -> Any:
    unknown = body.keys() - _SETTINGS.keys()
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(_SETTINGS)}")
    for name, value in body.items():
        if wrong := _SETTINGS[name](value):
            raise ValueError(f"{name} {wrong}")
    sandbox.configure(**body)
    return {name: getattr(sandbox.config, name) for name in _SETTINGS if name != "webhook_token"}


def _web_address(value: Any) -> str | None:
    valid = value == "" or (isinstance(value, str) and value.startswith(("http://", "https://")))
    return None if valid else "must be an http or https address, or empty"


def _token(value: Any) -> str | None:
    return None if isinstance(value, str) else "must be a string"


def _seconds(value: Any) -> str | None:
    return None if type(value) in (int, float) and 0 <= value < float("inf") else "must be 0 or more seconds"


def _share(value: Any) -> str | None:
    return None if type(value) in (int, float) and 0 <= value <= 1 else "must be a share from 0 to 1"


def _span(value: Any) -> str | None:
    pair = isinstance(value, list) and len(value) == 2 and not any(_seconds(part) for part in value)
    return None if pair and value[0] <= value[1] else "must be two numbers of seconds, the smaller one first"


def _whole_number(value: Any) -> str | None:
    return None if type(value) is int else "must be a whole number"


_SETTINGS: dict[str, Callable[[Any], str | None]] = {
    "webhook_url": _web_address,
    "webhook_token": _token,
    "speed": _seconds,
    "slow_seconds": _seconds,
    "recording_base": _web_address,
    "answer_seconds": _seconds,
    "lose_answers": _share,
    "callback_delay": _span,
    "callback_twice": _share,
    "seed": _whole_number,
}


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
    "rate": ("GET", _rate),
    "scenarios": ("GET", _scenarios),
    "script": ("POST", _script),
    "script_task": ("POST", _script_task),
    "release": ("POST", _release),
    "start_tasks": ("POST", _start_tasks),
    "config": ("POST", _configure),
    "reset": ("POST", _reset),
    "deliver": ("POST", _deliver),
}
