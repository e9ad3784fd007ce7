"""The access token: when it is fetched, what is believed of the answer, and that it is seen nowhere."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.contract.access_tokens import AccessToken, UsesTokens
from telephony.contract.errors import CredentialsRefused, ProviderError, RequestNotSent
from telephony.providers.huawei_aicc.adapter import AiccAdapter
from telephony.providers.huawei_aicc.token import read_lifetime
from tests.telephony.providers.huawei_aicc.support import (
    APP_KEY,
    APP_SECRET,
    NOW_MS,
    TOKEN,
    TOKEN_BASE_URL,
    FakeAicc,
    answer,
    asked,
    assert_no_leak,
    make_order,
    make_settings,
    recorded,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telephony.contract.orders import Accepted

REFUSED = httpx.Response(401, json={"retMsg": "token expired"})


async def place(adapter: AiccAdapter, now_ms: int = NOW_MS) -> Accepted:
    return await adapter.place_call(make_order(), now_ms=now_ms)


async def failure_of(server: FakeAicc) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await asked(server, place)
    assert_no_leak(caught.value, caught.value.message, caught.value.exchange)
    return caught.value


@pytest.mark.asyncio
async def test_the_request_is_as_documented() -> None:
    server = FakeAicc()

    await asked(server, place, token_seconds=600)

    [request] = server.token_requests
    assert str(request.url) == f"{TOKEN_BASE_URL}/apigovernance/api/oauth/tokenByAkSk"
    assert (request.method, request.headers["X-Token-Expire"]) == ("POST", "600")
    assert json.loads(request.content) == {"app_key": APP_KEY, "app_secret": APP_SECRET}
    assert "Authorization" not in request.headers


@pytest.mark.asyncio
async def test_a_token_serves_until_a_minute_before_its_end() -> None:
    server = FakeAicc()

    async def three_calls(adapter: AiccAdapter) -> None:
        for seconds in (0, 3539, 3541):
            await place(adapter, now_ms=NOW_MS + seconds * 1000)

    await asked(server, three_calls)

    assert server.tokens_used == ["1", "1", "2"]


@pytest.mark.asyncio
async def test_calls_at_one_time_fetch_one_token() -> None:
    server = FakeAicc()

    async def at_once(adapter: AiccAdapter) -> None:
        await asyncio.gather(*(place(adapter) for _ in range(8)))

    await asked(server, at_once)

    assert (len(server.token_requests), len(server.requests)) == (1, 8)


@pytest.mark.asyncio
async def test_a_refused_token_is_renewed_once_and_the_call_ordered_again() -> None:
    server = FakeAicc(REFUSED, answer(callSerialNo="77"))

    accepted = await asked(server, place)

    assert (accepted.provider_id, server.tokens_used) == ("77", ["1", "2"])
    assert server.requests[0].content == server.requests[1].content
    assert_no_leak(accepted)


@pytest.mark.asyncio
async def test_a_second_refusal_is_final() -> None:
    server = FakeAicc(REFUSED)

    error = await failure_of(server)

    assert (type(error), error.code) == (CredentialsRefused, "http_401")
    assert server.tokens_used == ["1", "2"]


@pytest.mark.asyncio
async def test_a_missing_right_is_no_matter_of_the_token() -> None:
    server = FakeAicc(httpx.Response(403))

    assert type(await failure_of(server)) is CredentialsRefused
    assert (len(server.requests), len(server.token_requests)) == (1, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (httpx.ConnectTimeout(""), RequestNotSent, "connect_timeout"),
        (httpx.ConnectError(""), RequestNotSent, "connect_error"),
        (httpx.ReadTimeout(""), RequestNotSent, "no_token"),
        (httpx.RemoteProtocolError(""), RequestNotSent, "no_token"),
        (httpx.Response(401), CredentialsRefused, "http_401"),
        (httpx.Response(403, json={"AccessToken": f"{TOKEN}x"}), CredentialsRefused, "http_403"),
        (httpx.Response(400), CredentialsRefused, "http_400"),
        (httpx.Response(200, json={"retCode": "1001", "retMsg": APP_SECRET}), CredentialsRefused, "1001"),
        (httpx.Response(200, json={"error": "invalid_client"}), CredentialsRefused, "invalid_client"),
        (httpx.Response(200, json={"error_code": APP_SECRET}), CredentialsRefused, "•••"),
        (httpx.Response(200, json={"retCode": "0"}), RequestNotSent, "no_token"),
        (httpx.Response(302, headers={"Location": "https://x.test"}), RequestNotSent, "no_token"),
        (httpx.Response(404, json={"error": "x"}), RequestNotSent, "no_token"),
        (httpx.Response(429), RequestNotSent, "no_token"),
        (httpx.Response(500, json={"retCode": "1001"}), RequestNotSent, "no_token"),
        (httpx.Response(503), RequestNotSent, "no_token"),
        (httpx.Response(200, content=b"<html>"), RequestNotSent, "no_token"),
        (httpx.Response(200, content=b'{"AccessToken":"' + TOKEN.encode() + b'1"'), RequestNotSent, "no_token"),
        (httpx.Response(200, content=b""), RequestNotSent, "no_token"),
        *(
            (httpx.Response(200, json={"AccessToken": value}), RequestNotSent, "no_token")
            for value in ("", " ", None, True, 1.5, [], {}, "two words", "täuschend", "a\nb", "x" * 9000)
        ),
    ],
)
async def test_without_a_token_nothing_of_the_order_leaves(reply: Any, kind: type[ProviderError], code: str) -> None:
    server = FakeAicc(token=reply)

    error = await failure_of(server)

    assert (type(error), error.code) == (kind, code)
    assert "Nothing was sent." in error.message
    assert server.requests == []


@pytest.mark.asyncio
async def test_a_token_request_is_kept_without_its_bodies() -> None:
    server = FakeAicc(token=httpx.Response(500, json={"AccessToken": f"{TOKEN}1"}))

    exchange = (await failure_of(server)).exchange

    assert exchange is not None
    assert (exchange.request_body, exchange.reply_body, exchange.status) == ("•••", "•••", 500)


@pytest.mark.asyncio
@pytest.mark.parametrize("address", ["ftp://token.test", "https://", "https://token.test:99999"])
async def test_a_wrong_address_for_tokens_says_nothing_of_the_order(address: str) -> None:
    with pytest.raises(RequestNotSent) as caught:
        await asked(FakeAicc(), place, token_base_url=address)

    assert caught.value.code == "no_token"


@pytest.mark.asyncio
async def test_no_token_after_a_refusal_leaves_no_order_in_doubt() -> None:
    server = FakeAicc(REFUSED)

    async def first_and_second(adapter: AiccAdapter) -> None:
        await adapter.place_call(make_order(), now_ms=NOW_MS)

    async with server.client() as client:
        adapter = AiccAdapter(make_settings(), client)
        with pytest.raises(CredentialsRefused):
            await first_and_second(adapter)
        server.token = httpx.Response(503)
        with pytest.raises(RequestNotSent) as caught:
            await first_and_second(adapter)

    assert caught.value.code == "no_token"


HOUR_OF_S = 1_700_003_600


@pytest.mark.parametrize(
    ("answer_has", "seconds"),
    [
        ({"Expires": "1800"}, 1800),
        ({"Expires": 1800}, 1800),
        ({"Expires": "7200"}, 3600),
        ({"Expires": str(HOUR_OF_S - 600), "CreateTime": "1700000000"}, 3000),
        ({"Expires": HOUR_OF_S - 600, "CreateTime": 1700000000}, 3000),
        ({"Expires": f"{HOUR_OF_S - 600}000", "CreateTime": "1700000000000"}, 3000),
        # The provider's clock is a day behind ours: only its own two times are compared.
        ({"Expires": str(HOUR_OF_S - 86_400), "CreateTime": str(1_700_000_000 - 86_400)}, 3600),
        ({"Expires": str(HOUR_OF_S - 600)}, 3000),
        ({"Expires": "1699999999", "CreateTime": "1700000000"}, 3600),
        ({}, 3600),
        *(({"Expires": value}, 3600) for value in (None, "", "soon", "0", "-5", 0.5, True, [], "9" * 40)),
    ],
)
def test_the_size_of_expires_tells_what_it_is(answer_has: dict[str, Any], seconds: int) -> None:
    assert read_lifetime(answer_has, asked=3600, now_ms=NOW_MS) == seconds


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner), max_leaves=3
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["Expires", "CreateTime"]), json_values), st.integers(600, 3600))
def test_a_token_never_lives_longer_than_asked(content: dict[str, Any], asked_for: int) -> None:
    assert 1 <= read_lifetime(content, asked=asked_for, now_ms=NOW_MS) <= asked_for


class Store:
    """Another process's store."""

    def __init__(self, token: AccessToken | None = None, error: Exception | None = None) -> None:
        self.token, self.error, self.refused = token, error, []

    async def get(self) -> AccessToken | None:
        if self.error:
            raise self.error
        return self.token

    async def renew(self, refused: str, fetch: Callable[[], Awaitable[AccessToken]]) -> AccessToken:
        self.refused.append(refused)
        self.token = await fetch()
        return self.token


async def place_with(store: Store, server: FakeAicc) -> Accepted:
    async with server.client() as client:
        adapter = AiccAdapter(make_settings(), client)
        assert isinstance(adapter, UsesTokens)
        adapter.keep_tokens_in(store)
        return await place(adapter)


@pytest.mark.asyncio
async def test_a_token_of_the_shared_store_is_used() -> None:
    end = datetime.fromtimestamp(NOW_MS / 1000, tz=UTC) + timedelta(minutes=5)
    server = FakeAicc()

    await place_with(Store(AccessToken(value=f"{TOKEN}shared", expires_at=end)), server)

    assert (server.tokens_used, server.token_requests) == (["shared"], [])


@pytest.mark.asyncio
async def test_an_old_token_of_the_shared_store_is_renewed() -> None:
    end = datetime.fromtimestamp(NOW_MS / 1000, tz=UTC) + timedelta(seconds=59)
    store, server = Store(AccessToken(value=f"{TOKEN}old", expires_at=end)), FakeAicc()

    await place_with(store, server)

    assert (store.refused, server.tokens_used) == ([f"{TOKEN}old"], ["1"])
    assert store.token is not None
    assert store.token.expires_at == datetime.fromtimestamp(NOW_MS / 1000, tz=UTC) + timedelta(hours=1)


@pytest.mark.asyncio
async def test_a_broken_store_leaves_no_order_in_doubt() -> None:
    with pytest.raises(RequestNotSent) as caught:
        await place_with(Store(error=RuntimeError(f"INSERT '{TOKEN}1'")), FakeAicc())

    assert caught.value.code == "no_token"
    assert caught.value.__cause__ is None
    assert_no_leak(caught.value.message)


@pytest.mark.asyncio
async def test_waiting_for_a_token_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck(Store):
        async def get(self) -> AccessToken | None:
            await asyncio.Event().wait()
            raise AssertionError

    monkeypatch.setattr("telephony.providers.huawei_aicc.token.TOTAL_TIMEOUT", 0.01)

    with pytest.raises(RequestNotSent) as caught:
        await place_with(Stuck(), FakeAicc())

    assert "TimeoutError" in caught.value.message


@pytest.mark.asyncio
async def test_with_no_time_left_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.providers.huawei_aicc.client.TOTAL_TIMEOUT", 1.0)
    server = FakeAicc()

    error = await failure_of(server)

    assert (type(error), error.code, server.requests) == (RequestNotSent, "no_token", [])


def test_recorded_answer_lives_an_hour() -> None:
    assert read_lifetime(recorded("token"), asked=3600, now_ms=NOW_MS) == 3600
