"""CC-Gateway: sign-in, guid and cookie, states, the long poll."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from sandbox.app import SandboxApp
from tests.support.sandbox_client import NOW, Clock, control, in_process
from tests.support.sandbox_client import make_app as make_any_app
from tests.support.sandbox_huawei import GATEWAY, PASSWORD, AgentClient

pytestmark = pytest.mark.asyncio


def make_app(clock: Clock | None = None, **config: Any) -> SandboxApp:
    """Its polls do not wait."""
    return make_any_app(clock, **{"ccgateway_poll_seconds": 0.0, **config})


async def told(app: SandboxApp, number: str = "1001") -> Any:
    return next(agent for agent in await control(app, "agents", method="GET") if agent["agent"] == number)


async def test_a_sign_in_brings_guid_and_cookie() -> None:
    agent = AgentClient(make_app())
    reply = await agent.send("PUT", "onlineagent/{}", json={"password": PASSWORD, "phonenum": "800101"})
    assert reply.headers["set-guid"].startswith("JSESSIONID=")
    assert agent.guid.endswith(".AgentGateway0")
    assert agent.cookie.startswith("NODE=")
    result = reply.json()["result"]
    assert (result["workno"], result["mediatype"], result["loginTime"]) == ("1001", "TFF", str(NOW * 1000))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": None}, "100-001"),
        ({"password": "x" * 33}, "100-001"),
        ({"phonenum": ""}, "100-001"),
        ({"callBackUri": "http://portal.test/", "serviceToken": "x"}, "100-001"),
        ({"password": "wrong"}, "100-004"),
        ({"status": 9}, "100-011"),
        ({"autoenteridle": 1.5}, "100-011"),
        ({"agenttype": 7}, "100-012"),
        ({"phonenum": "+447700900801"}, "100-013"),
        ({"phonenum": "1" * 25}, "100-013"),
        ({"phonenum": "800999"}, "100-014"),
        ({"autoanswer": True, "autoenteridle": "false", "releasephone": False, "agenttype": 4, "status": 3}, "0"),
    ],
)
@pytest.mark.parametrize("force", [False, True])
async def test_what_a_sign_in_answers(changes: dict[str, Any], code: str, force: bool) -> None:
    app = make_app(ccgateway_phones=("800101",))
    assert await AgentClient(app).sign_in(force=force, **changes) == code
    assert (await told(app))["signed_in"] is (code == "0")


async def test_an_unknown_agent_has_no_password() -> None:
    assert await AgentClient(make_app(ccgateway_agents=3), "1004").sign_in() == "100-004"
    assert await AgentClient(make_app(ccgateway_agents=3), "1003").sign_in() == "0"


async def test_wrong_passwords_lock_the_account() -> None:
    agent = AgentClient(make_app())
    assert [await agent.sign_in(password="wrong") for _ in range(6)] == ["100-004"] * 5 + ["110-016"]
    assert await agent.sign_in() == "110-016"


async def test_a_second_sign_in_must_be_forced() -> None:
    app = make_app()
    first = await AgentClient(app).ready()
    second = AgentClient(app)
    assert await second.sign_in() == "100-002"
    assert await second.sign_in(force=True) == "0"
    assert await first.code("GET", "onlineagent/{}/agentstatus") == "100-006"
    assert (await first.poll())["retcode"] == "100-006"
    assert (await second.poll())["retcode"] == "0"
    assert ((await told(app))["sign_ins"], (await told(app))["forced_sign_ins"]) == (2, 1)


async def test_skills_open_the_session() -> None:
    agent = AgentClient(make_app())
    await agent.sign_in()
    assert (await agent.call_out())["retcode"] == "100-007", "no skill"
    await agent.ask("POST", "onlineagent/{}/resetskill/false?skillid=2;9&phonelinkage=0")
    assert await agent.events() == [("AgentOther_InService", None), ("AgentState_Ready", None)]
    assert (await agent.call_out())["retcode"] == "0"


async def test_a_wrong_list_of_skills() -> None:
    agent = await AgentClient(make_app()).ready()
    assert await agent.code("POST", "onlineagent/{}/resetskill/no?skillid=a") == "000-002"
    assert await agent.code("POST", "onlineagent/{}/resetskill/no?skillid=9") == "0"
    assert (await agent.call_out())["retcode"] == "100-007"


async def test_nothing_works_before_the_sign_in() -> None:
    agent = AgentClient(make_app())
    assert await agent.code("POST", "onlineagent/{}/saybusy") == "100-006"
    assert (await agent.call_out())["retcode"] == "100-006"
    assert (await agent.poll())["retcode"] == "100-006"


async def test_a_guid_of_somebody_else_or_with_its_name_is_refused() -> None:
    agent = await AgentClient(make_app()).ready()
    agent.guid = "JSESSIONID=" + agent.guid
    assert await agent.code("GET", "onlineagent/{}/agentstatus") == "000-003"
    assert (await agent.poll())["retcode"] == "000-003"


async def test_the_guid_changes_with_a_poll_and_the_old_one_dies() -> None:
    clock = Clock()
    app = make_app(clock, ccgateway_guid_seconds=2.0, ccgateway_guid_overlap=1.0)
    agent = await AgentClient(app).ready()
    first = agent.guid
    clock.now += 1.9
    await agent.poll()
    assert agent.guid == first
    clock.now += 0.1
    await agent.code("GET", "onlineagent/{}/agentstatus")
    assert agent.guid == first, "only a poll brings a new one"
    await agent.poll()
    assert agent.guid != first
    assert (await told(app))["guid_age"] == 0
    late = AgentClient(app)
    late.guid = first
    assert await late.code("GET", "onlineagent/{}/agentstatus") == "0"
    clock.now += 1.1
    assert await late.code("GET", "onlineagent/{}/agentstatus") == "000-003"
    assert await agent.code("GET", "onlineagent/{}/agentstatus") == "0"


async def test_a_guid_can_be_recovered() -> None:
    agent = await AgentClient(make_app()).ready()
    old = agent.guid
    agent.guid = (await agent.ask("PUT", "onlineagent/{}/updateGuid"))["result"]["guid"]
    assert agent.guid != old
    assert await agent.code("GET", "onlineagent/{}/agentstatus") == "0"


async def test_a_balancer_wants_its_cookie() -> None:
    agent = await AgentClient(make_app(ccgateway_needs_cookie=True)).ready()
    agent.cookie = ""
    assert await agent.code("GET", "onlineagent/{}/agentstatus") == "000-003"
    assert (await agent.poll())["retcode"] == "000-003"


async def test_silence_signs_out() -> None:
    clock = Clock()
    app = make_app(clock, ccgateway_silence_seconds=120.0)
    agent = await AgentClient(app).ready()
    clock.now += 119
    await agent.poll()
    clock.now += 119
    assert await agent.code("GET", "onlineagent/{}/agentstatus") == "0", "which is no poll"
    clock.now += 2
    assert (await agent.poll())["retcode"] == "100-006"
    now = await told(app)
    assert (now["signed_in"], now["silent_sign_outs"], now["longest_gap"]) == (False, 1, 119)
    assert await agent.sign_in() == "0"


async def test_signing_out() -> None:
    agent = await AgentClient(make_app()).ready()
    assert await agent.code("DELETE", "onlineagent/{}/logout") == "0"
    assert await agent.code("DELETE", "onlineagent/{}/logout") == "100-006"
    assert (await agent.poll())["retcode"] == "100-006"


@pytest.mark.parametrize("way", ["forcelogout", "forcelogoutwithreason/7"])
async def test_only_force_signs_out_of_a_call(way: str) -> None:
    app = make_app(speed=1.0)
    agent = await AgentClient(app).ready()
    await agent.call_out()
    assert await agent.code("DELETE", "onlineagent/{}/logout") == "100-010"
    assert await agent.code("DELETE", "onlineagent/{}/forcelogoutwithreason/256") == "000-002"
    assert await agent.code("DELETE", "onlineagent/{}/" + way) == "0"
    assert app.sandbox.call_totals() == {"dialled": 1, "ended": 1, "held": 0}


async def status_of(agent: AgentClient) -> Any:
    return (await agent.ask("GET", "onlineagent/{}/agentstatus"))["result"]


async def test_busy_and_free() -> None:
    agent = await AgentClient(make_app()).ready()
    await agent.ask("POST", "onlineagent/{}/saybusy?reason=201&prolong=false")
    assert await status_of(agent) == {"agentState": 3, "isWorking": False}
    assert (await agent.call_out())["retcode"] == "100-007"
    await agent.ask("POST", "onlineagent/{}/sayfree")
    await agent.ask("POST", "onlineagent/{}/saybusy")
    await agent.ask("POST", "onlineagent/{}/cancelbusy")
    assert await agent.code("POST", "onlineagent/{}/cancelbusy") == "100-007"
    assert await agent.code("POST", "onlineagent/{}/saybusy?reason=7") == "000-002"
    assert await agent.events() == [
        ("AgentState_SetNotReady_Success", {"reason": 201}),
        ("AgentState_Ready", None),
        ("AgentState_SetNotReady_Success", {"reason": 0}),
        ("AgentState_CancelNotReady_Success", None),
        ("AgentState_Ready", None),
    ]


async def test_wrap_up() -> None:
    agent = await AgentClient(make_app()).ready()
    await agent.ask("POST", "onlineagent/{}/work")
    assert (await status_of(agent))["agentState"] == 5
    await agent.ask("POST", "onlineagent/{}/cancelwork")
    assert await agent.code("POST", "onlineagent/{}/cancelwork") == "100-007"
    assert [name for name, _ in await agent.events()] == [
        "AgentState_SetWork_Success",
        "AgentState_CancelWork_Success",
        "AgentState_Ready",
    ]


async def test_a_poll_waits_for_an_event() -> None:
    app = make_app(ccgateway_poll_seconds=5.0)
    agent = AgentClient(app)
    await agent.sign_in()
    waiting = asyncio.create_task(agent.poll())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    assert (await told(app))["polling"] == 1
    await control(app, "agents/event", {"agent": "1001", "eventType": "Strange", "content": [1]})
    assert (await asyncio.wait_for(waiting, 1))["event"] == {
        "eventType": "Strange",
        "workNo": "1001",
        "content": [1],
        "eventGenTime": NOW * 1000,
    }


async def test_a_poll_without_an_event_ends() -> None:
    agent = AgentClient(make_app(ccgateway_poll_seconds=0.02))
    await agent.sign_in()
    assert await agent.poll() == {"message": "", "retcode": "0"}


async def test_a_waiting_poll_hears_of_a_forced_sign_in() -> None:
    app = make_app(ccgateway_poll_seconds=5.0)
    agent = AgentClient(app)
    await agent.sign_in()
    waiting = asyncio.create_task(agent.poll())
    await asyncio.sleep(0.01)
    await AgentClient(app).sign_in(force=True)
    assert (await asyncio.wait_for(waiting, 1))["retcode"] == "100-006"
    assert (await told(app))["double_polls"] == 0


async def test_two_polls_steal_each_others_events() -> None:
    app = make_app(ccgateway_poll_seconds=0.2)
    agent = AgentClient(app)
    await agent.sign_in()
    polls = [asyncio.create_task(agent.poll()) for _ in range(2)]
    await asyncio.sleep(0.01)
    await control(app, "agents/event", {"agent": "1001", "eventType": "Only"})
    answers = await asyncio.gather(*polls)
    assert sorted("event" in answer for answer in answers) == [False, True]
    assert ((await told(app))["double_polls"], (await told(app))["polls"]) == (1, 2)


async def test_an_event_is_lost_with_the_answer() -> None:
    app = make_app(ccgateway_lose_polls=1.0)
    agent = AgentClient(app)
    await agent.sign_in()
    await control(app, "agents/event", {"agent": "1001", "eventType": "Gone"})
    with pytest.raises(httpx.ReadError):
        await agent.poll()
    await control(app, "config", {"ccgateway_lose_polls": 0})
    assert "event" not in await agent.poll()
    now = await told(app)
    assert now["events"] == {"queued": [], "delivered": [], "lost": [{"number": 1, "eventType": "Gone"}]}
    assert now["events_delivered"] == 0


async def test_a_client_that_goes_away_is_not_polling_any_more() -> None:
    app = make_app(ccgateway_poll_seconds=5.0)
    agent = AgentClient(app)
    await agent.sign_in()
    waiting = asyncio.create_task(agent.poll())
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (await told(app))["polling"] == 0


async def test_an_event_may_claim_to_be_of_another_agent() -> None:
    app = make_app()
    agent = AgentClient(app)
    await agent.sign_in()
    await control(app, "agents/event", {"agent": "1001", "eventType": "AgentState_Ready", "workNo": "1002"})
    assert (await agent.poll())["event"]["workNo"] == "1002"


async def test_what_nobody_fetched_is_lost_with_the_session() -> None:
    app = make_app()
    await AgentClient(app).sign_in()
    await control(app, "agents/event", {"agent": "1001", "eventType": "Unread"})
    agent = AgentClient(app)
    await agent.sign_in(force=True)
    assert "event" not in await agent.poll()
    assert (await told(app))["events"]["lost"] == [{"number": 1, "eventType": "Unread"}]


async def test_a_reset_lets_waiting_polls_go() -> None:
    app = make_app(ccgateway_poll_seconds=5.0)
    agent = AgentClient(app)
    await agent.sign_in()
    waiting = asyncio.create_task(agent.poll())
    await asyncio.sleep(0.01)
    await control(app, "reset")
    assert (await asyncio.wait_for(waiting, 1))["retcode"] == "100-006"
    assert (await told(app))["polls"] == 0


async def test_an_agent_can_be_kicked() -> None:
    app = make_app()
    agent = await AgentClient(app).ready()
    assert await control(app, "agents/kick", {"agent": "1001"}) == {"kicked": True}
    assert await control(app, "agents/kick", {"agent": "1001"}) == {"kicked": False}
    assert await agent.code("GET", "onlineagent/{}/agentstatus") == "100-006"


@pytest.mark.parametrize("name", ["agents/kick", "agents/event"])
async def test_an_agent_that_does_not_exist(name: str) -> None:
    async with in_process(make_app()) as client:
        reply = await client.post(f"/_sandbox/{name}", json={"agent": "999", "eventType": "x"})
    assert (reply.status_code, reply.json()["error"]) == (400, "agent must be the number of an agent")


async def test_paths_methods_and_content_type() -> None:
    app = make_app()
    async with in_process(app) as client:
        assert (await client.get(GATEWAY + "onlineagent/1001")).status_code == 405
        assert (await client.get(GATEWAY + "onlineagent/1001/nothing")).status_code == 404
        assert (await client.put(GATEWAY + "onlineagent/1001", content=b"x")).status_code == 415


async def test_polls_are_counted_and_everything_else_kept_without_secrets() -> None:
    app = make_app()
    agent = await AgentClient(app).ready()
    await agent.poll()
    kept = (await control(app, "received", method="GET"))["received"]
    assert [received["path"].removeprefix(GATEWAY) for received in kept] == [
        "onlineagent/1001",
        "onlineagent/1001/resetskill/true",
    ]
    assert PASSWORD not in str(kept)
    assert agent.guid not in str(kept)
    assert agent.cookie.removeprefix("NODE=") not in str(kept)
    assert kept[0]["body"]["phonenum"] == "800101"
    assert (await told(app))["polls"] == 4
