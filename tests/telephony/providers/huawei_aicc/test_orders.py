"""What goes out for an order, and which orders cannot be written down."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.contract.errors import RequestNotSent
from telephony.providers.huawei_aicc.adapter import AiccAdapter
from telephony.providers.huawei_aicc.orders import draft_of, order_id_of
from tests.telephony.providers.huawei_aicc.support import (
    ACCESS_CODE,
    AGENT_PHONE,
    APP_KEY,
    BASE_URL,
    CALL_SECRET,
    CALLBACK_URL,
    DID,
    NOW_MS,
    REFERENCE,
    TOKEN,
    FakeAicc,
    asked,
    assert_no_leak,
    make_order,
    make_settings,
)


def body_of(account: dict[str, Any] | None = None, **order: Any) -> dict[str, Any]:
    content = json.loads(draft_of(make_order(**order), make_settings(**account or {})).body)
    assert isinstance(content, dict)
    return content


def test_a_plain_order_has_no_more_than_it_needs() -> None:
    assert body_of() == {"caller": AGENT_PHONE, "called": "447700900001", "callData": REFERENCE}


def test_a_full_order() -> None:
    body = body_of(did=DID, agent_id="101", agent_sees="640060", call_data="row 7", callback_url=CALLBACK_URL)

    assert base64.b64decode(body.pop("callBackUrl")).decode() == CALLBACK_URL
    assert body == {
        "caller": AGENT_PHONE,
        "called": "447700900001",
        "agentWorkNo": "101",
        "callData": f"{REFERENCE} row 7",
        "callerPresent": "442079460001",
        "agentPresent": "640060",
    }


def test_the_callee_sees_the_access_code_where_the_order_names_no_did() -> None:
    account = {"caller_present": ACCESS_CODE}

    assert body_of(account)["callerPresent"] == ACCESS_CODE
    assert body_of(account, did=DID)["callerPresent"] == "442079460001"


def test_a_short_did_passes_as_the_access_code_only() -> None:
    short = "+4420794600"

    assert body_of({"caller_present": "4420794600"}, did=short)["callerPresent"] == "4420794600"
    with pytest.raises(ValueError, match="The DID must have 11 to 14 digits"):
        body_of(did=short)


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"agent_phone": ""}, "The agent's phone must have 1 to 32 digits"),
        ({"agent_phone": "+442079460900"}, "The agent's phone must have"),
        ({"agent_phone": "1" * 33}, "The agent's phone must have"),
        ({"agent_phone": "٣٣٣"}, "The agent's phone must have"),
        ({"agent_sees": "x"}, "The number that the agent sees must have"),
        ({"callee": "447700900001"}, ""),
        ({"callee": ""}, ""),
        ({"did": "442079460001"}, ""),
        ({"did": "+442079460001234"}, "The DID must have 11 to 14 digits"),
        ({"agent_id": "100001"}, "The agent ID must have 1 to 5 digits"),
        ({"agent_id": "1a"}, "The agent ID must have"),
        ({"call_data": "x" * 992}, "must not exceed 1024 characters"),
        ({"call_data": "\ud800"}, "surrogates"),
        ({"callback_url": "https://desk.example.com/hook?secret=1"}, "The callback address"),
        ({"callback_url": "https://desk.example.com/a%20b"}, "The callback address"),
        ({"callback_url": "https://desk.example.com/a b"}, "The callback address"),
        ({"callback_url": "https://desk.example.com/ä"}, "The callback address"),
        ({"callback_url": "https://user@desk.example.com/"}, "The callback address"),
        ({"callback_url": "ftp://desk.example.com/"}, "The callback address"),
        ({"callback_url": "https:///hook"}, "The callback address"),
        ({"callback_url": "/hook"}, "The callback address"),
    ],
)
@pytest.mark.asyncio
async def test_an_order_that_cannot_be_written_down_is_not_sent(order: dict[str, Any], sentence: str) -> None:
    server = FakeAicc()

    with pytest.raises(RequestNotSent) as caught:
        await asked(server, lambda adapter: adapter.place_call(make_order(**order), now_ms=NOW_MS))

    assert caught.value.code == "bad_order"
    assert sentence in caught.value.message
    assert caught.value.message.endswith("Nothing was sent.")
    assert (server.requests, server.token_requests) == ([], [])


@pytest.mark.parametrize("did", ["+12025550142", "+442079460001", "+44207946000123"])
def test_a_did_of_11_to_14_digits_is_shown(did: str) -> None:
    assert body_of(did=did)["callerPresent"] == did[1:]


def test_call_data_may_have_1024_characters_with_the_reference() -> None:
    assert len(body_of(call_data="牛" * 991)["callData"]) == 1024


@pytest.mark.asyncio
async def test_the_dry_run_is_what_is_sent() -> None:
    server = FakeAicc()
    order = make_order(did=DID, call_data="Grüße 牛", callback_url=CALLBACK_URL)
    async with server.client() as client:
        adapter = AiccAdapter(make_settings(tenant_space_id="tenant-1"), client)
        before = adapter.prepare_call(order, now_ms=NOW_MS)
        await adapter.place_call(order, now_ms=NOW_MS)
        after = adapter.prepare_call(order, now_ms=NOW_MS)

    [sent] = server.requests
    assert (after.method, after.url, after.body) == (sent.method, str(sent.url), sent.content)
    assert after.url == f"{BASE_URL}/apiaccess/CC-Management/v1/mobileAgent/createCall"
    assert {name: sent.headers[name] for name, _ in after.headers} == dict(after.headers)
    assert dict(after.headers) == {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {TOKEN}1",
        "X-APP-Key": APP_KEY,
        "X-TenantSpaceID": "tenant-1",
    }
    assert dict(before.headers) == dict(after.headers) | {"Authorization": "Bearer •••"}
    assert before.body == after.body


@pytest.mark.asyncio
async def test_what_is_kept_of_an_order_tells_neither_people_nor_its_secret() -> None:
    order = make_order(did=DID, agent_sees="442079460001", callback_url=CALLBACK_URL)

    accepted = await asked(FakeAicc(), lambda adapter: adapter.place_call(order, now_ms=NOW_MS))

    assert accepted.exchange is not None
    assert_no_leak(accepted)
    kept = json.loads(accepted.exchange.request_body)
    assert kept["callBackUrl"] == "•••"
    assert base64.b64encode(CALL_SECRET.encode()).decode()[:8] not in repr(accepted)
    assert kept["callData"] == REFERENCE
    assert ("Authorization", "•••") in accepted.exchange.request_headers


def test_a_draft_does_not_show_itself() -> None:
    assert_no_leak(draft_of(make_order(did=DID, callback_url=CALLBACK_URL), make_settings()), make_settings())


@given(st.uuids(), st.text(st.characters(exclude_categories=["Cs"]), max_size=900))
def test_the_reference_comes_back_out_of_the_call_data(reference: Any, text: str) -> None:
    data = body_of(reference=reference.hex, call_data=text)["callData"]

    assert order_id_of(data) == reference.hex
    assert data.removeprefix(reference.hex).strip() == " ".join(text.split())


@pytest.mark.parametrize(
    "data",
    [
        "",
        "null",
        "row 7",
        REFERENCE[:31],
        f"{REFERENCE}0",
        f"{REFERENCE}x",
        f" {REFERENCE}",
        f"x{REFERENCE}",
        REFERENCE.upper(),
        REFERENCE.replace("0", "٣"),
        f"{REFERENCE}\n",
    ],
)
def test_other_call_data_names_no_order(data: str) -> None:
    assert order_id_of(data) == ""
