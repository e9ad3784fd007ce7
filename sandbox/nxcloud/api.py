"""NxCloud's endpoints: check who asks, check what is asked, then do what the scenario says."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox import faults
from sandbox.asgi import Reply, Request, json_reply, parse_json
from sandbox.nxcloud import account, auth, did_records, fields, records
from sandbox.nxcloud.calls import Order
from sandbox.scenarios import ANSWERED, Level, Scenario
from sandbox.state import Sandbox

Body = dict[str, Any]
Code = tuple[int, str]
"""A result code that is a refusal, and its message."""

IMMEDIATE = 3
"""The startupType that dials at once. 2 (scheduled) has no field for a time, so it waits like 0 and 1."""


class Refused(Exception):
    """Raised with the code and the message of a refusal that only the endpoint itself can find."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code, message


def envelope(code: int, msg: str, *, data: Any) -> Reply:
    """NxCloud's answer. The HTTP status of failures is not documented: 200 here, as the code is in the body."""
    return json_reply({"reqId": uuid.uuid4().hex, "code": code, "msg": msg, "data": data})


def plain_envelope(code: int, msg: str, *, data: Any) -> Reply:
    """The frame of the DID records, with another word for the message and no request id."""
    return json_reply({"code": code, "message": msg, "data": data})


def traced_envelope(code: int, msg: str, *, data: Any) -> Reply:
    """The frame of everything about the customer."""
    return json_reply({"code": code, "message": msg, "data": data, "traceId": uuid.uuid4().hex})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A question, answered by `data`, which may raise Refused."""

    business: tuple[str, str]
    """bizType and action."""
    fields: tuple[fields.Field, ...]
    data: Callable[[Sandbox, Body], Any]
    envelope: Callable[..., Reply] = envelope
    wrong_field: int = 41000
    bodiless: bool = False
    """It may come without a body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders(Endpoint):
    """An order. `scenario` chooses what will happen, None where nothing special does; then `take` takes it."""

    scenario: Callable[[Sandbox, Body], Scenario | None]
    take: Callable[[Sandbox, Body, Scenario | None], Any]
    callees: Callable[[Body], list[str]]
    data: Callable[[Sandbox, Body], Any] = lambda sandbox, body: None


async def answer(sandbox: Sandbox, endpoint: Endpoint, request: Request) -> Reply:
    """Raises ConnectionDropped when the scenario says so."""
    if isinstance(endpoint, Orders):
        # Before anything is checked: a refused order is a request, too, and the rate is about requests.
        sandbox.ledger.arrived(sandbox.monotonic(), signed_ms=request.headers.get("ts", ""))
    body = {} if endpoint.bodiless and not request.body else parse_json(request.body)
    received = sandbox.note(request, body)
    try:
        if refused := _refusal(sandbox, endpoint, request, body):
            raise Refused(*refused)
        if isinstance(endpoint, Orders):
            # Raises Refused and ConnectionDropped.
            chosen = endpoint.scenario(sandbox, body)
            scenario = chosen or ANSWERED
            received.scenario = chosen.name if chosen else None
            if scenario.level is Level.REFUSAL:
                raise Refused(scenario.code, scenario.summary)
            reply = endpoint.envelope(0, "request success", data=endpoint.take(sandbox, body, chosen))
            received.code = 0
            sandbox.kick()
            return await faults.finish(sandbox, scenario, reply, callees=endpoint.callees(body))
        reply = endpoint.envelope(0, "request success", data=endpoint.data(sandbox, body))
    except Refused as refusal:
        received.code = refusal.code[0]
        return endpoint.envelope(*refusal.code, data={})
    received.code = 0
    return reply


def _refusal(sandbox: Sandbox, endpoint: Endpoint, request: Request, body: Any) -> Code | None:
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
        return endpoint.wrong_field, "the request body must be a JSON object"
    wrong = fields.complaint(body, endpoint.fields)
    return (endpoint.wrong_field, wrong) if wrong else None


def _dial_out(sandbox: Sandbox, body: Body, chosen: Scenario | None) -> Body:
    scenario = chosen or ANSWERED
    order = Order(did=body["did"], callee=body["callee"], scenario=scenario, held=scenario.held)
    return {"callId": sandbox.take_order(order, delay_ms=body.get("delayTime") or 0).call_id}


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


def _balance(sandbox: Sandbox, body: Body) -> Any:
    if not sandbox.may_tell_balance():
        raise Refused(211, "request frequency is limited")
    return account.BALANCE


_CC = ("8", "cc")

ENDPOINTS = {
    "/did/openapi/amazon/dialout": Orders(
        business=("9", "didaws"),
        fields=fields.DIALOUT,
        scenario=lambda sandbox, body: sandbox.scenario_of_call(body["callee"]),
        take=_dial_out,
        callees=lambda body: [body["callee"]],
    ),
    "/saas/cc/openapi/ai/createandcall": Orders(
        business=_CC,
        fields=fields.CREATE_AND_CALL,
        scenario=lambda sandbox, body: sandbox.scenario_of_task(body["taskName"]),
        take=_create_task,
        callees=lambda body: [entry["userPhone"] for entry in body["callList"]],
    ),
    "/saas/cc/openapi/cdr/page": Endpoint(
        business=_CC,
        fields=fields.CDR_PAGE,
        data=lambda sandbox, body: sandbox.records_of(records.page(sandbox.archive, body, now=sandbox.monotonic())),
    ),
    "/saas/cc/openapi/cdr/queryByOrderId": Endpoint(
        business=_CC,
        fields=fields.QUERY_BY_ORDER_ID,
        data=lambda sandbox, body: sandbox.records_of(
            records.of_order(sandbox.archive, body["orderId"], now=sandbox.monotonic())
        ),
    ),
    "/api/did/cdr": Endpoint(
        business=("4", "cdr"),
        fields=fields.DID_CDR,
        data=lambda sandbox, body: did_records.page(sandbox.archive, body, now=sandbox.monotonic()),
        envelope=plain_envelope,
        wrong_field=-1,
    ),
    "/saas/cc/openapi/agentGroup/page": Endpoint(
        business=_CC, fields=fields.GROUPS_PAGE, data=lambda sandbox, body: account.groups_page(body)
    ),
    "/saas/cc/openapi/agentGroup/member/list": Endpoint(
        business=_CC, fields=fields.GROUP_MEMBERS, data=lambda sandbox, body: account.members(body["queueNo"])
    ),
    "/api/customer/getBalance": Endpoint(
        business=("3", "getBalance"),
        fields=(),
        data=_balance,
        envelope=traced_envelope,
        wrong_field=9000,
        bodiless=True,
    ),
}
