"""The adapter of NxCloud asked for one thing, against a server that answers as told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from telephony.providers.nxcloud.adapter import NxCloudAdapter
from telephony.providers.nxcloud.client import NxCloudSettings
from tests.telephony.support import (
    ACCESS_KEY,
    ACCESS_SECRET,
    BASE_URL,
    NOW_MS,
    TASK_BASE_URL,
    WEBHOOK_TOKEN,
    FakeServer,
    make_dial_order,
    make_task_order,
)

if TYPE_CHECKING:
    from telephony.contract.orders import Accepted

START = datetime(2023, 11, 14, 22, 0, tzinfo=UTC)


def make_settings(**changes: Any) -> NxCloudSettings:
    values: dict[str, Any] = {
        "base_url": BASE_URL,
        "task_base_url": TASK_BASE_URL,
        "access_key": ACCESS_KEY,
        "access_secret": ACCESS_SECRET,
        "webhook_token": WEBHOOK_TOKEN,
    }
    return NxCloudSettings(**values | changes)


def make_adapter(client: httpx.AsyncClient, **changes: Any) -> NxCloudAdapter:
    return NxCloudAdapter(make_settings(**changes), client)


async def place(server: FakeServer, **changes: Any) -> Accepted:
    async with server.client() as client:
        return await make_adapter(client).place_call(make_dial_order(**changes), now_ms=NOW_MS)


async def create(server: FakeServer, **changes: Any) -> Accepted:
    async with server.client() as client:
        return await make_adapter(client).create_task(make_task_order(**changes), now_ms=NOW_MS)


async def read_page(server: FakeServer, **changes: Any) -> list[Any]:
    query: dict[str, Any] = {"start": START, "end": START + timedelta(hours=1), "page": 1, "now_ms": NOW_MS}
    async with server.client() as client:
        return await make_adapter(client).call_records(**query | changes)


def sent(server: FakeServer) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(server.last.content)
    return payload
