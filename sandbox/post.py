"""Sends the pushes over kept connections.

httpx needs almost a millisecond of processor time for a push, which is most of what a load test would measure.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

import h11
import httpx

TIMEOUT_SECONDS = 10.0
READ_BYTES = 65_536


class Poster(Protocol):
    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int | str:
        """The HTTP status, or the name of what went wrong."""

    async def aclose(self) -> None: ...


class HttpxPoster:
    """Through an httpx transport, for tests that have no socket."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, transport=transport)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int | str:
        try:
            return (await self._client.post(url, content=body, headers=dict(headers))).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__

    async def aclose(self) -> None:
        await self._client.aclose()


class _Connection:
    def __init__(self, place: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.place = place
        self.reader = reader
        self.writer = writer
        self.http = h11.Connection(h11.CLIENT)

    async def exchange(self, request: h11.Request, body: bytes) -> int:
        events = (request, h11.Data(data=body), h11.EndOfMessage())
        # One write for head and body, so that a small push is one packet.
        self.writer.write(b"".join(self.http.send(event) or b"" for event in events))
        status = 0
        while True:
            event = self.http.next_event()
            if event is h11.NEED_DATA:
                self.http.receive_data(await self.reader.read(READ_BYTES))
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.EndOfMessage):
                return status

    def reusable(self) -> bool:
        """Afterwards: whether another request may follow; makes it ready for that."""
        if self.http.our_state is not h11.DONE or self.http.their_state is not h11.DONE:
            return False
        self.http.start_next_cycle()
        return True


class SocketPoster:
    """Straight to the address, past every proxy: the portal is near."""

    def __init__(self) -> None:
        self._idle: list[_Connection] = []

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int | str:
        connection: _Connection | None = None
        try:
            parts = urlsplit(url)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            # Without user name and password, which may stand in front of the host.
            named = {"Host": parts.netloc.rpartition("@")[2], **headers, "Content-Length": str(len(body))}
            request = h11.Request(method="POST", target=target, headers=list(named.items()))
            async with asyncio.timeout(TIMEOUT_SECONDS):
                connection = await self._connection(parts)
                status = await connection.exchange(request, body)
            if connection.reusable():
                self._idle.append(connection)
                connection = None
        except (OSError, ValueError, h11.ProtocolError) as error:  # TimeoutError is an OSError
            return type(error).__name__
        finally:
            if connection:
                connection.writer.close()
        return status

    async def _connection(self, parts: SplitResult) -> _Connection:
        """A kept one that the other side has not closed meanwhile, or a new one."""
        place = f"{parts.scheme}://{parts.netloc}"
        while self._idle:
            kept = self._idle.pop()
            if kept.place == place and not kept.reader.at_eof() and not kept.writer.is_closing():
                return kept
            kept.writer.close()
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        return _Connection(place, *await asyncio.open_connection(parts.hostname, port, ssl=secure or None))

    async def aclose(self) -> None:
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.writer.close()
        await asyncio.gather(*(connection.writer.wait_closed() for connection in idle), return_exceptions=True)
