"""Where providers push what became of calls: looked at, stored, answered; applied by a job.

`CallbackMiddleware` stands in front of Django and its middleware, and is the only door: an address that it does not
know goes on to Django, where it is an unknown page like any other.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from django.db import Error, close_old_connections, connection
from django.utils import timezone

from dialer.inbox import store
from dialer.inbox.endpoints import CachedEndpoints, Endpoint, EndpointReader, find_endpoint
from dialer.inbox.group_writer import CallbackWriter
from dialer.inbox.store import Callback
from telephony.contract.records import Push
from telephony.contract.vocabulary import Trust

log = logging.getLogger(__name__)
ADDRESS = re.compile(r"/webhooks/([-a-zA-Z0-9_]+)/([-a-zA-Z0-9_]+)/([-a-zA-Z0-9_]+)")
Environ = dict[str, Any]


class PushReply(NamedTuple):
    status: HTTPStatus
    body: bytes
    content_type: str = "text/plain"


POST_ONLY = PushReply(HTTPStatus.METHOD_NOT_ALLOWED, b"POST only\n")
INCOMPLETE = PushReply(HTTPStatus.BAD_REQUEST, b"the body is shorter than announced\n")
REFUSED = PushReply(HTTPStatus.UNAUTHORIZED, b"token or signature missing or wrong\n")
TOO_LARGE = PushReply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"too large\n")
NOT_STORED = PushReply(HTTPStatus.SERVICE_UNAVAILABLE, b"not stored, send it again\n")


def answer_push(
    environ: Environ, prefix: str, secret: str, topic: str, *, endpoints: EndpointReader, write: CallbackWriter
) -> PushReply | None:
    """What to answer to a push of this WSGI environment; None where there is no such address.

    200: stored, and will be applied (also when repeated or unknown); the provider's kind says what else it wants to
    hear. 401: not the provider. 413: too large. 503: not stored. NxCloud takes 200 as success and anything else as
    failure (NXCC-API-Webhook), AICC wants a retCode besides (page 1319).
    """
    try:
        found = find_endpoint(endpoints(), prefix, secret)
        if found is None or not found[0].knows(topic):
            return None
        return _check_and_write(environ, *found, topic=topic, write=write)
    except (Error, TimeoutError) as exc:
        log.error("A push to account %s was not stored: %s", prefix, type(exc).__name__)
        return NOT_STORED


def _check_and_write(
    environ: Environ, endpoint: Endpoint, order_id: str, *, topic: str, write: CallbackWriter
) -> PushReply:
    if environ["REQUEST_METHOD"] != "POST":
        return POST_ONLY
    body, is_whole = _read_body(environ)
    if len(body) > store.BODY_LIMIT:
        return TOO_LARGE
    if not is_whole:
        return INCOMPLETE
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    trust = endpoint.trust(Push(topic=topic, headers=headers, body=body, order_id=order_id))
    if trust is Trust.REFUSED:
        log.warning("A push (%s) to account %s was refused: token or signature.", topic, endpoint.account_id)
        return REFUSED
    write(Callback(endpoint.account_id, timezone.now(), body, topic, order_id, trust is Trust.SIGNED))
    return PushReply(HTTPStatus.OK, endpoint.answer.body, endpoint.answer.content_type)


def _read_body(environ: Environ) -> tuple[bytes, bool]:
    """The body, or its beginning where it is larger than it may be; and whether it came as announced."""
    announced = environ.get("CONTENT_LENGTH") or ""
    if announced.isdecimal():
        length = int(announced)
        # One byte more than allowed shows that it is too large; the rest need not be read.
        body = environ["wsgi.input"].read(min(length, store.BODY_LIMIT + 1))
        return body, len(body) >= min(length, store.BODY_LIMIT + 1)
    # In chunks, of which only a server that ends them itself may be asked.
    return environ["wsgi.input"].read(store.BODY_LIMIT + 1) if environ.get("wsgi.input_terminated") else b"", True


class CallbackMiddleware:
    """A WSGI application around another one."""

    def __init__(self, application: Callable[..., Iterable[bytes]], *, write: CallbackWriter) -> None:
        self._application = application
        self._endpoints = CachedEndpoints()
        self._write = write

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if address := ADDRESS.fullmatch(environ.get("PATH_INFO", "")):
            # Django closes broken connections before each request, and does not hear of this one. A test keeps its own.
            if not connection.in_atomic_block:
                close_old_connections()
            reply = answer_push(environ, *address.groups(), endpoints=self._endpoints, write=self._write)
            if reply:
                headers = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
                if reply is POST_ONLY:
                    headers.append(("Allow", "POST"))
                start_response(f"{reply.status.value} {reply.status.phrase}", headers)
                return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]
        return self._application(environ, start_response)
