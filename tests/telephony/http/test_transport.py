from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, ProviderError, RequestNotSent
from telephony.http import transport
from telephony.http.transport import MAX_REPLY_BYTES, Timeouts, Transport, is_loopback, open_client
from tests.telephony.http.sending import failure_of, send
from tests.telephony.support import FakeServer, make_prepared

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


SIGNATURE = "0123456789abcdef"


@pytest.mark.asyncio
async def test_cancellation_passes_through_untouched() -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with open_client(transport=httpx.MockTransport(hang)) as client:
        task = asyncio.create_task(Transport(client).send(make_prepared()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.asyncio
async def test_a_request_has_a_time_limit_as_a_whole() -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with open_client(transport=httpx.MockTransport(hang)) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            await Transport(client, total_timeout=0.01).send(make_prepared())

    assert caught.value.code == "total_timeout"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://did.nxcloud.test:99999999/", "invalid_url"),
        ("https://did.nxcloud.test:port/", "invalid_url"),
        ("https://did.nxcloud.test/\x00", "invalid_url"),
        ("did.nxcloud.test/dialout", "unsupported_protocol"),
        ("ftp://did.nxcloud.test/", "unsupported_protocol"),
        ("https:///dialout", "unsupported_protocol"),
        ("", "unsupported_protocol"),
    ],
)
async def test_a_bad_address_is_not_sent(url: str, code: str) -> None:
    server = FakeServer()
    async with server.client() as client:
        with pytest.raises(RequestNotSent) as caught:
            await Transport(client).send(make_prepared(url=url))

    assert caught.value.code == code
    assert caught.value.message.endswith("Nothing was sent.")
    assert server.requests == []


@pytest.mark.asyncio
@pytest.mark.parametrize("value", ["kéy", "key\n", "key\r\nx: y", " key", "key ", "k\x00y", "k\tey"])
async def test_a_header_that_cannot_be_sent_stops_the_request_before_the_first_byte(value: str) -> None:
    server = FakeServer()
    async with server.client() as client:
        with pytest.raises(RequestNotSent) as caught:
            await Transport(client).send(make_prepared(headers=(("accessKey", value),)))

    assert caught.value.code == "not_built"
    assert server.requests == []


@pytest.mark.asyncio
@pytest.mark.parametrize("exc", [ValueError("x"), TypeError("x"), UnicodeEncodeError("ascii", "é", 0, 1, "x")])
async def test_an_error_while_building_is_not_sent(exc: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    server = FakeServer()
    async with server.client() as client:

        def fail(*_: object, **__: object) -> httpx.Request:
            raise exc

        monkeypatch.setattr(client, "build_request", fail)
        with pytest.raises(RequestNotSent) as caught:
            await Transport(client).send(make_prepared())

    assert caught.value.code == "not_built"
    assert server.requests == []


@pytest.mark.asyncio
async def test_a_closed_client_sends_nothing() -> None:
    client = FakeServer().client()
    await client.aclose()

    with pytest.raises(RequestNotSent):
        await Transport(client).send(make_prepared())


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"", b"{}", b'{"name":"\xe7\x89\x9b"}', b"\x00\xff\r\n", b" \n"])
async def test_exactly_the_prepared_bytes_and_headers_leave(body: bytes) -> None:
    server = FakeServer()
    prepared = make_prepared(body=body, headers=(("X-One", "1"), ("accessKey", "AK"), ("sign", SIGNATURE)))
    async with server.client() as client:
        await Transport(client).send(prepared)

    assert server.last.content == body
    assert (server.last.method, str(server.last.url)) == (prepared.method, prepared.url)
    sent = [(name.decode(), value.decode()) for name, value in server.last.headers.raw]
    assert [pair for pair in sent if pair in prepared.headers] == list(prepared.headers)
    assert len(server.requests) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials(status: int) -> None:
    error = await failure_of(httpx.Response(status, text="no"))

    assert (type(error), error.code) == (CredentialsRefused, f"http_{status}")
    assert error.exchange is not None
    assert error.exchange.reply_body == "no"


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 408, 500, 502, 503, 504, 599])
async def test_redirects_and_server_errors_are_unknown_outcomes(status: int) -> None:
    server = FakeServer(httpx.Response(status, headers={"Location": "https://elsewhere.test/"}, text="oh"))
    async with server.client() as client:
        with pytest.raises(OutcomeUnknown) as caught:
            await Transport(client).send(make_prepared())

    assert caught.value.code == f"http_{status}"
    assert len(server.requests) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("location", ["http://[", "//[", "https://x:port/", "\x00", "http://", "///", "é"])
async def test_a_redirect_to_nonsense_is_an_unknown_outcome(location: str) -> None:
    error = await failure_of(httpx.Response(302, headers={"Location": location.encode()}))

    assert isinstance(error, OutcomeUnknown)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [200, 201, 204, 400, 404, 405, 409, 422, 429])
async def test_other_statuses_are_left_to_the_adapter(status: int) -> None:
    reply = await send(httpx.Response(status, content=b"\xff{}"))

    assert (reply.status, reply.body) == (status, b"\xff{}")
    assert reply.exchange.reply_body == "\ufffd{}"
    assert reply.exchange.status == status
    assert reply.exchange.error == ""


@pytest.mark.asyncio
async def test_a_reply_at_the_limit_is_read_and_one_byte_more_is_not() -> None:
    assert len((await send(httpx.Response(200, content=b"x" * MAX_REPLY_BYTES))).body) == MAX_REPLY_BYTES

    error = await failure_of(httpx.Response(200, content=b"x" * (MAX_REPLY_BYTES + 1)))

    assert (type(error), error.code) == (OutcomeUnknown, "reply_too_large")
    assert error.exchange is not None
    assert len(error.exchange.reply_body) < 70_000


@pytest.mark.asyncio
async def test_an_endless_reply_is_given_up() -> None:
    class Endless(httpx.AsyncByteStream):
        served = 0

        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                Endless.served += 65536
                yield b"x" * 65536

    error = await failure_of(httpx.Response(200, stream=Endless()))

    assert error.code == "reply_too_large"
    assert Endless.served <= MAX_REPLY_BYTES + 2 * 65536


@pytest.mark.asyncio
async def test_a_reply_that_only_claims_to_be_compressed_is_an_unknown_outcome() -> None:
    class Plain(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b'{"code":0}'

    error = await failure_of(httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Plain()))

    assert (type(error), error.code) == (OutcomeUnknown, "decoding_error")


@pytest.mark.asyncio
async def test_a_compressed_reply_that_nobody_asked_for_is_read() -> None:
    server = FakeServer(httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(b"{}")))
    async with server.client() as client:
        reply = await Transport(client).send(make_prepared())

    assert reply.body == b"{}"
    assert server.last.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:9000", True),
        ("http://LOCALHOST/x", True),
        ("http://nx.localhost:9000", True),
        ("http://127.0.0.1:9000", True),
        ("http://127.8.9.10/", True),
        ("http://[::1]:9000/", True),
        ("https://api2.nxcloud.com", False),
        ("https://localhost.example.com", False),
        ("http://128.0.0.1", False),
        ("http://0.0.0.0", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost@example.com/", False),
        ("http://[", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_loopback_addresses(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_the_client_is_careful(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(transport.httpx, "AsyncClient", lambda **options: seen.update(options))

    open_client("https://api2.nxcloud.com")

    assert seen["timeout"] == httpx.Timeout(connect=5, pool=5, write=10, read=20)
    assert seen["limits"].keepalive_expiry == 2.0
    assert seen["limits"].max_connections == 10
    assert seen["follow_redirects"] is False
    assert seen["verify"] is True
    assert seen["trust_env"] is True
    assert seen["transport"] is None, "httpx's own transport does not retry"

    open_client("https://api2.nxcloud.com", "http://127.0.0.1:9000", timeouts=Timeouts(read=1))

    assert seen["trust_env"] is False
    assert seen["timeout"] == httpx.Timeout(connect=5, pool=5, write=10, read=1)


@pytest.mark.asyncio
async def test_a_cookie_of_one_reply_is_not_sent_with_the_next_request() -> None:
    server = FakeServer(httpx.Response(200, headers={"Set-Cookie": "a=b; Path=/"}))
    async with server.client() as client:
        await Transport(client).send(make_prepared())
        await Transport(client).send(make_prepared())

    assert "cookie" not in server.last.headers


def test_half_of_the_connections_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(transport.httpx, "AsyncClient", lambda **options: seen.update(options))
    open_client("https://gw.huawei.test", connections=80)

    assert (seen["limits"].max_connections, seen["limits"].max_keepalive_connections) == (80, 40)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [200, 302, 401, 404, 500])
async def test_the_headers_of_every_answer_are_heard_and_what_they_hide_is_hidden(status: int) -> None:
    heard: list[str] = []

    def hear(headers: httpx.Headers) -> list[str]:
        heard.append(headers["Set-GUID"])
        return [headers["Set-GUID"], ""]

    async with FakeServer(httpx.Response(status, headers={"Set-GUID": "s3ssion"}, text="a s3ssion")).client() as client:
        try:
            exchange: Any = (await Transport(client).send(make_prepared(), secrets_of=hear)).exchange
        except ProviderError as exc:
            exchange = exc.exchange

    assert heard == ["s3ssion"]
    assert exchange.reply_body == "a •••"


@pytest.mark.asyncio
async def test_the_headers_of_an_answer_that_breaks_off_are_heard() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise httpx.ReadError("broke")

    heard: list[str] = []
    async with FakeServer(httpx.Response(200, headers={"a": "b"}, content=broken())).client() as client:
        with pytest.raises(OutcomeUnknown):
            await Transport(client).send(make_prepared(), secrets_of=lambda headers: heard.append(headers["a"]) or ())

    assert heard == ["b"]


@pytest.mark.asyncio
async def test_the_time_of_an_exchange_is_that_of_the_answer() -> None:
    async with FakeServer().client() as client:
        reply = await Transport(client).send(make_prepared())
        await asyncio.sleep(0.02)

    assert reply.exchange.elapsed_ms == reply.elapsed_ms
