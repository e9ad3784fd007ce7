"""What follows for a call from its order's state and from the provider's record of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from dialer import attempts
from dialer.models import CallDetailRecord, CallRequest, Disposition, EventKind, State
from dialer.models.submissions import DEAD_STATES


class ResultListener(Protocol):
    """What else follows when it is known how calls ended; called in the same transaction."""

    def __call__(self, calls: Sequence[CallRequest], /, *, now: datetime) -> None: ...


_listeners: list[ResultListener] = []


def on_results(listener: ResultListener) -> None:
    _listeners.append(listener)


def _tell(calls: Sequence[CallRequest], *, now: datetime) -> None:
    for listener in _listeners:
        listener(calls, now=now)


def follow_call(call: CallRequest, *, now: datetime) -> None:
    """Runs in the transaction of every transition of a call."""
    if call.closed_at:
        # What never left, or was refused, made no phone ring.
        _free_callee(call, now=now, counts=call.state not in DEAD_STATES)
        return
    attempts.mark_doubt(call.kind, [call.pk], in_doubt=call.state == State.IN_DOUBT)
    if call.state == State.ACCEPTED and call.provider_call_id:
        # The record may have overtaken the reply.
        record = CallDetailRecord.objects.filter(
            account_id=call.account_id, provider_call_id=call.provider_call_id
        ).first()
        if record:
            take_result(call, record, now=now)


def settle_call(record: CallDetailRecord, *, now: datetime) -> str:
    """Gives a record to the call it belongs to; that call's reference, or "" when there is none."""
    calls = CallRequest.objects.filter(account_id=record.account_id, provider_call_id=record.provider_call_id)
    # Should the provider have given one id twice, the record is of the call that still waits for one.
    call = calls.order_by(F("closed_at").desc(nulls_first=True), "-pk").first()
    if call is None:
        return ""
    take_result(call, record, now=now)
    return call.reference


def take_result(call: CallRequest, record: CallDetailRecord, *, now: datetime) -> None:
    """Sets what happened on the line. Repeated, it changes nothing."""
    known = {"disposition": record.disposition, "ended_at": record.ended_at, "talk_seconds": record.talk_seconds}
    news = (
        CallRequest.objects.filter(pk=call.pk, state=State.ACCEPTED)
        .exclude(**known, closed_at__isnull=False)
        .update(**known, answered_at=record.answered_at, closed_at=Coalesce("closed_at", now))
    )
    if not news:
        return
    CallDetailRecord.objects.filter(pk=record.pk).update(reference=call.reference)
    _free_callee(call, now=now, abandoned=record.abandoned)
    call.add_event(EventKind.RESULT, now=now, detail=record.summary())
    _tell([call], now=now)


def _free_callee(call: CallRequest, *, now: datetime, counts: bool = True, abandoned: bool = False) -> None:
    attempts.close(call.kind, [call.pk], now=now, counts=counts, abandoned=abandoned)


def apply_overtaken(*, now: datetime) -> int:
    """Records stored in the same instant in which their order was accepted, so that neither saw the other."""
    same_call = CallDetailRecord.objects.filter(
        account_id=OuterRef("account_id"), provider_call_id=OuterRef("provider_call_id")
    )
    calls = list(
        CallRequest.objects.still_open()
        .filter(state=State.ACCEPTED)
        .exclude(provider_call_id="")
        .annotate(record_id=Subquery(same_call.values("pk")[:1]))
        .exclude(record_id=None)
    )
    records = CallDetailRecord.objects.in_bulk([call.record_id for call in calls])
    for call in calls:
        with transaction.atomic():
            take_result(call, records[call.record_id], now=now)
    return len(calls)


def close_silent(*, now: datetime, settled_before: datetime) -> int:
    """Accepted calls of which nothing was heard in their window: the result stays unknown, the callee is free."""
    silent = CallRequest.objects.still_open().filter(state=State.ACCEPTED, settled_at__lt=settled_before)
    why = _("No record came from the provider in time.")
    return sum(close_unheard(call, now=now, why=why) for call in silent)


def close_unheard(call: CallRequest, *, now: datetime, why: str, by: AbstractUser | None = None) -> bool:
    """Frees the callee of an accepted call without a result, which stays unknown; False when it is closed already."""
    with transaction.atomic():
        unheard = CallRequest.objects.still_open().filter(pk=call.pk, state=State.ACCEPTED)
        if not unheard.update(closed_at=now, disposition=Disposition.UNKNOWN):
            return False
        _free_callee(call, now=now)
        call.add_event(EventKind.CLOSED, now=now, by=by, detail=why)
        _tell([call], now=now)
    return True
