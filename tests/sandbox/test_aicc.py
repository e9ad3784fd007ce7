"""AICC: the token, the order, the questions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sandbox_client import NOW, Clock, control, in_process, make_app
from tests.support.sandbox_huawei import API, CALLER, TOKEN, AiccClient, encoded, order

pytestmark = pytest.mark.asyncio

WINDOW = {"startTime": str((NOW - 60) * 1000), "endTime": str((NOW + 3600) * 1000)}


async def test_a_token_is_told_in_strings() -> None:
    reply = (await AiccClient(make_app()).sign_in(seconds="600")).json()
    assert all(isinstance(value, str) for value in reply.values())
    assert (reply["ApplyType"], reply["CreateTime"], reply["Expires"]) == ("Bearer", str(NOW), "600")


@pytest.mark.parametrize(("seconds", "status"), [("3601", 400), ("0", 400), ("soon", 400), ("3600", 200), (None, 200)])
async def test_a_token_lives_an_hour_at_most(seconds: str | None, status: int) -> None:
    assert (await AiccClient(make_app()).sign_in(seconds=seconds)).status_code == status


@pytest.mark.parametrize("wrong", [{"key": "x"}, {"secret": "x"}])
async def test_a_wrong_key_gets_no_token(wrong: dict[str, str]) -> None:
    assert (await AiccClient(make_app()).sign_in(**wrong)).status_code == 401


async def test_a_token_expires() -> None:
    clock = Clock()
    client = AiccClient(make_app(clock, aicc_token_seconds=5.0))
    assert (await client.sign_in()).json()["Expires"] == "5"
    clock.now += 4.9
    assert (await client.post("queryPhone", {})).status_code == 200
    clock.now += 0.2
    assert (await client.post("queryPhone", {})).status_code == 401


@pytest.mark.parametrize(("one_token", "status"), [(False, 200), (True, 401)])
async def test_a_new_token_may_end_the_old_one(one_token: bool, status: int) -> None:
    app = make_app(aicc_one_token=one_token)
    old, new = AiccClient(app), AiccClient(app)
    await old.sign_in()
    await new.sign_in()
    assert (await old.post("queryPhone", {})).status_code == status
    assert (await new.post("queryPhone", {})).status_code == 200


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer x"}, {"Authorization": ""}, {"X-APP-Key": "x"}])
async def test_every_question_needs_token_and_key(headers: dict[str, str]) -> None:
    app = make_app()
    assert (await AiccClient(app).post("createCall", order(), **headers)).status_code == 401
    assert not app.sandbox.orders_by_callee


async def test_an_order_is_taken_and_told_with_a_long_number() -> None:
    app = make_app()
    answered = await AiccClient(app).ask("createCall", order())
    serial = answered["result"]["callSerialNo"]
    assert answered["retCode"] == "0"
    assert isinstance(serial, int)
    assert len(str(serial)) in (18, 19)
    assert int(float(serial)) != serial
    assert app.sandbox.orders_by_callee == {"447700900001": 1}
    assert app.sandbox.received[-1].code == 0


@pytest.mark.parametrize(("serials", "kind"), [("text", str), ("always", int)])
async def test_the_serial_comes_as_configured(serials: str, kind: type) -> None:
    app = make_app(aicc_serials=serials)
    assert isinstance((await AiccClient(app).ask("createCall", order()))["result"]["callSerialNo"], kind)


async def test_without_serials_the_answer_has_no_result() -> None:
    app = make_app(aicc_serials="never")
    assert await AiccClient(app).ask("createCall", order()) == {"retCode": "0", "retMsg": "success"}
    assert len(app.sandbox.aicc.calls) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"called": "+447700900001"}, "5"),
        ({"called": None}, "5"),
        ({"called": "4" * 33}, "5"),
        ({"callerPresent": "none"}, "5"),
        ({"agentPresent": "1" * 15}, "5"),
        ({"callData": "x" * 1025}, "2"),
        ({"callData": 7}, "2"),
        ({"agentWorkNo": "100001"}, "5"),
        ({"caller": "442079460999"}, "8"),
        ({"callBackUrl": "http://portal.test/x"}, "9"),
        ({"callBackUrl": encoded("http://portal.test/x?a=b")}, "9"),
        ({"callBackUrl": encoded("http://portal.test/%20")}, "9"),
        ({"callBackUrl": encoded("ftp://portal.test/x")}, "9"),
        ({"callBackUrl": encoded("http://stranger.test/x")}, "9"),
    ],
)
async def test_a_wrong_field_has_its_code_and_takes_no_order(changes: dict[str, Any], code: str) -> None:
    app = make_app(aicc_callback_hosts=("portal.test",))
    assert (await AiccClient(app).ask("createCall", order(**changes)))["retCode"] == code
    assert not app.sandbox.orders_by_callee


async def test_the_longest_fields_are_taken() -> None:
    app = make_app(aicc_callback_hosts=("portal.test:8000",))
    url = encoded("https://portal.test:8000/hooks/a-b_c.d/#x?y&z")
    body = order(callData="x" * 1024, callBackUrl=url, agentWorkNo="10001", callerPresent="44207946010100")
    assert (await AiccClient(app).ask("createCall", body))["retCode"] == "0"


async def test_a_body_that_is_no_object_is_400() -> None:
    assert (await AiccClient(make_app()).post("createCall", [])).status_code == 400


async def test_an_unknown_path_and_method() -> None:
    app = make_app()
    async with in_process(app) as client:
        assert (await client.get(TOKEN)).status_code == 405
        assert (await client.post(API + "hangUp")).status_code == 404
        assert (await client.post("/apiaccess/other")).status_code == 404
        assert (await client.post("/apiaccess/createCall")).status_code == 404


async def call_state(client: AiccClient, serial: object) -> Any:
    return (await client.ask("queryCallState", {"callSerialNo": serial}))["result"]


async def test_the_state_follows_the_call() -> None:
    clock = Clock()
    client = AiccClient(make_app(clock, speed=1.0))
    serial = (await client.ask("createCall", order()))["result"]["callSerialNo"]
    states = {}
    for second in range(12):
        states[second] = (await call_state(client, serial))["state"]
        clock.now += 1
    # The agent's phone after one, the agent after two, the customer's phone after three, two of ringing, three of talk.
    assert list(states.values()) == [0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3]
    told = await call_state(client, str(serial))
    assert (told["callSerialNo"], told["reasonCode"], told["callData"]) == (str(serial), 0, "ref-1")
    assert int(told["endTime"]) - int(told["startTime"]) == 8000


@pytest.mark.parametrize(
    ("callee", "reason"),
    [("447700900001", 0), ("447700900002", 1), ("447700900010", 5), ("447700900020", 3), ("447700900028", 3)],
)
async def test_the_reason_tells_how_it_ended(callee: str, reason: int) -> None:
    client = AiccClient(make_app())
    serial = (await client.ask("createCall", order(callee)))["result"]["callSerialNo"]
    assert (await call_state(client, serial))["reasonCode"] == reason


async def test_an_agent_who_does_not_pick_up() -> None:
    app = make_app()
    app.sandbox.script("447700900001", "agent_no_pickup")
    client = AiccClient(app)
    await client.ask("createCall", order())
    (row,) = (await client.ask("queryCallDetailRecord", WINDOW))["result"]["callInfo"]
    assert (row["reasonCode"], row["talkDuration"], row["agentTalkDuration"]) == (4, 0, 0)
    assert row["agentAlertingTime"] > NOW * 1000
    assert not row.keys() & {"agentTalkingTime", "alertingTime", "talkingTime"}


async def test_an_unknown_call_and_a_wrong_serial() -> None:
    client = AiccClient(make_app())
    assert (await client.ask("queryCallState", {"callSerialNo": "1"}))["retCode"] == "1"
    assert (await client.ask("queryCallState", {"callSerialNo": "x"}))["retCode"] == "3"
    assert (await client.ask("queryCallState", {}))["retCode"] == "3"


async def test_records_are_paged_and_filtered() -> None:
    client = AiccClient(make_app())
    for number in range(3):
        await client.ask("createCall", order(f"44770090000{number}"))
    await client.ask("createCall", order(caller="442079460102"))
    page = (await client.ask("queryCallDetailRecord", {**WINDOW, "caller": CALLER, "offset": 1, "limit": "1"}))[
        "result"
    ]
    assert (page["total"], [row["called"] for row in page["callInfo"]]) == (3, ["447700900001"])
    assert page["callInfo"][0]["callData"] == "ref-1"
    assert (await client.ask("queryCallDetailRecord", WINDOW))["result"]["total"] == 4


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"endTime": str((NOW + 8 * 86400) * 1000)}, "2"),
        ({"startTime": str(NOW)}, "2"),
        ({"startTime": NOW * 1000}, "2"),
        ({"limit": "many"}, "4"),
        ({"offset": -1}, "4"),
        ({"caller": "447700900999"}, "12"),
        ({"taskType": "4"}, "1"),
        ({"startTime": str((NOW + 60) * 1000)}, "1"),
    ],
)
async def test_a_wrong_question_for_records(changes: dict[str, Any], code: str) -> None:
    client = AiccClient(make_app())
    await client.ask("createCall", order())
    assert (await client.ask("queryCallDetailRecord", {**WINDOW, **changes}))["retCode"] == code


async def test_the_phones_are_told_in_pages() -> None:
    app = make_app(aicc_phones=("442079460101", "442079460102", "442079460103"))
    told = (await AiccClient(app).ask("queryPhone", {"limit": "2", "offset": "2"}))["result"]
    assert (told["total"], told["phone"]) == (3, [{"phoneNum": "442079460103", "password": "softphone-0103"}])


@pytest.mark.parametrize(("limit", "rows"), [("0", 1), ("-5", 1), ("101", 100), (None, 100)])
async def test_a_limit_out_of_its_range_is_brought_into_it(limit: str | None, rows: int) -> None:
    app = make_app(aicc_phones=tuple(f"44207946{number:04}" for number in range(150)))
    body = {} if limit is None else {"limit": limit}
    assert len((await AiccClient(app).ask("queryPhone", body))["result"]["phone"]) == rows


async def test_the_address_of_a_recording_dies() -> None:
    clock = Clock()
    app = make_app(clock)
    client = AiccClient(app)
    serial = (await client.ask("createCall", order()))["result"]["callSerialNo"]
    told = await client.ask("getRecordingAddress", {"callSerialNo": str(serial)})
    assert told["retCode"] == 0
    async with in_process(app) as anybody:
        reply = await anybody.get(told["result"]["url"])
        assert (reply.headers["content-type"], reply.content[:4]) == ("audio/wav", b"RIFF")
        clock.now += 301
        assert (await anybody.get(told["result"]["url"])).status_code == 403


@pytest.mark.parametrize(("serial", "code"), [("1" * 51, 12), ("1", 5), ("x", 5)])
async def test_no_recording(serial: str, code: int) -> None:
    assert (await AiccClient(make_app()).ask("getRecordingAddress", {"callSerialNo": serial}))["retCode"] == code


async def test_nobody_answered_so_nothing_was_recorded() -> None:
    client = AiccClient(make_app())
    serial = (await client.ask("createCall", order("447700900010")))["result"]["callSerialNo"]
    assert (await client.ask("getRecordingAddress", {"callSerialNo": serial}))["retCode"] == 5


async def test_secrets_are_not_shown() -> None:
    app = make_app()
    client = AiccClient(app)
    await client.ask("createCall", order())
    shown = str((await control(app, "received", method="GET"))["received"])
    assert "aicc-sandbox-secret" not in shown
    assert client.token not in shown
    assert "442079460101" in shown
    assert b"aicc-sandbox-secret" in app.sandbox.received[0].raw, "a test in process sees all"
