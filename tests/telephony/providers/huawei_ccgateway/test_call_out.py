"""The call-out: what is sent, and what each answer proves."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from telephony.contract.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    RequestNotSent,
    RequestRejected,
    SessionLost,
)
from tests.telephony.providers.huawei_ccgateway.gateway import (
    CALL_ID,
    GUID,
    NOW_MS,
    PASSWORD,
    Gateway,
    assert_hidden,
    body_of,
    failure_of,
    make_order,
    place,
    reply,
)


@pytest.mark.asyncio
async def test_call_out_sends_wire_digits_and_keeps_the_id_as_text() -> None:
    gateway = Gateway(callout=reply(result=CALL_ID))
    session = await gateway.signed_in()

    accepted = await place(session, skill_id=7, call_data="ref ä", media=2)
    assert accepted.provider_id == CALL_ID
    assert body_of(gateway.last) == {
        "caller": "12025550142",
        "called": "447700900001",
        "skillid": 7,
        "callappdata": "ref ä",
        "mediaability": 2,
    }
    assert_hidden(accepted)
    assert accepted.exchange is not None
    assert CALL_ID in accepted.exchange.reply_body
    assert dict(accepted.exchange.request_headers)["Guid"] == "•••"


@pytest.mark.asyncio
async def test_what_the_order_leaves_open_is_left_out() -> None:
    gateway = Gateway()
    await place(await gateway.signed_in(), did="")

    assert body_of(gateway.last) == {"called": "447700900001", "mediaability": 0}


@pytest.mark.asyncio
@pytest.mark.parametrize("result", [None, "", {}, [CALL_ID], True, "x" * 129])
async def test_a_taken_order_without_a_usable_id_is_taken_all_the_same(result: object) -> None:
    session = await Gateway(callout=reply(result=result)).signed_in()

    assert (await place(session)).provider_id == ""


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changes",
    [
        {"callee": "447700900001"},
        {"callee": "+44 7700 900001"},
        {"callee": "+"},
        {"did": "sip:agent"},
        {"did": "+"},
        {"skill_id": True},
        {"skill_id": -1},
        {"skill_id": "7"},
        {"call_data": "ä" * 8193},
        {"call_data": "\udc00"},
        {"media": 3},
        {"agent_id": "1418"},
    ],
)
async def test_an_order_against_the_rules_is_not_sent(changes: dict[str, Any]) -> None:
    gateway = Gateway()
    session = await gateway.signed_in()

    error = await failure_of(place(session, **changes))
    assert (type(error), error.code) == (RequestNotSent, "bad_order")
    assert "callout" not in gateway.names()
    with pytest.raises(ValueError, match=r"\w"):
        session.prepare_call(make_order(**changes), now_ms=NOW_MS)


@pytest.mark.asyncio
async def test_call_data_may_fill_16_kib() -> None:
    gateway = Gateway()
    await place(await gateway.signed_in(), call_data="ä" * 8192)

    assert len(body_of(gateway.last)["callappdata"].encode()) == 16384


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply("000-002"), RequestRejected),
        (reply("200-001"), RequestRejected),
        (reply("000-006"), RequestRejected),
        (reply("000-003"), SessionLost),
        (reply("100-006"), SessionLost),
        (reply("105-006"), SessionLost),
        (reply("105-007"), SessionLost),
        (reply("000-000"), OutcomeUnknown),
        (reply("000-004"), OutcomeUnknown),
        (reply("000-007"), OutcomeUnknown),
        (reply("100-002"), OutcomeUnknown),
        (reply("100-003"), OutcomeUnknown),
        (reply("100-004"), OutcomeUnknown),
        (reply("100-007"), OutcomeUnknown),
        (reply("105-001"), OutcomeUnknown),
        (reply("105-005"), OutcomeUnknown),
        (reply("200-017"), OutcomeUnknown),
        (reply("999-999"), OutcomeUnknown),
        (reply(None), OutcomeUnknown),
        (reply(False), OutcomeUnknown),
        (reply(0.0), OutcomeUnknown),
        (reply("00"), OutcomeUnknown),
        (reply("0", status=404), OutcomeUnknown),
        (reply("200-001", status=400), RequestRejected),
        (reply("200-001", status=500), OutcomeUnknown),
        (reply("0", status=302), OutcomeUnknown),
        (reply(status=401), CredentialsRefused),
        (httpx.Response(200), OutcomeUnknown),
        (httpx.Response(200, text="<html>"), OutcomeUnknown),
        (httpx.Response(200, text="[]"), OutcomeUnknown),
        (httpx.Response(200, text='{"retcode":"200-001","retcode":"0"}'), OutcomeUnknown),
        (httpx.Response(200, text='{"result":"1-1"}'), OutcomeUnknown),
        (httpx.ReadTimeout("slow"), OutcomeUnknown),
        (httpx.ConnectTimeout("no"), RequestNotSent),
    ],
)
async def test_an_order_is_never_sent_again_unless_an_answer_proves_that_nothing_happened(
    answer: Any, kind: type[ProviderError]
) -> None:
    gateway = Gateway(callout=answer)
    session = await gateway.signed_in()

    assert type(await failure_of(place(session))) is kind
    assert len(gateway.named("callout")) == 1


@pytest.mark.asyncio
async def test_the_success_code_may_be_a_number() -> None:
    assert (await place(await Gateway(callout=reply(0, result=CALL_ID)).signed_in())).provider_id == CALL_ID


@pytest.mark.asyncio
async def test_the_gateways_own_words_are_quoted_without_secrets_or_numbers() -> None:
    said = {"msg": f"Refused {PASSWORD} {GUID} 447700900001 \x00"}
    session = await Gateway(callout=httpx.Response(200, json={"retcode": "200-001", **said})).signed_in()

    error = await failure_of(place(session))
    assert "The gateway said: “Refused •••" in error.message
