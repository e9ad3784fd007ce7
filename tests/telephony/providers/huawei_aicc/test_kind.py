"""AICC in the registry: variables in, an adapter out, and nothing claimed that it cannot do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from telephony import registry
from telephony.contract import capabilities
from telephony.contract.access_tokens import UsesTokens
from telephony.contract.agents import AgentSessions
from telephony.contract.vocabulary import Capability, Trust
from telephony.providers.huawei_aicc.kind import AICC
from telephony.registry import ConfigurationError, build_adapter, check_config
from tests.telephony.providers.huawei_aicc.support import (
    ACCESS_CODE,
    APP_KEY,
    APP_SECRET,
    BASE_URL,
    CALLBACK_KEY,
    NOW_MS,
    TOKEN_BASE_URL,
    FakeAicc,
    assert_no_leak,
    make_order,
    make_push,
)

GOOD = {"BASE_URL": BASE_URL, "APP_KEY": APP_KEY, "APP_SECRET": APP_SECRET}
FULL = {
    **GOOD,
    "BASE_URL": f"{BASE_URL}/",
    "TOKEN_BASE_URL": f"{TOKEN_BASE_URL}/",
    "TOKEN_SECONDS": "900",
    "TENANT_SPACE_ID": "tenant-1",
    "CALLER_PRESENT": ACCESS_CODE,
    "CALLBACK_KEY": CALLBACK_KEY,
    "CALLBACK_DIGEST": "sha256",
    "WEBHOOK_PATH": "path-of-the-tests",
    "RECORDS_ZONE": "Asia/Shanghai",
}
PROTOCOLS: dict[Capability, type] = {
    Capability.CALLS: capabilities.CallPlacer,
    Capability.AGENT_CALLS: AgentSessions,
    Capability.TASKS: capabilities.TaskCreator,
    Capability.CALL_RECORDS: capabilities.RecordSource,
    Capability.DID_RECORDS: capabilities.DidRecordSource,
    Capability.ORDER_RECORDS: capabilities.OrderRecordSource,
    Capability.PUSHES: capabilities.PushReceiver,
    Capability.CALL_STATE: capabilities.CallStateSource,
    Capability.RECORDING_LINKS: capabilities.RecordingLinkSource,
    Capability.AGENT_GROUPS: capabilities.AgentGroupSource,
    Capability.AGENT_PHONES: capabilities.AgentPhoneSource,
    Capability.BALANCE: capabilities.BalanceSource,
}


async def build(config: dict[str, str]) -> Any:
    async with FakeAicc().client() as client:
        return build_adapter("huawei_aicc", config, client)


def test_every_capability_has_a_protocol() -> None:
    assert set(PROTOCOLS) == set(Capability)


@pytest.mark.asyncio
@pytest.mark.parametrize("capability", sorted(Capability))
async def test_it_can_what_it_says_and_no_more(capability: Capability) -> None:
    assert isinstance(await build(GOOD), PROTOCOLS[capability]) is registry.can("huawei_aicc", capability)


@pytest.mark.asyncio
async def test_key_secret_and_address_are_enough() -> None:
    adapter = await build(GOOD)

    assert isinstance(adapter, UsesTokens)
    assert adapter.prepare_call(make_order(), now_ms=NOW_MS).url.startswith(f"{BASE_URL}/apiaccess/")
    assert (adapter.record_page_size, adapter.agent_phone_page_size) == (100, 100)
    assert_no_leak(adapter)


@pytest.mark.asyncio
async def test_every_variable_arrives() -> None:
    server = FakeAicc()
    async with server.client() as client:
        adapter: Any = build_adapter("huawei_aicc", FULL, client)
        await adapter.place_call(make_order(), now_ms=NOW_MS)

    [token_request], [request] = server.token_requests, server.requests
    assert str(token_request.url) == f"{TOKEN_BASE_URL}/apigovernance/api/oauth/tokenByAkSk"
    assert token_request.headers["X-Token-Expire"] == "900"
    assert str(request.url) == f"{BASE_URL}/apiaccess/CC-Management/v1/mobileAgent/createCall"
    assert request.headers["X-TenantSpaceID"] == "tenant-1"
    assert server.body["callerPresent"] == ACCESS_CODE
    record = adapter.parse_push(make_push("{callSerialNo=77, releaseTime=2024/01/01,08:00:00:000}"))
    assert record.ended_at == datetime.fromisoformat("2024-01-01T00:00:00Z")
    assert adapter.trust(make_push("callSerialNo=77", order_id="0" * 32), now_ms=NOW_MS) is Trust.REFUSED


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"BASE_URL": ""}, "AICC_BASE_URL is missing"),
        ({"APP_KEY": ""}, "AICC_APP_KEY is missing"),
        ({"APP_SECRET": ""}, "AICC_APP_SECRET is missing"),
        ({"BASE_URL": "aicc.test"}, "AICC_BASE_URL does not begin with"),
        ({"TOKEN_SECONDS": "599"}, "AICC_TOKEN_SECONDS must be a number of seconds from 600 to 3600"),
        ({"TOKEN_SECONDS": "3601"}, "AICC_TOKEN_SECONDS must be"),
        ({"TOKEN_SECONDS": "9" * 5000}, "AICC_TOKEN_SECONDS must be"),
        ({"CALLER_PRESENT": "+44"}, "AICC_CALLER_PRESENT is not a number"),
        ({"CALLBACK_KEY": "short"}, "AICC_CALLBACK_KEY is too short"),
        ({"CALLBACK_DIGEST": "md5"}, "AICC_CALLBACK_DIGEST must be one of hmac-sha256, sha256"),
        ({"RECORDS_ZONE": "Mars"}, "AICC_RECORDS_ZONE is not a time zone"),
    ],
)
@pytest.mark.asyncio
async def test_mistakes_are_named(changes: dict[str, str], problem: str) -> None:
    assert check_config("huawei_aicc", FULL) == []
    assert any(found.startswith(problem) for found in check_config("huawei_aicc", FULL | changes))
    with pytest.raises(ConfigurationError) as caught:
        await build(FULL | changes)
    assert_no_leak(caught.value)


def test_what_an_order_may_have() -> None:
    assert AICC.call_needs == ("agent_phone",)
    assert set(AICC.call_needs) < set(AICC.call_fields)
