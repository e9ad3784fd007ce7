"""What follows for calls from their orders' states and from the provider's records of them, many in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from dialer import hooks
from dialer.ledger import open_orders, transitions
from dialer.ledger.open_orders import AttemptEnd
from dialer.models import CallDetailRecord, CallEvent, CallRequest, Disposition, EventKind, State
from dialer.models.submissions import DEAD_STATES
from dialer.outcomes import match_by_reference
from dialer.outcomes.match_by_reference import MatchedCall, ProviderCall

Match = CallDetailRecord.Match
BATCH = 500


def follow_call(call: CallRequest, *, now: datetime) -> None:
    """Runs in the transaction of every transition of a call."""
    if call.closed_at:
        # What never left, or was refused, made no phone ring.
        open_orders.close_attempts(call.kind, [call.pk], now=now, counts=call.state not in DEAD_STATES)
        return
    open_orders.mark_doubt(call.kind, [call.pk], in_doubt=call.state == State.IN_DOUBT)
    if not call.provider_call_id:
        return
    # The record may have overtaken the reply, or the loss of the reply.
    records = CallDetailRecord.objects.filter(account_id=call.account_id, provider_call_id=call.provider_call_id)
    record = records.first()
    if record and call.state == State.ACCEPTED:
        apply_results([(call, record)], now=now)
    elif call.state == State.IN_DOUBT:
        prove_accepted(call, call.provider_call_id, now=now)


def settle_calls(records: Sequence[CallDetailRecord], *, now: datetime) -> set[int]:
    """Gives records to the calls they belong to; returns the pks of those that found one.

    By the provider's call id, else by our reference where the provider gives it back.
    """
    found = _settle_by_call_id(records, now=now)
    rest = [record for record in records if record.pk not in found and record.order_id]
    return found | _settle_by_reference(rest, now=now) if rest else found


def _settle_by_call_id(records: Sequence[CallDetailRecord], *, now: datetime) -> set[int]:
    known = (
        CallRequest.objects.filter(
            account_id__in={record.account_id for record in records},
            provider_call_id__in=[record.provider_call_id for record in records],
        )
        .exclude(provider_call_id="")  # as the index says it; it is not proven of a long list
        # Should the provider have given one id twice, the record is of the call that still waits for one.
        .order_by(F("closed_at").desc(nulls_first=True), "-pk")
        .only("account_id", "provider_call_id", "reference")
    )
    calls: dict[tuple[int, str], CallRequest] = {}
    for call in known:
        calls.setdefault((call.account_id, call.provider_call_id), call)
    found = ((calls.get((record.account_id, record.provider_call_id)), record) for record in records)
    pairs = [(call, record) for call, record in found if call]
    apply_results(pairs, now=now)
    return {record.pk for _call, record in pairs}


def _settle_by_reference(records: Sequence[CallDetailRecord], *, now: datetime) -> set[int]:
    provider_calls = [ProviderCall(row.account_id, row.provider_call_id, row.order_id, row.callee) for row in records]
    matched = match_by_reference.match_calls(provider_calls)
    if not matched:
        return set()
    of_call = {(row.account_id, row.provider_call_id): row for row in records}
    link_records([(of_call[key], call.reference) for key, call in matched.items()], match=Match.ORDER_ID)
    prove_matched(matched, now=now)
    calls = CallRequest.objects.in_bulk([call.pk for call in matched.values()])
    apply_results([(calls[call.pk], of_call[key]) for key, call in matched.items()], now=now, match=Match.ORDER_ID)
    return {of_call[key].pk for key in matched}


def prove_matched(matched: Mapping[tuple[int, str], MatchedCall], *, now: datetime) -> None:
    """The provider has a call with our reference, to the number that was ordered: so it took the order."""
    doubtful = {call.pk: call_id for (_account, call_id), call in matched.items() if call.state == State.IN_DOUBT}
    for call in CallRequest.objects.filter(pk__in=doubtful).order_by("pk"):
        prove_accepted(call, doubtful[call.pk], now=now)


def prove_accepted(call: CallRequest, call_id: str, *, now: datetime) -> None:
    text = _("The provider's call %(id)s has the reference and the number of this order.")
    transitions.prove(call, now=now, evidence=text % {"id": call_id})


# Written only where it is news: a repeat changes nothing, and wakes nobody.
WRITE_RESULTS = """
    UPDATE dialer_callrequest AS call
       SET disposition = new.disposition, answered_at = new.answered_at, ended_at = new.ended_at,
           talk_seconds = new.talk_seconds, closed_at = coalesce(call.closed_at, %s)
      FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::integer[])
           AS new (id, disposition, answered_at, ended_at, talk_seconds)
     WHERE call.id = new.id AND call.state = 'accepted'
       AND (call.closed_at IS NULL OR (call.disposition, call.ended_at, call.talk_seconds)
                                      IS DISTINCT FROM (new.disposition, new.ended_at, new.talk_seconds))
    RETURNING call.id
"""


def apply_results(
    pairs: Iterable[tuple[CallRequest, CallDetailRecord]], *, now: datetime, match: str = Match.CALL_ID
) -> None:
    """Sets what happened on the line, of any number of calls. Repeated, it changes nothing."""
    of_call = {call.pk: (call, record) for call, record in pairs}
    if not of_call:
        return
    with transaction.atomic():
        link_records([(record, call.reference) for call, record in of_call.values()], match=match)
        news = _write_results(of_call, now=now)
        open_orders.close_each_attempt(CallRequest.kind, {pk: attempt_end(of_call[pk][1]) for pk in news}, now=now)
        CallEvent.objects.bulk_create(
            CallEvent(call_id=pk, kind=EventKind.RESULT, at=now, detail=of_call[pk][1].summary()[:1200]) for pk in news
        )
        _notify_listeners(news, now=now)


def attempt_end(record: CallDetailRecord) -> AttemptEnd:
    answered = record.disposition == Disposition.ANSWERED
    return AttemptEnd(had_talk=answered and not record.abandoned, was_abandoned=record.abandoned)


def _write_results(of_call: dict[int, tuple[CallRequest, CallDetailRecord]], *, now: datetime) -> list[int]:
    """The calls for which it was news, in the order of their pks."""
    rows = [
        (pk, record.disposition, record.answered_at, record.ended_at, record.talk_seconds)
        for pk, (_call, record) in sorted(of_call.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_RESULTS, [now, *(list(column) for column in zip(*rows, strict=True))])
        return sorted(pk for (pk,) in cursor.fetchall())


def _notify_listeners(pks: Sequence[int], *, now: datetime) -> None:
    if pks and hooks.result_listeners:
        calls = list(CallRequest.objects.filter(pk__in=pks).order_by("pk"))
        for listener in hooks.result_listeners:
            listener(calls, now=now)


LINK_RECORDS = """
    UPDATE dialer_calldetailrecord AS record SET reference = found.reference, match = %s
      FROM unnest(%s::bigint[], %s::text[]) AS found (id, reference)
     WHERE record.id = found.id
"""


def link_records(pairs: Iterable[tuple[CallDetailRecord, str]], *, match: str) -> None:
    """Writes into records whose they are: the reference of their order, and how it was found."""
    changed = {
        record.pk: (record, reference)
        for record, reference in pairs
        # Found by numbers or by a person, it stays so when it comes again with an id that is known since.
        if record.reference != reference or not record.match
    }
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(LINK_RECORDS, [match, list(changed), [reference for _record, reference in changed.values()]])
    for record, reference in changed.values():
        record.reference, record.match = reference, match


def apply_overtaken_records(*, now: datetime) -> int:
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
    for start in range(0, len(calls), BATCH):
        some = calls[start : start + BATCH]
        with transaction.atomic():
            # Locked as ingest locks them, and before the calls, so that neither waits for the other for ever.
            ours = CallDetailRecord.objects.filter(pk__in=[call.record_id for call in some])
            in_order = ours.select_for_update(of=("self",)).order_by("account_id", "provider_call_id")
            records = {record.pk: record for record in in_order}
            apply_results([(call, records[call.record_id]) for call in some], now=now)
    return len(calls)


def close_overdue(*, now: datetime, settled_before: datetime) -> int:
    """Accepted calls of which nothing was heard in their window: the result stays unknown, the callee is free."""
    silent = CallRequest.objects.still_open().filter(state=State.ACCEPTED, settled_at__lt=settled_before)
    why = _("The provider sent no record in time.")
    return sum(close_without_result(call, now=now, why=why) for call in silent)


def close_without_result(call: CallRequest, *, now: datetime, why: str, by: AbstractUser | None = None) -> bool:
    """Frees the callee of an accepted call without a result, which stays unknown; False when it is closed already."""
    with transaction.atomic():
        # Open and accepted as this statement finds it: a record may have come since the call was read.
        unheard = CallRequest.objects.still_open().filter(pk=call.pk, state=State.ACCEPTED)
        if not unheard.update(closed_at=now, disposition=Disposition.UNKNOWN):
            return False
        open_orders.close_attempts(call.kind, [call.pk], now=now)
        call.add_event(EventKind.CLOSED, now=now, by=by, detail=why)
        _notify_listeners([call.pk], now=now)
    return True
