"""The ledger's two commonest steps for many single calls in one transaction: ordered and claimed, and accepted.

Everything else (refused, in doubt, not sent) is rare and goes through dialer/ledger/transitions.py, one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from dialer.ledger import open_orders, transitions
from dialer.models import Attempt, CallDetailRecord, CallEvent, CallRequest, EventKind, State
from dialer.models.identity import keys_of
from dialer.outcomes import results
from dialer.support import timing
from dialer.support.sql import as_array
from telephony.contract.orders import Accepted


def new_ids(count: int) -> list[int]:
    """Ids of calls that are to be stored."""
    # Known before they are stored: attempts carry the ids of their calls, and go first.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('dialer_callrequest', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [pk for (pk,) in cursor.fetchall()]


def order_claimed(calls: Sequence[CallRequest], *, token: UUID, now: datetime, detail: str) -> list[CallRequest]:
    """Stores orders that this process sends itself right after the caller's commit; those whose callee was free.

    Each has its id from `new_ids`.
    """
    # The attempts first: their unique index decides whose phone is free, and no other call is stored.
    subjects = "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS c (callee, identity, id)"
    callees = [int(call.callee.removeprefix("+")) for call in calls]
    values = [as_array(callees), as_array(keys_of(callees)), as_array([call.pk for call in calls])]
    free = open_orders.open_attempts(CallRequest.kind, subjects, values, now=now)
    taken = [call for call in calls if call.pk in free]
    for call in taken:
        call.state = State.SENDING
        call.lease_token, call.lease_expires_at = token, now + timing.lease()
        call.requested_at = call.sent_at = call.not_before = now
    CallRequest.objects.bulk_create(taken)
    CallEvent.objects.bulk_create(
        CallEvent(call=call, kind=EventKind.REQUESTED, at=now, by_id=call.requested_by_id, detail=detail[:1200])
        for call in taken
    )
    return taken


def accept_many(answers: Sequence[tuple[CallRequest, Accepted]], *, now: datetime) -> None:
    """SENDING → ACCEPTED, and IN_DOUBT → ACCEPTED for an answer that comes after its lease ran out."""
    transitions.keep_exchanges(answers, now=now)
    accepted = _set_accepted(answers, now=now)
    calls = [(call, answer) for call, answer in answers if call.pk in accepted]
    CallEvent.objects.bulk_create(
        CallEvent(call=call, kind=EventKind.ACCEPTED, at=now, detail=answer.provider_id) for call, answer in calls
    )
    doubted = Attempt.objects.still_open().filter(source=CallRequest.kind, in_doubt=True)
    doubted.filter(source_id__in=accepted).update(in_doubt=False)
    # A record may have overtaken the answer. Until the answer came, nothing tied the two together.
    by_call_id = {call_id: call for call, _answer in calls if (call_id := accepted[call.pk])}
    if by_call_id:
        account_ids = {call.account_id for call in by_call_id.values()}
        records = CallDetailRecord.objects.filter(account_id__in=account_ids, provider_call_id__in=by_call_id)
        results.apply_results([(by_call_id[record.provider_call_id], record) for record in records], now=now)


def _set_accepted(answers: Sequence[tuple[CallRequest, Accepted]], *, now: datetime) -> dict[int, str]:
    """The calls (pks) that were accepted, with their ids at the provider."""
    with connection.cursor() as cursor:
        # A record or an event may have named the call before this answer: an answer without an id leaves that one.
        cursor.execute(
            """
            UPDATE dialer_callrequest c
               SET state = 'accepted', reason = '', reason_code = '', lease_expires_at = NULL, settled_at = %s,
                   provider_request_id = a.request_id,
                   provider_call_id = coalesce(nullif(a.call_id, ''), c.provider_call_id)
              FROM unnest(%s::bigint[], %s::uuid[], %s::text[], %s::text[]) AS a (id, token, request_id, call_id)
             WHERE c.id = a.id AND c.lease_token = a.token AND c.state IN ('sending', 'in_doubt')
            RETURNING c.id, c.provider_call_id
            """,
            [
                now,
                as_array([call.pk for call, _answer in answers]),
                [call.lease_token for call, _answer in answers],
                [answer.request_id[:100] for _call, answer in answers],
                [answer.provider_id[:100] for _call, answer in answers],
            ],
        )
        return dict(cursor.fetchall())
