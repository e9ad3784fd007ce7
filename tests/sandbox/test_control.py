"""The control endpoints: what they tell, what they change, whom they refuse."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sandbox.scenarios import SCENARIOS
from tests.support.sandbox_client import (
    CALLEE,
    CREATE_AND_CALL,
    DIALOUT,
    NOW,
    control,
    dialout,
    entry,
    in_process,
    make_app,
    post,
    task,
)

pytestmark = pytest.mark.asyncio


async def test_received_tells_everything_in_order_but_the_signature() -> None:
    app = make_app()
    await post(app, DIALOUT, dialout(callee="447700900785"))
    await post(app, CREATE_AND_CALL, task(entry("A"), entry("B")))
    told = await control(app, "received", method="GET")
    first, second = told["received"]
    assert (first["number"], first["path"], first["scenario"], first["code"]) == (1, DIALOUT, "accepted_then_500", 0)
    assert (first["wall"], first["body"]) == (NOW, dialout(callee="447700900785"))
    assert second["path"] == CREATE_AND_CALL
    assert first["headers"]["biztype"] == "9"
    assert "sign" not in first["headers"]
    assert told["orders_by_callee"] == {"447700900785": 1, CALLEE: 2}
    assert len(told["held"]) == 1
    assert len(told["records"]) == 2


async def test_the_control_endpoints_are_not_in_received() -> None:
    app = make_app()
    await control(app, "scenarios", method="GET")
    assert not app.sandbox.received


async def test_scenarios_lists_the_table() -> None:
    told = await control(make_app(), "scenarios", method="GET")
    assert [scenario["name"] for scenario in told] == [scenario.name for scenario in SCENARIOS]
    assert next(scenario for scenario in told if scenario["name"] == "auth_1005") == {
        "name": "auth_1005",
        "level": "refusal",
        "endings": ["95"],
        "code": 1005,
        "held": False,
        "summary": "Code 1005, insufficient permissions.",
    }


async def test_a_callee_is_scripted_and_released_from_the_script() -> None:
    app = make_app()
    assert await control(app, "script", {"callee": "+" + CALLEE, "scenario": "failed_99"}) == {
        "callee": CALLEE,
        "scenario": "failed_99",
    }
    assert (await post(app, DIALOUT, dialout())).json()["code"] == 99
    assert (await control(app, "script", {"callee": CALLEE, "scenario": None}))["scenario"] == "answered"
    assert (await post(app, DIALOUT, dialout())).json()["code"] == 0


async def test_the_next_task_is_scripted() -> None:
    app = make_app()
    await control(app, "script_task", {"scenario": "failed_88"})
    assert (await post(app, CREATE_AND_CALL, task())).json()["code"] == 88


@pytest.mark.parametrize("by", ["callee", "callId", "orderId", "taskName"])
async def test_a_held_record_is_released_by_any_name(by: str) -> None:
    app = make_app()
    await post(app, CREATE_AND_CALL, task(entry("A"), taskName="[accepted_then_500]"))
    (call,) = app.sandbox.calls
    names = {"callee": CALLEE, "callId": call.call_id, "orderId": "A", "taskName": "[accepted_then_500]"}
    assert await control(app, "release", {by: "000000000"}) == {"released": []}
    assert await control(app, "release", {by: names[by]}) == {"released": [call.call_id]}
    assert await control(app, "release", {by: names[by]}) == {"released": []}, "only once"


async def test_release_needs_all_that_is_named() -> None:
    app = make_app()
    app.sandbox.script_task("accepted_then_500")
    await post(app, CREATE_AND_CALL, task(entry("A"), entry("B")))
    assert await control(app, "release", {"callee": CALLEE, "orderId": "C"}) == {"released": []}
    assert len((await control(app, "release", {"callee": CALLEE}))["released"]) == 2


async def test_config_changes_what_is_named() -> None:
    app = make_app()
    told = await control(app, "config", {"speed": 2, "slow_seconds": 0.5})
    unchanged = {"recording_base": "", "answer_seconds": 0, "lose_answers": 0, "callback_twice": 0, "seed": 0}
    huawei = {name: told.pop(name) for name in list(told) if name.startswith(("aicc_", "ccgateway_"))}
    assert told == {"webhook_url": "", "speed": 2, "slow_seconds": 0.5, "callback_delay": [0, 0], **unchanged}
    assert huawei["ccgateway_guid_seconds"] == 60
    assert not huawei.keys() & {"aicc_app_secret", "aicc_callback_key", "ccgateway_password"}
    assert app.sandbox.config.access_key == "AK-test"


async def test_reset_forgets_everything() -> None:
    app = make_app()
    app.sandbox.script(CALLEE, "accepted_then_500")
    app.sandbox.script_task("failed_88")
    await control(app, "config", {"speed": 5})
    await post(app, DIALOUT, dialout())
    await post(app, DIALOUT, dialout(callee="447700900002"))
    assert await control(app, "reset") == {}
    told = await control(app, "received", method="GET")
    assert told == {"received": [], "orders_by_callee": {}, "records": [], "held": [], "pushes": []}
    assert app.sandbox.config.speed == 0
    assert (await post(app, DIALOUT, dialout())).json()["code"] == 0
    assert (await post(app, CREATE_AND_CALL, task())).json()["code"] == 0


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("script", {"scenario": "busy"}, "callee must be a non-empty string"),
        ("script", {"callee": "x", "scenario": "busy"}, "callee must be a string of 8 to 15 digits"),
        ("script", {"callee": CALLEE, "scenario": "bussy"}, "unknown scenario 'bussy'"),
        ("script_task", {}, "scenario must be"),
        ("release", {}, "name at least one of callee, orderId, callId, taskName"),
        ("release", {"callee": 447700900001}, "callee must be"),
        ("config", {"access_key": "x"}, "unknown: access_key"),
        ("config", {"speed": -1}, "speed must be"),
        ("config", {"speed": True}, "speed must be"),
        ("config", {"webhook_url": "file:///etc/passwd"}, "webhook_url must be"),
        ("config", {"webhook_token": None}, "webhook_token must be"),
        ("config", {"lose_answers": 1.1}, "lose_answers must be a share"),
        ("config", {"callback_twice": True}, "callback_twice must be a share"),
        ("config", {"callback_delay": 3}, "callback_delay must be two numbers"),
        ("config", {"callback_delay": [2, 1]}, "callback_delay must be two numbers"),
        ("config", {"callback_delay": [0, "1"]}, "callback_delay must be two numbers"),
        ("config", {"answer_seconds": -1}, "answer_seconds must be"),
        ("config", {"seed": 1.5}, "seed must be a whole number"),
        ("config", {"recording_base": "ftp://x"}, "recording_base must be"),
        ("config", {"aicc_app_secret": "x"}, "unknown: aicc_app_secret"),
        ("config", {"aicc_serials": "sometimes"}, "aicc_serials must be one of always, text, never"),
        ("config", {"aicc_phones": "442079460101"}, "aicc_phones must be a list"),
        ("config", {"aicc_released_url": "x"}, "aicc_released_url must be"),
        ("config", {"aicc_one_token": 1}, "aicc_one_token must be true or false"),
        ("config", {"aicc_callback_key": None}, "aicc_callback_key must be a string"),
        ("config", {"aicc_callback_utc_offset": 15}, "aicc_callback_utc_offset must be hours"),
        ("config", {"ccgateway_lose_polls": 2}, "ccgateway_lose_polls must be a share"),
        ("config", {"ccgateway_guid_seconds": -1}, "ccgateway_guid_seconds must be"),
        ("config", {"ccgateway_poll_seconds": "1"}, "ccgateway_poll_seconds must be a number"),
        ("reset", [], "must be a JSON object"),
    ],
)
async def test_a_wrong_request_is_400_with_a_reason(name: str, body: Any, error: str) -> None:
    async with in_process(make_app()) as client:
        reply = await client.post(f"/_sandbox/{name}", json=body)
    assert reply.status_code == 400
    assert error in reply.json()["error"]


async def test_wrong_json_method_and_name() -> None:
    async with in_process(make_app()) as client:
        assert (await client.post("/_sandbox/script", content=b"{")).status_code == 400
        assert (await client.get("/_sandbox/reset")).status_code == 405
        assert (await client.post("/_sandbox/nothing")).status_code == 404


@pytest.mark.parametrize(("client_address", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403)])
async def test_only_loopback_may_control(client_address: str, status: int) -> None:
    transport = httpx.ASGITransport(app=make_app(), client=(client_address, 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        assert (await client.post("/_sandbox/reset")).status_code == status


async def test_web_pages_may_not_control() -> None:
    async with in_process(make_app()) as client:
        reply = await client.post("/_sandbox/reset", headers={"Origin": "http://page.test"})
    assert reply.status_code == 403


async def test_another_host_may_still_order() -> None:
    transport = httpx.ASGITransport(app=make_app(), client=("192.0.2.7", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        assert (await client.post(DIALOUT)).json()["code"] == 1001
