"""Call records: their times, the page query with its quirks, the query by order."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.app import SandboxApp
from tests.support.sandbox_client import (
    BY_ORDER_ID,
    CALLEE,
    CDR_PAGE,
    CREATE_AND_CALL,
    DIALOUT,
    DID,
    NOW,
    Clock,
    dialout,
    entry,
    make_app,
    post,
    span,
    task,
)

pytestmark = pytest.mark.asyncio


async def records(app: SandboxApp, path: str = CDR_PAGE, **query: Any) -> list[dict[str, Any]]:
    reply = (await post(app, path, span(**query) if path == CDR_PAGE else query)).json()
    assert reply["code"] == 0, reply
    assert "total" not in reply
    found: list[dict[str, Any]] = reply["data"]
    return found


async def test_a_dial_out_has_a_record_under_its_call_id() -> None:
    app = make_app()
    call_id = (await post(app, DIALOUT, dialout())).json()["data"]["callId"]
    (record,) = await records(app)
    assert record["callId"] == call_id
    assert (record["direction"], record["orderId"], record["taskId"], record["other"]) == (1, "", "", None)
    assert (record["caller"], record["callee"]) == (DID, CALLEE)


async def test_a_record_has_every_documented_field() -> None:
    app = make_app()
    await post(app, DIALOUT, dialout())
    (record,) = await records(app)
    names = """callId orderId taskId other direction agentName agentNickName caller callee answered
        startTime ringTime answerTime endTime inQueueTime outQueueTime callDuration ringDuration queueDuration
        hangupBy hangupCode callStatus hangupReason recordUrl leaveMsgUrl dtmfKeys intent totalCustomerPrice
        lineIp mediaIp termSipCode hangupCause mos"""
    assert set(record) == set(names.split())


async def test_the_record_comes_when_the_call_has_ended() -> None:
    clock = Clock()
    app = make_app(clock, speed=1.0)
    await post(app, DIALOUT, dialout())
    end = app.sandbox.calls[0].times.end / 1000
    clock.now = end - 0.01
    assert app.sandbox.records == []
    clock.now = end
    assert len(app.sandbox.records) == 1


@pytest.mark.parametrize("speed", [0.0, 0.5, 2.0])
async def test_the_times_are_milliseconds_in_order(speed: float) -> None:
    clock = Clock()
    app = make_app(clock, speed=speed)
    await post(app, DIALOUT, dialout())
    clock.now += 60
    (record,) = app.sandbox.records
    assert NOW * 1000 == record["startTime"] < record["ringTime"] < record["answerTime"] < record["endTime"]
    talked = (record["endTime"] - record["answerTime"]) / 1000
    assert talked <= record["callDuration"] < talked + 1


async def test_speed_stretches_the_call() -> None:
    ends = []
    for speed in (1.0, 3.0):
        app = make_app(speed=speed)
        await post(app, DIALOUT, dialout())
        ends.append(app.sandbox.calls[0].times.end - NOW * 1000)
    assert ends[1] == 3 * ends[0]


async def test_a_delayed_dial_out_starts_later() -> None:
    app = make_app(speed=1.0)
    await post(app, DIALOUT, dialout(delayTime=5000))
    assert app.sandbox.calls[0].times.start == NOW * 1000 + 5000


async def test_times_that_did_not_happen_are_zero() -> None:
    app = make_app()
    await post(app, DIALOUT, dialout(callee="447700900020"))
    (record,) = app.sandbox.records
    assert (record["ringTime"], record["answerTime"], record["callDuration"]) == (0, 0, 0)
    assert record["endTime"] > record["startTime"]


async def test_pages_go_on_until_one_is_short() -> None:
    app = make_app()
    await post(app, CREATE_AND_CALL, task(*(entry(f"O{number}") for number in range(7))))
    pages = [[record["orderId"] for record in await records(app, size=3, page=page)] for page in (1, 2, 3, 4)]
    assert pages == [["O0", "O1", "O2"], ["O3", "O4", "O5"], ["O6"], []]


async def test_the_oldest_record_comes_first() -> None:
    clock = Clock()
    app = make_app(clock, speed=1.0)
    await post(app, DIALOUT, dialout(delayTime=60_000))
    await post(app, DIALOUT, dialout(callee="447700900002"))
    clock.now += 600
    answer = (await post(app, CDR_PAGE, span(), now_ms=int(clock.now * 1000))).json()
    assert [record["callee"] for record in answer["data"]] == ["447700900002", CALLEE]


@pytest.mark.parametrize(
    ("start", "end", "found"), [(NOW, NOW, 1), (NOW + 1, NOW + 9, 0), (NOW - 9, NOW - 1, 0), (NOW + 9, NOW - 9, 0)]
)
async def test_seconds_go_in_and_both_ends_count(start: int, end: int, found: int) -> None:
    app = make_app()
    await post(app, DIALOUT, dialout())
    assert len(await records(app, startTime=start, endTime=end)) == found


@pytest.mark.parametrize(("asked", "found"), [(0, {1, 2}), (1, set()), (2, {1}), (3, {2})])
async def test_the_direction_asked_for_is_one_more_than_the_direction_told(asked: int, found: set[int]) -> None:
    app = make_app()
    await post(app, DIALOUT, dialout())
    await post(app, CREATE_AND_CALL, task())
    assert {record["direction"] for record in await records(app, direction=asked)} == found


@pytest.mark.parametrize(("asked", "found"), [(0, {True, False}), (1, {False}), (2, {True})])
async def test_answered_filters(asked: int, found: set[bool]) -> None:
    app = make_app()
    await post(app, DIALOUT, dialout())
    await post(app, DIALOUT, dialout(callee="447700900010"))
    assert {record["answered"] for record in await records(app, answered=asked)} == found


@pytest.mark.parametrize("name", ["caller", "callee", "callId", "orderId"])
async def test_text_filters_keep_what_is_equal(name: str) -> None:
    app = make_app()
    await post(app, DIALOUT, dialout())
    await post(app, CREATE_AND_CALL, task(entry("A", userPhone="447700900002")))
    wanted = app.sandbox.records[1]
    assert await records(app, **{name: wanted[name]}) == [wanted]
    assert await records(app, **{name: "something-else"}) == []


async def test_the_agent_name_filters() -> None:
    app = make_app()
    await post(app, CREATE_AND_CALL, task(entry("A"), entry("B", userPhone="447700900002")))
    wanted = app.sandbox.records[1]
    assert await records(app, name=wanted["agentName"]) == [wanted]


async def test_the_records_of_one_order() -> None:
    app = make_app()
    await post(app, CREATE_AND_CALL, task(entry("A"), entry("B")))
    await post(app, CREATE_AND_CALL, task(entry("A")))
    found = await records(app, BY_ORDER_ID, tenantId=1, orderId="A")
    assert [record["orderId"] for record in found] == ["A", "A"]
    assert await records(app, BY_ORDER_ID, tenantId=1, orderId="C") == []


async def test_a_held_record_is_listed_after_its_release() -> None:
    app = make_app()
    app.sandbox.script(CALLEE, "accepted_then_silent")
    await post(app, DIALOUT, dialout())
    assert await records(app) == []
    app.sandbox.release(callee=CALLEE)
    assert [record["callee"] for record in await records(app)] == [CALLEE]


async def test_a_record_released_early_does_not_end_in_the_future() -> None:
    clock = Clock()
    app = make_app(clock, speed=100.0)
    app.sandbox.script(CALLEE, "accepted_then_silent")
    await post(app, DIALOUT, dialout())
    clock.now += 1
    app.sandbox.release(callee=CALLEE)
    (record,) = app.sandbox.records
    assert NOW * 1000 <= record["startTime"] < record["endTime"] <= clock.now * 1000
