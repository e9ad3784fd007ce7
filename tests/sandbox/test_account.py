"""What can be asked besides call records of tasks: DID records, agent groups, the balance, recordings."""

from __future__ import annotations

import io
import json
import wave
from typing import Any

import pytest

from sandbox.app import SandboxApp
from tests.support.sandbox_client import (
    BALANCE,
    CALLEE,
    CREATE_AND_CALL,
    DIALOUT,
    DID,
    DID_CDR,
    GROUP_MEMBERS,
    GROUPS_PAGE,
    Clock,
    control,
    dialout,
    did_day,
    entry,
    in_process,
    make_app,
    post,
    send,
    signed_headers,
    task,
)

pytestmark = pytest.mark.asyncio

GROUPS = {"tenantId": 7, "queueName": "", "size": 200, "page": 1}
BASE = "http://127.0.0.1:8010"


async def did_rows(app: SandboxApp, **changes: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await post(app, DID_CDR, did_day(**changes))).json()["data"]["list"]
    return rows


async def test_a_did_record_has_every_documented_field_and_no_call_id() -> None:
    app = make_app(speed=1.0, clock=(clock := Clock()))
    await post(app, DIALOUT, dialout())
    clock.now += 60
    (row,) = (await post(app, DID_CDR, did_day(), now_ms=int(clock.now * 1000))).json()["data"]["list"]
    names = """id number callNumber callType countryName callDuration feeType feeDurationMinute callPriceUnit callPrice
        endDirection endReason endReasonName callerIp calleeIp startTime endTime"""
    assert set(row) == set(names.split())
    assert (row["id"], row["number"], row["callNumber"], row["callType"]) == (1, DID, CALLEE, 1)
    assert (row["startTime"], row["endTime"]) == ("2025-06-15 15:06:40", "2025-06-15 15:06:46")
    assert (row["callDuration"], row["callPrice"]) == (3, 0.012)


@pytest.mark.parametrize(
    ("callee", "direction", "reason"),
    [
        ("447700900002", 0, ("-7", "caller hung up")),
        ("447700900001", 1, ("200", "user hung up")),
        ("447700900010", 2, ("480", "timeout")),
        ("447700900020", 2, ("486", "line busy")),
    ],
)
async def test_how_a_did_call_ended(callee: str, direction: int, reason: tuple[str, str]) -> None:
    app = make_app()
    await post(app, DIALOUT, dialout(callee=callee))
    (row,) = await did_rows(app)
    assert (row["endDirection"], (row["endReason"], row["endReasonName"])) == (direction, reason)


async def test_did_records_are_those_of_dial_outs_that_have_ended() -> None:
    clock = Clock()
    app = make_app(clock, speed=1.0)
    await post(app, DIALOUT, dialout())
    await post(app, CREATE_AND_CALL, task(entry()))
    app.sandbox.script("447700900002", "accepted_then_silent")
    await post(app, DIALOUT, dialout(callee="447700900002"))
    assert await did_rows(app) == []
    clock.now += 30
    assert [row["callNumber"] for row in await did_rows(app)] == [CALLEE]
    app.sandbox.release(callee="447700900002")
    assert [row["callNumber"] for row in await did_rows(app)] == [CALLEE, "447700900002"]


async def test_did_records_come_by_pages_with_totals() -> None:
    app = make_app()
    for number in range(7):
        await post(app, DIALOUT, dialout(callee=f"44770090010{number}"))
    envelope = (await post(app, DID_CDR, did_day(pageSize=3, page=3))).json()
    data = envelope["data"]
    assert set(envelope) == {"code", "message", "data"}
    assert (data["totalRow"], data["pageNumber"], data["totalPage"], data["pageSize"]) == (7, 3, 3, 3)
    assert [row["callNumber"] for row in data["list"]] == ["447700900106"]
    assert await did_rows(app, page=2) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"didNumber": DID}, 2),
        ({"didNumber": "12025550101"}, 0),
        ({"callNumber": CALLEE}, 1),
        ({"type": 1}, 2),
        ({"type": 0}, 0),
        ({"date": "2025-06-14"}, 0),
        ({"date": "2025-06-16"}, 0),
    ],
)
async def test_did_records_are_filtered(query: dict[str, Any], found: int) -> None:
    app = make_app()
    await post(app, DIALOUT, dialout())
    await post(app, DIALOUT, dialout(callee="447700900002"))
    assert len(await did_rows(app, **query)) == found


@pytest.mark.parametrize(
    ("path", "query", "code", "field"),
    [
        (DID_CDR, did_day(date=None), -1, "date"),
        (DID_CDR, did_day(date="15.06.2025"), -1, "date"),
        (DID_CDR, did_day(date="2025-02-30"), -1, "date"),
        (DID_CDR, did_day(date=20250615), -1, "date"),
        (DID_CDR, did_day(pageSize=1000), -1, "pageSize"),
        (DID_CDR, did_day(pageSize="500"), -1, "pageSize"),
        (DID_CDR, did_day(page=0), -1, "page"),
        (DID_CDR, did_day(type=2), -1, "type"),
        (DID_CDR, [], -1, "JSON object"),
        (GROUPS_PAGE, {**GROUPS, "tenantId": None}, 41000, "tenantId"),
        (GROUPS_PAGE, {**GROUPS, "tenantId": "7"}, 41000, "tenantId"),
        (GROUPS_PAGE, {**GROUPS, "queueName": None}, 41000, "queueName"),
        (GROUPS_PAGE, {**GROUPS, "size": 201}, 41000, "size"),
        (GROUP_MEMBERS, {"tenantId": 7}, 41000, "queueNo"),
        (GROUP_MEMBERS, {"queueNo": "NX00000G000001"}, 41000, "tenantId"),
    ],
)
async def test_a_wrong_field_is_named(path: str, query: Any, code: int, field: str) -> None:
    answer = (await post(make_app(), path, query)).json()
    assert answer["code"] == code
    assert field in (answer.get("msg") or answer["message"])


@pytest.mark.parametrize("path", [DID_CDR, GROUPS_PAGE, GROUP_MEMBERS, BALANCE])
async def test_a_wrong_signature_is_refused(path: str) -> None:
    headers = {**signed_headers(path, b"{}"), "sign": "0" * 32}
    assert (await send(make_app(), path, b"{}", headers)).json()["code"] == 1003


async def test_all_groups_or_one() -> None:
    app = make_app()
    groups = (await post(app, GROUPS_PAGE, GROUPS)).json()["data"]
    assert [group["groupNo"] for group in groups] == ["NX00000G000001", "NX00000G000002", "NX00000G000003"]
    assert set(groups[0]) == {"groupName", "groupNo", "remark", "familiarizeFirst", "ringPolicy"}
    (one,) = (await post(app, GROUPS_PAGE, {**GROUPS, "queueName": "NX00000G000002"})).json()["data"]
    assert one["groupName"] == "Renewals"
    assert len((await post(app, GROUPS_PAGE, {**GROUPS, "size": 2, "page": 2})).json()["data"]) == 1


@pytest.mark.parametrize(("group", "members"), [("NX00000G000001", 4), ("NX00000G000003", 0), ("NX1", 0)])
async def test_who_is_in_a_group(group: str, members: int) -> None:
    found = (await post(make_app(), GROUP_MEMBERS, {"tenantId": 7, "queueNo": group})).json()["data"]
    assert len(found) == members
    assert all(set(agent) == {"nickName", "userName", "sipNumber"} for agent in found)


async def test_the_balance_needs_no_body_and_is_limited() -> None:
    clock = Clock()
    app = make_app(clock)

    async def ask() -> dict[str, Any]:
        headers = signed_headers(BALANCE, b"", now_ms=int(clock.now * 1000))
        answer: dict[str, Any] = (await send(app, BALANCE, b"", headers)).json()
        return answer

    first = await ask()
    assert (first["code"], set(first)) == (0, {"code", "message", "data", "traceId"})
    assert set(first["data"]) == {"currency", "amount_cus", "credit_cus"}
    clock.now += 1.9
    assert (await ask())["code"] == 211
    clock.now += 0.1
    assert (await ask())["code"] == 0
    assert [received.code for received in app.sandbox.received] == [0, 211, 0]


async def test_the_balance_takes_an_empty_object_too() -> None:
    assert (await post(make_app(), BALANCE, {})).json()["code"] == 0
    assert (await post(make_app(), BALANCE, [])).json()["code"] == 9000


async def test_answered_calls_have_a_recording_where_the_address_is_known() -> None:
    app = make_app(recording_base=BASE + "/")
    await post(app, DIALOUT, dialout())
    await post(app, DIALOUT, dialout(callee="447700900010"))
    answered, missed = app.sandbox.records
    assert answered["recordUrl"] == f"{BASE}/recordings/{answered['callId']}.wav"
    assert missed["recordUrl"] is None
    await control(app, "config", {"recording_base": ""})
    assert app.sandbox.records[0]["recordUrl"] is None


async def test_a_recording_is_a_wav_file_and_needs_no_key() -> None:
    app = make_app()
    call_id = (await post(app, DIALOUT, dialout())).json()["data"]["callId"]
    async with in_process(app) as client:
        reply = await client.get(f"/recordings/{call_id}.wav")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "audio/wav")
    with wave.open(io.BytesIO(reply.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (1, 8000, 16_000)


async def test_only_answered_calls_that_have_ended_were_recorded() -> None:
    app = make_app(speed=1.0)
    body = json.dumps(dialout(callee="447700900010")).encode()
    missed = (await send(app, DIALOUT, body, signed_headers(DIALOUT, body))).json()["data"]["callId"]
    talking = (await post(app, DIALOUT, dialout())).json()["data"]["callId"]
    async with in_process(app) as client:
        for call_id in (missed, talking, "none", ""):
            assert (await client.get(f"/recordings/{call_id}.wav")).status_code == 404
