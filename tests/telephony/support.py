"""Builders and fakes for the telephony tests. Numbers are from ranges reserved for fiction."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from telephony.contract.orders import DialOrder, PreparedRequest, TaskEntry, TaskOrder
from telephony.contract.vocabulary import DispatchType, RingOrder, StartupType
from telephony.http.transport import open_client

if TYPE_CHECKING:
    from collections.abc import Callable

DID = "+12025550142"
CALLEE = "+447700900001"
CONNECT_NUMBER = "+12025550199"
NOW_MS = 1_700_000_000_123
ACCESS_KEY = "AK-test-key"
ACCESS_SECRET = "s3cr3t-of-the-tests"
WEBHOOK_TOKEN = "t0ken-of-the-tests"
BASE_URL = "https://did.nxcloud.test"
TASK_BASE_URL = "https://task.nxcloud.test"

DATA = Path(__file__).parent / "providers" / "nxcloud" / "data"


def recorded(name: str) -> Any:
    """The `reply` or `push` of a recorded file; its other keys say where it comes from."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["content"]


def make_dial_order(**changes: Any) -> DialOrder:
    values: dict[str, Any] = {
        "reference": "ref-1",
        "did": DID,
        "callee": CALLEE,
        "connect_number": CONNECT_NUMBER,
        "ring_order": RingOrder.CONNECT_FIRST,
    }
    return DialOrder(**values | changes)


def make_task_order(**changes: Any) -> TaskOrder:
    values: dict[str, Any] = {
        "reference": "chunk-1",
        "task_name": "Autumn 1/3",
        "country": "GB",
        "strategy_name": "Default Strategy",
        "dispatch_type": DispatchType.PREDICTIVE,
        "agent_group_no": "NX00000G000001",
        "predict_call_rate": Decimal("0.85"),
        "ratio_call_rate": Decimal("1.5"),
        "start_count": 10,
        "startup_type": StartupType.IMMEDIATE,
        "entries": (
            TaskEntry(order_id="A" * 32, callee="+447700900001", other="row 1"),
            TaskEntry(order_id="B" * 32, callee="+447700900002"),
        ),
    }
    return TaskOrder(**values | changes)


def make_prepared(**changes: Any) -> PreparedRequest:
    values: dict[str, Any] = {
        "method": "POST",
        "url": f"{BASE_URL}/dialout",
        "headers": (("Content-Type", "application/json"), ("sign", "0123456789abcdef")),
        "body": b'{"callee":"447700900001"}',
        "sensitive_headers": frozenset({"sign"}),
        "numbers": frozenset({"447700900001"}),
    }
    return PreparedRequest(**values | changes)


class FakeServer:
    """Answers every request with the same reply or exception, and keeps what came."""

    def __init__(self, reply: httpx.Response | Exception | Callable[[], httpx.Response] | None = None) -> None:
        self.reply = reply if reply is not None else httpx.Response(200, json={"code": 0})
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply if isinstance(self.reply, httpx.Response) else self.reply()

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]

    def client(self) -> httpx.AsyncClient:
        return open_client(BASE_URL, transport=httpx.MockTransport(self))


def assert_no_leak(*texts: object) -> None:
    """Neither secret nor token nor any full test number in the text or repr of anything."""
    numbers = [number.removeprefix("+") for number in (DID, CALLEE, CONNECT_NUMBER, "+447700900002")]
    for text in texts:
        for shown in (str(text), repr(text)):
            for forbidden in (ACCESS_SECRET, WEBHOOK_TOKEN, *numbers):
                assert forbidden not in shown, f"{forbidden} leaks in {type(text).__name__}"
