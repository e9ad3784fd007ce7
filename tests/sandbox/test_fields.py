"""What may be asked: every field check of every endpoint, and the sentence that names the field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sandbox_client import (
    BY_ORDER_ID,
    CALLEE,
    CDR_PAGE,
    CREATE_AND_CALL,
    DIALOUT,
    dialout,
    entry,
    make_app,
    post,
    send,
    signed_headers,
    span,
    task,
)

pytestmark = pytest.mark.asyncio

NOT_DIGITS = ["", "+447700900001", "44 7700 900001", "4477009", "4477009000011234", 447700900001, ["447700900001"]]
WRONG_DIALOUTS = [(name, value) for name in ("did", "callee", "connectNumber") for value in (None, *NOT_DIGITS)] + [
    ("ringOrder", "2"),
    ("ringOrder", 2),
    ("ringOrder", True),
    ("delayTime", -1),
    ("delayTime", "5000"),
    ("delayTime", 1.5),
    ("delayTime", 86_400_001),
]

WRONG_TASKS = [
    ("country", None),
    ("country", "GBR"),
    ("country", "44"),
    ("taskName", None),
    ("taskName", " "),
    ("taskName", 7),
    ("taskDesc", 7),
    ("strategyName", None),
    ("strategyName", ""),
    ("dispatchType", None),
    ("dispatchType", 3),
    ("dispatchType", -1),
    ("dispatchType", "1"),
    ("dispatchType", True),
    ("agentGroupNo", None),
    ("agentGroupNo", ""),
    ("predictCallRate", None),
    ("predictCallRate", "1.25"),
    ("predictCallRate", -0.5),
    ("ratioCallRate", None),
    ("ratioCallRate", True),
    ("startCount", None),
    ("startCount", 1.5),
    ("startCount", -1),
    ("startupType", 4),
    ("startupType", "3"),
    ("callList", None),
    ("callList", []),
    ("callList", {}),
    ("callList", ["447700900001"]),
]

WRONG_ENTRIES = [
    ("orderID", None),
    ("orderID", ""),
    ("orderID", "x" * 33),
    ("orderID", 12),
    *(("userPhone", value) for value in (None, *NOT_DIGITS)),
    ("other", None),
    ("other", 7),
]

WRONG_SPANS = [
    ("startTime", None),
    ("startTime", "1750000000"),
    ("startTime", 1_750_000_000_000),
    ("endTime", None),
    ("endTime", 1_750_000_000_000),
    ("size", None),
    ("size", 0),
    ("size", 101),
    ("page", None),
    ("page", 0),
    ("answered", 3),
    ("answered", True),
    ("direction", 4),
    ("caller", 447700900001),
    ("orderId", 1),
]


@pytest.mark.parametrize(("field", "value"), WRONG_DIALOUTS)
async def test_a_wrong_dial_out_is_refused(field: str, value: Any) -> None:
    await assert_refused(DIALOUT, dialout(**{field: value}), field)


@pytest.mark.parametrize("extra", [{}, {"ringOrder": "0"}, {"ringOrder": 1}, {"delayTime": 0}, {"unknown": [1]}])
async def test_a_right_dial_out_is_taken(extra: dict[str, Any]) -> None:
    app = make_app()
    reply = (await post(app, DIALOUT, dialout(**extra))).json()
    assert reply["code"] == 0
    assert len(reply["data"]["callId"]) == 32
    assert int(reply["data"]["callId"], 16)
    assert app.sandbox.orders_by_callee == {CALLEE: 1}


@pytest.mark.parametrize(("field", "value"), WRONG_TASKS)
async def test_a_wrong_task_is_refused(field: str, value: Any) -> None:
    await assert_refused(CREATE_AND_CALL, task(**{field: value}), field if value != ["447700900001"] else "entry 0")


@pytest.mark.parametrize(("field", "value"), WRONG_ENTRIES)
async def test_one_wrong_entry_refuses_the_task(field: str, value: Any) -> None:
    spoiled = entry("ORDER2", **{field: value})
    await assert_refused(CREATE_AND_CALL, task(entry("ORDER1"), spoiled), f"entry 1: {field}")


async def test_an_order_id_may_not_appear_twice_in_a_task() -> None:
    await assert_refused(CREATE_AND_CALL, task(entry("SAME"), entry("SAME")), "entry 1: orderID must be unique")


@pytest.mark.parametrize(
    "extra", [{}, {"dispatchType": 0}, {"predictCallRate": 2}, {"startupType": None}, {"taskDesc": ""}]
)
async def test_a_right_task_is_taken_without_a_task_id(extra: dict[str, Any]) -> None:
    reply = (await post(make_app(), CREATE_AND_CALL, task(entry("x" * 32, other=""), **extra))).json()
    assert (reply["code"], reply["data"]) == (0, None)


@pytest.mark.parametrize(("field", "value"), WRONG_SPANS)
async def test_a_wrong_record_query_is_refused(field: str, value: Any) -> None:
    query = {name: kept for name, kept in span(**{field: value}).items() if kept is not None}
    await assert_refused(CDR_PAGE, query, field)


@pytest.mark.parametrize("query", [{"orderId": "ORDER1"}, {"tenantId": "1", "orderId": "ORDER1"}])
async def test_a_query_by_order_needs_a_tenant(query: dict[str, Any]) -> None:
    await assert_refused(BY_ORDER_ID, query, "tenantId")


async def test_a_query_by_order_needs_an_order() -> None:
    await assert_refused(BY_ORDER_ID, {"tenantId": 1}, "orderId")


@pytest.mark.parametrize("body", [b"not json", b"[]", b'"text"', b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    headers = signed_headers(DIALOUT, b"")
    if body != b"\xff":
        headers = signed_headers(DIALOUT, body)
    reply = (await send(make_app(), DIALOUT, body, headers)).json()
    assert reply["code"] == (1003 if body == b"\xff" else 41000)


async def assert_refused(path: str, payload: Any, names: str) -> None:
    app = make_app()
    reply = await post(app, path, payload)
    answer = reply.json()
    assert (reply.status_code, answer["code"], answer["data"]) == (200, 41000, {})
    assert names in answer["msg"]
    assert not app.sandbox.orders_by_callee
