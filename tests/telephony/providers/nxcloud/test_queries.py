"""DID records, agent groups and the balance: what is asked, and what is made of any answer."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.contract.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    UnsupportedByProvider,
)
from telephony.contract.records import AgentGroupInfo, AgentInfo, Balance, DidRecord
from telephony.contract.vocabulary import Direction
from telephony.providers.nxcloud.client import NxCloudSettings
from telephony.providers.nxcloud.did_records import parse_did_record
from telephony.providers.nxcloud.queries import DID_RECORD_PAGE_SIZE, NxCloudReads
from tests.telephony.support import (
    ACCESS_KEY,
    ACCESS_SECRET,
    BASE_URL,
    NOW_MS,
    TASK_BASE_URL,
    FakeServer,
    assert_no_leak,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

DAY = date(2023, 11, 14)
ROW = {
    "id": 4711,
    "number": "12025550142",
    "callNumber": "447700900001",
    "callType": 1,
    "countryName": "United Kingdom",
    "callDuration": 61,
    "feeType": 1,
    "callPriceUnit": 0.012,
    "callPrice": "0.024",
    "endDirection": 0,
    "endReason": "-7",
    "endReasonName": "caller hung up",
    "startTime": "2023-11-14 22:13:20",
    "endTime": "2023-11-14 22:14:30",
}


def answering(data: Any, **beside: Any) -> FakeServer:
    return FakeServer(httpx.Response(200, json={"code": 0, "message": "success", "data": data, **beside}))


async def asked(server: FakeServer, ask: Callable[[NxCloudReads], Awaitable[T]], **changes: Any) -> T:
    values: dict[str, Any] = {
        "base_url": BASE_URL,
        "task_base_url": TASK_BASE_URL,
        "access_key": ACCESS_KEY,
        "access_secret": ACCESS_SECRET,
        "tenant_id": 77,
    }
    async with server.client() as client:
        return await ask(NxCloudReads(NxCloudSettings(**values | changes), client))


async def did_records(reads: NxCloudReads) -> list[DidRecord]:
    return await reads.did_records(day=DAY, page=1, now_ms=NOW_MS)


async def groups(reads: NxCloudReads) -> list[AgentGroupInfo]:
    return await reads.agent_groups(page=2, now_ms=NOW_MS)


async def members(reads: NxCloudReads) -> list[AgentInfo]:
    return await reads.members_of("NX00000G000001", now_ms=NOW_MS)


async def balance(reads: NxCloudReads) -> Balance:
    return await reads.balance(now_ms=NOW_MS)


QUESTIONS = (did_records, groups, members, balance)


def page_of(*rows: Any, **changes: Any) -> dict[str, Any]:
    return {"totalRow": len(rows), "pageNumber": 1, "totalPage": 1, "pageSize": 500, "list": list(rows), **changes}


def sent(server: FakeServer) -> tuple[str, str, str, Any]:
    request = server.last
    body = json.loads(request.content) if request.content else None
    return request.url.path, request.headers["bizType"], request.headers["action"], body


@pytest.mark.asyncio
async def test_did_records_are_asked_for_by_day_and_page() -> None:
    server = answering(page_of(ROW))

    found = await asked(server, did_records)

    assert sent(server) == ("/api/did/cdr", "4", "cdr", {"date": "2023-11-14", "pageSize": 500, "page": 1})
    assert found == [
        DidRecord(
            provider_row_id="4711",
            did="+12025550142",
            other="+447700900001",
            direction=Direction.OUTBOUND,
            started_at=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
            ended_at=datetime(2023, 11, 14, 22, 14, 30, tzinfo=UTC),
            talk_seconds=61,
            cost=Decimal("0.024"),
            end_reason="-7",
            end_reason_text="caller hung up",
            raw=ROW,
        )
    ]


@pytest.mark.asyncio
async def test_the_times_of_did_records_are_in_the_zone_of_the_account() -> None:
    found = await asked(answering(page_of(ROW)), did_records, records_zone=ZoneInfo("Asia/Shanghai"))

    assert found[0].started_at == datetime(2023, 11, 14, 14, 13, 20, tzinfo=UTC)
    assert found[0].started_at.tzinfo is UTC


@pytest.mark.asyncio
@pytest.mark.parametrize("data", [None, {}, page_of(), page_of(list=None), {"list": []}, {"totalRow": 0}])
async def test_a_day_without_did_records(data: Any) -> None:
    assert await asked(answering(data), did_records) == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "data",
    [
        "none",
        [ROW],
        {"list": "none"},
        {"list": {}},
        page_of(ROW, totalRow=2),
        page_of(totalRow="3", list=None),
        page_of(*[ROW] * 100, totalRow=700, totalPage=7, pageSize=100),
    ],
)
async def test_did_records_that_are_missing_from_their_page_are_not_overlooked(data: Any) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        await asked(answering(data), did_records)

    assert caught.value.code == "unreadable_reply"


@pytest.mark.asyncio
async def test_the_last_page_of_did_records_may_be_short_and_the_one_after_it_empty() -> None:
    last = answering(page_of(ROW, totalRow=DID_RECORD_PAGE_SIZE + 1))
    after = answering(page_of(list=None, totalRow=DID_RECORD_PAGE_SIZE + 1))

    assert len(await asked(last, lambda reads: reads.did_records(day=DAY, page=2, now_ms=NOW_MS))) == 1
    assert await asked(after, lambda reads: reads.did_records(day=DAY, page=3, now_ms=NOW_MS)) == []


@pytest.mark.asyncio
async def test_a_row_that_is_no_did_record_keeps_the_length_of_the_page() -> None:
    found = await asked(answering(page_of(ROW, None, "row", [])), did_records)

    assert [record.other for record in found] == ["+447700900001", "", "", ""]
    assert found[1] == DidRecord(raw={"item": None})


def did_record(**changes: Any) -> DidRecord:
    return parse_did_record({**ROW, **changes}, zone=UTC)


def test_the_published_sample_lacks_the_did() -> None:
    without = {name: value for name, value in ROW.items() if name not in ("number", "id")}

    record = parse_did_record(without, zone=UTC)

    assert (record.did, record.provider_row_id, record.other) == ("", "", "+447700900001")


@pytest.mark.parametrize(
    ("field", "value", "name", "read"),
    [
        ("id", "row-7", "provider_row_id", "row-7"),
        ("number", 12025550142, "did", "+12025550142"),
        ("number", "default", "did", ""),
        ("callNumber", "anonymous", "other", ""),
        ("callNumber", None, "other", ""),
        ("callType", 0, "direction", Direction.INBOUND),
        ("callType", "1", "direction", Direction.OUTBOUND),
        ("callType", 2, "direction", Direction.UNKNOWN),
        ("callType", None, "direction", Direction.UNKNOWN),
        ("callDuration", "61", "talk_seconds", 61),
        ("callDuration", -1, "talk_seconds", None),
        ("callDuration", 10**12, "talk_seconds", None),
        ("callDuration", True, "talk_seconds", None),
        ("callPrice", 0, "cost", Decimal(0)),
        ("callPrice", "free", "cost", None),
        ("endReason", -7, "end_reason", "-7"),
        ("endReason", None, "end_reason", ""),
        ("startTime", "2023-11-14T22:13:20Z", "started_at", None),
        ("startTime", "2023-02-30 00:00:00", "started_at", None),
        ("startTime", 1_700_000_000_000, "started_at", None),
        ("startTime", "", "started_at", None),
        ("endTime", None, "ended_at", None),
    ],
)
def test_one_field_of_a_did_record(field: str, value: object, name: str, read: object) -> None:
    assert getattr(did_record(**{field: value}), name) == read


def test_the_hour_that_a_clock_change_repeats_is_read_as_the_first() -> None:
    record = parse_did_record({"startTime": "2023-10-29 01:30:00"}, zone=ZoneInfo("Europe/London"))

    assert record.started_at == datetime(2023, 10, 29, 0, 30, tzinfo=UTC)


JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just([1]) | st.just({})


@given(st.dictionaries(st.sampled_from(sorted(ROW)), JUNK))
def test_nothing_in_a_did_record_is_an_error(row: dict[str, Any]) -> None:
    assert parse_did_record(row, zone=ZoneInfo("Asia/Shanghai")).raw is row


def test_times_at_the_edge_of_the_calendar_are_no_error() -> None:
    edges = {"startTime": "0001-01-01 00:00:00", "endTime": "9999-12-31 23:59:59"}

    record = parse_did_record(edges, zone=ZoneInfo("Asia/Shanghai"))

    assert record.started_at is None
    assert parse_did_record(edges, zone=ZoneInfo("America/New_York")).ended_at is None


@pytest.mark.asyncio
async def test_agent_groups_are_asked_for_without_a_name() -> None:
    row = {"groupName": "Autumn desk", "groupNo": "NX00000G000001", "remark": None, "ringPolicy": 2}
    server = answering([row, {"groupNo": 7, "ringPolicy": "1"}, None], total=3)

    found = await asked(server, groups)

    wanted = {"tenantId": 77, "queueName": "", "size": 200, "page": 2}
    assert sent(server) == ("/saas/cc/openapi/agentGroup/page", "8", "cc", wanted)
    assert found == [
        AgentGroupInfo(group_no="NX00000G000001", name="Autumn desk", ring_policy=2),
        AgentGroupInfo(group_no="7", ring_policy=1),
        AgentGroupInfo(group_no=""),
    ]


@pytest.mark.asyncio
async def test_the_members_of_a_group() -> None:
    rows = [
        {"nickName": "Ada", "userName": "ada@example.com", "sipNumber": "800100"},
        {"nickName": "Nobody", "userName": None},
        "row",
        {"userName": "NX0042", "sipNumber": 800101},
    ]
    server = answering(rows)

    found = await asked(server, members)

    wanted = {"tenantId": 77, "queueNo": "NX00000G000001"}
    assert sent(server) == ("/saas/cc/openapi/agentGroup/member/list", "8", "cc", wanted)
    assert found == [
        AgentInfo(user_name="ada@example.com", nick_name="Ada", sip_number="800100"),
        AgentInfo(user_name="NX0042", sip_number="800101"),
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("question", [groups, members])
async def test_groups_and_members_need_a_tenant(question: Any) -> None:
    server = FakeServer()

    with pytest.raises(UnsupportedByProvider, match="TENANT_ID: set it"):
        await asked(server, question, tenant_id=None)

    assert server.requests == []


@pytest.mark.asyncio
@pytest.mark.parametrize("question", [groups, members])
async def test_null_is_an_empty_list_and_nothing_else_is(question: Any) -> None:
    assert await asked(answering(None), question) == []
    for data in ({"list": []}, "none", 0):
        with pytest.raises(OutcomeUnknown):
            await asked(answering(data), question)


@pytest.mark.asyncio
async def test_the_balance_is_asked_for_without_a_body() -> None:
    server = answering({"currency": "USD", "amount_cus": "1234.5678", "credit_cus": "100"})

    found = await asked(server, balance)

    assert found == Balance(amount=Decimal("1234.5678"), credit=Decimal(100), currency="USD")
    assert sent(server) == ("/api/customer/getBalance", "3", "getBalance", None)
    signed = f"accessKey={ACCESS_KEY}&action=getBalance&bizType=3&ts={NOW_MS}&accessSecret={ACCESS_SECRET}"
    assert server.last.headers["sign"] == hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"amount_cus": -3}, Balance(amount=Decimal(-3))),
        ({"amount_cus": "2500000000.5", "currency": "IDR"}, Balance(amount=Decimal("2500000000.5"), currency="IDR")),
        ({"amount_cus": 0, "credit_cus": "none", "currency": 7.5}, Balance(amount=Decimal(0))),
    ],
)
async def test_a_balance_with_gaps(data: dict[str, Any], expected: Balance) -> None:
    assert await asked(answering(data), balance) == expected


@pytest.mark.asyncio
@pytest.mark.parametrize("data", [None, [], "1", {}, {"amount_cus": None}, {"amount_cus": "NaN"}, {"amount_cus": 1e12}])
async def test_a_balance_without_an_amount_is_none(data: Any) -> None:
    with pytest.raises(OutcomeUnknown, match="no balance"):
        await asked(answering(data), balance)


@pytest.mark.asyncio
async def test_a_balance_asked_for_too_often() -> None:
    server = FakeServer(httpx.Response(200, json={"code": 211, "message": "limited"}))

    with pytest.raises(RateLimited, match="Too many requests to NxCloud") as caught:
        await asked(server, balance)

    assert (caught.value.code, caught.value.retry_after) == ("211", None)
    assert caught.value.exchange is not None


@pytest.mark.asyncio
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(200, json={"code": 1005}), CredentialsRefused),
        (httpx.Response(200, json={"code": -1, "message": "failed 447700900001"}), OutcomeUnknown),
        (httpx.Response(200, text="<html>447700900001"), OutcomeUnknown),
        (httpx.Response(500, text="447700900001"), OutcomeUnknown),
        (httpx.Response(429, text="447700900001"), RateLimited),
        (httpx.ReadTimeout("447700900001"), OutcomeUnknown),
    ],
)
async def test_every_question_fails_alike(
    question: Any, reply: httpx.Response | Exception, kind: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught:
        await asked(FakeServer(reply), question)

    assert type(caught.value) is kind
    assert caught.value.exchange is not None
    assert_no_leak(caught.value, caught.value.message, caught.value.exchange)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0.0), ("30", 30.0), ("999999999", 86_400.0), ("-1", None), ("1.5", None), ("soon", None), ("٣", None)],
)
async def test_how_long_to_wait(header: str, seconds: float | None) -> None:
    server = FakeServer(httpx.Response(429, headers=[(b"Retry-After", header.encode())]))

    with pytest.raises(RateLimited) as caught:
        await asked(server, balance)

    assert caught.value.retry_after == seconds
