"""The APIs that take orders, each one row: how to place an order, and how to make the sandbox answer as wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.app import SandboxApp
from telephony.contract.agents import AgentLogin
from telephony.contract.orders import Accepted, DialOrder, PreparedRequest, TaskEntry, TaskOrder
from telephony.contract.vocabulary import DispatchType, StartupType

CALLEE = "+447700900001"
HOST = "http://sandbox.invalid"
NXCLOUD = {"BASE_URL": HOST, "ACCESS_KEY": "AK-conformance", "ACCESS_SECRET": "conformance-secret"}
AICC = {"BASE_URL": HOST, "APP_KEY": "conformance-app", "APP_SECRET": "conformance-app-secret"}
CCGATEWAY = {"BASE_URL": f"{HOST}/agentgateway/resource", "POLL_PAUSE_MS": "0"}
AGENT = AgentLogin(agent_id="1001", password="conformance-password", phone="7001")
SECRETS = (NXCLOUD["ACCESS_SECRET"], AICC["APP_SECRET"], AGENT.password)
SANDBOX = {
    "access_key": NXCLOUD["ACCESS_KEY"],
    "access_secret": NXCLOUD["ACCESS_SECRET"],
    "aicc_app_key": AICC["APP_KEY"],
    "aicc_app_secret": AICC["APP_SECRET"],
    "ccgateway_password": AGENT.password,
}

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


AICC_ORDER = DialOrder(
    reference="0123456789abcdef0123456789abcdef",
    callee=CALLEE,
    did="+442079460001",
    agent_phone="442079460101",
    agent_id="1001",
    agent_sees="442079460001",
    call_data="Grüße 牛",
    callback_url="https://portal.example/webhooks/aicc/secret/released",
)
AGENT_ORDER = DialOrder(
    reference="r1", callee=CALLEE, did="+442079460001", agent_id="1001", skill_id=1, call_data="Grüße 牛"
)


async def as_it_is(adapter: Any) -> Any:
    return adapter


async def signed_in(adapter: Any) -> Any:
    """The session in which an agent calls."""
    session = adapter.session(AGENT)
    await session.sign_in()
    return session


@dataclass(frozen=True)
class OrderApi:
    name: str
    kind: str
    path: str
    """Of the requests that order."""
    config: Mapping[str, str]
    prepare: Callable[[Any, int], PreparedRequest]
    place: Callable[[Any, int], Awaitable[Accepted]]
    script: Callable[[SandboxApp, str], None]
    gives_an_id: bool
    ready: Callable[[Any], Awaitable[Any]] = as_it_is
    """What places orders, made of the adapter."""
    variants: tuple[Mapping[str, str], ...] = ({},)
    """Settings under which every case is run."""
    tells_the_time: bool = False
    """Requests carry a time, so that a wrong clock shows."""
    tries_at_401: int = 1
    """Requests of one order where the provider answers 401: a token is renewed once."""
    sensitive: frozenset[str] = field(default_factory=frozenset)
    """Headers of an order whose values are secrets."""


DIGESTS: tuple[Mapping[str, str], ...] = ({"SIGN_ALGORITHM": "md5"}, {"SIGN_ALGORITHM": "sha256"})
ORDER_APIS = (
    OrderApi(
        name="nxcloud dial-out",
        kind="nxcloud",
        path="/did/openapi/amazon/dialout",
        config=NXCLOUD,
        variants=DIGESTS,
        tells_the_time=True,
        sensitive=frozenset({"sign"}),
        prepare=lambda adapter, now_ms: adapter.prepare_call(DIAL_ORDER, now_ms=now_ms),
        place=lambda adapter, now_ms: adapter.place_call(DIAL_ORDER, now_ms=now_ms),
        script=lambda app, scenario: app.sandbox.script(CALLEE, scenario),
        gives_an_id=True,
    ),
    OrderApi(
        name="nxcloud createandcall",
        kind="nxcloud",
        path="/saas/cc/openapi/ai/createandcall",
        config=NXCLOUD,
        variants=DIGESTS,
        tells_the_time=True,
        sensitive=frozenset({"sign"}),
        prepare=lambda adapter, now_ms: adapter.prepare_task(TASK_ORDER, now_ms=now_ms),
        place=lambda adapter, now_ms: adapter.create_task(TASK_ORDER, now_ms=now_ms),
        script=lambda app, scenario: app.sandbox.script_task(scenario),
        gives_an_id=False,
    ),
    OrderApi(
        name="huawei aicc createCall",
        kind="huawei_aicc",
        path="/apiaccess/CC-Management/v1/mobileAgent/createCall",
        config=AICC,
        prepare=lambda adapter, now_ms: adapter.prepare_call(AICC_ORDER, now_ms=now_ms),
        place=lambda adapter, now_ms: adapter.place_call(AICC_ORDER, now_ms=now_ms),
        script=lambda app, scenario: app.sandbox.script(CALLEE, scenario),
        gives_an_id=True,
        tries_at_401=2,
        sensitive=frozenset({"authorization"}),
    ),
    OrderApi(
        name="huawei cc-gateway callout",
        kind="huawei_ccgateway",
        path="/agentgateway/resource/voicecall/1001/callout",
        config=CCGATEWAY,
        ready=signed_in,
        prepare=lambda session, now_ms: session.prepare_call(AGENT_ORDER, now_ms=now_ms),
        place=lambda session, now_ms: session.place_call(AGENT_ORDER, now_ms=now_ms),
        script=lambda app, scenario: app.sandbox.script(CALLEE, scenario),
        gives_an_id=True,
        sensitive=frozenset({"guid", "cookie"}),
    ),
)
