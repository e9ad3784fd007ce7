"""AICC's access token: tokenByAkSk (page 2211), and when a token that is known is used again.

Nothing of an order has left before there is a token, so no failure in here leaves an order in doubt.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from telephony.contract.access_tokens import AccessToken, MemoryTokens, TokenStore
from telephony.contract.errors import CredentialsRefused, ProviderError, RequestNotSent
from telephony.contract.orders import PreparedRequest
from telephony.http.error_map import NOT_SENT, host_of
from telephony.http.redaction import HIDDEN
from telephony.http.transport import Transport
from telephony.http.unix_ms import from_ms
from telephony.http.untrusted_json import UnreadableBody, as_id, as_int, load_object

if TYPE_CHECKING:
    from collections.abc import Coroutine

    import httpx

    from telephony.contract.orders import Exchange
    from telephony.providers.huawei_aicc.settings import AiccSettings

PATH = "/apigovernance/api/oauth/tokenByAkSk"
MARGIN = timedelta(seconds=60)
"""A token that ends sooner than this is not used any more: it might end on its way."""
LONGEST_TOKEN_SECONDS = 3600
LONGEST_VALUE = 8192
TOTAL_TIMEOUT = 10.0
"""Seconds for a token, waiting for others who fetch it included: the claim of an order ages meanwhile."""

_EPOCH_FROM = 10**8
"""`Expires` from here on is a moment, below it a duration: the page gives text, and says neither."""
_EPOCH_MS_FROM = 10**11
_NO_CONNECTION = frozenset({"connect_timeout", "connect_error", "pool_timeout", "proxy_error"})
_NO_ERROR = frozenset({"", "0", "200"})
_ERROR_NAMES = ("retCode", "resultCode", "errorCode", "error_code", "error", "code")


class Tokens:
    """Hands out the account's token, out of a store that may be shared."""

    def __init__(self, settings: AiccSettings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._transport = Transport(client, secrets=(settings.app_secret,), total_timeout=TOTAL_TIMEOUT)
        self._last = ""
        self.store: TokenStore = MemoryTokens()

    @property
    def last(self) -> str:
        """The token that was handed out last, "" before the first: for showing a request, not for sending one."""
        return self._last

    async def current(self, *, now_ms: int) -> str:
        """A token that is good for some time yet. Raises CredentialsRefused and RequestNotSent only."""

        async def look_up() -> AccessToken:
            known = await self.store.get()
            if known is not None and known.expires_at - MARGIN > from_ms(now_ms):
                return known
            return await self._renewed("" if known is None else known.value, now_ms=now_ms)

        return await self._handed_out(look_up())

    async def instead_of(self, refused: str, *, now_ms: int) -> str:
        """Another token than the one that was refused. Raises as `current`."""
        return await self._handed_out(self._renewed(refused, now_ms=now_ms))

    async def _renewed(self, refused: str, *, now_ms: int) -> AccessToken:
        async def fetch() -> AccessToken:
            return await self._fetch(now_ms=now_ms)

        return await self.store.renew(refused, fetch)

    async def _handed_out(self, looking: Coroutine[Any, Any, AccessToken]) -> str:
        try:
            async with asyncio.timeout(TOTAL_TIMEOUT):
                self._last = (await looking).value
        except ProviderError:
            raise
        # Broad on purpose: whatever breaks in a store, nothing of the order has been sent. The cause is cut off, for
        # its text may quote the token.
        except Exception as exc:
            raise RequestNotSent(
                f"The access token could not be looked up ({type(exc).__name__}). {NOT_SENT}", code="no_token"
            ) from None
        return self._last

    def prepare(self) -> PreparedRequest:
        """The request for a token. Its body is the account's secret."""
        account = self._settings
        body = {"app_key": account.app_key, "app_secret": account.app_secret}
        return PreparedRequest(
            method="POST",
            url=account.token_base_url + PATH,
            headers=(("Content-Type", "application/json"), ("X-Token-Expire", str(account.token_seconds))),
            body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
        )

    async def _fetch(self, *, now_ms: int) -> AccessToken:
        try:
            reply = await self._transport.send(self.prepare())
        except CredentialsRefused as exc:
            raise self._refused(exc.code, exc.exchange) from None
        except RequestNotSent as exc:
            # Codes that say that an order is hopeless are not meant of it here, but of the account's address.
            code = exc.code if exc.code in _NO_CONNECTION else "no_token"
            raise RequestNotSent(exc.message, code=code, exchange=_without_bodies(exc.exchange)) from None
        except ProviderError as exc:
            raise self._none(exc.code, exc.exchange) from None
        if reply.status == 400:
            raise self._refused("http_400", reply.exchange)
        if not 200 <= reply.status < 300:
            raise self._none(f"http_{reply.status}", reply.exchange)
        try:
            content = load_object(reply.body)
        except UnreadableBody:
            raise self._none("unreadable_reply", reply.exchange) from None
        value = as_id(content.get("AccessToken"), limit=LONGEST_VALUE)
        if value and value.isascii() and value.isprintable() and " " not in value:
            lifetime = read_lifetime(content, asked=self._settings.token_seconds, now_ms=now_ms)
            return AccessToken(value=value, expires_at=from_ms(now_ms) + timedelta(seconds=lifetime))
        codes = (as_id(content.get(name), limit=32) for name in _ERROR_NAMES)
        if not value and (code := next((code for code in codes if code not in _NO_ERROR), "")):
            raise self._refused(code, reply.exchange)
        raise self._none("unreadable_reply", reply.exchange)

    def _refused(self, code: str, exchange: Exchange | None) -> CredentialsRefused:
        shown = self._transport.redactor(self.prepare()).text(code)
        return CredentialsRefused(
            f"{host_of(self._settings.token_base_url)} gave no access token ({_readable(shown)}). Check the account's "
            f"app key and app secret, and whether the operator allows this server's address. {NOT_SENT}",
            code=shown,
            exchange=_without_bodies(exchange),
        )

    def _none(self, why: str, exchange: Exchange | None) -> RequestNotSent:
        return RequestNotSent(
            f"{host_of(self._settings.token_base_url)} gave no access token ({_readable(why)}). {NOT_SENT}",
            code="no_token",
            exchange=_without_bodies(exchange),
        )


def read_lifetime(content: dict[str, Any], *, asked: int, now_ms: int) -> int:
    """Seconds that a token lives, at most as many as were asked for and as AICC allows (page 2211: 3600).

    `Expires` is a duration in seconds, or a moment in seconds or milliseconds; its size decides. A moment is measured
    from the answer's own `CreateTime`, so that the clocks need not agree. What cannot be believed counts as `asked`:
    a token that ends sooner is refused with HTTP 401, and renewed.
    """
    longest = min(asked, LONGEST_TOKEN_SECONDS)
    expires = as_int(content.get("Expires")) or 0
    if expires >= _EPOCH_FROM:
        created = _epoch_seconds(as_int(content.get("CreateTime")) or 0)
        expires = _epoch_seconds(expires) - (created if created >= _EPOCH_FROM else now_ms // 1000)
    return min(expires, longest) if expires > 0 else longest


def _epoch_seconds(value: int) -> int:
    return value // 1000 if value >= _EPOCH_MS_FROM else value


def _readable(code: str) -> str:
    return code.replace("http_", "HTTP ").replace("_", " ")


def _without_bodies(exchange: Exchange | None) -> Exchange | None:
    """The one body holds the secret, the other one the token."""
    return exchange and replace(exchange, request_body=HIDDEN, reply_body=HIDDEN if exchange.reply_body else "")
