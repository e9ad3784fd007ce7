from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from telephony.contract.capabilities import (
    AgentGroupSource,
    BalanceSource,
    CallPlacer,
    DidRecordSource,
    PushReceiver,
    RecordSource,
    TaskCreator,
)
from telephony.contract.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    RequestNotSent,
    RequestRejected,
)
from telephony.contract.orders import TaskEntry
from telephony.contract.vocabulary import DispatchType, RingOrder, StartupType
from tests.telephony.providers.nxcloud.asked import create, make_adapter, place, read_page, sent
from tests.telephony.support import (
    ACCESS_KEY,
    ACCESS_SECRET,
    BASE_URL,
    NOW_MS,
    TASK_BASE_URL,
    FakeServer,
    assert_no_leak,
    make_dial_order,
    make_task_order,
    recorded,
)

if TYPE_CHECKING:
    from telephony.contract.orders import DialOrder, TaskOrder


@pytest.mark.asyncio
async def test_what_it_can_do() -> None:
    async with FakeServer().client() as client:
        adapter = make_adapter(client)

    for protocol in (CallPlacer, TaskCreator, PushReceiver):
        assert isinstance(adapter, protocol)
    for protocol in (RecordSource, DidRecordSource, AgentGroupSource, BalanceSource):
        assert isinstance(adapter, protocol)
    assert (adapter.record_page_size, adapter.did_record_page_size, adapter.agent_group_page_size) == (100, 500, 200)


@pytest.mark.asyncio
async def test_a_call_is_ordered_as_the_page_says() -> None:
    server = FakeServer(httpx.Response(200, json=recorded("dialout_accepted")))

    accepted = await place(server)

    assert str(server.last.url) == f"{BASE_URL}/did/openapi/amazon/dialout"
    assert (server.last.headers["bizType"], server.last.headers["action"]) == ("9", "didaws")
    assert server.last.content == (
        b'{"did":"12025550142","callee":"447700900001","connectNumber":"12025550199","ringOrder":"0"}'
    )
    assert (accepted.provider_id, accepted.request_id) == ("0123456789abcdef0123456789abcdef", "req-0001")
    assert accepted.exchange is not None
    assert accepted.exchange.status == 200
    assert_no_leak(accepted)


@pytest.mark.asyncio
async def test_the_callee_may_ring_first_and_later() -> None:
    server = FakeServer()

    await place(server, ring_order=RingOrder.CALLEE_FIRST, delay_ms=5000)

    assert sent(server)["ringOrder"] == "1"
    assert sent(server)["delayTime"] == 5000


@pytest.mark.asyncio
@pytest.mark.parametrize("delay_ms", [0, -1])
async def test_no_delay_is_not_sent(delay_ms: int) -> None:
    server = FakeServer()

    await place(server, delay_ms=delay_ms)

    assert "delayTime" not in sent(server)


@pytest.mark.asyncio
async def test_taken_without_a_call_id_is_taken() -> None:
    assert (await place(FakeServer(httpx.Response(200, json={"code": 0, "data": None})))).provider_id == ""


@pytest.mark.asyncio
async def test_the_dry_run_of_a_call_is_what_is_sent_byte_for_byte() -> None:
    server = FakeServer()
    order = make_dial_order(delay_ms=1)
    async with server.client() as client:
        adapter = make_adapter(client, algorithm="sha256")
        prepared = adapter.prepare_call(order, now_ms=NOW_MS)
        assert server.requests == []
        await adapter.place_call(order, now_ms=NOW_MS)

    assert server.last.content == prepared.body
    assert [server.last.headers[name] for name, _ in prepared.headers] == [value for _, value in prepared.headers]
    assert (server.last.method, str(server.last.url)) == (prepared.method, prepared.url)
    assert prepared.numbers == {"12025550142", "447700900001", "12025550199"}
    assert ACCESS_SECRET not in repr(prepared)


@pytest.mark.asyncio
async def test_the_dry_run_of_a_task_is_what_is_sent_byte_for_byte() -> None:
    server = FakeServer()
    order = make_task_order(task_name="秋季活动", description="第一批")
    async with server.client() as client:
        adapter = make_adapter(client)
        prepared = adapter.prepare_task(order, now_ms=NOW_MS)
        await adapter.create_task(order, now_ms=NOW_MS)

    assert server.last.content == prepared.body
    assert "秋季活动".encode() in prepared.body
    assert dict(prepared.headers)["sign"] == server.last.headers["sign"]
    assert prepared.numbers == {"447700900001", "447700900002"}


@pytest.mark.asyncio
async def test_a_task_is_handed_over_as_the_page_says() -> None:
    server = FakeServer(httpx.Response(200, json=recorded("task_accepted")))

    accepted = await create(server)

    assert str(server.last.url) == f"{TASK_BASE_URL}/saas/cc/openapi/ai/createandcall"
    assert (server.last.headers["bizType"], server.last.headers["action"]) == ("8", "cc")
    assert sent(server) == {
        "country": "GB",
        "taskName": "Autumn 1/3",
        "strategyName": "Default Strategy",
        "dispatchType": 2,
        "agentGroupNo": "NX00000G000001",
        "predictCallRate": 0.85,
        "ratioCallRate": 1.5,
        "startCount": 10,
        "callList": [
            {"orderID": "A" * 32, "userPhone": "447700900001", "other": "row 1"},
            {"orderID": "B" * 32, "userPhone": "447700900002", "other": ""},
        ],
        "startupType": 3,
    }
    assert (accepted.provider_id, accepted.request_id) == ("", "req-0003")
    assert_no_leak(accepted)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"description": "First part"}, {"taskDesc": "First part"}),
        ({"dispatch_type": DispatchType.RATIO}, {"dispatchType": 1}),
        ({"startup_type": StartupType.NONE}, {"startupType": 0}),
        ({"startup_type": StartupType.MANUAL}, {"startupType": 1}),
        ({"predict_call_rate": Decimal("0.859")}, {"predictCallRate": 0.85}),
        ({"predict_call_rate": Decimal(1)}, {"predictCallRate": 1.0}),
        ({"ratio_call_rate": Decimal("1.59")}, {"ratioCallRate": 1.5}),
        ({"ratio_call_rate": Decimal(0)}, {"ratioCallRate": 0.0}),
    ],
)
async def test_the_fields_of_a_task(changes: dict[str, Any], fields: dict[str, Any]) -> None:
    server = FakeServer()

    await create(server, **changes)

    assert fields.items() <= sent(server).items()


FIRST = TaskEntry(order_id="A" * 32, callee="+447700900001")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changes",
    [
        {"entries": ()},
        {"entries": (TaskEntry(order_id="A" * 33, callee="+447700900001"),)},
        {"entries": (TaskEntry(order_id="", callee="+447700900001"),)},
        {"entries": (FIRST, TaskEntry(order_id="A" * 32, callee="+447700900002"))},
        {"entries": (FIRST, TaskEntry(order_id="B" * 32, callee="+447700900001"))},
        {"entries": (TaskEntry(order_id="A", callee="447700900001"),)},
        {"predict_call_rate": Decimal("NaN")},
        {"predict_call_rate": Decimal("1E+40")},
        {"ratio_call_rate": Decimal(-1)},
        {"task_name": "\ud800"},
    ],
)
async def test_a_task_that_cannot_be_written_down_is_not_sent(changes: dict[str, Any]) -> None:
    server = FakeServer()

    with pytest.raises(RequestNotSent) as caught:
        await create(server, **changes)

    assert caught.value.code == "bad_order"
    assert server.requests == []
    assert_no_leak(caught.value)


@pytest.mark.asyncio
@pytest.mark.parametrize("field", ["did", "callee", "connect_number"])
@pytest.mark.parametrize("number", ["447700900001", "", "07700900001", "+44 7700 900001"])
async def test_a_call_with_a_number_that_is_not_e164_is_not_sent(field: str, number: str) -> None:
    server = FakeServer()

    with pytest.raises(RequestNotSent) as caught:
        await place(server, **{field: number})

    assert server.requests == []
    assert_no_leak(caught.value)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(200, json=recorded("dialout_rejected")), RequestRejected),
        (httpx.Response(200, json={"code": 1004, "msg": "Timestamp expired"}), CredentialsRefused),
        (httpx.Response(200, json={"code": 88, "msg": "failed 447700900001"}), OutcomeUnknown),
        (httpx.Response(200, json={"code": 99}), OutcomeUnknown),
        (httpx.Response(200, text="OK"), OutcomeUnknown),
        (httpx.Response(503, text="slow down"), OutcomeUnknown),
        (httpx.Response(502, text="447700900001"), OutcomeUnknown),
        (httpx.Response(401), CredentialsRefused),
        (httpx.ConnectError("refused"), RequestNotSent),
        (httpx.ReadTimeout("447700900001"), OutcomeUnknown),
    ],
)
async def test_calls_tasks_and_queries_fail_alike(reply: httpx.Response | Exception, kind: type[ProviderError]) -> None:
    server = FakeServer(reply)

    for attempt in (place, create, read_page):
        with pytest.raises(ProviderError) as caught:
            await attempt(server)
        assert type(caught.value) is kind
        assert caught.value.exchange is not None
        assert_no_leak(caught.value, caught.value.message, caught.value.exchange)
    assert len(server.requests) == 3


@pytest.mark.asyncio
async def test_asked_too_often_is_told_apart_for_questions_and_stays_unknown_for_orders() -> None:
    server = FakeServer(lambda: httpx.Response(429, text="slow down", headers={"Retry-After": "7"}))

    for order in (place, create):
        with pytest.raises(OutcomeUnknown):
            await order(server)
    with pytest.raises(RateLimited, match="again in 7 seconds") as caught:
        await read_page(server)

    assert (caught.value.code, caught.value.retry_after) == ("http_429", 7.0)
    assert caught.value.exchange is not None


@pytest.mark.asyncio
async def test_code_211_stays_an_unknown_outcome_everywhere_but_at_the_balance() -> None:
    for attempt in (place, create, read_page):
        with pytest.raises(OutcomeUnknown):
            await attempt(FakeServer(httpx.Response(200, json={"code": 211})))


@pytest.mark.asyncio
async def test_the_adapter_shows_no_secret() -> None:
    async with FakeServer().client() as client:
        assert_no_leak(make_adapter(client))
        assert ACCESS_KEY in repr(make_adapter(client))


@pytest.mark.asyncio
async def test_orders_are_signed_anew_for_every_attempt() -> None:
    order: DialOrder = make_dial_order()
    task: TaskOrder = make_task_order()
    async with FakeServer().client() as client:
        adapter = make_adapter(client)
        first, second = (dict(adapter.prepare_call(order, now_ms=NOW_MS + later).headers) for later in (0, 1))
        third = dict(adapter.prepare_task(task, now_ms=NOW_MS).headers)

    assert (first["ts"], second["ts"]) == ("1700000000123", "1700000000124")
    assert len({first["sign"], second["sign"], third["sign"]}) == 3
