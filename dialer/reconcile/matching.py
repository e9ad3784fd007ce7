"""Gives records without a known id to the orders they tell of; match_rules.py says when that can be decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dialer.ledger import transitions
from dialer.models import CallDetailRecord, CallRequest, EventKind, ProviderAccount, State
from dialer.outcomes import results
from dialer.reconcile import match_rules
from dialer.reconcile.did_rows import FILE_PREFIX, IS_ROW, PREFIX, is_row
from dialer.reconcile.match_rules import EARLY, LATE, PlacedOrder, UnmatchedRecord
from dialer.support.permissions import require
from telephony.contract.vocabulary import Direction

LOOK_BACK = timedelta(hours=36)
OWN_RECORD_WAIT = timedelta(minutes=5)
"""So long a DID's row of a call with an id waits for the call's own record, which says more."""
# What an order may wait at the provider at most (the limit of `delay_ms`).
LONGEST_DELAY = timedelta(hours=1)
BATCH = 500
LOCK = 0x4D41
"""First half of the key of PostgreSQL's advisory lock; the second is the account's id."""

Match = CallDetailRecord.Match


class AssignRefused(Exception):
    """A record cannot be given to that order; the text says why."""


def match_account(account: ProviderAccount, *, now: datetime, since: datetime | None = None) -> int:
    """Decides what can be decided of calls since then, by default of the last day; how many found their order."""
    since = since or now - LOOK_BACK
    with _account_lock(account) as is_alone:
        if not is_alone:
            return 0
        # Nothing is decided by these columns, which can be long.
        records = unmatched_rows(account).filter(started_at__gte=since).defer("raw", "recording_url")
        unmatched = unmatched_records(records, now=now)
        decided = match_rules.certain_pairs(unmatched, placed_orders(account, unmatched))
        # Rows of DIDs that only repeat calls with a record of their own. They are the most by far, so one statement
        # takes 500 of them.
        doubles = [(record.pk, order.reference) for record, order in decided if order.has_call_record]
        merged = {pk for pk, _reference in doubles}
        done = sum(merge_rows_at_once(doubles[at : at + BATCH]) for at in range(0, len(doubles), BATCH))
        done += sum(_settle_pair(record.pk, order.pk, now=now) for record, order in decided if record.pk not in merged)
        merge_late_doubles(account, since=since)
    return done


@contextmanager
def _account_lock(account: ProviderAccount) -> Iterator[bool]:
    """One at a time in an account: its two sources are read side by side, and each decision asks what is known.

    False for the second one, which does not wait: the next pull looks again.
    """
    with connection.cursor() as cursor:
        # A lock of the connection, not of a transaction: each decision under it has a transaction of its own.
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, account.pk])
        (is_alone,) = cursor.fetchone()
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, account.pk])


def unmatched_rows(account: ProviderAccount | None = None) -> QuerySet[CallDetailRecord]:
    """Records of calls that we may have ordered, and of which nothing says by which order."""
    rows = CallDetailRecord.objects.filter(reference="", direction=Direction.OUTBOUND, started_at__isnull=False)
    rows = rows.filter(caller__startswith="+", callee__startswith="+")
    return rows if account is None else rows.filter(account=account)


def unmatched_records(
    records: QuerySet[CallDetailRecord] | list[CallDetailRecord], *, now: datetime
) -> list[UnmatchedRecord]:
    return [
        UnmatchedRecord(
            pk=row.pk,
            is_did_row=is_row(row),
            did=row.caller,
            callee=row.callee,
            started_at=row.started_at,
            has_waited=row.received_at <= now - OWN_RECORD_WAIT,
        )
        for row in records
        if row.started_at
    ]


def placed_orders(account: ProviderAccount, unmatched: list[UnmatchedRecord]) -> list[PlacedOrder]:
    """Every order that may have made one of these calls: all that left, whatever became of them."""
    if not unmatched:
        return []
    times = [record.started_at for record in unmatched]
    calls = list(
        CallRequest.objects.filter(
            account=account,
            did__isnull=False,  # what has none is told of under an id or our reference
            callee__in={record.callee for record in unmatched},
            sent_at__gte=min(times) - LATE - LONGEST_DELAY,
            sent_at__lte=max(times) + EARLY,
        )
        .exclude(state__in=[State.PENDING, State.CANCELLED])
        .exclude(state=State.REJECTED, resolved_by=None)  # the provider's own word: it placed no call
        .select_related("did")
        .order_by("sent_at", "pk")
    )
    linked: dict[tuple[str, bool], CallDetailRecord] = {}
    for row in CallDetailRecord.objects.filter(reference__in=[call.reference for call in calls]).defer("raw"):
        linked[row.reference, is_row(row)] = row
    return [
        _placed_order(call, linked.get((call.reference, False)), linked.get((call.reference, True))) for call in calls
    ]


def _placed_order(call: CallRequest, own: CallDetailRecord | None, did_row: CallDetailRecord | None) -> PlacedOrder:
    assert call.sent_at
    assert call.did
    return PlacedOrder(
        pk=call.pk,
        reference=call.reference,
        did=call.did.number,
        callee=call.callee,
        sent_at=call.sent_at,
        delay=timedelta(milliseconds=call.delay_ms),
        is_open=call.closed_at is None and call.state in (State.ACCEPTED, State.IN_DOUBT),
        has_call_id=bool(call.provider_call_id),
        call_record_at=own.started_at if own else None,
        did_row_at=did_row.started_at if did_row else None,
        has_call_record=own is not None,
        has_did_row=did_row is not None or bool(own and own.did_row),
    )


def _settle_pair(record_pk: int, call_pk: int, *, now: datetime) -> bool:
    """One decided pair, looked at again under lock: first the record, then the call, as ingest locks them."""
    with transaction.atomic():
        record = CallDetailRecord.objects.select_for_update().filter(pk=record_pk, reference="").first()
        if record is None:
            return False
        call = CallRequest.objects.select_for_update(of=("self",)).select_related("account", "did").get(pk=call_pk)
        unmatched = unmatched_records([record], now=now)
        orders = placed_orders(call.account, unmatched)
        order = next((order for order in orders if order.pk == call.pk), None)
        if order is None or not match_rules.certain_pairs(unmatched, [order]):
            return False
        evidence = _(
            "Record %(id)s: a call from %(did)s to this number, started at %(at)s UTC, which matches no other order."
        )
        _attach(call, record, match=Match.NUMBERS, evidence=evidence % _evidence_values(record), now=now)
    return True


def _evidence_values(record: CallDetailRecord) -> dict[str, object]:
    started = f"{record.started_at:%Y-%m-%d %H:%M:%S}" if record.started_at else "?"
    return {"id": record.provider_call_id, "did": record.caller, "at": started}


def _attach(call: CallRequest, record: CallDetailRecord, *, match: Match, evidence: str, now: datetime) -> None:
    """The record becomes this order's: it ends a doubt and gives the result, or completes the record that is there."""
    records = CallDetailRecord.objects.filter(account_id=call.account_id, reference=call.reference)
    twin = records.exclude(IS_ROW).first() if is_row(record) else records.filter(IS_ROW).first()
    results.link_records([(record, call.reference)], match=match)
    if is_row(record) and twin:
        merge_rows(twin, record)
        return
    # Proven first: a result is written into accepted calls alone.
    if call.state == State.IN_DOUBT:
        transitions.prove(call, now=now, evidence=evidence)
    if not is_row(record):
        CallRequest.objects.filter(pk=call.pk, provider_call_id="").update(provider_call_id=record.provider_call_id)
    call.refresh_from_db()
    results.apply_results([(call, record)], now=now, match=match)
    if twin:
        merge_rows(record, twin)


def merge_rows(own: CallDetailRecord, did_row: CallDetailRecord) -> None:
    """One call, one record: the DID's row gives its name and the cost that the call's own record lacks."""
    columns: dict[str, object] = {"did_row": did_row.provider_call_id}
    if own.cost is None and did_row.cost is not None:
        columns |= {"cost": did_row.cost, "currency": did_row.currency}
    with transaction.atomic():
        CallDetailRecord.objects.filter(pk=own.pk).update(**columns)
        CallDetailRecord.objects.filter(pk=did_row.pk).delete()


# Locked are the rows that go; the own record is looked at again in the UPDATE, for another row may have joined it.
_MERGE_MANY = """
    WITH double AS (
        SELECT r.id, r.provider_call_id AS name, r.cost, r.currency, own.id AS own_id
          FROM unnest(%s::bigint[], %s::text[]) AS p (id, reference)
          JOIN dialer_calldetailrecord r ON r.id = p.id AND r.reference = ''
          JOIN LATERAL (
               SELECT o.id FROM dialer_calldetailrecord o
                WHERE o.reference = p.reference AND o.account_id = r.account_id AND o.did_row = ''
                  AND NOT starts_with(o.provider_call_id, %s) AND NOT starts_with(o.provider_call_id, %s)
                ORDER BY o.id LIMIT 1
               ) own ON TRUE
           FOR UPDATE OF r
    ), merged AS (
        UPDATE dialer_calldetailrecord own
           SET did_row = double.name, cost = coalesce(own.cost, double.cost),
               currency = CASE WHEN own.cost IS NULL AND double.cost IS NOT NULL THEN double.currency
                               ELSE own.currency END
          FROM double WHERE own.id = double.own_id AND own.did_row = ''
        RETURNING double.id
    )
    DELETE FROM dialer_calldetailrecord WHERE id IN (SELECT id FROM merged)
"""


def merge_rows_at_once(doubles: Sequence[tuple[int, str]]) -> int:
    """The same for rows of DIDs (by id) and the references of their orders, in one statement; how many."""
    if not doubles:
        return 0
    ids, references = (list(column) for column in zip(*doubles, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_MERGE_MANY, [ids, references, PREFIX, FILE_PREFIX])
        return int(cursor.rowcount)


def merge_late_doubles(account: ProviderAccount, *, since: datetime) -> int:
    """Calls whose own record came after the DID's row was already linked to their order."""
    recent = CallDetailRecord.objects.filter(IS_ROW, account=account, started_at__gt=since)
    rows = list(recent.exclude(reference="").filter(match=Match.NUMBERS))
    own = CallDetailRecord.objects.filter(reference__in=[row.reference for row in rows], account=account, did_row="")
    of_reference: dict[str, list[CallDetailRecord]] = {}
    for record in own.exclude(IS_ROW):
        of_reference.setdefault(record.reference, []).append(record)
    count = 0
    for row in rows:
        found = of_reference.get(row.reference, [])
        own_start = found[0].started_at if len(found) == 1 else None
        if own_start and row.started_at and match_rules.is_same_call(own_start, row.started_at):
            merge_rows(found[0], row)
            count += 1
    return count


def candidates_of(records: Iterable[CallDetailRecord], *, now: datetime) -> dict[int, list[CallRequest]]:
    """For each record of one page, the orders it may belong to, by record id."""
    rows = list(records)
    found: dict[int, list[int]] = {}
    for account in {row.account for row in rows}:
        unmatched = unmatched_records([row for row in rows if row.account == account and could_be_ours(row)], now=now)
        orders = placed_orders(account, unmatched)
        found |= {
            record.pk: [order.pk for order in match_rules.matching_orders(record, orders)] for record in unmatched
        }
    calls = CallRequest.objects.for_pages().in_bulk({pk for pks in found.values() for pk in pks})
    return {record: [calls[pk] for pk in pks] for record, pks in found.items() if pks}


def could_be_ours(row: CallDetailRecord) -> bool:
    numbers = row.caller.startswith("+") and row.callee.startswith("+")
    return bool(row.reference == "" and row.direction == Direction.OUTBOUND and numbers)


def assign_record(*, record: CallDetailRecord, call: CallRequest, by: AbstractUser, reason: str, now: datetime) -> None:
    """A person says which of the fitting orders a record belongs to. Raises AssignRefused, PermissionDenied."""
    require(by, "dialer.resolve_callrequest")
    with transaction.atomic():
        # First the record, then the call, as ingest locks them.
        row = CallDetailRecord.objects.select_for_update(of=("self",)).select_related("account").get(pk=record.pk)
        held = CallRequest.objects.select_for_update(of=("self",)).select_related("account", "did").get(pk=call.pk)
        if row.reference:
            raise AssignRefused(_("This record already belongs to an order."))
        if held.pk not in [fit.pk for fit in candidates_of([row], now=now).get(row.pk, [])]:
            raise AssignRefused(_("This record does not match that order by DID, number and time."))
        evidence = _("Record %(id)s: a call from %(did)s to this number, started at %(at)s UTC.") % _evidence_values(
            row
        )
        _attach(held, row, match=Match.PERSON, evidence=evidence, now=now)
        held.add_event(EventKind.RESOLVED, now=now, by=by, detail=f"{evidence} {reason}")
