"""Fetches a call recording from the address that the provider wrote into a record, believing as little as it can.

That address comes from outside: only listed hosts are asked, only at public addresses, and nothing but sound is taken.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import httpx

from telephony.http import pinned_address
from telephony.http.public_address import AllowedHost, IPAddress, is_public, resolve
from telephony.http.transport import is_loopback

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
    from types import TracebackType
    from typing import Self

    Resolver = Callable[[str, int], Awaitable[list[IPAddress]]]

MAX_BYTES = 100 * 1024 * 1024
TOTAL_WAIT = 300.0
"""Seconds spent waiting for the provider, over a whole recording; a slow listener does not count."""
RESOLVE_TIMEOUT = 5.0
PORTS = {"https": 443, "http": 80}
REDIRECTS = frozenset({301, 302, 303, 307, 308})

_SOUND = re.compile(r"audio/[a-z0-9.+-]{1,60}")
_BYTES = "application/octet-stream"


class RecordingError(Exception):
    """Says in a sentence why there is no recording, and never where it was looked for but for the host's name.

    `code` is one word for programs: address, host, private, connection, timeout, status, redirect, type, size.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Recording:
    """An open recording: `content_type`, `length` in bytes where the provider says it, and once its bytes.

    Iterating raises RecordingError when it breaks off or grows past the limit. Close it, or use `async with`.
    """

    def __init__(self, response: httpx.Response, *, content_type: str, length: int | None, max_bytes: int) -> None:
        self.content_type = content_type
        self.length = length
        self._response = response
        self._max_bytes = max_bytes

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._response.aclose()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        chunks = self._response.aiter_bytes()
        size, left = 0, TOTAL_WAIT
        while True:
            began = loop.time()
            try:
                async with asyncio.timeout(left):
                    chunk = await anext(chunks, b"")
            except (httpx.HTTPError, TimeoutError) as exc:
                raise _broken(exc, "The recording was cut off") from exc
            left -= loop.time() - began
            if not chunk:
                return
            size += len(chunk)
            if size > self._max_bytes:
                raise _too_large(self._max_bytes)
            yield chunk


async def fetch(
    url: str,
    *,
    client: httpx.AsyncClient,
    allowed_hosts: Iterable[str],
    max_bytes: int = MAX_BYTES,
    resolve: Resolver = resolve,
) -> Recording:
    """Open a recording with a client of telephony.http.pinned_address.

    Raises RecordingError, and ValueError for an entry of `allowed_hosts` that is none.

    `allowed_hosts` has entries "host", ".domain" (all its subdomains) and either with ":port" where the port is not the
    usual one. Plain http is for listed hosts on this machine alone (the sandbox). One redirect to an allowed address is
    followed. The connection goes to the very address that was checked; TLS is checked against the host's name.
    """
    allowed = [AllowedHost.parse(entry) for entry in allowed_hosts]
    target = _checked(url, allowed)
    response = await _ask(client, target, resolve)
    if response.status_code in REDIRECTS:
        await response.aclose()
        response = await _ask(client, _redirected(target, response, allowed), resolve)
    try:
        if response.status_code in REDIRECTS:
            raise RecordingError("The recording host redirects more than once.", code="redirect")
        if response.status_code != 200:
            gone = (
                " The recording has been deleted or is not available yet." if response.status_code in (404, 410) else ""
            )
            raise RecordingError(f"The recording host answered HTTP {response.status_code}.{gone}", code="status")
        content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        # Identity was asked for. What is compressed all the same may unpack to any size, whatever its length says.
        coded = response.headers.get("Content-Encoding", "identity").strip().lower() != "identity"
        if coded or not (content_type == _BYTES or _SOUND.fullmatch(content_type)):
            raise RecordingError("The recording host sent a file that is not audio.", code="type")
        stated = response.headers.get("Content-Length", "")
        length = int(stated) if re.fullmatch(r"[0-9]{1,15}", stated) else None
        if length is not None and length > max_bytes:
            raise _too_large(max_bytes)
        return Recording(response, content_type=content_type, length=length, max_bytes=max_bytes)
    except RecordingError:
        await response.aclose()
        raise


def _checked(url: str, allowed: list[AllowedHost]) -> httpx.URL:
    """The address as it will be asked for. httpx alone parses it, so that nobody else can read it differently."""
    try:
        target = httpx.URL(url)
        port = PORTS.get(target.scheme, 0) if target.port is None else target.port
    except (httpx.InvalidURL, TypeError, ValueError):
        raise RecordingError("The recording address in the record is invalid.", code="address") from None
    if target.userinfo or not target.host or target.scheme not in PORTS:
        raise RecordingError("The recording address in the record is not a plain web address.", code="address")
    usual_port = PORTS[target.scheme]
    host = pinned_address.ascii_host(target)
    if not any(entry.covers(host, port, usual_port=usual_port) for entry in allowed):
        text = f"The recording is on {host[:100]}, port {port}, which is not an allowed recording host."
        raise RecordingError(text, code="host")
    if target.scheme != "https" and not is_loopback(str(target)):
        raise RecordingError(
            "The recording is offered without encryption, so the portal does not fetch it.", code="address"
        )
    return target


def _redirected(origin: httpx.URL, response: httpx.Response, allowed: list[AllowedHost]) -> httpx.URL:
    location = response.headers.get("Location", "")
    try:
        target = _checked(str(origin.join(location)), allowed)
    except (httpx.InvalidURL, ValueError):
        raise RecordingError("The recording host redirects to an invalid address.", code="redirect") from None
    except RecordingError as exc:
        raise RecordingError(f"The recording host redirects. {exc.message}", code="redirect") from None
    if is_loopback(str(target)) and not is_loopback(str(origin)):
        raise RecordingError(
            "The recording host redirects to this machine; the portal does not follow this.", code="redirect"
        )
    return target


async def _ask(client: httpx.AsyncClient, target: httpx.URL, resolve: Resolver) -> httpx.Response:
    """The answer's head, from the first address of the host that takes a connection."""
    addresses = await _addresses(target, resolve)
    try:
        return await pinned_address.first_of(addresses, lambda address: _send(client, target, address))
    except (httpx.HTTPError, TimeoutError) as exc:
        raise _broken(exc, "The recording cannot be fetched") from exc


async def _addresses(target: httpx.URL, resolve: Resolver) -> list[IPAddress]:
    try:
        async with asyncio.timeout(RESOLVE_TIMEOUT):
            found = await resolve(pinned_address.ascii_host(target), target.port or PORTS[target.scheme])
    except (OSError, UnicodeError) as exc:  # TimeoutError is an OSError
        raise RecordingError("The recording host name cannot be resolved.", code="connection") from exc
    here = is_loopback(str(target))
    # All of them, because the connection may go to any.
    if not found or not all(address.is_loopback if here else is_public(address) for address in found):
        raise RecordingError("The recording host is in a private network.", code="private")
    return found


async def _send(client: httpx.AsyncClient, target: httpx.URL, address: IPAddress) -> httpx.Response:
    headers = {"Accept": "audio/*, application/octet-stream", "Connection": "close"}
    request = pinned_address.build_request(client, "GET", target, address, headers=headers)
    async with asyncio.timeout(TOTAL_WAIT):
        return await client.send(request, stream=True, follow_redirects=False)


def _too_large(max_bytes: int) -> RecordingError:
    return RecordingError(f"The recording is larger than {max_bytes // (1024 * 1024)} MB.", code="size")


def _broken(exc: Exception, what: str) -> RecordingError:
    if isinstance(exc, httpx.TimeoutException | TimeoutError):
        return RecordingError(f"{what}: the host took too long.", code="timeout")
    return RecordingError(f"{what}: the connection failed ({type(exc).__name__}).", code="connection")
