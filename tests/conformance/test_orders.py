"""The same cases for every API that takes orders, through its adapter, against the sandbox in process.

The sandbox checks signature, clock and fields with code of its own. Adding a provider means adding a row.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from sandbox.app import SandboxApp, create_app
from sandbox.config import SandboxConfig
from sandbox.transport import SandboxTransport
from telephony import registry, transport
from telephony.errors import CredentialsRefused, OutcomeUnknown, ProviderError, RequestRejected
from tests.conformance.providers import CALLEE, CREDENTIALS, ORDER_APIS, OrderApi

pytestmark = pytest.mark.asyncio
every_api = pytest.mark.parametrize("api", ORDER_APIS, ids=lambda api: api.name)

# scenario → what the adapter raises, and whether the order was taken all the same.
FAILURES = {
    "refused_41000": (RequestRejected, 0),
    "failed_88": (OutcomeUnknown, 0),
    "failed_99": (OutcomeUnknown, 0),
    "auth_1001": (CredentialsRefused, 0),
    "auth_1002": (CredentialsRefused, 0),
    "auth_1003": (CredentialsRefused, 0),
    "auth_1004": (CredentialsRefused, 0),
    "auth_1005": (CredentialsRefused, 0),
    "accepted_then_reset": (OutcomeUnknown, 1),
    "accepted_then_500": (OutcomeUnknown, 1),
    "garbage": (OutcomeUnknown, 1),
    "truncated": (OutcomeUnknown, 1),
    "redirect_302": (OutcomeUnknown, 1),
    "status_408": (OutcomeUnknown, 1),
}


def now_ms() -> int:
    return int(time.time() * 1000)


@pytest.fixture
def app() -> SandboxApp:
    keys = {"access_key": CREDENTIALS["ACCESS_KEY"], "access_secret": CREDENTIALS["ACCESS_SECRET"]}
    return create_app(SandboxConfig(**keys, speed=0))


@pytest_asyncio.fixture
async def adapter(app: SandboxApp, api: OrderApi, algorithm: str) -> AsyncIterator[Any]:
    client = transport.open_client("http://sandbox.invalid", transport=SandboxTransport(app))
    config = {**CREDENTIALS, "BASE_URL": "http://sandbox.invalid", "SIGN_ALGORITHM": algorithm}
    yield registry.build_adapter(api.kind, config, client)
    await client.aclose()


@pytest.fixture(params=["md5", "sha256"])
def algorithm(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def taken(app: SandboxApp) -> int:
    return sum(app.sandbox.orders_by_callee.values())


@every_api
async def test_an_order_is_taken_once(app, adapter, api):
    accepted = await api.place(adapter, now_ms())
    assert taken(app) == 1
    assert app.sandbox.orders_by_callee == {CALLEE.removeprefix("+"): 1}
    assert bool(accepted.provider_id) == api.gives_an_id


@every_api
async def test_the_dry_run_is_byte_for_byte_what_is_sent(app, adapter, api):
    at = now_ms()
    prepared = api.prepare(adapter, at)
    assert taken(app) == 0
    await api.place(adapter, at)
    (received,) = app.sandbox.received
    assert received.raw == prepared.body
    for name, value in prepared.headers:
        assert received.headers[name.lower()] == value


@every_api
@pytest.mark.parametrize("scenario", FAILURES)
async def test_each_failure_is_the_error_that_the_ledger_expects(app, adapter, api, scenario):
    error, orders = FAILURES[scenario]
    api.script(app, scenario)
    with pytest.raises(ProviderError) as raised:
        await api.place(adapter, now_ms())
    assert type(raised.value) is error
    assert taken(app) == orders
    assert len(app.sandbox.received) == 1


@every_api
async def test_a_clock_that_is_off_is_told_from_a_refusal(app, adapter, api):
    with pytest.raises(CredentialsRefused) as raised:
        await api.place(adapter, now_ms() - 120_000)
    assert raised.value.code == "1004"
    assert taken(app) == 0


@every_api
async def test_nothing_that_is_kept_gives_a_secret_or_a_person_away(app, adapter, api):
    accepted = await api.place(adapter, now_ms())
    (received,) = app.sandbox.received
    kept = repr(accepted.exchange)
    for secret in (CREDENTIALS["ACCESS_SECRET"], received.headers["sign"], CALLEE.removeprefix("+")):
        assert secret not in kept
