"""A DID's records as call detail records. They have no call id: the row's own id, or its content, stands for it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db.models import Q

from dialer.models import CallDetailRecord, Disposition, ProviderAccount
from telephony.contract.records import CallRecord, DidRecord
from telephony.contract.vocabulary import Direction
from telephony.http.untrusted_json import storable

PREFIX, FILE_PREFIX = "did:", "file:"
SAME_MOMENT = timedelta(seconds=2)
"""Files and rows of DIDs leave out the fractions of a second."""
IS_ROW = Q(provider_call_id__startswith=PREFIX) | Q(provider_call_id__startswith=FILE_PREFIX)
"""Records without a call id of their own: they may repeat a call that has a record with one."""


def is_row(record: CallDetailRecord) -> bool:
    return str(record.provider_call_id).startswith((PREFIX, FILE_PREFIX))


def store_did_rows(records: list[DidRecord], *, account: ProviderAccount, now: datetime) -> int:
    """Stores the rows that are not known yet, belonging to no order so far; how many. A row that says nothing is left.

    `matching` finds out whose they are once every page of the day is here.
    """
    named = {row_id(record): record for record in records if record.started_at and (record.did or record.other)}
    of_account = CallDetailRecord.objects.filter(account=account)
    known = set(of_account.filter(provider_call_id__in=named).values_list("provider_call_id", flat=True))
    known |= set(of_account.filter(did_row__in=named).values_list("did_row", flat=True))
    rows = [_row(name, named[name], account=account, now=now) for name in named.keys() - known]
    # Another worker may have stored the same row since we looked.
    CallDetailRecord.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def row_id(record: DidRecord) -> str:
    """Stands for the call id; the same for the same row whenever it is read."""
    if record.provider_row_id:
        return f"{PREFIX}{record.provider_row_id}"[:100]
    started = record.started_at.isoformat() if record.started_at else ""
    # A row without an id is known by what it says, so that it is stored once however often it is read.
    return PREFIX + hashlib.sha256(f"{record.did}|{record.other}|{started}".encode()).hexdigest()[:40]


def _row(name: str, record: DidRecord, *, account: ProviderAccount, now: datetime) -> CallDetailRecord:
    is_inbound = record.direction is Direction.INBOUND
    seconds = talk_seconds(record)
    return CallDetailRecord(
        account=account,
        provider_call_id=name,
        disposition=Disposition.ANSWERED if seconds else Disposition.UNKNOWN,
        hangup_code=record.end_reason[:20],
        hangup_reason=record.end_reason_text[:200],
        started_at=record.started_at,
        ended_at=record.ended_at,
        talk_seconds=seconds,
        cost=record.cost,
        currency=record.currency[:10],
        direction=record.direction.value,
        caller=record.other if is_inbound else record.did,
        callee=record.did if is_inbound else record.other,
        source=CallDetailRecord.Source.DID_QUERY,
        raw=storable(record.raw),
        received_at=now,
    )


def find_recorded(account: ProviderAccount, records: list[CallRecord]) -> dict[str, CallDetailRecord]:
    """Of a file's rows without a call id those that a record here has in it already, by the id that stands for it."""
    rows = [row for row in records if row.provider_call_id.startswith(FILE_PREFIX) and row.started_at]
    times = [row.started_at for row in rows if row.started_at]
    if not times:
        return {}
    of_account = (
        CallDetailRecord.objects.filter(account=account).select_related("account").defer("raw", "recording_url")
    )
    merged = of_account.filter(did_row__in=[row.provider_call_id for row in rows])
    found = {record.did_row: record for record in merged}
    rows_of_dids = of_account.filter(IS_ROW | ~Q(did_row="")).filter(
        started_at__gte=min(times) - SAME_MOMENT,
        started_at__lte=max(times) + SAME_MOMENT,
        callee__in={row.callee for row in rows},
    )
    by_numbers: dict[tuple[str, str], list[CallDetailRecord]] = {}
    for record in rows_of_dids.exclude(provider_call_id__in=[row.provider_call_id for row in rows]):
        by_numbers.setdefault((record.caller, record.callee), []).append(record)
    for row in rows:
        same = [
            record
            for record in by_numbers.get((row.caller, row.callee), [])
            if record.started_at and row.started_at and abs(record.started_at - row.started_at) <= SAME_MOMENT
        ]
        if len(same) == 1:  # of two nobody can say which it is
            found[row.provider_call_id] = same[0]
    return found


def talk_seconds(record: DidRecord) -> int | None:
    """As the provider counts it, but never longer than the call itself: its durations mix seconds and milliseconds."""
    if record.started_at is None or record.ended_at is None or record.ended_at < record.started_at:
        return record.talk_seconds
    span = int((record.ended_at - record.started_at).total_seconds())
    return span if record.talk_seconds is None or record.talk_seconds > span + 1 else record.talk_seconds
