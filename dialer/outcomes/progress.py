"""What a provider says of a call that it took: how far it has got, or its record once it has ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from dialer.models import CallRequest, Stage
from dialer.outcomes import ingest, match_by_reference, results, stages
from dialer.outcomes.match_by_reference import ProviderCall
from dialer.outcomes.record_store import Arrival
from telephony.contract.records import CallProgress, CallRecord
from telephony.contract.vocabulary import Disposition

RESULT_WAIT = timedelta(minutes=5)
"""So long a call that is over without a result waits for a record that has one."""


def apply_progress(progress: CallProgress, *, account_id: int, source: str, now: datetime) -> int | None:
    """Applies the provider's own word; the call (pk) that it is of, None where it is none of ours. Idempotent."""
    record = final_record(progress, now=now)
    with transaction.atomic():
        if record:
            # It leads to its call by itself, and is kept even where there is none.
            ingest.apply_arrivals([Arrival(account_id, record)], source=source, now=now)
        pk = match_call(progress, account_id=account_id, now=now)
        if pk and progress.stage:
            stages.advance_stage(pk, Stage(progress.stage.value), at=now)
    return pk


def final_record(progress: CallProgress, *, now: datetime) -> CallRecord | None:
    """The record to apply: None while the call goes on, or while how it ended may still be told."""
    record = progress.record
    if record and record.disposition is Disposition.UNKNOWN and (record.ended_at or now) > now - RESULT_WAIT:
        return None
    return record


def match_call(progress: CallProgress, *, account_id: int, now: datetime) -> int | None:
    """By the provider's id, else by our reference, which ends a doubt. In a transaction."""
    same = CallRequest.objects.filter(account_id=account_id, provider_call_id=progress.provider_call_id)
    # Should the provider have given one id twice, it tells of the call that still waits.
    waiting_first = same.exclude(provider_call_id="").order_by(F("closed_at").desc(nulls_first=True), "-pk")
    pk: int | None = waiting_first.values_list("pk", flat=True).first()
    if pk:
        return pk
    provider_call = ProviderCall(account_id, progress.provider_call_id, progress.order_id, progress.callee)
    matched = match_by_reference.match_calls([provider_call])
    results.prove_matched(matched, now=now)
    return next((call.pk for call in matched.values()), None)
