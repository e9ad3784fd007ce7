"""NxCloud's endpoints: check who asks, check what is asked, then do what the scenario says."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox import auth, fields, records
from sandbox.asgi import ConnectionDropped, Reply, Request, json_reply, text_reply
from sandbox.calls import Order
from sandbox.scenarios import ANSWERED, Level, Scenario
from sandbox.state import Received, Sandbox

Body = dict[str, Any]

IMMEDIATE = 3
"""The startupType that dials at once. 2 (scheduled) has no field for a time, so it waits like 0 and 1."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """`scenario` chooses what will happen, None where nothing special does; then `data` takes the order."""

    business: tuple[str, str]
    """bizType and action."""
    fields: tuple[fields.Field, ...]
    scenario: Callable[[Sandbox, Body], Scenario | None]
    data: Callable[[Sandbox, Body, Scenario | None], Any]


async def answer(sandbox: Sandbox, endpoint: Endpoint, request: Request) -> Reply:
    """Raises ConnectionDropped when the scenario says so."""
    body = _parsed(request.body)
    received = sandbox.note(request, body)
    refused = _refusal(sandbox, endpoint, request, body)
    if refused:
        received.code = refused[0]
        return envelope(*refused, data={})
    return await _perform(sandbox, endpoint, body, received)


def envelope(code: int, msg: str, *, data: Any) -> Reply:
    """NxCloud's answer. The HTTP status of failures is not documented: 200 here, as the code is in the body."""
    return json_reply({"reqId": uuid.uuid4().hex, "code": code, "msg": msg, "data": data})


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _refusal(sandbox: Sandbox, endpoint: Endpoint, request: Request, body: Any) -> tuple[int, str] | None:
    config = sandbox.config
    refused = auth.refusal(
        request.headers,
        request.body,
        access_key=config.access_key,
        access_secret=config.access_secret,
        business=endpoint.business,
        now_ms=sandbox.now_ms(),
    )
    if refused:
        return refused
    if not isinstance(body, dict):
        return 41000, "the request body must be a JSON object"
    wrong = fields.complaint(body, endpoint.fields)
    return (41000, wrong) if wrong else None


async def _perform(sandbox: Sandbox, endpoint: Endpoint, body: Body, received: Received) -> Reply:
    chosen = endpoint.scenario(sandbox, body)
    scenario = chosen or ANSWERED
    received.scenario = chosen.name if chosen else None
    received.code = scenario.code
    if scenario.level is Level.REFUSAL:
        return envelope(scenario.code, scenario.summary, data={})
    reply = envelope(0, "request success", data=endpoint.data(sandbox, body, chosen))
    sandbox.pusher.kick()
    if scenario.name == "slow":
        await asyncio.sleep(sandbox.config.slow_seconds)
    return _spoil(reply, scenario)


def _spoil(reply: Reply, scenario: Scenario) -> Reply:
    """The order is taken; now the answer goes wrong."""
    match scenario.name:
        case "accepted_then_reset":
            raise ConnectionDropped
        case "accepted_then_500":
            return text_reply("Internal Server Error", status=500)
        case "garbage":
            page = b"<!doctype html><title>Welcome</title><p>It works!"
            return Reply(body=page, content_type="text/html; charset=utf-8")
        case "truncated":
            return Reply(body=reply.body, cut_at=len(reply.body) // 2)
        case "redirect_302":
            return Reply(status=302, headers={"location": "/elsewhere"}, content_type="text/html")
        case "status_408":
            return text_reply("Request Timeout", status=408)
    return reply


def _dial_out(sandbox: Sandbox, body: Body, chosen: Scenario | None) -> Body:
    scenario = chosen or ANSWERED
    order = Order(did=body["did"], callee=body["callee"], scenario=scenario, held=scenario.held)
    return {"callId": sandbox.take(order, delay_ms=body.get("delayTime") or 0).call_id}


def _create_task(sandbox: Sandbox, body: Body, chosen: Scenario | None) -> None:
    """NxCloud gives no task id here; it first appears in the records."""
    task_id = uuid.uuid4().hex
    orders = [_entry_order(sandbox, body, entry, task_id, chosen) for entry in body["callList"]]
    sandbox.take_task(orders, start=body.get("startupType") == IMMEDIATE)


def _entry_order(sandbox: Sandbox, body: Body, entry: Body, task_id: str, chosen: Scenario | None) -> Order:
    """A line scenario of the task is that of every entry; otherwise each number has its own."""
    for_all = chosen if chosen and chosen.level is Level.LINE else None
    scenario = for_all or sandbox.scenario_of_entry(entry["userPhone"])
    return Order(
        callee=entry["userPhone"],
        scenario=scenario,
        held=scenario.held or bool(chosen and chosen.held),
        order_id=entry["orderID"],
        other=entry["other"],
        task_id=task_id,
        task_name=body["taskName"],
        agent_group_no=body["agentGroupNo"],
    )


def _nothing_special(sandbox: Sandbox, body: Body) -> None:
    return None


_CC = ("8", "cc")

ENDPOINTS = {
    "/did/openapi/amazon/dialout": Endpoint(
        business=("9", "didaws"),
        fields=fields.DIALOUT,
        scenario=lambda sandbox, body: sandbox.scenario_of_call(body["callee"]),
        data=_dial_out,
    ),
    "/saas/cc/openapi/ai/createandcall": Endpoint(
        business=_CC,
        fields=fields.CREATE_AND_CALL,
        scenario=lambda sandbox, body: sandbox.scenario_of_task(body["taskName"]),
        data=_create_task,
    ),
    "/saas/cc/openapi/cdr/page": Endpoint(
        business=_CC,
        fields=fields.CDR_PAGE,
        scenario=_nothing_special,
        data=lambda sandbox, body, _: records.page(sandbox.records, body),
    ),
    "/saas/cc/openapi/cdr/queryByOrderId": Endpoint(
        business=_CC,
        fields=fields.QUERY_BY_ORDER_ID,
        scenario=_nothing_special,
        data=lambda sandbox, body, _: records.of_order(sandbox.records, body["orderId"]),
    ),
}
