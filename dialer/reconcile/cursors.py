"""How far each source of an account's records is read, and who may ask it when.

A pull holds its cursor by `asked_at`, the time at which it took it: whoever finds another time there has lost it.
No lock is kept while the provider is asked; a pull whose process died is taken over when its lease has run out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from django.db.models import Q, QuerySet

from dialer.ledger import transitions
from dialer.models import ProviderAccount, RecordCursor, State
from dialer.support.backoff import Backoff
from telephony import registry
from telephony.contract.errors import ProviderError, RateLimited, UnsupportedByProvider
from telephony.contract.vocabulary import Capability

BUSY = timedelta(seconds=15)
"""An account with open orders is asked at every beat of the job, which comes each 20 seconds."""
# Without an open order no record can end anything; calls that others placed by the account may wait.
QUIET = timedelta(minutes=15)
LEASE = timedelta(minutes=2)
"""Renewed with every page. Longer than one page may take with its retries."""
RETRY = Backoff(timedelta(seconds=20), longest=timedelta(minutes=15))


NEEDS = MappingProxyType(
    {RecordCursor.Source.CALLS: Capability.CALL_RECORDS, RecordCursor.Source.DIDS: Capability.DID_RECORDS}
)


def ensure_cursors() -> None:
    """Every usable account has a cursor for each source that its provider has."""
    wanted = [
        RecordCursor(account=account, source=source)
        for account in ProviderAccount.objects.usable()
        for source, needed in NEEDS.items()
        if registry.can(account.kind, needed)
    ]
    RecordCursor.objects.bulk_create(wanted, ignore_conflicts=True)


def busy_accounts() -> set[int]:
    """Ids of accounts with an order whose end is not known yet."""
    waiting: set[int] = set()
    for model in transitions.kinds():
        open_orders = model.objects.filter(state__in=[State.ACCEPTED, State.IN_DOUBT], closed_at=None)
        waiting.update(open_orders.values_list("account_id", flat=True).distinct())
    return waiting


def due_cursors(*, now: datetime) -> list[RecordCursor]:
    """Cursors to pull now: busy accounts at every beat, the others now and then; none that waits after a failure."""
    ready = _ready(now).filter(account__in=ProviderAccount.objects.usable()).select_related("account")
    busy = busy_accounts()
    return [
        cursor
        for cursor in ready
        if cursor.asked_at is None or cursor.asked_at <= now - (BUSY if cursor.account_id in busy else QUIET)
    ]


def _ready(now: datetime) -> QuerySet[RecordCursor]:
    return RecordCursor.objects.filter(Q(next_at=None) | Q(next_at__lte=now))


def claim_cursor(pk: int, *, now: datetime) -> RecordCursor | None:
    """The cursor, held from now on; None when another worker holds it, or it was asked a moment ago."""
    free = _ready(now).filter(Q(asked_at=None) | Q(asked_at__lte=now - BUSY), pk=pk)
    if not free.update(asked_at=now, next_at=now + LEASE):
        return None
    return RecordCursor.objects.select_related("account").get(pk=pk)


def free_at(cursor: RecordCursor) -> datetime:
    """From when on it can be taken."""
    waits = [cursor.next_at, cursor.asked_at and cursor.asked_at + BUSY]
    return max((wait for wait in waits if wait), default=datetime.min.replace(tzinfo=UTC))


def renew_lease(cursor: RecordCursor, *, now: datetime) -> bool:
    """Renews the lease; False when another pull has taken over."""
    return bool(_held(cursor).update(next_at=now + LEASE))


def finish_pull(cursor: RecordCursor, *, read_to: datetime) -> bool:
    """Everything up to then is read. False when another pull has taken over, whose word counts."""
    return bool(_held(cursor).update(read_to=read_to, next_at=None, failures=0, error=""))


def postpone_pull(cursor: RecordCursor, error: ProviderError, *, now: datetime) -> None:
    """The cursor stays where it was, and the account is left in peace for longer each time."""
    failures = min(cursor.failures + 1, 1000)
    _held(cursor).update(failures=failures, error=error.message[:500], next_at=now + wait_after(error, failures))


def wait_after(error: ProviderError, failures: int) -> timedelta:
    """Doubles from failure to failure, 15 minutes at most; a provider that names a longer wait is obeyed."""
    if isinstance(error, UnsupportedByProvider):
        return RETRY.longest
    return RETRY.wait(failures, retry_after=error.retry_after if isinstance(error, RateLimited) else None)


def _held(cursor: RecordCursor) -> QuerySet[RecordCursor]:
    return RecordCursor.objects.filter(pk=cursor.pk, asked_at=cursor.asked_at)
