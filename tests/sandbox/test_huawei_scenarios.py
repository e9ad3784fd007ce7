"""The same scenarios on AICC and on CC-Gateway as on NxCloud: what the client gets, whether the order was taken."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from sandbox.app import SandboxApp
from tests.support.sandbox_client import in_process, make_app
from tests.support.sandbox_huawei import API, GATEWAY, AgentClient, AiccClient, order

pytestmark = pytest.mark.asyncio

FAST = {"ccgateway_poll_seconds": 0.01}


def number(ending: int) -> str:
    return f"4477009007{ending:02}"


async def ordered(app: SandboxApp, side: str, callee: str) -> httpx.Response:
    if side == "aicc":
        return await AiccClient(app).post("createCall", order(callee))
    agent = await AgentClient(app).ready(force=True)
    return await agent.send("PUT", "voicecall/{}/callout", json={"called": callee})


@pytest.mark.parametrize(
    ("side", "ending", "code"),
    [
        ("aicc", 80, "5"),
        ("aicc", 81, "1"),
        ("aicc", 82, "99"),
        ("gateway", 80, "200-001"),
        ("gateway", 81, "100-007"),
        ("gateway", 82, "999-999"),
    ],
)
async def test_a_refusal_has_a_code_and_takes_no_order(side: str, ending: int, code: str) -> None:
    app = make_app(**FAST)
    reply = await ordered(app, side, number(ending))
    assert reply.json()["retCode" if side == "aicc" else "retcode"] == code
    assert "result" not in reply.json()
    assert not app.sandbox.orders_by_callee


@pytest.mark.parametrize("side", ["aicc", "gateway"])
@pytest.mark.parametrize("ending", range(91, 96))
async def test_who_may_not_order_gets_401(side: str, ending: int) -> None:
    app = make_app(**FAST)
    assert (await ordered(app, side, number(ending))).status_code == 401
    assert (await ordered(app, side, number(ending))).status_code == 401, "with a new token as well"
    assert not app.sandbox.orders_by_callee
    assert (await ordered(app, side, number(1))).status_code == 200


@pytest.mark.parametrize("side", ["aicc", "gateway"])
@pytest.mark.parametrize(("ending", "status"), [(85, 500), (86, 200), (88, 302), (89, 408)])
async def test_an_answer_that_says_nothing_of_the_order(side: str, ending: int, status: int) -> None:
    app = make_app(**FAST)
    reply = await ordered(app, side, number(ending))
    assert reply.status_code == status
    assert b"{" not in reply.content
    assert_taken_and_held(app, number(ending))


@pytest.mark.parametrize("side", ["aicc", "gateway"])
@pytest.mark.parametrize(("ending", "error"), [(84, httpx.ReadError), (87, httpx.RemoteProtocolError)])
async def test_a_connection_that_breaks(side: str, ending: int, error: type[Exception]) -> None:
    app = make_app(**FAST)
    with pytest.raises(error):
        await ordered(app, side, number(ending))
    assert_taken_and_held(app, number(ending))


@pytest.mark.parametrize("side", ["aicc", "gateway"])
async def test_accepted_then_silent(side: str) -> None:
    app = make_app(**FAST)
    assert "result" in (await ordered(app, side, number(83))).json()
    assert_taken_and_held(app, number(83))


@pytest.mark.parametrize("side", ["aicc", "gateway"])
async def test_slow_takes_the_order_and_answers_late(side: str) -> None:
    app = make_app(slow_seconds=0.05, **FAST)
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert "result" in (await ordered(app, side, number(90))).json()
    assert loop.time() - began > 0.04
    assert app.sandbox.orders_by_callee == {number(90): 1}
    assert app.sandbox.call_totals() == {"dialled": 1, "ended": 1, "held": 0}


@pytest.mark.parametrize("side", ["aicc", "gateway"])
async def test_answers_are_lost_where_configured(side: str) -> None:
    app = make_app(lose_answers=1.0, **FAST)
    with pytest.raises(httpx.ReadError):
        await ordered(app, side, "447700900001")
    assert app.sandbox.ledger.totals()["lost"] == ["447700900001"]


@pytest.mark.parametrize(("name", "code"), [("session_100006", "100-006"), ("session_000003", "000-003")])
async def test_session_trouble_takes_no_order(name: str, code: str) -> None:
    app = make_app(**FAST)
    app.sandbox.script("447700900001", name)
    assert (await ordered(app, "gateway", "447700900001")).json()["retcode"] == code
    assert app.sandbox.gateway.agents["1001"].session is None or name == "session_000003"
    assert (await ordered(app, "aicc", "447700900001")).status_code == 401
    assert not app.sandbox.orders_by_callee


@pytest.mark.parametrize("path", [API + "createCall", GATEWAY + "voicecall/1001/callout"])
async def test_orders_count_for_the_rate(path: str) -> None:
    app = make_app(**FAST)
    await ordered(app, "aicc", "447700900001")
    await ordered(app, "gateway", "447700900002")
    assert app.sandbox.ledger.rate()["requests"] == 2
    async with in_process(app) as client:
        await client.request("POST" if "createCall" in path else "PUT", path, json={})
    assert app.sandbox.ledger.rate()["requests"] == 3, "though it is refused"


def assert_taken_and_held(app: SandboxApp, callee: str) -> None:
    assert app.sandbox.orders_by_callee == {callee: 1}
    assert app.sandbox.received[-1].code == 0
    assert app.sandbox.call_totals() == {"dialled": 1, "ended": 0, "held": 1}
    assert app.sandbox.release(callee="+" + callee)
    assert app.sandbox.call_totals() == {"dialled": 1, "ended": 1, "held": 0}
