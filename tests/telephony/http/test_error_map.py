from __future__ import annotations

import inspect
import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from telephony.contract.errors import OutcomeUnknown, ProviderError, RequestNotSent
from tests.telephony.http.sending import failure_of
from tests.telephony.support import assert_no_leak

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


SIGNATURE = "0123456789abcdef"


# Every concrete or abstract exception that httpx exports: what it means when it is raised while sending. A new name in
# httpx fails test_the_table_names_every_exception_of_httpx until somebody has decided.
WHILE_SENDING: dict[str, tuple[type[ProviderError], str]] = {
    "ConnectError": (RequestNotSent, "connect_error"),
    "ConnectTimeout": (RequestNotSent, "connect_timeout"),
    "PoolTimeout": (RequestNotSent, "pool_timeout"),
    "ProxyError": (RequestNotSent, "proxy_error"),
    "UnsupportedProtocol": (RequestNotSent, "unsupported_protocol"),
    "CloseError": (OutcomeUnknown, "close_error"),
    "CookieConflict": (OutcomeUnknown, "transport_error"),
    "DecodingError": (OutcomeUnknown, "decoding_error"),
    "HTTPError": (OutcomeUnknown, "transport_error"),
    "HTTPStatusError": (OutcomeUnknown, "transport_error"),
    # While building, an InvalidURL means "not sent": test_a_bad_address_is_not_sent. While sending it can only come
    # from the Location header of a reply.
    "InvalidURL": (OutcomeUnknown, "transport_error"),
    "LocalProtocolError": (OutcomeUnknown, "local_protocol_error"),
    "NetworkError": (OutcomeUnknown, "transport_error"),
    "ProtocolError": (OutcomeUnknown, "transport_error"),
    "ReadError": (OutcomeUnknown, "read_error"),
    "ReadTimeout": (OutcomeUnknown, "read_timeout"),
    "RemoteProtocolError": (OutcomeUnknown, "remote_protocol_error"),
    "RequestError": (OutcomeUnknown, "transport_error"),
    "RequestNotRead": (OutcomeUnknown, "transport_error"),
    "ResponseNotRead": (OutcomeUnknown, "transport_error"),
    "StreamClosed": (OutcomeUnknown, "transport_error"),
    "StreamConsumed": (OutcomeUnknown, "transport_error"),
    "StreamError": (OutcomeUnknown, "transport_error"),
    "TimeoutException": (OutcomeUnknown, "transport_error"),
    "TooManyRedirects": (OutcomeUnknown, "too_many_redirects"),
    "TransportError": (OutcomeUnknown, "transport_error"),
    "WriteError": (OutcomeUnknown, "write_error"),
    "WriteTimeout": (OutcomeUnknown, "write_timeout"),
}


def httpx_exceptions() -> dict[str, type[Exception]]:
    members = inspect.getmembers(httpx, lambda member: inspect.isclass(member) and issubclass(member, Exception))
    return dict(members)


def make_exception(cls: type[Exception]) -> Exception:
    parameters = inspect.signature(cls).parameters
    request = httpx.Request("POST", "https://did.nxcloud.test")
    known: dict[str, Any] = {"message": "boom 447700900001", "request": request, "response": httpx.Response(200)}
    return cls(**{name: known[name] for name in parameters})


def test_the_table_names_every_exception_of_httpx() -> None:
    assert set(WHILE_SENDING) == set(httpx_exceptions())


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(WHILE_SENDING))
async def test_every_exception_of_httpx_has_one_meaning(name: str) -> None:
    kind, code = WHILE_SENDING[name]

    error = await failure_of(make_exception(httpx_exceptions()[name]))

    assert (type(error), error.code) == (kind, code)
    unknown = "It is not known whether the provider accepted the request."
    ending = "Nothing was sent." if kind is RequestNotSent else unknown
    assert error.message.endswith(ending)
    assert error.exchange is not None
    assert error.exchange.error == name
    assert error.exchange.status is None
    assert_no_leak(error.message, error.exchange)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "exc",
    [RuntimeError("?"), OSError("?"), ssl.SSLError("?"), ConnectionRefusedError("?"), KeyError("?"), ValueError("?")],
)
async def test_an_exception_that_nobody_foresaw_is_an_unknown_outcome(exc: Exception) -> None:
    error = await failure_of(exc)

    assert (type(error), error.code) == (OutcomeUnknown, "transport_error")


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["ReadError", "ReadTimeout", "RemoteProtocolError", "StreamClosed"])
async def test_a_reply_that_breaks_off_is_an_unknown_outcome_and_its_beginning_is_kept(name: str) -> None:
    class Broken(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b'{"code":0,"callee":"44770090'
            raise make_exception(httpx_exceptions()[name])

    error = await failure_of(httpx.Response(200, stream=Broken()))

    assert isinstance(error, OutcomeUnknown)
    assert error.exchange is not None
    assert error.exchange.status == 200
    assert error.exchange.reply_body == '{"code":0,"callee":"•••'
