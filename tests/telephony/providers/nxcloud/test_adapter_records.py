from __future__ import annotations

import json
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from telephony.contract.errors import (
    OutcomeUnknown,
    UnsupportedByProvider,
)
from telephony.contract.records import Push
from telephony.contract.vocabulary import Direction, Disposition, Trust
from tests.telephony.providers.nxcloud.asked import START, make_adapter, read_page, sent
from tests.telephony.support import (
    BASE_URL,
    NOW_MS,
    WEBHOOK_TOKEN,
    FakeServer,
    recorded,
)

if TYPE_CHECKING:
    pass


@pytest.mark.asyncio
async def test_records_are_asked_for_in_seconds() -> None:
    server = FakeServer(httpx.Response(200, json=recorded("records_page")))

    page = await read_page(server, page=3)

    assert str(server.last.url) == f"{BASE_URL}/saas/cc/openapi/cdr/page"
    assert (server.last.headers["bizType"], server.last.headers["action"]) == ("8", "cc")
    assert sent(server) == {"startTime": 1_699_999_200, "endTime": 1_700_002_800, "size": 100, "page": 3}
    assert [record.disposition for record in page] == [Disposition.ANSWERED, Disposition.NO_ANSWER]


@pytest.mark.asyncio
async def test_the_zone_of_the_times_does_not_matter() -> None:
    server = FakeServer(httpx.Response(200, json={"code": 0, "data": []}))

    await read_page(server, start=START.astimezone(timezone(timedelta(hours=8))))

    assert sent(server)["startTime"] == 1_699_999_200


@pytest.mark.asyncio
@pytest.mark.parametrize(("direction", "asked"), [(Direction.INBOUND, 1), (Direction.OUTBOUND, 2), (Direction.TASK, 3)])
async def test_a_query_counts_directions_from_one(direction: Direction, asked: int) -> None:
    server = FakeServer(httpx.Response(200, json={"code": 0, "data": []}))

    await read_page(server, direction=direction)

    assert sent(server)["direction"] == asked


@pytest.mark.asyncio
async def test_a_page_keeps_its_length_when_an_item_is_no_record() -> None:
    data = [{"callId": "c1"}, None, "text", {"orderId": "x"}, [], {"callId": "c2"}]

    page = await read_page(FakeServer(httpx.Response(200, json={"code": 0, "data": data})))

    assert [record.provider_call_id for record in page] == ["c1", "", "", "", "", "c2"]
    assert page[1].raw == {"item": None}


@pytest.mark.asyncio
@pytest.mark.parametrize("data", [None, {}, []])
async def test_an_empty_page(data: object) -> None:
    assert await read_page(FakeServer(httpx.Response(200, json={"code": 0, "data": data}))) == []


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [{"code": 0}, {"code": 0, "data": {"list": []}}, {"code": 0, "data": "none"}])
async def test_a_reply_without_a_list_does_not_say_that_there_was_no_call(body: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        await read_page(FakeServer(httpx.Response(200, json=body)))

    assert caught.value.code == "unreadable_reply"


@pytest.mark.asyncio
async def test_all_records_of_one_order() -> None:
    server = FakeServer(httpx.Response(200, json=recorded("records_page")))
    async with server.client() as client:
        found = await make_adapter(client, tenant_id=77).records_for_order("A" * 32, now_ms=NOW_MS)
        assert sent(server) == {"tenantId": 77, "orderId": "A" * 32}
        await make_adapter(client, tenant_id=77).records_for_order("A" * 32, tenant_id=78, now_ms=NOW_MS)
        assert sent(server)["tenantId"] == 78

    assert str(server.last.url) == f"{BASE_URL}/saas/cc/openapi/cdr/queryByOrderId"
    assert len(found) == 2


@pytest.mark.asyncio
async def test_records_of_one_order_need_a_tenant() -> None:
    server = FakeServer()
    async with server.client() as client:
        with pytest.raises(UnsupportedByProvider, match="TENANT_ID"):
            await make_adapter(client).records_for_order("A" * 32, now_ms=NOW_MS)

    assert server.requests == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("token", "headers", "is_signed"),
    [
        (WEBHOOK_TOKEN, {"token": WEBHOOK_TOKEN}, True),
        (WEBHOOK_TOKEN, {"token": WEBHOOK_TOKEN + "x"}, False),
        (WEBHOOK_TOKEN, {"token": WEBHOOK_TOKEN[:-1]}, False),
        (WEBHOOK_TOKEN, {"token": WEBHOOK_TOKEN.upper()}, False),
        (WEBHOOK_TOKEN, {"token": ""}, False),
        (WEBHOOK_TOKEN, {"token": "é\udcff"}, False),
        (WEBHOOK_TOKEN, {}, False),
        (WEBHOOK_TOKEN, {"x-token": WEBHOOK_TOKEN}, False),
        ("tökén", {"token": "tökén"}, True),
        ("", {"token": ""}, False),
        ("", {}, False),
    ],
)
async def test_a_push_is_known_by_its_token(token: str, headers: dict[str, str], is_signed: bool) -> None:
    async with FakeServer().client() as client:
        adapter = make_adapter(client, webhook_token=token)

    push = Push(topic="call-record", headers=headers, body=b"{}")
    assert adapter.trust(push, now_ms=NOW_MS) is (Trust.SIGNED if is_signed else Trust.REFUSED)


@pytest.mark.asyncio
async def test_a_push_is_parsed_and_its_customer_found() -> None:
    async with FakeServer().client() as client:
        adapter = make_adapter(client)
    record = adapter.parse_push(
        Push(topic="call-record", headers={}, body=json.dumps(recorded("record_push")).encode())
    )

    assert record.order_id == "A" * 32
    assert adapter.customer_of(record) == "+447700900001"
    with pytest.raises(ValueError, match="not a call record"):
        adapter.parse_push(Push(topic="call-record", headers={}, body=b"{}"))
