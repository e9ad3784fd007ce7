"""What nobody pushed is pulled: the provider's records of the last while, page by page, into the same ingest."""

from __future__ import annotations

from datetime import datetime, timedelta

from asgiref.sync import sync_to_async

from dialer import ingest, ledger, providers
from dialer.models import ProviderAccount, RecordCursor, State
from telephony.contract import CallRecord, RecordSource

OVERLAP = timedelta(minutes=10)
"""Records turn up late and the filter's meaning (start or end of the call) is undocumented: read a bit twice."""
FIRST_LOOK_BACK = timedelta(hours=2)
LONGEST_SPAN = timedelta(hours=24)
PAGE_LIMIT = 200


def accounts_awaiting_records() -> list[ProviderAccount]:
    """Accounts with an order whose end is not known yet; the others are left in peace."""
    waiting: set[int] = set()
    for model in ledger.kinds():
        open_orders = model.objects.filter(state__in=[State.ACCEPTED, State.IN_DOUBT], closed_at=None)
        waiting.update(open_orders.values_list("account_id", flat=True).distinct())
    return list(ProviderAccount.objects.usable().filter(pk__in=waiting))


async def pull_records(account: ProviderAccount, *, now: datetime) -> int:
    """Reads the records since the last pull and applies them; returns how many.

    Raises telephony.errors.ProviderError; the cursor moves only when every page was read.
    """
    source = providers.adapter_for(account)
    if not isinstance(source, RecordSource):
        return 0
    cursor, _made = await RecordCursor.objects.aget_or_create(account=account, source=RecordCursor.Source.CALLS)
    start = max(cursor.read_to or now - FIRST_LOOK_BACK, now - LONGEST_SPAN) - OVERLAP
    count = 0
    for page in range(1, PAGE_LIMIT + 1):
        records = await source.call_records(start=start, end=now, page=page, now_ms=int(now.timestamp() * 1000))
        await sync_to_async(_apply)(records, account=account, now=now)
        count += len(records)
        if len(records) < source.record_page_size:
            break
    await RecordCursor.objects.filter(pk=cursor.pk).aupdate(read_to=now, asked_at=now)
    return count


def _apply(records: list[CallRecord], *, account: ProviderAccount, now: datetime) -> None:
    for record in records:
        if not record.provider_call_id:
            continue  # kept in the page only for its length
        ingest.apply_record(record, account=account, source="query", now=now)
