"""A client of the simulated provider, written for these tests. Its signature shares no code with the sandbox."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import httpx

from sandbox.app import SandboxApp, create_app
from sandbox.config import SandboxConfig
from sandbox.state import Sandbox
from sandbox.transport import SandboxTransport

KEY = "AK-test"
SECRET = "test-secret"
TOKEN = "test-token"
NOW = 1_750_000_000

DIALOUT = "/did/openapi/amazon/dialout"
CREATE_AND_CALL = "/saas/cc/openapi/ai/createandcall"
CDR_PAGE = "/saas/cc/openapi/cdr/page"
BY_ORDER_ID = "/saas/cc/openapi/cdr/queryByOrderId"
DID_CDR = "/api/did/cdr"
GROUPS_PAGE = "/saas/cc/openapi/agentGroup/page"
GROUP_MEMBERS = "/saas/cc/openapi/agentGroup/member/list"
BALANCE = "/api/customer/getBalance"
BUSINESS = {
    DIALOUT: ("9", "didaws"),
    CREATE_AND_CALL: ("8", "cc"),
    CDR_PAGE: ("8", "cc"),
    BY_ORDER_ID: ("8", "cc"),
    DID_CDR: ("4", "cdr"),
    GROUPS_PAGE: ("8", "cc"),
    GROUP_MEMBERS: ("8", "cc"),
    BALANCE: ("3", "getBalance"),
}

DID = "12025550100"
CALLEE = "447700900001"
CONNECT_NUMBER = "12025550199"


class Clock:
    """Wall and monotonic clock of a sandbox; stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


def make_app(clock: Clock | None = None, **config: Any) -> SandboxApp:
    """Every call ends at once, and time stands still, unless told otherwise."""
    clock = clock or Clock()
    settings = {"access_key": KEY, "access_secret": SECRET, "webhook_token": TOKEN, "speed": 0.0, **config}
    return create_app(sandbox=Sandbox(SandboxConfig(**settings), wall=clock, monotonic=clock))


def dialout(**changes: Any) -> dict[str, Any]:
    return _changed({"did": DID, "callee": CALLEE, "connectNumber": CONNECT_NUMBER}, changes)


def entry(order_id: str = "ORDER1", **changes: Any) -> dict[str, Any]:
    return _changed({"orderID": order_id, "userPhone": CALLEE, "other": "ref-1"}, changes)


def task(*entries: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A task that starts at once."""
    fields = {
        "country": "GB",
        "taskName": "Autumn",
        "strategyName": "Default Strategy",
        "dispatchType": 1,
        "agentGroupNo": "NX09445G000025",
        "predictCallRate": 1.25,
        "ratioCallRate": 1.5,
        "startCount": 1,
        "startupType": 3,
        "callList": list(entries) or [entry()],
    }
    return _changed(fields, changes)


def span(**changes: Any) -> dict[str, Any]:
    """A query for the records of an hour around now."""
    return {"startTime": NOW - 1800, "endTime": NOW + 1800, "size": 100, "page": 1, **changes}


def did_day(**changes: Any) -> dict[str, Any]:
    """A query for the DID records of today."""
    return {"date": "2025-06-15", "pageSize": 500, "page": 1, **changes}


def _changed(fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """None takes a field away."""
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


def signed_headers(path: str, body: bytes, *, now_ms: int = NOW * 1000, algorithm: str = "md5") -> dict[str, str]:
    biz_type, action = BUSINESS[path]
    headers = {"accessKey": KEY, "ts": str(now_ms), "bizType": biz_type, "action": action}
    headers["sign"] = sign(headers, body.decode(), SECRET, algorithm)
    if algorithm != "md5":
        headers["algorithm"] = algorithm
    return {**headers, "Content-Type": "application/json"}


def sign(headers: Mapping[str, str], body: str, secret: str, algorithm: str = "md5") -> str:
    pairs = [f"{name}={headers[name]}" for name in ("accessKey", "action", "bizType", "ts")]
    if body:
        pairs.append(f"body={body}")
    pairs.append(f"accessSecret={secret}")
    return hashlib.new(algorithm, "&".join(pairs).encode("utf-8")).hexdigest()


async def post(app: SandboxApp, path: str, payload: Any, *, now_ms: int = NOW * 1000) -> httpx.Response:
    """A correct request with this body."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    return await send(app, path, body, signed_headers(path, body, now_ms=now_ms))


async def send(app: SandboxApp, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
    async with in_process(app) as client:
        return await client.post(path, content=body, headers=headers)


async def control(app: SandboxApp, name: str, body: Any = None, *, method: str = "POST") -> Any:
    async with in_process(app) as client:
        reply = await client.request(method, f"/_sandbox/{name}", json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()


def in_process(app: SandboxApp, **options: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=SandboxTransport(app), base_url="http://sandbox", **options)
