"""A record's recording, fetched while somebody listens. Its address never leaves this module."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import PurePath

from asgiref.sync import async_to_sync
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils.translation import gettext as _

from dialer.ledger import transitions
from dialer.models import CallDetailRecord, EventKind, Submission
from dialer.providers import adapters
from dialer.support.permissions import require
from telephony.contract.capabilities import RecordingLinkSource
from telephony.contract.errors import ProviderError
from telephony.http import pinned_address
from telephony.http.recordings import RecordingError, fetch

SAME_LISTENING = timedelta(minutes=1)
"""A player asks more than once."""
ENDINGS = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "audio/ogg": "ogg"}


class Stream:
    """An open recording as an iterator of bytes. Close it; the server does so at the end of an answer."""

    def __init__(self, url: str, *, hosts: list[str]) -> None:
        """Raises telephony.http.recordings.RecordingError."""
        # The answer is read by a thread of the WSGI server, which has no event loop.
        self._loop = asyncio.new_event_loop()
        self._client = pinned_address.open_client()
        try:
            self._recording = self._loop.run_until_complete(fetch(url, client=self._client, allowed_hosts=hosts))
        except BaseException:
            self._close_client()
            raise
        self.content_type = self._recording.content_type
        self.length = self._recording.length
        self._chunks = self._recording.__aiter__()

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._loop.run_until_complete(self._next()):
            yield chunk

    async def _next(self) -> bytes:
        # A coroutine of our own: what `anext` returns is awaitable, and a loop does not run that.
        return await anext(self._chunks, b"")

    def close(self) -> None:
        if not self._loop.is_closed():
            self._loop.run_until_complete(self._recording.aclose())
            self._close_client()

    def _close_client(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        # The host's name was looked up in a thread of this loop.
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


def open_recording(*, record: CallDetailRecord, by: AbstractUser, now: datetime) -> Stream:
    """Opens the recording and writes into the order's history who did.

    Raises PermissionDenied, telephony.http.recordings.RecordingError.
    """
    require(by, "dialer.listen_recording")
    order = order_of(record)
    if order is None:
        raise RecordingError(_("This record does not belong to an order in the portal."), code="no_order")
    # Where the record has no address, the provider tells one: good for minutes, and kept nowhere.
    address = record.recording_url or async_to_sync(_ask_for_link)(record)
    # Opened first: what could not be fetched was not listened to.
    stream = Stream(address, hosts=adapters.recording_hosts(record.account))
    try:
        _note_listening(order, record, by=by, now=now)
    except BaseException:
        stream.close()
        raise
    return stream


async def _ask_for_link(record: CallDetailRecord) -> str:
    try:
        async with adapters.opened(record.account) as source:
            if not isinstance(source, RecordingLinkSource):
                raise RecordingError(_("The provider has no recording of this call."), code="address")
            return await source.recording_link(record.provider_call_id, now_ms=int(time.time() * 1000))
    except ProviderError as exc:
        raise RecordingError(exc.message, code="address") from exc


def order_of(record: CallDetailRecord) -> Submission | None:
    """The call or the chunk that made this call."""
    if not record.reference:
        return None
    found = (model.objects.filter(reference=record.reference).first() for model in transitions.kinds())
    return next(filter(None, found), None)


def _note_listening(order: Submission, record: CallDetailRecord, *, by: AbstractUser, now: datetime) -> None:
    with transaction.atomic():
        before = order.events.filter(kind=EventKind.LISTENED, by=by, detail=record.provider_call_id)
        if not before.filter(at__gt=now - SAME_LISTENING).exists():
            order.add_event(EventKind.LISTENED, now=now, by=by, detail=record.provider_call_id)


def recording_file_name(record: CallDetailRecord, *, content_type: str) -> str:
    """Says which call it is of, and nothing of the person called."""
    stem = PurePath(record.provider_call_id.replace("/", "-")).name or "recording"
    return f"recording-{stem}.{ENDINGS.get(content_type, 'audio')}"
