"""AICC's callbacks: where they go, how they are written, who signs them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from sandbox.app import SandboxApp, create_app
from sandbox.config import SandboxConfig
from sandbox.state import Sandbox
from tests.support.sandbox_client import Clock, control
from tests.support.sandbox_huawei import AiccClient, encoded, order

pytestmark = pytest.mark.asyncio

CONNECTED = "http://portal.test/console/connected"
RELEASED = "http://portal.test/console/released"
OWN = "http://portal.test/own/s3cret"
KEY = "a-key-of-sixteen-characters"


class Portal:
    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self.statuses.pop(0) if self.statuses else 200, json={"retCode": "0", "retMsg": ""})

    @property
    def bodies(self) -> dict[str, Any]:
        return {request.url.path: json.loads(request.content) for request in self.requests}


def app_calling_back(portal: Portal, **config: Any) -> SandboxApp:
    settings = {"speed": 0.0, "push_retry_seconds": 0.001, "aicc_callback_key": KEY, **config}
    clock = Clock()
    transport = httpx.MockTransport(portal)
    if settings["push_retry_seconds"] and portal.statuses:
        return create_app(sandbox=Sandbox(SandboxConfig(**settings), wall=clock, push_transport=transport))
    return create_app(sandbox=Sandbox(SandboxConfig(**settings), wall=clock, monotonic=clock, push_transport=transport))


async def test_the_console_addresses_are_called_without_a_signature() -> None:
    portal = Portal()
    app = app_calling_back(portal, aicc_connected_url=CONNECTED, aicc_released_url=RELEASED)
    serial = str((await AiccClient(app).ask("createCall", order(agentWorkNo="1001")))["result"]["callSerialNo"])
    await app.sandbox.settle()
    assert portal.bodies["/console/connected"] == {
        "callSerialNo": serial,
        "serviceNo": "1001",
        "called": "447700900001",
        "callData": "ref-1",
    }
    told = portal.bodies["/console/released"]
    assert (told["callSerialNo"], told["releaseReason"], told["callData"]) == (serial, 0, "ref-1")
    assert told["createCallTime"] == "2025/06/15,15:06:40:000"
    assert "signature" not in told


async def test_nobody_is_called_without_an_address() -> None:
    portal = Portal()
    app = app_calling_back(portal)
    await AiccClient(app).ask("createCall", order())
    await app.sandbox.settle()
    assert not portal.requests


async def test_the_address_in_the_order_wins_for_the_release_only() -> None:
    portal = Portal()
    app = app_calling_back(portal, aicc_connected_url=CONNECTED, aicc_released_url=RELEASED)
    await AiccClient(app).ask("createCall", order(callBackUrl=encoded(OWN)))
    await app.sandbox.settle()
    assert sorted(portal.bodies) == ["/console/connected", "/own/s3cret"]
    assert "signature" in portal.bodies["/own/s3cret"]
    assert "signature" not in portal.bodies["/console/connected"]


@pytest.mark.parametrize("digest", ["hmac-sha256", "sha256"])
async def test_the_signature(digest: str) -> None:
    portal = Portal()
    app = app_calling_back(portal, aicc_callback_digest=digest)
    await AiccClient(app).ask("createCall", order(callData="two words", callBackUrl=encoded(OWN)))
    await app.sandbox.settle()
    told = portal.bodies["/own/s3cret"]
    text = KEY + "_" + told.pop("timestamp") + "_" + told.pop("nonce") + "_"
    given = told.pop("signature")
    text += ",".join(f"{name}={'null' if told[name] is None else told[name]}" for name in sorted(told)).replace(" ", "")
    assert "callData=twowords," in text
    plain = hashlib.sha256(text.encode()).digest()
    keyed = hmac.new(KEY.encode(), text.encode(), hashlib.sha256).digest()
    assert base64.b64decode(given) == (keyed if digest == "hmac-sha256" else plain)


@pytest.mark.parametrize("changes", [{"aicc_callback_digest": "none"}, {"aicc_callback_key": ""}])
async def test_nothing_is_signed_without_key_or_digest(changes: dict[str, str]) -> None:
    portal = Portal()
    app = app_calling_back(portal, **changes)
    await AiccClient(app).ask("createCall", order(callBackUrl=encoded(OWN)))
    await app.sandbox.settle()
    assert "signature" not in portal.bodies["/own/s3cret"]


async def test_the_body_as_a_form() -> None:
    portal = Portal()
    app = app_calling_back(portal, aicc_released_url=RELEASED, aicc_callback_syntax="form")
    await AiccClient(app).ask("createCall", order(callData=None))
    await app.sandbox.settle()
    (request,) = portal.requests
    told = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
    assert (told["called"], told["callData"], told["serviceNo"]) == ("447700900001", "null", "")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_the_body_as_a_printed_map() -> None:
    portal = Portal()
    app = app_calling_back(portal, aicc_connected_url=CONNECTED, aicc_callback_syntax="map")
    serial = (await AiccClient(app).ask("createCall", order(callData=None)))["result"]["callSerialNo"]
    await app.sandbox.settle()
    (request,) = portal.requests
    assert request.content.decode() == f"{{callSerialNo={serial}, serviceNo=, called=447700900001, callData=null}}"


async def test_the_clock_of_the_callbacks_may_be_ahead() -> None:
    portal = Portal()
    app = app_calling_back(portal, aicc_released_url=RELEASED, aicc_callback_utc_offset=8.0)
    await AiccClient(app).ask("createCall", order())
    await app.sandbox.settle()
    assert portal.bodies["/console/released"]["createCallTime"] == "2025/06/15,23:06:40:000"


async def test_nobody_answered_so_nothing_is_connected() -> None:
    portal = Portal()
    app = app_calling_back(portal, aicc_connected_url=CONNECTED, aicc_released_url=RELEASED)
    await AiccClient(app).ask("createCall", order("447700900010"))
    await app.sandbox.settle()
    (told,) = portal.bodies.values()
    assert (told["releaseReason"], told["talkingTime"], told["talkDuration"]) == (5, "", 0)
    assert told["alertingTime"]


async def test_a_callback_that_is_not_taken_is_repeated() -> None:
    portal = Portal(500, 503)
    app = app_calling_back(portal, aicc_released_url=RELEASED)
    serial = (await AiccClient(app).ask("createCall", order()))["result"]["callSerialNo"]
    await app.sandbox.settle()
    assert len(portal.requests) == 3
    log = (await control(app, "received", method="GET"))["pushes"]
    assert [(push["callId"], push["event"], push["result"]) for push in log] == [
        (str(serial), "released", 500),
        (str(serial), "released", 503),
        (str(serial), "released", 200),
    ]
    assert (await control(app, "ledger", method="GET"))["pushes"]["delivered"] == 1


async def test_callbacks_come_twice_where_configured() -> None:
    portal = Portal()
    app = app_calling_back(portal, aicc_released_url=RELEASED, callback_twice=1.0)
    await AiccClient(app).ask("createCall", order())
    await app.sandbox.settle()
    assert len(portal.requests) == 2


async def test_a_held_call_calls_back_when_it_is_released() -> None:
    portal = Portal()
    app = app_calling_back(portal, aicc_released_url=RELEASED)
    serial = str((await AiccClient(app).ask("createCall", order("447700900783")))["result"]["callSerialNo"])
    await app.sandbox.settle()
    assert not portal.requests
    assert await control(app, "release", {"callee": "+447700900783"}) == {"released": [serial]}
    await app.sandbox.settle()
    assert portal.bodies["/console/released"]["callSerialNo"] == serial


async def test_they_can_be_delivered_by_hand() -> None:
    posted = []

    class Client:
        def post(self, path: str, *, data: bytes, content_type: str, headers: Any) -> httpx.Response:
            posted.append((path, content_type, json.loads(data)["called"]))
            return httpx.Response(200)

    portal = Portal()
    app = app_calling_back(portal)
    await AiccClient(app).ask("createCall", order("447700900783", callBackUrl=encoded(OWN)))
    app.sandbox.release(callee="447700900783")
    assert app.sandbox.deliver_aicc_callbacks(Client()) == [200]
    assert posted == [("/own/s3cret", "application/json; charset=UTF-8", "447700900783")]
