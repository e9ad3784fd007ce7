"""The pushes on real sockets: connections are kept, and whatever goes wrong has a name."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from sandbox import post
from sandbox.post import SocketPoster

pytestmark = pytest.mark.asyncio

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Portal:
    """Answers every push with the same bytes; counts connections."""

    def __init__(self, answer: bytes = OK, *, close: bool = False) -> None:
        self.answer = answer
        self.close = close
        self.connections = 0
        self.requests: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.requests.append(await reader.readuntil(b"{}"))
                writer.write(self.answer)
                if self.close:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def listening(handle: Handle) -> AsyncIterator[str]:
    handlers: list[asyncio.Task[None]] = []

    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(handle(reader, writer))
        handlers.append(task)
        await task

    server = await asyncio.start_server(handled, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?x=1"
        await asyncio.gather(*handlers)


async def push_to(url: str, times: int = 1) -> list[int | str]:
    poster = SocketPoster()
    results = []
    for _ in range(times):
        results.append(await poster.post(url, b"{}", {"token": "t"}))
        await asyncio.sleep(0.01)
    await poster.aclose()
    return results


async def test_what_is_sent() -> None:
    portal = Portal()
    async with listening(portal) as url:
        assert await push_to(url) == [200]
    host = url.split("/")[2]
    sent = f"POST /hook?x=1 HTTP/1.1\r\nHost: {host}\r\ntoken: t\r\nContent-Length: 2\r\n\r\n{{}}"
    assert portal.requests == [sent.encode()]


async def test_one_connection_serves_one_push_after_another() -> None:
    portal = Portal()
    async with listening(portal) as url:
        assert await push_to(url, times=3) == [200, 200, 200]
    assert portal.connections == 1


async def test_a_connection_that_was_closed_meanwhile_is_not_used_again() -> None:
    portal = Portal(close=True)
    async with listening(portal) as url:
        assert await push_to(url, times=3) == [200, 200, 200]
    assert portal.connections == 3


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 503),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "RemoteProtocolError"),
        (b"not http\r\n\r\n", "RemoteProtocolError"),
        (b"", "RemoteProtocolError"),
    ],
)
async def test_every_answer_has_a_result(answer: bytes, result: int | str) -> None:
    async with listening(Portal(answer, close=True)) as url:
        assert await push_to(url) == [result]


async def test_a_portal_that_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert await push_to(f"http://127.0.0.1:{unused.getsockname()[1]}/") == ["ConnectionRefusedError"]


@pytest.mark.parametrize("url", ["http://[", "http://127.0.0.1:99999/"])
async def test_an_address_that_is_none_is_a_result_too(url: str) -> None:
    (result,) = await push_to(url)
    assert isinstance(result, str)


async def test_a_portal_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "TIMEOUT_SECONDS", 0.05)
    async with listening(Portal(b"")) as url:
        assert await push_to(url) == ["TimeoutError"]
