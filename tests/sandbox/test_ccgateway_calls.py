"""CC-Gateway: the call-out, the events of each ending, hanging up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sandbox.app import SandboxApp, create_app
from sandbox.config import SandboxConfig
from tests.support.sandbox_client import Clock
from tests.support.sandbox_client import make_app as make_any_app
from tests.support.sandbox_huawei import AgentClient

pytestmark = pytest.mark.asyncio

BEGINNING = [
    ("AgentOther_PhoneAlerting", None),
    ("AgentOther_PhoneOffhook", {"type": "main"}),
    ("AgentState_Busy", None),
]


def make_app(clock: Clock | None = None, **config: Any) -> SandboxApp:
    return make_any_app(clock, **{"ccgateway_poll_seconds": 0.0, **config})


def alerting(call_id: str, callee: str) -> tuple[str, Any]:
    return (
        "AgentEvent_Customer_Alerting",
        {"callid": call_id, "otherPhone": callee, "otherPhoneWorkno": "", "type": "main"},
    )


def failing(call_id: str, detect: int, words: str) -> list[tuple[str, Any]]:
    return [
        ("AgentOther_PhoneRelease", {"phoneState": 3}),
        ("AgentEvent_Call_Out_Fail", call_id),
        ("AgentEvent_Connect_Fail", call_id),
        ("AgentState_Ready", None),
        ("OUTBOUND_DETECT_EVENT", {"callId": call_id, "detect": detect, "desc": words}),
    ]


async def test_a_call_that_is_answered() -> None:
    app = make_app()
    agent = await AgentClient(app).ready()
    call_id = (await agent.call_out("447700900001", caller="442079460101", skillid=1))["result"]
    assert call_id == "1750000000-1"
    assert await agent.events() == [
        *BEGINNING,
        alerting(call_id, "447700900001"),
        (
            "AgentEvent_Talking",
            {
                "caller": "442079460101",
                "called": "447700900001",
                "callid": call_id,
                "feature": "7",
                "type": "main",
                "mediaAbility": "1",
            },
        ),
        ("AgentEvent_Customer_Release", {"callid": call_id, "number": "447700900001"}),
        ("AgentEvent_Call_Release", call_id),
        ("AgentOther_PhoneRelease", {"phoneState": 3}),
        ("AgentState_Ready", None),
    ]
    assert app.sandbox.orders_by_callee == {"447700900001": 1}


async def test_nobody_answers() -> None:
    agent = await AgentClient(make_app()).ready()
    call_id = (await agent.call_out("447700900010"))["result"]
    wanted = [*BEGINNING, alerting(call_id, "447700900010"), *failing(call_id, 603, "No answer")]
    assert await agent.events() == wanted


@pytest.mark.parametrize(("ending", "detect", "words"), [(20, 537, "Busy"), (28, 538, "Unallocated number")])
async def test_the_phone_of_the_customer_never_rings(ending: int, detect: int, words: str) -> None:
    agent = await AgentClient(make_app()).ready()
    call_id = (await agent.call_out(f"4477009000{ending}"))["result"]
    assert await agent.events() == [*BEGINNING, *failing(call_id, detect, words)]


async def test_the_customer_declines() -> None:
    agent = await AgentClient(make_app()).ready()
    call_id = (await agent.call_out("447700900025"))["result"]
    assert (await agent.events())[-5:] == failing(call_id, 604, "Rejected")


async def test_the_agent_does_not_pick_up() -> None:
    app = make_app()
    app.sandbox.script("447700900001", "agent_no_pickup")
    agent = await AgentClient(app).ready()
    call_id = (await agent.call_out())["result"]
    assert await agent.events() == [
        ("AgentOther_PhoneAlerting", None),
        ("AgentEvent_Call_Out_Fail", call_id),
        ("AgentEvent_Connect_Fail", call_id),
        ("AgentOther_PhoneRelease", {"phoneState": 2}),
    ]
    assert (await agent.call_out("447700900002"))["retcode"] == "0"


async def test_events_come_in_their_time() -> None:
    clock = Clock()
    app = make_app(clock, speed=1.0)
    agent = await AgentClient(app).ready()
    await agent.call_out("447700900001")
    times: dict[str, int] = {}
    for second in range(12):
        for name, _ in await agent.events():
            times[name.partition("_")[2]] = second
        clock.now += 1
    assert times == {
        "PhoneAlerting": 1,
        "PhoneOffhook": 2,
        "Busy": 2,
        "Customer_Alerting": 3,
        "Talking": 5,
        "Customer_Release": 8,
        "Call_Release": 8,
        "PhoneRelease": 8,
        "Ready": 8,
    }


async def test_a_waiting_poll_gets_the_events_as_they_happen() -> None:
    app = create_app(SandboxConfig(speed=0.02, ccgateway_poll_seconds=0.0))
    agent = await AgentClient(app).ready()
    app.sandbox.configure(ccgateway_poll_seconds=5.0)
    waiting = asyncio.create_task(agent.poll())
    await agent.call_out()
    names = [(await asyncio.wait_for(waiting, 2))["event"]["eventType"]]
    while names[-1] != "AgentState_Ready":
        names.append((await asyncio.wait_for(agent.poll(), 2))["event"]["eventType"])
    assert (names[0], len(names)) == ("AgentOther_PhoneAlerting", 9)


async def test_the_states_of_an_agent_in_a_call() -> None:
    clock = Clock()
    agent = await AgentClient(make_app(clock, speed=1.0)).ready()
    call_id = (await agent.call_out())["result"]
    assert (await agent.call_out("447700900002"))["retcode"] == "100-007"
    clock.now += 5
    status = (await agent.ask("GET", "onlineagent/{}/agentstatus"))["result"]
    assert status == {"agentState": 7, "isWorking": True}
    info = (await agent.ask("POST", "onlineagent/{}/syncagentinfo"))["result"]["agentStateInfo"]
    assert (info["state"], info["curCallId"], info["calledNo"]) == (5, call_id, "447700900001")
    assert await agent.events() == [], "it clears the queue"
    assert (await agent.ask("GET", "calldata/{}/allcallid"))["result"] == [call_id]
    assert (await agent.ask("GET", "calldata/{}/callinfo"))["result"]["callid"] == call_id
    assert (await agent.ask("GET", "calldata/{}/callinfobycallid/1-1"))["result"] == {}
    clock.now += 5
    status = (await agent.ask("GET", "onlineagent/{}/agentstatus"))["result"]
    assert status == {"agentState": 4, "isWorking": False}
    assert (await agent.ask("GET", "calldata/{}/callinfo"))["result"] == {}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "voicecall/{}/release"),
        ("DELETE", "voicecall/{}"),
        ("POST", "voicecall/{}/dropcall/1750000000-1"),
        ("POST", "voicecall/{}/disconnect/447700900001"),
    ],
)
async def test_hanging_up(method: str, path: str) -> None:
    clock = Clock()
    app = make_app(clock, speed=1.0)
    agent = await AgentClient(app).ready()
    call_id = (await agent.call_out())["result"]
    clock.now += 6
    await agent.events()
    assert await agent.code(method, path) == "0"
    assert await agent.events() == [
        ("AgentEvent_Call_Release", call_id),
        ("AgentEvent_Customer_Release", {"callid": call_id, "number": "447700900001"}),
        ("AgentOther_PhoneRelease", {"phoneState": 3}),
        ("AgentState_Ready", None),
    ]
    clock.now += 60
    assert await agent.events() == []
    assert app.sandbox.call_totals() == {"dialled": 1, "ended": 1, "held": 0}


async def test_nothing_to_hang_up() -> None:
    agent = await AgentClient(make_app()).ready()
    assert await agent.code("DELETE", "voicecall/{}/release") == "200-017"
    assert await agent.code("POST", "voicecall/{}/dropcall/1-1") == "200-017"
    assert await agent.code("POST", "voicecall/{}/disconnect/447700900001") == "200-204"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "000-002"),
        ([], "000-006"),
        ({"called": 447700900001}, "000-002"),
        ({"called": "+447700900001"}, "200-001"),
        ({"called": ""}, "200-001"),
        ({"called": "1" * 25}, "200-001"),
        ({"called": "0", "caller": "+1"}, "000-002"),
        ({"called": "0", "skillid": "1"}, "000-002"),
        ({"called": "0", "mediaability": 3}, "000-002"),
        ({"called": "0", "callappdata": "x" * 16385}, "000-002"),
        ({"called": "0", "callappdata": "x" * 16384, "caller": "", "mediaability": 0}, "0"),
        ({"called": "*21#"}, "0"),
        ({"called": "##"}, "0"),
    ],
)
async def test_the_fields_of_a_call_out(body: Any, code: str) -> None:
    app = make_app()
    agent = await AgentClient(app).ready()
    assert await agent.code("PUT", "voicecall/{}/callout", json=body) == code
    assert bool(app.sandbox.orders_by_callee) is (code == "0")


async def test_a_reserved_busy_state_follows_the_call() -> None:
    clock = Clock()
    agent = await AgentClient(make_app(clock, speed=1.0)).ready()
    await agent.call_out()
    await agent.ask("POST", "onlineagent/{}/saybusy?reason=200")
    clock.now += 10
    assert (await agent.events())[-1] == ("AgentState_SetNotReady_Success", {"reason": 200})
    assert (await agent.ask("GET", "onlineagent/{}/agentstatus"))["result"]["agentState"] == 3


async def test_wrap_up_follows_the_call() -> None:
    agent = await AgentClient(make_app()).ready(autoenteridle=False)
    await agent.call_out()
    assert (await agent.events())[-1] == ("AgentState_Work", None)
    assert (await agent.call_out("447700900002"))["retcode"] == "100-007"
    await agent.ask("POST", "onlineagent/{}/cancelwork")
    assert (await agent.call_out("447700900002"))["retcode"] == "0"


async def test_a_phone_that_stays_off_the_hook_does_not_ring_again() -> None:
    agent = await AgentClient(make_app()).ready(releasephone=False)
    names = []
    for callee in ("447700900001", "447700900002"):
        await agent.call_out(callee)
        names.append([name for name, _ in await agent.events()][:2])
    assert names == [
        ["AgentOther_PhoneAlerting", "AgentOther_PhoneOffhook"],
        ["AgentState_Busy", "AgentEvent_Customer_Alerting"],
    ]


async def test_the_ending_may_be_shuffled() -> None:
    orders = set()
    for seed in range(8):
        agent = await AgentClient(make_app(ccgateway_shuffle=True, seed=seed)).ready()
        call_id = (await agent.call_out("447700900010"))["result"]
        events = await agent.events()
        assert events[:4] == [*BEGINNING, alerting(call_id, "447700900010")]
        assert sorted(map(str, events[4:])) == sorted(map(str, failing(call_id, 603, "No answer")))
        orders.add(str(events))
    assert len(orders) > 4


async def test_events_may_come_twice() -> None:
    agent = await AgentClient(make_app(ccgateway_repeat=1.0)).ready()
    await agent.call_out("447700900010")
    events = await agent.events()
    assert len(events) == 18
    assert events[::2] == events[1::2]


async def test_a_held_call_goes_on_when_it_is_released() -> None:
    app = make_app()
    agent = await AgentClient(app).ready()
    await agent.call_out("447700900783")
    assert await agent.events() == []
    assert (await agent.ask("GET", "onlineagent/{}/agentstatus"))["result"]["isWorking"] is True
    assert app.sandbox.release(callee="447700900783") == ["1750000000-1"]
    assert (await agent.events())[4][0] == "AgentEvent_Talking"


async def test_a_held_call_can_be_hung_up() -> None:
    app = make_app()
    agent = await AgentClient(app).ready()
    await agent.call_out("447700900783")
    assert await agent.code("DELETE", "voicecall/{}/release") == "0"
    assert (await agent.events())[0][0] == "AgentEvent_Call_Release"
    assert app.sandbox.release(callee="447700900783") == []


async def test_a_new_session_hears_the_rest_of_the_call() -> None:
    clock = Clock()
    app = make_app(clock, speed=1.0)
    await (await AgentClient(app).ready()).call_out()
    clock.now += 6
    agent = AgentClient(app)
    await agent.sign_in(force=True)
    assert (await agent.ask("GET", "onlineagent/{}/agentstatus"))["result"] == {"agentState": 7, "isWorking": True}
    clock.now += 3
    assert [name for name, _ in await agent.events()] == [
        "AgentEvent_Customer_Release",
        "AgentEvent_Call_Release",
        "AgentOther_PhoneRelease",
        "AgentState_Ready",
    ]
