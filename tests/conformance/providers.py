"""The APIs that take orders, each one row: how to place an order, and how to make the sandbox answer as wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.app import SandboxApp
from telephony.contract import Accepted, DialOrder, PreparedRequest, TaskEntry, TaskOrder
from telephony.vocabulary import DispatchType, StartupType

CALLEE = "+447700900001"
CREDENTIALS = {"ACCESS_KEY": "AK-conformance", "ACCESS_SECRET": "conformance-secret"}

DIAL_ORDER = DialOrder(reference="r1", did="+442079460001", callee=CALLEE, connect_number="+442079460900")
TASK_ORDER = TaskOrder(
    reference="r1",
    task_name="Conformance",
    country="GB",
    strategy_name="Default Strategy",
    dispatch_type=DispatchType.PREDICTIVE,
    agent_group_no="NX00000G000001",
    predict_call_rate=Decimal("1.25"),
    ratio_call_rate=Decimal("1.5"),
    start_count=1,
    startup_type=StartupType.IMMEDIATE,
    entries=(TaskEntry(order_id="o1", callee=CALLEE, other="Grüße 牛"),),
)


@dataclass(frozen=True)
class OrderApi:
    name: str
    kind: str
    prepare: Callable[[Any, int], PreparedRequest]
    place: Callable[[Any, int], Awaitable[Accepted]]
    script: Callable[[SandboxApp, str], None]
    gives_an_id: bool


ORDER_APIS = (
    OrderApi(
        name="nxcloud dial-out",
        kind="nxcloud",
        prepare=lambda adapter, now_ms: adapter.prepare_call(DIAL_ORDER, now_ms=now_ms),
        place=lambda adapter, now_ms: adapter.place_call(DIAL_ORDER, now_ms=now_ms),
        script=lambda app, scenario: app.sandbox.script(CALLEE, scenario),
        gives_an_id=True,
    ),
    OrderApi(
        name="nxcloud createandcall",
        kind="nxcloud",
        prepare=lambda adapter, now_ms: adapter.prepare_task(TASK_ORDER, now_ms=now_ms),
        place=lambda adapter, now_ms: adapter.create_task(TASK_ORDER, now_ms=now_ms),
        script=lambda app, scenario: app.sandbox.script_task(scenario),
        gives_an_id=False,
    ),
)
