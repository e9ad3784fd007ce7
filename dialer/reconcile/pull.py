"""Asks for an account's records, page by page. The cursor moves only when every page was read and applied."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import QuerySet

from dialer.ledger import transitions
from dialer.models import CallDetailRecord, ProviderAccount, RecordCursor, State, Submission
from dialer.outcomes import ingest, state_polling
from dialer.providers import adapters
from dialer.reconcile import cursors, did_rows, matching
from dialer.support import jobs
from dialer.support.async_db import Database, in_common_thread
from dialer.support.timing import Clock
from telephony.contract.capabilities import DidRecordSource, OrderRecordSource, RecordSource
from telephony.contract.errors import OutcomeUnknown, ProviderError, UnsupportedByProvider
from telephony.contract.records import CallRecord, DidRecord
from telephony.http.unix_ms import to_ms

log = logging.getLogger(__name__)

PULL_JOB = "dialer.tasks.pull_cursor"
OVERLAP = timedelta(minutes=10)
"""Records turn up late and the filter's meaning (start or end of the call) is undocumented: read a bit twice."""
DEEP_EVERY, DEEP = timedelta(minutes=15), timedelta(hours=2)
"""Now and then further back: should the filter mean the start, a long call turns up behind the overlap."""
DID_OVERLAP = timedelta(hours=2)
"""A DID record stands under the day on which its call began, and turns up when the call has ended."""
FIRST_LOOK_BACK = timedelta(hours=2)
LONGEST_SPAN = timedelta(hours=24)
LONGEST_DAYS = timedelta(days=7)
# A provider that repeats its last page for ever would keep the worker for ever.
PAGE_LIMIT = 5_000
ORDERS_ASKED, IDS_ASKED = 5, 3
"""In-doubt orders asked for by their order ids in one pull, and ids of each: one record proves the whole order."""


def enqueue_due_pulls(*, now: datetime) -> int:
    """A job for every cursor whose time has come; how many. One that waits already will do."""
    cursors.ensure_cursors()
    found = cursors.due_cursors(now=now)
    for cursor in found:
        enqueue_pull(cursor.pk)
    return len(found)


def enqueue_pull(cursor_pk: int, *, kind: str = "", reference: str = "") -> None:
    """Defers a pull, which asks first for the records of that order where one is named."""
    lock = f"pull:{cursor_pk}:{reference}"
    jobs.defer_once(PULL_JOB, queue="upkeep", lock=lock, cursor_pk=cursor_pk, kind=kind, reference=reference)


async def pull_cursor(
    pk: int, *, clock: Clock, kind: str = "", reference: str = "", db: Database = in_common_thread
) -> int | None:
    """Reads what is new of one source; how many records came. None: not its time, or somebody else is at it.

    A provider that does not answer is written into the cursor, not raised.
    """
    # Read before the claim, which overwrites when the source was asked last.
    before = await RecordCursor.objects.filter(pk=pk).afirst()
    cursor = await db(cursors.claim_cursor, pk, now=clock())
    if before is None or cursor is None:
        return None
    try:
        if cursor.source == RecordCursor.Source.DIDS:
            count = await _pull_dids(cursor, clock=clock, db=db)
        else:
            last_asked = before.asked_at
            count = await _pull_calls(cursor, last_asked=last_asked, clock=clock, db=db)
            # Where the call is that a person asks about, for a provider that tells it by its own id.
            if reference and (call := await db(state_polling.find_open_call, reference, account_id=cursor.account_id)):
                await state_polling.poll_calls([call], account=cursor.account, clock=clock, db=db)
            await _ask_for_orders(cursor, last_asked=last_asked, kind=kind, reference=reference, clock=clock, db=db)
    except ProviderError as exc:
        await db(cursors.postpone_pull, cursor, exc, now=clock())
        log.warning("Records (%s) of account %s could not be read: %s", cursor.source, cursor.account_id, exc.message)
        return 0
    await db(matching.match_account, cursor.account, now=clock())
    return count


async def _pull_calls(cursor: RecordCursor, *, last_asked: datetime | None, clock: Clock, db: Database) -> int:
    account, now = cursor.account, clock()
    source = adapters.adapter_for(account)
    if not isinstance(source, RecordSource):
        raise _cannot(account)
    start = max(cursor.read_to or now - FIRST_LOOK_BACK, now - LONGEST_SPAN) - OVERLAP
    # The first pull of each quarter of an hour goes deep.
    if last_asked and _period(last_asked) != _period(now):
        start = min(start, now - DEEP)

    def ask(page: int) -> Awaitable[list[CallRecord]]:
        return source.call_records(start=start, end=now, page=page, now_ms=to_ms(clock()))

    count = await _pages(cursor, ask, size=source.record_page_size, apply=apply_call_records, clock=clock, db=db)
    await db(cursors.finish_pull, cursor, read_to=now)
    return count


def _period(moment: datetime) -> int:
    return int(moment.timestamp() // DEEP_EVERY.total_seconds())


async def _pull_dids(cursor: RecordCursor, *, clock: Clock, db: Database) -> int:
    account, now = cursor.account, clock()
    source = adapters.adapter_for(account)
    if not isinstance(source, DidRecordSource):
        raise _cannot(account)
    start = max(cursor.read_to or now - FIRST_LOOK_BACK, now - LONGEST_DAYS) - DID_OVERLAP
    count = 0
    for day in days_between(start, now, zone=source.did_record_zone):

        def ask(page: int, day: date = day) -> Awaitable[list[DidRecord]]:
            return source.did_records(day=day, page=page, now_ms=to_ms(clock()))

        count += await _pages(
            cursor, ask, size=source.did_record_page_size, apply=store_did_records, clock=clock, db=db
        )
    await db(cursors.finish_pull, cursor, read_to=now)
    return count


async def _pages(
    cursor: RecordCursor,
    ask: Callable[[int], Awaitable[list[Any]]],
    *,
    size: int,
    apply: Callable[..., None],
    clock: Clock,
    db: Database,
) -> int:
    """Every page until a short one, each applied in its own transaction. Raises ProviderError."""
    count = 0
    for page in range(1, PAGE_LIMIT + 1):
        records = await ask(page)
        # Before the page is applied: whoever lost the cursor while it waited for the provider writes nothing.
        if not await db(cursors.renew_lease, cursor, now=clock()):
            raise OutcomeUnknown("Another worker continued this pull.", code="taken_over")
        await db(apply, records, account=cursor.account, now=clock())
        count += len(records)
        if len(records) < size:
            return count
    raise OutcomeUnknown(
        f"There are more than {PAGE_LIMIT} pages: the provider keeps sending the same page.", code="pages"
    )


def apply_call_records(records: list[CallRecord], *, account: ProviderAccount, now: datetime) -> None:
    # What has no call id is kept in the page only for its length.
    known = [record for record in records if record.provider_call_id]
    ingest.apply_records(known, account=account, source=CallDetailRecord.Source.QUERY, now=now)


def store_did_records(records: list[DidRecord], *, account: ProviderAccount, now: datetime) -> None:
    did_rows.store_did_rows(records, account=account, now=now)


def days_between(start: datetime, end: datetime, *, zone: tzinfo) -> Iterator[date]:
    """The provider's days from one moment to the other, both included."""
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        yield day
        day = (datetime.combine(day, time()) + timedelta(days=1)).date()


async def _ask_for_orders(
    cursor: RecordCursor, *, last_asked: datetime | None, kind: str, reference: str, clock: Clock, db: Database
) -> None:
    """By order id, where the pages did not tell: of the order that a person asks about, else of some in doubt."""
    source = adapters.adapter_for(cursor.account)
    if not isinstance(source, OrderRecordSource):
        return
    minute = int(clock().timestamp()) // 60
    if not reference and last_asked and int(last_asked.timestamp()) // 60 == minute:
        return
    for order_id in await db(_ids_in_doubt, cursor.account, kind=kind, reference=reference, turn=minute):
        try:
            records = await source.records_for_order(order_id, now_ms=to_ms(clock()))
        except UnsupportedByProvider:
            return
        await db(apply_call_records, records, account=cursor.account, now=clock())


def _ids_in_doubt(account: ProviderAccount, *, kind: str, reference: str, turn: int) -> list[str]:
    """A few order ids of orders in doubt, of others each minute."""
    found: list[str] = []
    for model in [transitions.model_of(kind)] if kind else transitions.kinds():
        doubts = model.objects.filter(account=account, state=State.IN_DOUBT).order_by("pk")
        rows: list[Submission] = list(doubts.filter(reference=reference) if reference else _turn(doubts, turn=turn))
        found += [order_id for row in rows for order_id in row.order_ids(limit=IDS_ASKED)]
    return found


def _turn(doubts: QuerySet[Any], *, turn: int) -> QuerySet[Any]:
    # -(-a // b) rounds up: so many turns there are. Without turns the oldest few would be asked for ever.
    first = turn % max(-(-doubts.count() // ORDERS_ASKED), 1) * ORDERS_ASKED
    return doubts[first : first + ORDERS_ASKED]


def _cannot(account: ProviderAccount) -> UnsupportedByProvider:
    return UnsupportedByProvider(f"{account.get_kind_display()} offers no such records.", code="no_records")
