"""What AICC is asked, and what is made of any answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from telephony.contract.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    RequestRejected,
    UnsupportedByProvider,
)
from telephony.contract.vocabulary import CallStage, Disposition
from tests.telephony.providers.huawei_aicc.support import (
    BASE_URL,
    LINK,
    NOW_MS,
    PHONE_PASSWORD,
    REFERENCE,
    SERIAL,
    FakeAicc,
    answer,
    asked,
    assert_no_leak,
    recorded,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telephony.contract.records import CallProgress, CallRecord
    from telephony.providers.huawei_aicc.adapter import AiccAdapter

START = datetime(2023, 11, 14, 22, 0, tzinfo=UTC)
BASE = f"{BASE_URL}/apiaccess/CC-Management/v1/mobileAgent/"


async def state(adapter: AiccAdapter) -> CallProgress:
    return await adapter.call_state(SERIAL, now_ms=NOW_MS)


async def records(adapter: AiccAdapter) -> list[CallRecord]:
    return await adapter.call_records(start=START, end=START + timedelta(hours=1), page=1, now_ms=NOW_MS)


async def link(adapter: AiccAdapter) -> str:
    return await adapter.recording_link(SERIAL, now_ms=NOW_MS)


async def phones(adapter: AiccAdapter) -> list[str]:
    return await adapter.agent_phones(page=1, now_ms=NOW_MS)


READS = (state, records, link, phones)


def recorded_answer(name: str, **changes: Any) -> httpx.Response:
    content = recorded(name)
    return httpx.Response(200, json=content | {"result": content["result"] | changes})


async def failure_of(ask: Callable[[AiccAdapter], Awaitable[Any]], *answers: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await asked(FakeAicc(*answers), ask)
    assert_no_leak(caught.value, caught.value.message, caught.value.exchange)
    return caught.value


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("told", "stage"),
    [
        *((value, None) for value in (0, "0", 4, "9", "calling")),
        *((value, CallStage.AGENT_RINGING) for value in (1, "1")),
        *((value, CallStage.TALKING) for value in (2, "2")),
    ],
)
async def test_where_a_call_is(told: Any, stage: CallStage | None) -> None:
    server = FakeAicc(answer(state=told, callData=f"{REFERENCE} x", called="447700900001"))

    progress = await asked(server, state)

    assert (progress.stage, progress.record) == (stage, None)
    assert (progress.provider_call_id, progress.order_id, progress.callee) == (SERIAL, REFERENCE, "447700900001")
    assert (str(server.requests[0].url), server.body) == (f"{BASE}queryCallState", {"callSerialNo": SERIAL})


@pytest.mark.asyncio
async def test_an_ended_call_has_the_record_with_its_times() -> None:
    server = FakeAicc(recorded_answer("state_ended"), recorded_answer("records"))

    progress = await asked(server, state)

    assert progress.stage is CallStage.ENDED
    assert progress.record is not None
    assert (progress.record.provider_call_id, progress.record.order_id) == (SERIAL, REFERENCE)
    assert (progress.record.disposition, progress.record.talk_seconds) == (Disposition.ANSWERED, 27)
    assert server.body == {
        "startTime": "1699999940000",
        "endTime": "1700000090000",
        "offset": "0",
        "limit": "100",
    }


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "second", [answer("1"), answer(total=0, callInfo=[]), httpx.Response(500), httpx.Response(403)]
)
async def test_whether_anybody_talked_stays_unknown_without_a_record(second: httpx.Response) -> None:
    progress = await asked(FakeAicc(recorded_answer("state_ended"), second), state)

    assert progress.record is not None
    assert (progress.record.provider_call_id, progress.record.hangup_code) == (SERIAL, "1")
    assert progress.record.disposition is Disposition.UNKNOWN


@pytest.mark.asyncio
@pytest.mark.parametrize(("reason", "disposition"), [("5", Disposition.NO_ANSWER), (2, Disposition.FAILED)])
async def test_a_clear_reason_needs_no_second_question(reason: Any, disposition: Disposition) -> None:
    server = FakeAicc(recorded_answer("state_ended", reasonCode=reason))

    progress = await asked(server, state)

    assert progress.record is not None
    assert (progress.record.disposition, len(server.requests)) == (disposition, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize("told", [{"state": 2, "callSerialNo": "77"}, {"state": None}, {"state": 3.0}, {"called": "x"}])
async def test_a_state_of_another_call_or_none_is_not_believed(told: dict[str, Any]) -> None:
    error = await failure_of(state, answer(**told))

    assert (type(error), error.code) == (OutcomeUnknown, "unreadable_reply")


@pytest.mark.asyncio
@pytest.mark.parametrize(("code", "kind"), [("1", OutcomeUnknown), ("3", RequestRejected), ("9", OutcomeUnknown)])
async def test_a_search_that_failed_proves_nothing(code: str, kind: type[ProviderError]) -> None:
    assert type(await failure_of(state, answer(code))) is kind


@pytest.mark.asyncio
async def test_a_page_of_records() -> None:
    server = FakeAicc(recorded_answer("records"))

    first, second = await asked(server, records)

    assert str(server.requests[0].url) == f"{BASE}queryCallDetailRecord"
    assert server.body == {"startTime": "1699999200000", "endTime": "1700002800000", "offset": "0", "limit": "100"}
    assert (first.provider_call_id, first.order_id, first.other) == (SERIAL, REFERENCE, "row 7")
    assert (first.caller, first.callee) == ("442079460900", "447700900001")
    assert (first.disposition, first.hangup_code, first.talk_seconds) == (Disposition.ANSWERED, "1", 27)
    assert first.answered_at == datetime(2023, 11, 14, 22, 13, 23, tzinfo=UTC)
    assert (second.provider_call_id, second.order_id) == ("1037058396471308290", "")
    assert (second.disposition, second.answered_at, second.talk_seconds) == (Disposition.NO_ANSWER, None, None)


@pytest.mark.asyncio
async def test_later_pages_begin_further_on() -> None:
    server = FakeAicc(answer("1"))

    await asked(server, lambda a: a.call_records(start=START, end=START, page=3, now_ms=NOW_MS))
    assert server.body["offset"] == "200"

    server = FakeAicc(answer(total=101, phone=[{"phoneNum": "640060"}]))
    assert await asked(server, lambda a: a.agent_phones(page=2, now_ms=NOW_MS)) == ["640060"]
    assert server.body["offset"] == "100"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "reply", [answer("1"), answer(1), answer(total=0, callInfo=[]), answer(total="0"), answer(callInfo=[])]
)
async def test_no_calls_is_an_empty_page(reply: httpx.Response) -> None:
    assert await asked(FakeAicc(reply), records) == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "reply",
    [
        answer(),
        answer(other=1),
        answer(total=0, callInfo={}),
        answer(total=0, callInfo="x"),
        answer(total=1),
        answer(total=2, callInfo=[{"callSerialNo": "77"}]),
        answer(total=500, callInfo=[{"callSerialNo": "77"}] * 99),
        answer("1", status=404),
        httpx.Response(200, content=b"[]"),
        httpx.Response(200, content=b""),
    ],
)
async def test_an_incomplete_list_is_not_an_empty_one(reply: httpx.Response) -> None:
    assert type(await failure_of(records, reply)) is OutcomeUnknown


@pytest.mark.asyncio
async def test_a_page_keeps_its_length() -> None:
    rows = [None, "x", {}, {"callSerialNo": 1.5e18}, {"callSerialNo": "77", "state": 2}, {"callSerialNo": "78"}]

    found = await asked(FakeAicc(answer(total=6, callInfo=rows)), records)

    assert [record.provider_call_id for record in found] == ["", "", "", "", "", "78"]


@pytest.mark.asyncio
async def test_more_than_seven_days_are_not_asked_for() -> None:
    server, week = FakeAicc(answer("1")), timedelta(days=7)

    await asked(server, lambda a: a.call_records(start=START, end=START + week, page=1, now_ms=NOW_MS))
    with pytest.raises(UnsupportedByProvider):
        await asked(
            server,
            lambda a: a.call_records(start=START, end=START + week + timedelta.resolution, page=1, now_ms=NOW_MS),
        )

    assert len(server.requests) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(("code", "kind"), [*((c, RequestRejected) for c in ("2", "4", "12")), ("3", OutcomeUnknown)])
async def test_refused_questions_for_records(code: str, kind: type[ProviderError]) -> None:
    assert type(await failure_of(records, answer(code))) is kind


@pytest.mark.asyncio
@pytest.mark.parametrize("code", [0, "0"])
async def test_a_link_to_a_recording(code: Any) -> None:
    server = FakeAicc(answer(code, url=LINK))

    assert await asked(server, link) == LINK
    assert (str(server.requests[0].url), server.body) == (f"{BASE}getRecordingAddress", {"callSerialNo": SERIAL})


@pytest.mark.asyncio
@pytest.mark.parametrize("url", [None, "", "file:///etc/passwd", "javascript:x", LINK + "\n x", 5, [LINK], "https:x"])
async def test_no_link_is_made_up(url: Any) -> None:
    error = await failure_of(link, answer(url=url, beside=LINK))

    assert (type(error), error.code) == (OutcomeUnknown, "unreadable_reply")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "kind"),
    [*((code, RequestRejected) for code in (1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13)), (2, OutcomeUnknown)],
)
async def test_why_there_is_no_recording(code: int, kind: type[ProviderError]) -> None:
    error = await failure_of(link, answer(code, url=LINK))

    assert type(error) is kind
    assert error.exchange is not None
    assert error.exchange.reply_body == "•••"


@pytest.mark.asyncio
async def test_the_phones_of_agents() -> None:
    server = FakeAicc(recorded_answer("phones"))

    assert await asked(server, phones) == ["442079460900", "442079460901"]
    assert (str(server.requests[0].url), server.body) == (f"{BASE}queryPhone", {"limit": "100", "offset": "0"})


@pytest.mark.asyncio
async def test_rows_that_are_no_phones_keep_the_length() -> None:
    rows = [None, {}, {"phoneNum": "sip:1@x"}, {"phoneNum": "1" * 33}, {"phoneNum": 1.5}, {"phoneNum": " 640060 "}]

    found = await asked(FakeAicc(answer(total=6, phone=rows)), phones)

    assert found == ["", "", "", "", "", "640060"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "reply",
    [
        answer("2", phone=[{"phoneNum": "1", "password": PHONE_PASSWORD}]),
        answer(total=3, phone=[{"phoneNum": "1", "password": PHONE_PASSWORD}]),
        httpx.Response(500, json={"password": PHONE_PASSWORD}),
        httpx.Response(200, content=PHONE_PASSWORD.encode()),
        httpx.Response(429, content=PHONE_PASSWORD.encode()),
    ],
)
async def test_passwords_of_phones_are_kept_nowhere(reply: httpx.Response) -> None:
    error = await failure_of(phones, reply)

    assert error.exchange is not None
    assert error.exchange.reply_body == "•••"


@pytest.mark.asyncio
@pytest.mark.parametrize("ask", READS)
async def test_reads_renew_a_refused_token_once(ask: Callable[[AiccAdapter], Awaitable[Any]]) -> None:
    server = FakeAicc(httpx.Response(401))

    with pytest.raises(CredentialsRefused):
        await asked(server, ask)

    assert server.tokens_used == ["1", "2"]


@pytest.mark.asyncio
@pytest.mark.parametrize("ask", READS)
async def test_reads_say_when_to_ask_again(ask: Callable[[AiccAdapter], Awaitable[Any]]) -> None:
    error = await failure_of(ask, httpx.Response(429, headers={"Retry-After": "30"}, json={"retCode": "0"}))

    assert isinstance(error, RateLimited)
    assert (error.code, error.retry_after) == ("http_429", 30.0)
    assert "Try again in 30 seconds." in error.message


@pytest.mark.asyncio
@pytest.mark.parametrize("ask", READS)
@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b'{"retCode":null}', b'{"retCode":0.0}', b'{"retCode":"0","retCode":"0"}', b'{"retCode":"0"'],
)
async def test_garbage_is_no_answer(ask: Callable[[AiccAdapter], Awaitable[Any]], content: bytes) -> None:
    assert type(await failure_of(ask, httpx.Response(200, content=content))) is OutcomeUnknown


@pytest.mark.asyncio
async def test_numbers_in_records_are_kept_masked() -> None:
    body = json.dumps(recorded("records") | {"retCode": "9"}).encode()

    error = await failure_of(records, httpx.Response(200, content=body))

    assert error.exchange is not None
    assert "4477009•••01" in error.exchange.reply_body
