"""A small HTTP/1.1 server for the sandbox's app.

Why not granian: when an app gives no answer, granian answers 500 (seen with 2.8.7). A provider whose connection
breaks after it took the order is the case the portal fears most, so this server can break one: an app that raises
ConnectionResetError gets its TCP connection reset, or closed in mid-answer when a part is already sent.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus

import h11

from sandbox.asgi import BODY_LIMIT, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
READ_BYTES = 65_536

App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def serve(app: App, *, host: str, port: int, started: Callable[[int], None]) -> None:
    """Serves until SIGTERM or SIGINT; `started` is called with the port once it accepts connections."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await Connection(app, reader, writer).run()
        except asyncio.CancelledError:
            # Only `serve` cancels, when it stops. Let out, asyncio would report it as an error of the connection.
            writer.transport.abort()
        finally:
            connections.discard(task)

    server = await asyncio.start_server(connected, host, port, backlog=512)
    started(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
    for task in connections:
        task.cancel()
    await asyncio.gather(*connections, return_exceptions=True)


class Connection:
    """One client's connection with one request after another (keep-alive)."""

    def __init__(self, app: App, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._app = app
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER)
        self._head = b""
        """Of an answer whose body has not begun: both go out together."""

    async def run(self) -> None:
        try:
            while await self._exchange():
                self._http.start_next_cycle()
        except h11.RemoteProtocolError as error:
            await self._refuse(error.error_status_hint)
        except (ConnectionError, TimeoutError):
            logger.debug("connection lost", exc_info=True)
        finally:
            self._writer.close()

    async def _exchange(self) -> bool:
        """One request and its answer; says whether another may follow on this connection."""
        request = await self._next_event()
        if not isinstance(request, h11.Request):
            return False
        body = await self._body()
        try:
            await self._app(self._scope(request), _receiver(body), self._send)
        except ConnectionError:
            # The scenario's own, or the client has gone while it waited.
            self._break()
            return False
        except Exception:
            # A mistake of ours must look like a 500, not like a scenario in which the connection breaks.
            logger.exception("the app failed")
            await self._refuse(500)
            return False
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def _next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                await self._write(h11.InformationalResponse(status_code=100, headers=[]))
            async with asyncio.timeout(IDLE_SECONDS):
                self._http.receive_data(await self._reader.read(READ_BYTES))
        return event

    async def _body(self) -> bytes:
        body = bytearray()
        while isinstance(event := await self._next_event(), h11.Data):
            body += event.data
            if len(body) > BODY_LIMIT:
                raise h11.RemoteProtocolError("body too large", error_status_hint=413)
        return bytes(body)

    def _scope(self, request: h11.Request) -> Scope:
        path, _, query = request.target.partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": request.http_version.decode(),
            "scheme": "http",
            "method": request.method.decode(),
            "path": path.decode("latin-1"),
            "raw_path": path,
            "query_string": query,
            "headers": list(request.headers),
            "client": (self._writer.get_extra_info("peername") or ("", 0))[:2],
            "server": self._writer.get_extra_info("sockname")[:2],
        }

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head = self._http.send(_head(message["status"], message["headers"])) or b""
            return
        head, self._head = self._head, b""
        events: list[h11.Event] = [h11.Data(data=message["body"])] if message.get("body") else []
        if not message.get("more_body"):
            events.append(h11.EndOfMessage())
        await self._write(*events, head=head)

    async def _write(self, *events: h11.Event, head: bytes = b"") -> None:
        self._writer.write(head + b"".join(self._http.send(event) or b"" for event in events))
        await self._writer.drain()

    async def _refuse(self, status: int) -> None:
        """A bare answer, where nothing of another one is sent yet; the connection closes after it."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        with suppress(ConnectionError):
            bare = _head(status, [(b"content-length", b"0"), (b"connection", b"close")])
            await self._write(bare, h11.EndOfMessage())

    def _break(self) -> None:
        """Makes the closing of this connection a reset, unless a part of the answer is sent already."""
        if self._http.our_state is not h11.SEND_RESPONSE:
            return
        # With a linger time of 0 closing sends RST in place of FIN.
        peer: socket.socket = self._writer.get_extra_info("socket")
        with suppress(OSError):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _head(status: int, headers: list[tuple[bytes, bytes]]) -> h11.Response:
    named = [*headers, (b"server", b"nx-portal-sandbox")]
    return h11.Response(status_code=status, reason=HTTPStatus(status).phrase.encode(), headers=named)


def _receiver(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
