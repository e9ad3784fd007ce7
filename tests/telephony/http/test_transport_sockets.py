"""With real sockets: that httpx raises what the table of test_transport.py expects."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from telephony.contract.errors import OutcomeUnknown, ProviderError, RequestNotSent
from telephony.http.transport import Timeouts, Transport, open_client
from tests.telephony.support import make_prepared

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from telephony.contract.orders import PreparedRequest


@asynccontextmanager
async def listening(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/dialout"


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    return head + await reader.readexactly(len(make_prepared().body))


async def failure_at(url: str, *, read: float = 5.0) -> ProviderError:
    async with open_client(url, timeouts=Timeouts(read=read)) as client:
        with pytest.raises(ProviderError) as caught:
            await Transport(client).send(make_prepared(url=url))
    return caught.value


@pytest.mark.asyncio
async def test_a_refused_port_is_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = await failure_at(f"http://127.0.0.1:{unused.getsockname()[1]}/")

    assert (type(error), error.code) == (RequestNotSent, "connect_error")
    assert error.message == "Could not connect to 127.0.0.1 (connection refused). Nothing was sent."


@pytest.mark.asyncio
async def test_a_provider_that_does_not_speak_tls_is_not_sent_to() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with listening(answer) as url:
        error = await failure_at(url.replace("http:", "https:"))

    assert (type(error), error.code) == (RequestNotSent, "connect_error")
    assert "TLS" in error.message


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "remote_protocol_error"),
        (b"\x16\x03\x01 this is not HTTP\r\n\r\n", "remote_protocol_error"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"code":0', "remote_protocol_error"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "http_302"),
    ],
    ids=["closes", "garbage", "breaks-off", "redirects"],
)
async def test_a_provider_that_has_read_the_request_and_fails_leaves_it_unknown(answer: bytes, code: str) -> None:
    received: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await read_request(reader))
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with listening(handle) as url:
        error = await failure_at(url)

    assert (type(error), error.code) == (OutcomeUnknown, code)
    assert len(received) == 1
    assert received[0].endswith(make_prepared().body)


@pytest.mark.asyncio
@pytest.mark.parametrize("beginning", [b"", b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"code"'])
async def test_a_slow_provider_leaves_it_unknown(beginning: bytes) -> None:
    done = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(beginning)
        await writer.drain()
        await done.wait()
        writer.close()

    async with listening(handle) as url:
        error = await failure_at(url, read=0.05)
        done.set()

    assert (type(error), error.code) == (OutcomeUnknown, "read_timeout")


@pytest.mark.asyncio
async def test_a_good_answer_over_a_real_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    # A proxy of the environment must not stand between the portal and the sandbox.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n" + b'{"code":0}')
        await writer.drain()
        writer.close()

    async with listening(handle) as url, open_client(url) as client:
        prepared: PreparedRequest = make_prepared(url=url)
        reply = await Transport(client).send(prepared)

    assert (reply.status, reply.body) == (200, b'{"code":0}')
    assert reply.elapsed_ms >= 0
