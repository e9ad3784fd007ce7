"""The same cases for every API that takes orders, through its adapter, against the sandbox in process.

The sandbox checks signature, token, session, clock and fields with code of its own. Adding a provider adds a row.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from sandbox.app import SandboxApp, create_app
from sandbox.config import SandboxConfig
from sandbox.state import Received
from sandbox.transport import SandboxTransport
from telephony import registry
from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, ProviderError, RequestRejected
from telephony.http import transport
from tests.conformance.providers import CALLEE, HOST, ORDER_APIS, SANDBOX, SECRETS, OrderApi

pytestmark = pytest.mark.asyncio
ROWS = [
    pytest.param(api, variant, id=" ".join([api.name, *variant.values()]))
    for api in ORDER_APIS
    for variant in api.variants
]
every_api = pytest.mark.parametrize(("api", "variant"), ROWS)
every_clocked_api = pytest.mark.parametrize(("api", "variant"), [row for row in ROWS if row.values[0].tells_the_time])  # type: ignore[union-attr]

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
    "slow": (OutcomeUnknown, 1),
}
PATIENCE = transport.Timeouts(read=0.5)


def now_ms() -> int:
    return int(time.time() * 1000)


@pytest.fixture
def app() -> SandboxApp:
    return create_app(SandboxConfig(**SANDBOX, speed=0, slow_seconds=5))  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def caller(app: SandboxApp, api: OrderApi, variant: Mapping[str, str]) -> AsyncIterator[Any]:
    """What places orders: the adapter, or an agent's session."""
    async with transport.open_client(HOST, transport=SandboxTransport(app), timeouts=PATIENCE) as client:
        yield await api.ready(registry.build_adapter(api.kind, {**api.config, **variant}, client))


def taken(app: SandboxApp) -> int:
    return sum(app.sandbox.orders_by_callee.values())


def orders(app: SandboxApp, api: OrderApi) -> list[Received]:
    return [received for received in app.sandbox.received if received.path == api.path]


@every_api
async def test_an_order_is_taken_once(app, caller, api):
    accepted = await api.place(caller, now_ms())
    assert taken(app) == 1
    assert app.sandbox.orders_by_callee == {CALLEE.removeprefix("+"): 1}
    assert bool(accepted.provider_id) == api.gives_an_id


@every_api
async def test_the_dry_run_is_byte_for_byte_what_is_sent(app, caller, api):
    await api.place(caller, now_ms())  # a token, where one is needed, is known from here on
    at = now_ms()
    prepared = api.prepare(caller, at)
    assert len(orders(app, api)) == taken(app) == 1
    app.sandbox.received.clear()
    try:
        await api.place(caller, at)
    except ProviderError:
        assert api.kind == "huawei_ccgateway", "only an agent on the line is refused a second call"
    (received,) = orders(app, api)
    assert received.raw == prepared.body
    assert received.method == prepared.method
    for name, value in prepared.headers:
        hidden = "•••" in value
        assert hidden or received.headers[name.lower()] == value
        assert not hidden or name.lower() in api.sensitive


@every_api
@pytest.mark.parametrize("scenario", FAILURES)
async def test_each_failure_is_the_error_that_the_ledger_expects(app, caller, api, scenario):
    error, order_count = FAILURES[scenario]
    api.script(app, scenario)
    with pytest.raises(ProviderError) as raised:
        await api.place(caller, now_ms())
    assert type(raised.value) is error
    assert taken(app) == order_count
    asked_again = error is CredentialsRefused
    assert len(orders(app, api)) == (api.tries_at_401 if asked_again else 1)


@every_clocked_api
async def test_a_clock_that_is_off_is_told_from_a_refusal(app, caller, api):
    with pytest.raises(CredentialsRefused) as raised:
        await api.place(caller, now_ms() - 120_000)
    assert raised.value.code == "1004"
    assert taken(app) == 0


@every_api
@pytest.mark.parametrize("scenario", ["answered", "refused_41000", "accepted_then_500", "garbage"])
async def test_nothing_that_is_kept_gives_a_secret_or_a_person_away(app, caller, api, scenario):
    api.script(app, scenario)
    said = ""
    try:
        kept = (await api.place(caller, now_ms())).exchange
    except ProviderError as error:
        kept = error.exchange
        said = f"{error} {error!r}"
    assert kept is not None
    assert CALLEE.removeprefix("+") not in said
    (received,) = orders(app, api)
    in_headers = {received.headers[name] for name in api.sensitive if name in received.headers}
    for secret in (*SECRETS, *in_headers, CALLEE.removeprefix("+")):
        assert secret not in repr(kept)
        assert secret not in repr(caller)
    assert in_headers, "the order carries something that must not be kept"


@every_api
async def test_the_preview_of_an_order_shows_no_secret_to_sign_with(app, caller, api):
    prepared = api.prepare(caller, now_ms())
    shown = repr((prepared.string_to_sign, prepared.url, prepared.body))
    assert not any(secret in shown for secret in SECRETS)
    assert {name.lower() for name, _ in prepared.headers} & api.sensitive <= prepared.sensitive_headers
