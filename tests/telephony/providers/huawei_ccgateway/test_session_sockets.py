"""With real sockets: a poll that waits, a call-out beside it, and an event that ends the wait."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from telephony.contract.errors import OutcomeUnknown
from telephony.http.transport import Timeouts, open_client
from telephony.providers.huawei_ccgateway.client import CcGatewaySettings
from telephony.providers.huawei_ccgateway.session import CcGatewaySession
from tests.telephony.providers.huawei_ccgateway.gateway import (
    CALL_ID,
    GUID,
    NEWER,
    NOW_MS,
    event_of,
    make_login,
    make_order,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Server:
    """Holds polls until something was called out, and rotates the Guid with their answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.called_out = asyncio.Event()
        self.connections: set[asyncio.Task[None] | None] = set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.add(asyncio.current_task())
        try:
            await self._serve(reader, writer)
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            path = head.split(" ", 2)[1]
            fields = httpx.Headers([tuple(line.split(": ", 1)) for line in head.split("\r\n")[1:] if line])
            await reader.readexactly(int(fields.get("Content-Length", "0")))
            self.asked.append((path.rsplit("/", 1)[1], fields.get("Guid", "")))
            guid, answer = await self._answer(path)
            body = json.dumps({"message": "", "retcode": "0", **answer}).encode()
            set_guid = f"Set-GUID: JSESSIONID={guid}\r\n" if guid else ""
            writer.write(f"HTTP/1.1 200 OK\r\n{set_guid}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()

    async def _answer(self, path: str) -> tuple[str, dict[str, object]]:
        if "/agentevent/" in path:
            await self.called_out.wait()
            return NEWER, {"event": event_of("AgentOther_PhoneAlerting")}
        if path.endswith("/callout"):
            self.called_out.set()
            return "", {"result": CALL_ID}
        return (GUID, {}) if path.endswith("/onlineagent/1417") else ("", {})


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return ""


@asynccontextmanager
async def running(server: Server, *, read: float = 20.0) -> AsyncIterator[CcGatewaySession]:
    listener = await asyncio.start_server(server, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/agentgateway/resource"
    settings = CcGatewaySettings(base_url=base, poll_pause=0)
    async with listener, open_client(base, timeouts=Timeouts(read=read)) as client:
        yield CcGatewaySession(settings, client, make_login())
    server.called_out.set()
    await asyncio.gather(*filter(None, server.connections), return_exceptions=True)


@pytest.mark.asyncio
async def test_a_call_is_placed_while_a_poll_waits_and_the_poll_tells_of_it() -> None:
    server = Server()
    async with running(server) as session:
        await session.sign_in()
        poll = asyncio.create_task(session.poll())
        await asyncio.sleep(0.05)
        assert not poll.done()
        accepted = await session.place_call(make_order(), now_ms=NOW_MS)
        event = await poll
        await session.set_busy()

    assert accepted.provider_id == CALL_ID
    assert event is not None
    assert event.kind == "phone_alerting"
    assert [name for name, _ in server.asked] == ["1417", "true?phonelinkage=0", "1417", "callout", "saybusy"]
    assert [guid for _, guid in server.asked] == ["", GUID, GUID, GUID, NEWER]
    assert len(server.connections) == 2


@pytest.mark.asyncio
async def test_a_poll_without_an_answer_is_an_unknown_outcome_and_the_next_goes_on() -> None:
    server = Server()
    async with running(server, read=0.05) as session:
        await session.sign_in()
        with pytest.raises(OutcomeUnknown) as caught:
            await session.poll()
        await session.place_call(make_order(), now_ms=NOW_MS)
        assert await session.poll() is not None

    assert caught.value.code == "read_timeout"


@pytest.mark.asyncio
async def test_a_cancelled_poll_leaves_the_session_as_it_was() -> None:
    async with running(Server()) as session:
        await session.sign_in()
        poll = asyncio.create_task(session.poll())
        await asyncio.sleep(0.05)
        poll.cancel()
        with pytest.raises(asyncio.CancelledError):
            await poll
        await session.place_call(make_order(), now_ms=NOW_MS)

        assert await session.poll() is not None
