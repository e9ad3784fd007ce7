"""The little of HTTP that the sandbox needs on top of ASGI."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_LIMIT = 32 * 1024 * 1024


class ConnectionDropped(ConnectionResetError):
    """The simulated provider resets the connection without an answer.

    Leaves the app; the server in `sandbox.server` turns it into a TCP reset, `sandbox.transport` into httpx.ReadError.
    """


class AnswerCutShort(ConnectionResetError):
    """The simulated provider closes the connection in the middle of its answer; raised after what was sent."""


class BodyTooLarge(ValueError):
    pass


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    client: str
    query: str = ""
    """As it was sent, without the question mark."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    """Send only so many bytes of the body, then close."""


def parse_json(raw: bytes) -> Any:
    """None for what is no JSON."""
    try:
        return json.loads(raw)
    # RecursionError is what nesting that is too deep raises.
    except (ValueError, RecursionError):
        return None


def json_reply(value: Any, *, status: int = 200) -> Reply:
    return Reply(status=status, body=dump(value))


def text_reply(text: str, *, status: int = 200) -> Reply:
    return Reply(status=status, body=text.encode(), content_type="text/plain; charset=utf-8")


def dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Raises BodyTooLarge."""
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        # By what arrives: a Content-Length may be missing, or lie.
        size += len(chunks[-1])
        if size > BODY_LIMIT:
            raise BodyTooLarge(f"more than {BODY_LIMIT} bytes")
        more = message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=scope["path"],
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=b"".join(chunks),
        client=(scope.get("client") or ("", 0))[0],
        query=scope.get("query_string", b"").decode("latin-1"),
    )


async def send_reply(reply: Reply, send: Send) -> None:
    """Raises AnswerCutShort after sending a part, where the reply asks for that."""
    # The length of the whole body, also where it is cut: so the client knows that something is missing.
    headers = {"content-type": reply.content_type, "content-length": str(len(reply.body)), **reply.headers}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    if reply.cut_at is not None:
        await send({"type": "http.response.body", "body": reply.body[: reply.cut_at], "more_body": True})
        raise AnswerCutShort
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
