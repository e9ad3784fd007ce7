"""Where providers push call records: verified, stored, answered; applied by a job.

`Intake` stands in front of Django and takes them without its middleware; what it does not know goes on to Django,
whose view (dialer/views/webhooks.py) does the same for the test client, and answers 404 like any unknown page.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from django.db import Error, close_old_connections, connection
from django.utils import timezone

from dialer import ingest
from dialer.ingest import Callback
from dialer.intake_doors import Door, Read, Remembered, find
from dialer.intake_writer import Keeper

log = logging.getLogger(__name__)
ADDRESS = re.compile(r"/webhooks/([-a-zA-Z0-9_]+)/([-a-zA-Z0-9_]+)/([-a-zA-Z0-9_]+)")
Environ = dict[str, Any]


class Answer(NamedTuple):
    status: HTTPStatus
    text: str


STORED = Answer(HTTPStatus.OK, "stored")
POST_ONLY = Answer(HTTPStatus.METHOD_NOT_ALLOWED, "POST only")
CUT_SHORT = Answer(HTTPStatus.BAD_REQUEST, "the body is shorter than announced")
REFUSED = Answer(HTTPStatus.UNAUTHORIZED, "token missing or wrong")
TOO_LARGE = Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
AGAIN = Answer(HTTPStatus.SERVICE_UNAVAILABLE, "not stored, send it again")


def answer(environ: Environ, prefix: str, secret: str, topic: str, *, doors: Read, keep: Keeper) -> Answer | None:
    """What to answer to a push of this WSGI environment; None where there is no such address.

    200: stored, and will be applied (also when repeated or unknown). 401: not the provider. 413: too large. 503: not
    stored. NxCloud takes 200 as success and anything else as failure (NXCC-API-Webhook).
    """
    try:
        door = find(doors(), prefix, secret)
        return _take(environ, door, keep=keep) if door and topic == "call-record" else None
    except (Error, TimeoutError) as exc:
        log.error("A call record push to account %s was not stored: %s", prefix, type(exc).__name__)
        return AGAIN


def _take(environ: Environ, door: Door, *, keep: Keeper) -> Answer:
    if environ["REQUEST_METHOD"] != "POST":
        return POST_ONLY
    body, is_whole = _body(environ)
    if len(body) > ingest.BODY_LIMIT:
        return TOO_LARGE
    if not is_whole:
        return CUT_SHORT
    if not door.lets_in(_headers(environ), body):
        log.warning("A call record push to account %s was refused: token missing or wrong.", door.account_id)
        return REFUSED
    keep(Callback(door.account_id, timezone.now(), body))
    return STORED


def _body(environ: Environ) -> tuple[bytes, bool]:
    """The body, or its beginning where it is larger than it may be; and whether it came as announced."""
    announced = environ.get("CONTENT_LENGTH") or ""
    if announced.isdecimal():
        length = int(announced)
        body = environ["wsgi.input"].read(min(length, ingest.BODY_LIMIT + 1))
        return body, len(body) >= min(length, ingest.BODY_LIMIT + 1)
    # In chunks, of which only a server that ends them itself may be asked.
    return environ["wsgi.input"].read(ingest.BODY_LIMIT + 1) if environ.get("wsgi.input_terminated") else b"", True


def _headers(environ: Environ) -> dict[str, str]:
    return {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}


class Intake:
    """A WSGI application around another one."""

    def __init__(self, application: Callable[..., Iterable[bytes]], *, keep: Keeper) -> None:
        self._application = application
        self._doors = Remembered()
        self._keep = keep

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if (address := ADDRESS.fullmatch(environ.get("PATH_INFO", ""))) and environ["REQUEST_METHOD"] == "POST":
            _forget_broken_connection()
            given = answer(environ, *address.groups(), doors=self._doors, keep=self._keep)
            if given:
                return _respond(given, start_response)
        return self._application(environ, start_response)


def _forget_broken_connection() -> None:
    """As Django does before each request; of this one it does not hear."""
    if not connection.in_atomic_block:  # a test's own
        close_old_connections()


def _respond(given: Answer, start_response: Callable[..., Any]) -> list[bytes]:
    body = f"{given.text}\n".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response(f"{given.status.value} {given.status.phrase}", headers)
    return [body]
