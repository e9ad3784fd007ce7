"""The only place that touches the network: sends prepared bytes once and sorts what can go wrong by errors.py."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, ProviderError, RequestNotSent
from telephony.http.error_map import NOT_SENT, UNKNOWN, ReplyTooLarge, explain, host_of
from telephony.http.redaction import Redactor

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from telephony.contract.orders import Exchange, PreparedRequest

    SecretsOf = Callable[[httpx.Headers], Iterable[str]]
    """Gets an answer's headers; gives what of them must never be seen."""

TOTAL_TIMEOUT = 40.0
"""Seconds for one request whatever the provider does, a reply that trickles in included: a claim's lease is longer."""
MAX_REPLY_BYTES = 1024 * 1024
LONGEST_WAIT = 86_400
"""Seconds of a Retry-After header that are believed."""
USER_AGENT = "nx-portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds per phase."""

    connect: float = 5.0
    pool: float = 5.0
    write: float = 10.0
    read: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply that an adapter has to judge. `body` is as received; `exchange` is what may be kept of it."""

    status: int
    body: bytes = field(repr=False)
    elapsed_ms: int
    keep: Callable[[], Exchange] = field(repr=False)
    retry_after: float | None = None
    """Seconds, from the header of that name where it is a number; a date there is not read."""
    headers: httpx.Headers = field(default_factory=httpx.Headers, repr=False)
    """All of them, session headers and cookies included: never for a log."""

    @property
    def exchange(self) -> Exchange:
        """Made when it is asked for: most polls of an agent's events are not kept."""
        return self.keep()


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine (localhost, 127.0.0.0/8, ::1), so that nobody can be called through it."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def open_client(
    *base_urls: str,
    timeouts: Timeouts | None = None,
    verify: ssl.SSLContext | bool = True,
    transport: httpx.AsyncBaseTransport | None = None,
    connections: int = 10,
) -> httpx.AsyncClient:
    """A client for one provider account, to be shared within one event loop and closed with `aclose()`.

    Half of the `connections` are kept between requests. Where agents are polled, two for each agent: the poll has one
    nearly all the time.

    Proxies are taken from the environment unless one of `base_urls` is this machine: a proxy cannot reach the sandbox
    and would answer in its place.
    """
    return bare_client(
        timeouts=timeouts,
        # A kept connection that the provider closes at the moment of sending looks like an order that may have been
        # taken. Two seconds serve a burst of calls and stay below the idle limits of common load balancers.
        limits=httpx.Limits(
            max_connections=connections, max_keepalive_connections=connections // 2, keepalive_expiry=2.0
        ),
        headers={"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"},
        trust_env=not any(is_loopback(url) for url in base_urls),
        verify=verify,
        transport=transport,
    )


def bare_client(*, timeouts: Timeouts | None, **options: Any) -> httpx.AsyncClient:
    """A client that does nothing by itself: no cookies, no redirects. `options` are httpx's."""
    limit = timeouts or Timeouts()
    return httpx.AsyncClient(
        timeout=httpx.Timeout(connect=limit.connect, pool=limit.pool, write=limit.write, read=limit.read),
        # Nothing that a reply sets may change the next request.
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        **options,
    )


class Transport:
    """Sends a prepared request at most once; never retries, because a call may have been placed."""

    def __init__(
        self, client: httpx.AsyncClient, *, secrets: Iterable[str] = (), total_timeout: float = TOTAL_TIMEOUT
    ) -> None:
        self._client = client
        self._secrets = tuple(secrets)
        self._total_timeout = total_timeout

    def redactor(self, prepared: PreparedRequest, *, mask_all: bool = False) -> Redactor:
        return Redactor(prepared, secrets=self._secrets, mask_all=mask_all)

    async def send(
        self, prepared: PreparedRequest, *, mask_all: bool = False, secrets_of: SecretsOf | None = None
    ) -> Reply:
        """Send exactly `prepared.body` and `prepared.headers`, and read the whole reply.

        Raises RequestNotSent (nothing left this machine), CredentialsRefused (HTTP 401, 403) and OutcomeUnknown
        (everything else that is no complete reply, and HTTP 3xx, 408, 5xx). Other statuses are the adapter's to judge.
        `mask_all` keeps a reply full of people's numbers out of the kept exchange; see Redactor. `secrets_of` gets the
        headers of every answer as soon as they are there, also of one that is an error or breaks off.
        """
        redactor = self.redactor(prepared, mask_all=mask_all)
        request = self._build(prepared, redactor)
        attempt = _Attempt(redactor)
        try:
            async with asyncio.timeout(self._total_timeout):
                response = await self._client.send(request, stream=True)
                try:
                    attempt.status = response.status_code
                    attempt.headers = response.headers
                    if secrets_of is not None:
                        attempt.redactor.hide(secrets_of(response.headers))
                    wait = response.headers.get("Retry-After", "")
                    if re.fullmatch(r"[0-9]{1,9}", wait, re.ASCII):
                        attempt.retry_after = float(min(int(wait), LONGEST_WAIT))
                    # Piece by piece: a reply without an end is cut off before it fills the memory.
                    async for chunk in response.aiter_bytes():
                        attempt.body += chunk
                        if len(attempt.body) > MAX_REPLY_BYTES:
                            raise ReplyTooLarge
                finally:
                    await response.aclose()
        # Broad on purpose: once sending has begun, an error that nobody foresaw must not pass for "not sent".
        except Exception as exc:
            raise explain(exc, url=prepared.url, exchange=attempt.failed(exc)) from exc
        status = attempt.status or 0
        attempt.end()
        if problem := _status_problem(status, host_of(prepared.url)):
            kind, message = problem
            raise kind(message, code=f"http_{status}", exchange=attempt.exchange())
        return Reply(
            status=status,
            body=bytes(attempt.body),
            elapsed_ms=attempt.elapsed_ms,
            keep=attempt.exchange,
            retry_after=attempt.retry_after,
            headers=attempt.headers,
        )

    def _build(self, prepared: PreparedRequest, redactor: Redactor) -> httpx.Request:
        """Everything that can fail before the first byte fails here."""
        try:
            for name, value in prepared.headers:
                # h11 would refuse these only after the connection is open, which could not be told from a real unknown.
                if not value.isascii() or not value.isprintable() or value != value.strip():
                    raise ValueError(f"header {name} has characters that cannot be sent")
            request = self._client.build_request(
                prepared.method, prepared.url, content=prepared.body, headers=list(prepared.headers)
            )
            if not 0 < (request.url.port or 1) < 65536:
                raise httpx.InvalidURL("no such port")
            if request.url.scheme not in ("http", "https") or not request.url.host:
                raise httpx.UnsupportedProtocol("no http:// or https:// address")
            if self._client.is_closed:
                raise ValueError("the client is closed")
        except httpx.UnsupportedProtocol as exc:
            raise explain(exc, url=prepared.url, exchange=redactor.exchange(error=type(exc).__name__)) from exc
        except (httpx.InvalidURL, ValueError, TypeError) as exc:
            # UnicodeError is a ValueError. The cause is cut off: its text may quote a header.
            code, what = ("invalid_url", "address") if isinstance(exc, httpx.InvalidURL) else ("not_built", "request")
            raise RequestNotSent(
                f"The {what} for {host_of(prepared.url)} could not be built ({type(exc).__name__}). {NOT_SENT}",
                code=code,
                exchange=redactor.exchange(error=type(exc).__name__),
            ) from None
        return request


class _Attempt:
    """What is known of a request in flight, kept outside the task so that a failure can still report it."""

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self._started = time.monotonic()
        self._ended: float | None = None
        self.status: int | None = None
        self.retry_after: float | None = None
        self.headers = httpx.Headers()
        self.body = bytearray()

    def end(self) -> None:
        self._ended = time.monotonic()

    @property
    def elapsed_ms(self) -> int:
        return round(((self._ended or time.monotonic()) - self._started) * 1000)

    def failed(self, exc: Exception) -> Exchange:
        return self.exchange(error=type(exc).__name__)

    def exchange(self, *, error: str = "") -> Exchange:
        return self.redactor.exchange(
            status=self.status, reply=bytes(self.body), elapsed_ms=self.elapsed_ms, error=error
        )


def _status_problem(status: int, host: str) -> tuple[type[ProviderError], str] | None:
    if status in (401, 403):
        return (
            CredentialsRefused,
            f"{host} refused the credentials (HTTP {status}). Check the account's key and permissions.",
        )
    if 300 <= status < 400:
        return OutcomeUnknown, (
            f"{host} redirected the request (HTTP {status}); the portal does not follow redirects. {UNKNOWN}"
        )
    if status == 408 or status >= 500:
        return OutcomeUnknown, f"{host} answered HTTP {status}. {UNKNOWN}"
    return None
