"""Reads and applies stored callbacks, many at a time; one that cannot be applied does not hold up the others.

Only those that proved to be the provider's: about all others the provider is asked first (confirm.py).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from dialer.inbox import store
from dialer.inbox.endpoints import push_receiver_of
from dialer.models import CallDetailRecord, ProviderAccount, WebhookDelivery
from dialer.outcomes import ingest, progress
from dialer.outcomes.record_store import Arrival
from dialer.providers import adapters
from dialer.support.backoff import Backoff
from telephony.contract.records import CallProgress, CallRecord

log = logging.getLogger(__name__)
BATCH = 500
JOB_SIZE = 2_000
"""Callbacks that one job applies; the next job begins where it ended, so that a shutdown need not wait for long."""
TRIES = 8
RETRY = Backoff(timedelta(minutes=1))

State = WebhookDelivery.State
ReadCallback = tuple[WebhookDelivery, CallRecord | CallProgress]


def apply_callbacks(*, now: datetime) -> int:
    """Applies what was stored and not applied yet, oldest first; returns how many callbacks it read."""
    count = 0
    while count < JOB_SIZE:
        found = _apply_batch(_due(now), now=now)
        count += found
        if found < BATCH:
            return count
    store.defer_job()
    return count


def requeue_callbacks(deliveries: Iterable[int]) -> int:
    """Puts these callbacks (pks) back among those that wait, whatever became of them; returns how many."""
    pks = list(deliveries)
    with transaction.atomic():
        count = 0
        for is_signed, state in ((True, State.RECEIVED), (False, State.TO_CONFIRM)):
            chosen = WebhookDelivery.objects.filter(pk__in=pks, is_signed=is_signed)
            if updated := chosen.update(state=state, error="", tries=0, next_try_at=None):
                store.defer_job(is_signed=is_signed)
            count += updated
    return count


def _due(now: datetime) -> QuerySet[WebhookDelivery]:
    again = Q(state=State.FAILED, next_try_at__lte=now)
    waiting = Q(state__in=[State.RECEIVED, State.FAILED])  # the index's own condition
    return WebhookDelivery.objects.filter(Q(state=State.RECEIVED) | again, waiting, is_signed=True)


def _apply_batch(due: QuerySet[WebhookDelivery], *, now: datetime) -> int:
    with transaction.atomic():
        # The sweep may run beside the job: each takes what the other has not locked.
        found = list(due.select_for_update(skip_locked=True).order_by("pk")[:BATCH])
        if found:
            _apply_all(_read_bodies(found, now=now), now=now)
            # Nearly all were applied, and one UPDATE writes them; each of the others has an error of its own.
            applied = [delivery.pk for delivery in found if delivery.state == State.APPLIED]
            WebhookDelivery.objects.filter(pk__in=applied).update(
                state=State.APPLIED, error="", applied_at=now, next_try_at=None
            )
            others = [delivery for delivery in found if delivery.state != State.APPLIED]
            WebhookDelivery.objects.bulk_update(others, ["state", "error", "tries", "next_try_at"], batch_size=100)
    return len(found)


def _read_bodies(found: list[WebhookDelivery], *, now: datetime) -> list[ReadCallback]:
    accounts = ProviderAccount.objects.in_bulk({delivery.account_id for delivery in found})
    read = []
    for delivery in found:
        try:
            content = receiver_of(accounts[delivery.account_id]).parse_push(delivery.push())
        except ValueError as exc:
            delivery.state, delivery.error = State.UNREADABLE, str(exc)[:500]
        except Exception as exc:  # whatever it is, the others must not wait for it
            _fail(delivery, exc, now=now)
        else:
            read.append((delivery, content))
    return read


def receiver_of(account: ProviderAccount) -> Any:
    """Raises CredentialsRefused with what is missing."""
    return push_receiver_of(account) or adapters.offline_adapter(account)


def _apply_all(read: list[ReadCallback], *, now: datetime) -> None:
    """Together, or where one of them spoils it, one after another."""
    if not read:
        return
    try:
        with transaction.atomic():
            _apply_together(read, now=now)
    except Exception as exc:  # kept with the one that it belongs to
        # The database is away: no callback is to blame, and all of them stay as they are.
        if not connection.is_usable():
            raise
        if len(read) == 1:
            _fail(read[0][0], exc, now=now)
            return
        log.warning("Could not apply %d callbacks together; applying them one by one: %s", len(read), _describe(exc))
        for one in read:
            _apply_all([one], now=now)
    else:
        for delivery, _content in read:
            delivery.state = State.APPLIED


def _apply_together(read: list[ReadCallback], *, now: datetime) -> None:
    source = CallDetailRecord.Source.WEBHOOK
    arrivals = [Arrival(row.account_id, content) for row, content in read if isinstance(content, CallRecord)]
    if arrivals:
        ingest.apply_arrivals(arrivals, source=source, now=now)
    for row, content in read:
        if isinstance(content, CallProgress):
            progress.apply_progress(content, account_id=row.account_id, source=source, now=now)


def _fail(delivery: WebhookDelivery, exc: Exception, *, now: datetime) -> None:
    delivery.state, delivery.error, delivery.tries = State.FAILED, _describe(exc), delivery.tries + 1
    gives_up = delivery.tries >= TRIES
    delivery.next_try_at = None if gives_up else now + RETRY.wait(delivery.tries)
    log.error("Callback %s could not be applied (try %d): %s", delivery.pk, delivery.tries, delivery.error)


def _describe(exc: Exception) -> str:
    # The first line alone: the database's further ones quote the row, with people's numbers in it.
    return f"{type(exc).__name__}: {str(exc).partition(chr(10))[0]}"[:500]
