"""Callbacks as providers send them: through the WSGI application in front of Django, which stores them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.test import Client

from dialer.inbox import store
from dialer.inbox.store import Callback
from dialer.inbox.wsgi import CallbackMiddleware


def store_and_defer(callback: Callback) -> None:
    """In the test's own transaction, where the group writer would store it in a thread of its own."""
    with transaction.atomic():
        store.store_callbacks([callback])
        store.defer_job(is_signed=callback.is_signed)


def django(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """By the test client, which leaves the test its connection to the database."""
    page = Client(enforce_csrf_checks=True).generic(environ["REQUEST_METHOD"], environ["PATH_INFO"])
    start_response(f"{page.status_code} {page.reason_phrase}", list(page.items()))
    return [page.content]


class Answer:
    def __init__(self) -> None:
        self.status_code = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    def start(self, status: str, headers: list[tuple[str, str]], *_exc: Any) -> None:
        self.status_code, self.headers = int(status[:3]), dict(headers)


def push(path: str, body: bytes = b"{}", *, method: str = "POST", headers: Mapping[str, str] | None = None) -> Answer:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()},
    }
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "application/json")
    answer = Answer()
    parts: Iterable[bytes] = CallbackMiddleware(django, write=store_and_defer)(environ, answer.start)
    answer.body = b"".join(parts)
    return answer


class Door:
    """What a simulated provider posts to, in place of an HTTP client."""

    @staticmethod
    def post(path: str, *, data: bytes, content_type: str, headers: Mapping[str, str]) -> Answer:
        return push(path, data, headers={**headers, "Content-Type": content_type})
