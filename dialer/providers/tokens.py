"""Access tokens in the database, sealed: one for each account, shared by all processes.

Whether a new token ends the one before it is not documented, so one process at a time fetches one. No transaction is
open meanwhile: an empty box with an end in the future says that somebody fetches until then, and whoever wrote it is
known by that very end. A process that dies leaves it to run out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.utils import timezone

from dialer.models import ProviderToken
from dialer.support import crypto
from telephony.contract.access_tokens import AccessToken

LEASE = timedelta(seconds=15)
"""Longer than an adapter waits for a token, the answer of the provider included."""
RENEWED_BEFORE_END = timedelta(minutes=2)
"""Sooner than an adapter asks for a new one, so that it sees one that another process has."""
LOOK_AGAIN = 0.1
"""Seconds between two looks at whether somebody else has a new token."""


class StoredTokens:
    """A TokenStore."""

    def __init__(self, account_pk: int) -> None:
        self._account_pk = account_pk
        self._known: AccessToken | None = None
        """The one that was read last. Asked for at every order; that another process has a new one shows when this one
        is refused, or soon ends."""

    async def get(self) -> AccessToken | None:
        if self._known is None or self._known.expires_at < timezone.now() + RENEWED_BEFORE_END:
            self._known = _token(await self._row())
        return self._known

    async def renew(self, refused: str, fetch: Callable[[], Awaitable[AccessToken]]) -> AccessToken:
        while True:
            row = await self._row()
            now = timezone.now()
            known = _token(row)
            if known and known.value != refused and known.expires_at > now:
                self._known = known
                return known
            until = now + LEASE
            # An empty box with an end in the future: another process is fetching one.
            is_fetched = not row.box and row.expires_at is not None and row.expires_at > now
            if not is_fetched and await sync_to_async(self._take_turn)(row, until=until):
                return await self._fetched(fetch, until=until)
            await asyncio.sleep(LOOK_AGAIN)

    async def _fetched(self, fetch: Callable[[], Awaitable[AccessToken]], *, until: datetime) -> AccessToken:
        try:
            token = await fetch()
        except BaseException:  # cancelled, too: the next one may try at once
            await sync_to_async(self._end_turn)(None, until=until)
            raise
        await sync_to_async(self._end_turn)(token, until=until)
        self._known = token
        return token

    async def _row(self) -> ProviderToken:
        found = await ProviderToken.objects.filter(pk=self._account_pk).afirst()
        return found or ProviderToken(account_id=self._account_pk)

    def _take_turn(self, row: ProviderToken, *, until: datetime) -> bool:
        """Only where nobody else has changed the row since it was read."""
        ProviderToken.objects.bulk_create([ProviderToken(account_id=self._account_pk)], ignore_conflicts=True)
        same = ProviderToken.objects.filter(pk=self._account_pk, box=row.box, expires_at=row.expires_at)
        return bool(same.update(box="", expires_at=until))

    def _end_turn(self, token: AccessToken | None, *, until: datetime) -> None:
        mine = ProviderToken.objects.filter(pk=self._account_pk, box="", expires_at=until)
        box, ends = (crypto.seal(token.value), token.expires_at) if token else ("", None)
        mine.update(box=box, expires_at=ends)


def _token(row: ProviderToken) -> AccessToken | None:
    """None where there is none, or where it was sealed with a key that is gone."""
    if not row.box or row.expires_at is None:
        return None
    try:
        return AccessToken(value=crypto.unseal(row.box), expires_at=row.expires_at)
    except crypto.Unreadable:
        return None
