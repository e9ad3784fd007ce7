from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from telephony.contract.agents import AgentSessions
from telephony.contract.capabilities import CallPlacer
from telephony.contract.errors import UnsupportedByProvider
from telephony.http.transport import open_client
from telephony.providers.huawei_ccgateway.adapter import CcGatewayAdapter
from telephony.registry import build_adapter, check_config
from tests.telephony.providers.huawei_ccgateway.gateway import AGENT, BASE, NOW_MS, Gateway, make_login, make_order


def build(client: httpx.AsyncClient, **config: str) -> CcGatewayAdapter:
    adapter = build_adapter("huawei_ccgateway", {"BASE_URL": f"{BASE}/", **config}, client)
    assert isinstance(adapter, CcGatewayAdapter)
    return adapter


@pytest.mark.asyncio
async def test_the_registry_builds_it() -> None:
    gateway = Gateway()
    async with open_client(BASE, transport=httpx.MockTransport(gateway)) as client:
        adapter = build(client, POLL_PAUSE_MS="0")
        assert isinstance(adapter, AgentSessions)
        assert isinstance(adapter, CallPlacer)
        session = adapter.session(make_login())
        assert gateway.requests == []
        await session.sign_in()
        await adapter.session(make_login(), saved=session.saved).poll()

    assert str(gateway.last.url) == f"{BASE}/agentevent/{AGENT}"
    assert check_config("huawei_ccgateway", {"BASE_URL": BASE, "POLL_PAUSE_MS": "5001"})


@pytest.mark.asyncio
async def test_the_preview_is_the_call_out_without_its_guid() -> None:
    gateway = Gateway()
    session = await gateway.signed_in()
    async with open_client(BASE) as client:
        prepared = build(client).prepare_call(make_order(), now_ms=NOW_MS)
    await session.place_call(make_order(), now_ms=NOW_MS)

    assert (prepared.method, prepared.url) == ("PUT", f"{BASE}/voicecall/{AGENT}/callout")
    assert prepared.headers == (("Content-Type", "application/json; charset=UTF-8"), ("Guid", "•••"))
    assert prepared.body == gateway.last.content
    assert prepared.numbers == {"447700900001", "12025550142"}


@pytest.mark.asyncio
@pytest.mark.parametrize("changes", [{"agent_id": ""}, {"agent_id": "x/y"}, {"callee": "5"}])
async def test_an_order_that_cannot_be_written_down_has_no_preview(changes: dict[str, Any]) -> None:
    async with open_client(BASE) as client:
        with pytest.raises(ValueError, match=r"must|not a number"):
            build(client).prepare_call(make_order(**changes), now_ms=NOW_MS)


@pytest.mark.asyncio
async def test_without_an_agent_nobody_calls() -> None:
    gateway = Gateway()
    async with open_client(BASE, transport=httpx.MockTransport(gateway)) as client:
        with pytest.raises(UnsupportedByProvider):
            await build(client).place_call(make_order(), now_ms=NOW_MS)

    assert gateway.requests == []


def test_the_read_time_out_is_longer_than_a_poll_waits() -> None:
    client = open_client(BASE)

    assert client.timeout.read is not None
    assert client.timeout.read >= 20


def test_data_of_the_call_is_json_text() -> None:
    body = json.loads(Gateway().session().prepare_call(make_order(call_data='"\n'), now_ms=NOW_MS).body)

    assert body["callappdata"] == '"\n'
