"""What each transport error means for an order, in plain words. Anything not named here is an unknown outcome."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from telephony.contract.errors import OutcomeUnknown, ProviderError, RequestNotSent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telephony.contract.orders import Exchange

NOT_SENT = "Nothing was sent."
UNKNOWN = "It is not known whether the provider accepted the request."


class ReplyTooLarge(Exception):
    """The reply went past the limit and was not read to its end."""


@dataclass(frozen=True, slots=True)
class Meaning:
    kind: type[ProviderError]
    code: str
    sentence: str
    """With {host} and {detail}; whether anything was sent is added by `explain`."""


MEANINGS = MappingProxyType(
    {
        httpx.ConnectTimeout: Meaning(RequestNotSent, "connect_timeout", "Connecting to {host} took too long."),
        httpx.PoolTimeout: Meaning(RequestNotSent, "pool_timeout", "All connections to {host} were busy for too long."),
        httpx.ConnectError: Meaning(RequestNotSent, "connect_error", "Could not connect to {host} ({detail})."),
        httpx.ProxyError: Meaning(RequestNotSent, "proxy_error", "The proxy could not connect to {host}."),
        httpx.UnsupportedProtocol: Meaning(
            RequestNotSent,
            "unsupported_protocol",
            "The address has no host or does not begin with http:// or https://.",
        ),
        httpx.ReadTimeout: Meaning(OutcomeUnknown, "read_timeout", "{host} did not answer in time."),
        httpx.WriteTimeout: Meaning(
            OutcomeUnknown, "write_timeout", "Sending to {host} took too long and was stopped."
        ),
        httpx.ReadError: Meaning(
            OutcomeUnknown, "read_error", "The connection to {host} broke before the answer was complete."
        ),
        httpx.WriteError: Meaning(OutcomeUnknown, "write_error", "The connection to {host} broke while sending."),
        httpx.CloseError: Meaning(
            OutcomeUnknown, "close_error", "The connection to {host} could not be closed properly."
        ),
        httpx.LocalProtocolError: Meaning(
            OutcomeUnknown, "local_protocol_error", "The request to {host} violated the HTTP protocol."
        ),
        httpx.RemoteProtocolError: Meaning(
            OutcomeUnknown,
            "remote_protocol_error",
            "{host} closed the connection or answered with something that is not HTTP.",
        ),
        httpx.DecodingError: Meaning(
            OutcomeUnknown, "decoding_error", "The answer of {host} was compressed and cannot be read."
        ),
        httpx.TooManyRedirects: Meaning(OutcomeUnknown, "too_many_redirects", "{host} kept redirecting the request."),
        TimeoutError: Meaning(OutcomeUnknown, "total_timeout", "The exchange with {host} exceeded the time limit."),
        ReplyTooLarge: Meaning(OutcomeUnknown, "reply_too_large", "The answer of {host} is too large."),
    }
)

# httpx also prepares the redirect that it will not follow, after the reply has come: an InvalidURL or ValueError
# raised there says nothing of our request, so both stay out of the table and mean an unknown outcome.
_UNFORESEEN = Meaning(OutcomeUnknown, "transport_error", "The exchange with {host} failed ({detail}).")


def explain(exc: Exception, *, url: str, exchange: Exchange) -> ProviderError:
    """The error of ours for an exception raised while a request was on its way."""
    meaning = next((MEANINGS[cls] for cls in type(exc).__mro__ if cls in MEANINGS), _UNFORESEEN)
    sent_nothing = meaning.kind is RequestNotSent
    what = meaning.sentence.format(host=host_of(url), detail=_reason(exc) if sent_nothing else type(exc).__name__)
    return meaning.kind(f"{what} {NOT_SENT if sent_nothing else UNKNOWN}", code=meaning.code, exchange=exchange)


def host_of(url: str) -> str:
    """The host name for messages; never the rest of the URL, which may carry numbers."""
    try:
        return urlsplit(url).hostname or "the provider"
    except ValueError:
        return "the provider"


def _reason(exc: BaseException) -> str:
    for cause in _causes(exc):
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if isinstance(cause, socket.gaierror):
            return "unknown host name"
        if isinstance(cause, ssl.SSLError):
            return "TLS certificate or protocol not accepted"
    return "network error"


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        if isinstance(exc, BaseExceptionGroup):
            for part in exc.exceptions:
                yield from _causes(part)
        exc = exc.__cause__ or exc.__context__
