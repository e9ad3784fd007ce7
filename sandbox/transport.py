"""An in-process transport for httpx whose failures look like those of a socket."""

from __future__ import annotations

import asyncio

import httpx

from sandbox.app import SandboxApp
from sandbox.asgi import AnswerCutShort, ConnectionDropped


class SandboxTransport(httpx.ASGITransport):
    """Like httpx.ASGITransport, but raises httpx errors for broken connections and keeps the read time-out."""

    def __init__(self, app: SandboxApp) -> None:
        super().__init__(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        limit = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(limit):
                return await super().handle_async_request(request)
        except ConnectionDropped as error:
            raise httpx.ReadError("connection reset by the sandbox", request=request) from error
        except AnswerCutShort as error:
            raise httpx.RemoteProtocolError("answer cut short by the sandbox", request=request) from error
        except TimeoutError as error:
            raise httpx.ReadTimeout("no answer from the sandbox in time", request=request) from error
