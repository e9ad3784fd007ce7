"""Sends what is due, target by target, so that one that hangs holds up nobody else."""

from __future__ import annotations

import time
from datetime import datetime

from asgiref.sync import sync_to_async

from dialer.models import NoticeMessage, WebhookTarget
from dialer.notices import email, http_post, outbox, settle, signing
from dialer.notices.http_post import PostResult
from dialer.support.timing import Clock

LONGEST_RUN = 20.0
"""Seconds; the sweep goes on with what is left, so that a worker that is to stop need not wait."""


async def deliver_messages(target_id: int | None, *, clock: Clock) -> int:
    """Sends what is due to one target (None: the mailboxes), the oldest first; returns how many arrived.

    The first one that fails ends it: a target that is down is asked again by and by, not for every message.
    """
    began, arrived = time.monotonic(), 0
    async with http_post.open_client() as client:
        while time.monotonic() - began < LONGEST_RUN:
            row = await sync_to_async(outbox.claim_message)(target_id, now=clock())
            if row is None:
                break
            result = await _send(row, client, now=clock())
            await sync_to_async(settle.settle_message)(row, result, now=clock())
            if not result.is_good:
                break
            arrived += 1
    return arrived


async def _send(row: NoticeMessage, client: http_post.Client, *, now: datetime) -> PostResult:
    target: WebhookTarget | None = row.target
    if target is None:
        # It asks no database, and a slow mail server must not hold up the thread in which every job does.
        return await sync_to_async(email.send_email, thread_sensitive=False)(row)
    body = row.body.encode()
    return await http_post.post(client, target.url, body, signing.signed_headers(target, row.message_id, body, now=now))
