"""The adapter asks the sandbox, which was written from the same pages a second time: they must agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio

from sandbox.app import SandboxApp, create_app
from sandbox.config import SandboxConfig
from sandbox.transport import SandboxTransport
from telephony.contract.errors import RateLimited
from telephony.contract.vocabulary import Direction
from telephony.providers.nxcloud.adapter import NxCloudAdapter
from telephony.providers.nxcloud.client import NxCloudSettings
from tests.telephony.support import ACCESS_KEY, ACCESS_SECRET, CALLEE, DID, make_dial_order

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio


@pytest.fixture
def app() -> SandboxApp:
    return create_app(SandboxConfig(access_key=ACCESS_KEY, access_secret=ACCESS_SECRET, speed=0.0))


@pytest_asyncio.fixture
async def adapter(app: SandboxApp) -> AsyncIterator[NxCloudAdapter]:
    address = "http://sandbox"
    settings: dict[str, Any] = {"base_url": address, "task_base_url": address, "tenant_id": 7}
    settings |= {"access_key": ACCESS_KEY, "access_secret": ACCESS_SECRET}
    async with httpx.AsyncClient(transport=SandboxTransport(app)) as client:
        yield NxCloudAdapter(NxCloudSettings(**settings), client)


async def test_a_dial_out_is_found_in_the_did_records(app: SandboxApp, adapter: NxCloudAdapter) -> None:
    now_ms = app.sandbox.now_ms()
    ordered = datetime.fromtimestamp(now_ms // 1000, UTC)
    await adapter.place_call(make_dial_order(), now_ms=now_ms)

    (record,) = await adapter.did_records(day=ordered.date(), page=1, now_ms=now_ms)

    assert (record.did, record.other, record.direction) == (DID, CALLEE, Direction.OUTBOUND)
    assert record.started_at is not None
    assert abs((record.started_at - ordered).total_seconds()) < 5
    assert (record.talk_seconds, record.provider_row_id) == (1, "1")
    assert record.cost is not None
    assert await adapter.did_records(day=ordered.date(), page=2, now_ms=now_ms) == []


async def test_groups_and_their_members(app: SandboxApp, adapter: NxCloudAdapter) -> None:
    now_ms = app.sandbox.now_ms()

    groups = await adapter.agent_groups(page=1, now_ms=now_ms)
    members = [len(await adapter.members_of(group.group_no, now_ms=now_ms)) for group in groups]

    assert [group.name for group in groups] == ["First line", "Renewals", "Night desk"]
    assert members == [4, 4, 0]
    assert await adapter.agent_groups(page=2, now_ms=now_ms) == []


async def test_the_balance_and_its_limit(app: SandboxApp, adapter: NxCloudAdapter) -> None:
    now_ms = app.sandbox.now_ms()

    balance = await adapter.balance(now_ms=now_ms)

    assert (str(balance.amount), str(balance.credit), balance.currency) == ("1234.5600", "100.0000", "USD")
    with pytest.raises(RateLimited):
        await adapter.balance(now_ms=now_ms)


async def test_a_recording_address_of_the_sandbox_is_kept(app: SandboxApp, adapter: NxCloudAdapter) -> None:
    app.sandbox.known_as("http://127.0.0.1:8010")
    now_ms = app.sandbox.now_ms()
    accepted = await adapter.place_call(make_dial_order(), now_ms=now_ms)

    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    (record,) = await adapter.call_records(start=now, end=now + timedelta(hours=1), page=1, now_ms=now_ms)

    assert record.recording_url == f"http://127.0.0.1:8010/recordings/{accepted.provider_id}.wav"
