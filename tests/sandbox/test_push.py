"""The push of call records: what is sent, how often, and that it ends."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from sandbox.app import SandboxApp, create_app
from sandbox.config import SandboxConfig
from sandbox.state import Sandbox
from tests.support.sandbox_client import (
    CALLEE,
    CREATE_AND_CALL,
    DIALOUT,
    KEY,
    SECRET,
    TOKEN,
    control,
    dialout,
    entry,
    make_app,
    send,
    signed_headers,
    task,
)

pytestmark = pytest.mark.asyncio

WEBHOOK = "http://portal.test/hooks/nxcloud"


class Portal:
    """Answers pushes with the statuses it is given, then with 200; an exception in the list is raised."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.asked = asyncio.Event()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.asked.set()
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]


def app_pushing_to(portal: Portal, **config: Any) -> SandboxApp:
    settings = {
        "access_key": KEY,
        "access_secret": SECRET,
        "webhook_url": WEBHOOK,
        "webhook_token": TOKEN,
        "speed": 0.0,
        "push_retry_seconds": 0.001,
        **config,
    }
    return create_app(sandbox=Sandbox(SandboxConfig(**settings), push_transport=httpx.MockTransport(portal)))


async def order(app: SandboxApp, path: str, payload: dict[str, Any]) -> None:
    body = json.dumps(payload).encode()
    reply = await send(app, path, body, signed_headers(path, body, now_ms=app.sandbox.now_ms()))
    assert reply.json()["code"] == 0


async def test_the_push_is_one_record_with_the_token() -> None:
    portal = Portal()
    app = app_pushing_to(portal)
    await order(app, DIALOUT, dialout())
    await app.sandbox.settle()
    (request,) = portal.requests
    assert (request.method, str(request.url)) == ("POST", WEBHOOK)
    assert (request.headers["token"], request.headers["content-type"]) == (TOKEN, "application/json")
    assert portal.bodies == app.sandbox.records
    assert portal.bodies[0]["callee"] == CALLEE


async def test_every_entry_of_a_task_is_pushed_once() -> None:
    portal = Portal()
    app = app_pushing_to(portal)
    await order(app, CREATE_AND_CALL, task(*(entry(f"O{number}") for number in range(30))))
    await app.sandbox.settle()
    assert sorted(body["orderId"] for body in portal.bodies) == sorted(f"O{number}" for number in range(30))


async def test_it_pushes_after_the_call_not_before() -> None:
    portal = Portal()
    app = app_pushing_to(portal, speed=0.01)
    await order(app, DIALOUT, dialout())
    assert portal.requests == []
    await app.sandbox.settle()
    assert app.sandbox.wall() * 1000 >= portal.bodies[0]["endTime"] > portal.bodies[0]["startTime"]


@pytest.mark.parametrize("failure", [503, 302, 201, httpx.ConnectError("refused"), httpx.ReadTimeout("late")])
async def test_anything_but_200_is_tried_again(failure: int | Exception) -> None:
    portal = Portal(failure, failure)
    app = app_pushing_to(portal)
    await order(app, DIALOUT, dialout())
    await app.sandbox.settle()
    assert len(portal.requests) == 3
    assert [push["attempt"] for push in app.sandbox.pusher.log] == [1, 2, 3]
    assert app.sandbox.pusher.log[-1]["result"] == 200


async def test_it_gives_up_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    portal = Portal(*[500] * 99)
    app = app_pushing_to(portal)
    await order(app, DIALOUT, dialout())
    await app.sandbox.settle()
    assert len(portal.requests) == 5
    assert "gave up pushing" in caplog.text
    assert CALLEE not in caplog.text


async def test_a_held_record_is_pushed_when_released() -> None:
    portal = Portal()
    app = app_pushing_to(portal)
    app.sandbox.script(CALLEE, "accepted_then_silent")
    await order(app, DIALOUT, dialout())
    await app.sandbox.settle()
    assert portal.requests == []
    assert len((await control(app, "release", {"callee": "+" + CALLEE}))["released"]) == 1
    await app.sandbox.settle()
    assert [body["callee"] for body in portal.bodies] == [CALLEE]


async def test_deliver_pushes_everything_again() -> None:
    portal = Portal()
    app = app_pushing_to(portal)
    await order(app, CREATE_AND_CALL, task(*(entry(f"O{number}") for number in range(20))))
    await app.sandbox.settle()
    first = [body["orderId"] for body in portal.bodies]
    assert await control(app, "deliver", {"shuffled": True}) == {"pushing": 20}
    await app.sandbox.settle()
    again = [body["orderId"] for body in portal.bodies][20:]
    assert again != first
    assert sorted(again) == sorted(first)


async def test_records_wait_for_a_webhook_address() -> None:
    portal = Portal()
    app = app_pushing_to(portal, webhook_url="")
    await order(app, DIALOUT, dialout())
    await app.sandbox.settle()
    assert portal.requests == []
    await control(app, "config", {"webhook_url": WEBHOOK, "webhook_token": "another"})
    await app.sandbox.settle()
    assert [request.headers["token"] for request in portal.requests] == ["another"]


async def test_a_sooner_record_does_not_wait_for_a_later_one() -> None:
    portal = Portal()
    app = app_pushing_to(portal, speed=0.01)
    await order(app, DIALOUT, dialout(delayTime=10_000_000))
    await asyncio.sleep(0)
    await order(app, DIALOUT, dialout(callee="447700900002"))
    await asyncio.wait_for(portal.asked.wait(), timeout=5)
    assert [body["callee"] for body in portal.bodies] == ["447700900002"]
    app.sandbox.reset()


async def test_a_reset_forgets_what_waits() -> None:
    portal = Portal()
    app = app_pushing_to(portal, speed=100.0)
    await order(app, DIALOUT, dialout())
    app.sandbox.reset()
    await app.sandbox.settle()
    assert portal.requests == []


class PortalClient:
    """Has the `post` of Django's test client."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, Any]]] = []

    def post(self, path: str, **options: Any) -> httpx.Response:
        self.posts.append((path, options))
        return httpx.Response(202)


async def test_callbacks_can_be_delivered_by_hand() -> None:
    app = make_app(webhook_url="")
    client = PortalClient()
    body = json.dumps(dialout()).encode()
    await send(app, DIALOUT, body, signed_headers(DIALOUT, body))
    assert app.sandbox.deliver_callbacks(client, "/hooks/nxcloud") == [202]
    assert app.sandbox.deliver_callbacks(client, "/hooks/nxcloud") == [], "each record once"
    ((path, options),) = client.posts
    assert (path, options["content_type"]) == ("/hooks/nxcloud", "application/json")
    assert options["headers"] == {"token": TOKEN}
    assert json.loads(options["data"]) == app.sandbox.records[0]
