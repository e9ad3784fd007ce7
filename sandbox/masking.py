"""A received request as it may be shown: without signatures, passwords, tokens and guids."""

from __future__ import annotations

from typing import Any

from sandbox.asgi import dump
from sandbox.state import Received

MASK = "•••"
_HEADERS = ("authorization", "guid", "cookie")
_FIELDS = ("password", "app_secret")


def shown(received: Received) -> dict[str, Any]:
    body, raw = received.body, received.raw.decode(errors="replace")
    if any(name in raw for name in _FIELDS):
        # A body that is no JSON object may hold its secret anywhere.
        is_object = isinstance(body, dict)
        body = {name: MASK if name in _FIELDS else value for name, value in body.items()} if is_object else None
        raw = dump(body).decode() if body else MASK
    return {
        "number": received.number,
        "wall": received.wall,
        "monotonic": received.monotonic,
        "method": received.method,
        "path": received.path,
        "headers": {
            name: MASK if name in _HEADERS else value for name, value in received.headers.items() if name != "sign"
        },
        "raw": raw,
        "body": body,
        "scenario": received.scenario,
        "code": received.code,
    }
