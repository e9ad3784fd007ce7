"""Where providers push what became of calls: looked at, stored, answered; applied by a job.

`Intake` stands in front of Django and takes them without its middleware; what it does not know goes on to Django,
whose view (dialer/inbox/views.py) does the same for the test client, and answers 404 like any unknown page.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from django.db import Error, close_old_connections, connection
from django.utils import timezone

from dialer.inbox.endpoints import Door, Read, Remembered, find
from dialer.inbox.group_writer import Keeper
from dialer.outcomes import ingest
from dialer.outcomes.ingest import Callback
from telephony.contract.records import Push
from telephony.contract.vocabulary import Trust

log = logging.getLogger(__name__)
ADDRESS = re.compile(r"/webhooks/([-a-zA-Z0-9_]+)/([-a-zA-Z0-9_]+)/([-a-zA-Z0-9_]+)")
Environ = dict[str, Any]


class Answer(NamedTuple):
    status: HTTPStatus
    body: bytes
    content_type: str = "text/plain"


POST_ONLY = Answer(HTTPStatus.METHOD_NOT_ALLOWED, b"POST only\n")
CUT_SHORT = Answer(HTTPStatus.BAD_REQUEST, b"the body is shorter than announced\n")
REFUSED = Answer(HTTPStatus.UNAUTHORIZED, b"token or signature missing or wrong\n")
TOO_LARGE = Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"too large\n")
AGAIN = Answer(HTTPStatus.SERVICE_UNAVAILABLE, b"not stored, send it again\n")


def answer(environ: Environ, prefix: str, secret: str, topic: str, *, doors: Read, keep: Keeper) -> Answer | None:
    """What to answer to a push of this WSGI environment; None where there is no such address.

    200: stored, and will be applied (also when repeated or unknown); the provider's kind says what else it wants to
    hear. 401: not the provider. 413: too large. 503: not stored. NxCloud takes 200 as success and anything else as
    failure (NXCC-API-Webhook), AICC wants a retCode besides (page 1319).
    """
    try:
        found = find(doors(), prefix, secret)
        if found is None or not found[0].knows(topic):
            return None
        return _take(environ, *found, topic=topic, keep=keep)
    except (Error, TimeoutError) as exc:
        log.error("A push to account %s was not stored: %s", prefix, type(exc).__name__)
        return AGAIN


def _take(environ: Environ, door: Door, order_id: str, *, topic: str, keep: Keeper) -> Answer:
    if environ["REQUEST_METHOD"] != "POST":
        return POST_ONLY
    body, is_whole = _body(environ)
    if len(body) > ingest.BODY_LIMIT:
        return TOO_LARGE
    if not is_whole:
        return CUT_SHORT
    trust = door.trust(Push(topic=topic, headers=_headers(environ), body=body, order_id=order_id))
    if trust is Trust.REFUSED:
        log.warning("A push (%s) to account %s was refused: token or signature.", topic, door.account_id)
        return REFUSED
    keep(Callback(door.account_id, timezone.now(), body, topic, order_id, trust is Trust.SIGNED))
    return Answer(HTTPStatus.OK, door.answer.body, door.answer.content_type)


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
    headers = [("Content-Type", given.content_type), ("Content-Length", str(len(given.body)))]
    start_response(f"{given.status.value} {given.status.phrase}", headers)
    return [given.body]
