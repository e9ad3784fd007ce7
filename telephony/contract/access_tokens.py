"""Access tokens of provider accounts, which everybody who uses the account should share.

Whether a new token ends the one before it is often not documented, so there should be one at a time.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A bearer token with its end, as a provider gave it."""

    value: str = field(repr=False)
    expires_at: datetime


class TokenStore(Protocol):
    """Keeps an account's access token for everybody who uses the account."""

    async def get(self) -> AccessToken | None: ...

    async def renew(self, refused: str, fetch: Callable[[], Awaitable[AccessToken]]) -> AccessToken:
        """A token other than `refused` ("" where there was none): one that somebody else fetched meanwhile, or a new
        one of `fetch`, which is called by one caller at a time. What `fetch` raises goes through."""


@runtime_checkable
class UsesTokens(Protocol):
    """An adapter whose access token may be shared with other adapters and processes."""

    def keep_tokens_in(self, store: TokenStore) -> None: ...

    async def get_ready(self, *, now_ms: int) -> None:
        """Sees to it that there is a token, so that an order that may leave now need not wait for one.

        Raises CredentialsRefused, RequestNotSent.
        """


class MemoryTokens:
    """A TokenStore for one event loop: everybody in it shares one token, and one caller at a time fetches."""

    def __init__(self) -> None:
        self._token: AccessToken | None = None
        self._fetching = asyncio.Lock()

    async def get(self) -> AccessToken | None:
        return self._token

    async def renew(self, refused: str, fetch: Callable[[], Awaitable[AccessToken]]) -> AccessToken:
        async with self._fetching:
            # Who waited here may find what it waited for.
            if self._token is None or self._token.value == refused:
                self._token = await fetch()
            return self._token
