"""What follows for entries, attempts and campaigns from a chunk's state and from the provider's records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Entry, ProviderTask
from campaigns.planning import services
from campaigns.policy.hold_back import NOBODY_LEFT
from dialer.hooks import BlockingOrder
from dialer.ledger import open_orders, transitions
from dialer.ledger.open_orders import AttemptEnd
from dialer.models import CallDetailRecord, Disposition, EventKind, State
from dialer.outcomes import results
from telephony.numbers import e164


def follow_task(task: ProviderTask, *, now: datetime) -> None:
    """Runs in the transaction of every transition of a chunk."""
    match task.state:
        case State.ACCEPTED if task.closed_at:
            _close_entries(task, _("A supervisor confirmed that the provider accepted this task."), now=now)
        case State.ACCEPTED:
            task.entries.still_open().update(state=Entry.State.ORDERED, reason_code="", reason="")
            _mark_doubt(task, in_doubt=False)
            close_if_done(task, now=now)
        case State.IN_DOUBT if call_id := task.known_call_id():
            # Its records overtook the answer that never came: no doubt, then.
            text = _("Record %(call)s for one of its numbers arrived earlier.")
            transitions.prove(task, now=now, evidence=text % {"call": call_id})
            return
        case State.IN_DOUBT:
            task.entries.still_open().update(
                state=Entry.State.IN_DOUBT, reason_code=task.reason_code, reason=task.reason
            )
            _mark_doubt(task, in_doubt=True)
            _pause(
                task, _("It is not known whether the provider accepted chunk %(n)d. Resolve it at the in-doubt desk.")
            )
        case State.REJECTED:
            _mark_not_called(task, now=now)
            _pause_unless_told(task, _("The provider refused chunk %(n)d: %(why)s"))
        case State.CANCELLED if task.campaign.is_over:
            _mark_not_called(task, now=now)
        case State.CANCELLED:
            # Nothing of this chunk left the portal, so its numbers wait again.
            _free_callees(task, now=now, counts=False)
            task.entries.still_open().update(
                state=Entry.State.WAITING, task=None, reason_code=task.reason_code, reason=task.reason
            )
            _pause_unless_told(task, _("Chunk %(n)d could not be sent: %(why)s"))
    if task.is_settled:
        services.enqueue_pump(task.campaign_id)


def _pause_unless_told(task: ProviderTask, text: str) -> None:
    """Not where a person or a rule decided it."""
    if task.resolved_by_id is None and task.reason_code != NOBODY_LEFT:
        _pause(task, text)


def _pause(task: ProviderTask, text: str) -> None:
    """Only while others wait: a last chunk in trouble has nothing left to hold back."""
    campaign = task.campaign
    if not campaign.entries.waiting().exists():
        return
    reason = (text % {"n": task.number, "why": task.reason})[:1000]
    try:
        services.pause_campaign(campaign=campaign, by=None, now=task.settled_at, reason=reason)
    except services.TransitionRefused:
        # A person paused or stopped it just before. That must not undo the settlement of what was sent.
        Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.PAUSED, trouble="").update(trouble=reason)


def _mark_not_called(task: ProviderTask, *, now: datetime) -> None:
    _free_callees(task, now=now, counts=False)
    task.entries.still_open().update(
        state=Entry.State.NOT_CALLED, reason_code=task.reason_code, reason=task.reason or _("The order was refused.")
    )


def _close_entries(task: ProviderTask, reason: str, *, now: datetime) -> None:
    _free_callees(task, now=now)
    task.entries.still_open().update(
        state=Entry.State.DONE, disposition=Disposition.UNKNOWN, reason_code="no_record", reason=reason
    )


def _free_callees(task: ProviderTask, *, now: datetime, counts: bool = True) -> None:
    open_orders.close_attempts(Entry.SOURCE, Entry.objects.filter(task=task).values("pk"), now=now, counts=counts)


def _mark_doubt(task: ProviderTask, *, in_doubt: bool) -> None:
    open_orders.mark_doubt(Entry.SOURCE, Entry.objects.filter(task=task).values("pk"), in_doubt=in_doubt)


def settle_entries(records: Sequence[CallDetailRecord], *, now: datetime) -> set[int]:
    """Gives records to the entries whose order ids they carry, as if they came one after another.

    Returns the pks of the records that found their entry. One lock and a few queries for all of them; only chunks
    that are proven or closed by them cost more, each.
    """
    found = _entries_of(records)
    if not found:
        return set()
    # Records of one chunk take turns: two last ones side by side would each see the other's entry still open.
    chunks = ProviderTask.objects.select_for_update(of=("self",)).select_related("campaign").order_by("pk")
    tasks = {task.pk: task for task in chunks.filter(pk__in={task_id for _record, _entry_id, task_id in found})}
    proof = _("Record %(call)s carries order id %(order)s of this chunk.")
    for record, _entry_id, task_id in found:
        if tasks[task_id].state == State.IN_DOUBT:
            evidence = proof % {"call": record.provider_call_id, "order": record.order_id}
            transitions.prove(tasks[task_id], now=now, evidence=evidence)
    entries = Entry.objects.in_bulk({entry_id for _record, entry_id, _task_id in found})
    _apply_results([(entries[entry_id], record) for record, entry_id, _task_id in found], now=now)
    close_done(tasks.values(), now=now)
    pairs = ((record, tasks[task_id].reference) for record, _entry_id, task_id in found)
    results.link_records(pairs, match=CallDetailRecord.Match.ORDER_ID)
    return {record.pk for record, _entry_id, _task_id in found}


def _entries_of(records: Sequence[CallDetailRecord]) -> list[tuple[CallDetailRecord, int, int]]:
    """Each record with the pks of its entry and of that entry's chunk; without those that carry no order id of ours."""
    order_ids = [record.order_id for record in records if record.order_id]
    if not order_ids:
        return []
    known = Entry.objects.filter(order_id__in=order_ids, task__isnull=False)
    rows = known.values_list("order_id", "task__account_id", "pk", "task_id")
    ours = {(order_id, account_id): (pk, task_id) for order_id, account_id, pk, task_id in rows}
    keys = ((record, (record.order_id, record.account_id)) for record in records)
    return [(record, *ours[key]) for record, key in keys if key in ours]


def _apply_results(pairs: Iterable[tuple[Entry, CallDetailRecord]], *, now: datetime) -> None:
    """The provider may dial one entry several times: an answer outweighs the other calls, else the last one counts."""
    taken: dict[int, Entry] = {}
    ends: dict[int, AttemptEnd] = {}
    for entry, record in pairs:
        is_of_another_call = entry.provider_call_id not in ("", record.provider_call_id)
        # What is known of that call may say more than this record, whichever of them came first.
        if is_of_another_call and _weight(entry) > _weight(record):
            continue
        entry.disposition, entry.provider_call_id = record.disposition, record.provider_call_id
        entry.talk_seconds, entry.ended_at = record.talk_seconds, record.ended_at
        entry.reason_code, entry.reason = record.hangup_code, record.hangup_reason
        taken[entry.pk] = entry
        end = results.attempt_end(record)
        # The first one frees the callee; a talk counts whenever it comes.
        first = ends.get(entry.pk, end)
        ends[entry.pk] = AttemptEnd(had_talk=first.had_talk or end.had_talk, was_abandoned=first.was_abandoned)
    if not taken:
        return
    columns = ("pk", "disposition", "provider_call_id", "talk_seconds", "ended_at", "reason_code", "reason")
    rows = sorted(taken.values(), key=attrgetter("pk"))
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [[getattr(row, column) for row in rows] for column in columns])
    open_orders.close_each_attempt(Entry.SOURCE, ends, now=now)


# The same record comes more than once; a row that already says what it says is not written again.
WRITE = """
    UPDATE campaigns_entry AS entry
       SET state = 'done', disposition = new.disposition, provider_call_id = new.call_id,
           talk_seconds = new.talk_seconds, ended_at = new.ended_at, reason_code = new.code, reason = new.reason
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::integer[], %s::timestamptz[], %s::text[], %s::text[])
           AS new (id, disposition, call_id, talk_seconds, ended_at, code, reason)
     WHERE entry.id = new.id
       AND (entry.state, entry.disposition, entry.provider_call_id, entry.talk_seconds, entry.ended_at,
            entry.reason_code, entry.reason)
           IS DISTINCT FROM ('done', new.disposition, new.call_id, new.talk_seconds, new.ended_at, new.code, new.reason)
"""


def _weight(said: Entry | CallDetailRecord) -> tuple[bool, float, str]:
    ended_at = said.ended_at.timestamp() if said.ended_at else 0.0
    # Of two that ended together, or nobody knows when, one has to win, and the same one every time.
    return said.disposition == Disposition.ANSWERED, ended_at, said.provider_call_id


def close_if_done(task: ProviderTask, *, now: datetime) -> bool:
    """Closes an accepted chunk once every entry has its result; the last one finishes the campaign."""
    return bool(close_done([task], now=now))


def close_done(tasks: Iterable[ProviderTask], *, now: datetime) -> int:
    """As `close_if_done`, for any number; returns how many it closed."""
    of_pk = {task.pk: task for task in tasks}
    open_entries = Entry.objects.still_open().filter(task=OuterRef("pk"))
    done = ProviderTask.objects.still_open().filter(~Exists(open_entries), pk__in=of_pk, state=State.ACCEPTED)
    # Their callers hold these rows, so nobody closes one between the look and the UPDATE.
    closed = [of_pk[pk] for pk in done.order_by("pk").values_list("pk", flat=True)]
    ProviderTask.objects.filter(pk__in=[task.pk for task in closed]).update(closed_at=now)
    for task in closed:
        task.add_event(EventKind.RESULT, now=now, detail=_("Every number of this chunk has a result."))
        services.enqueue_pump(task.campaign_id)
    return len(closed)


def close_silent(*, now: datetime, settled_before: datetime) -> int:
    """Accepted chunks whose last results never came within their window: unknown, and their callees are free."""
    silent = ProviderTask.objects.still_open().filter(state=State.ACCEPTED, settled_at__lt=settled_before)
    for task in silent:
        with transaction.atomic():
            _close_entries(task, _("The provider sent no record in time."), now=now)
            ProviderTask.objects.still_open().filter(pk=task.pk).update(closed_at=now)
            task.add_event(EventKind.CLOSED, now=now, detail=_("The provider sent no further records in time."))
            services.enqueue_pump(task.campaign_id)
    return len(silent)


def cancel_stopped(*, now: datetime) -> int:
    """Chunks that came back unsent after their campaign was stopped."""
    stranded = ProviderTask.objects.pending().filter(campaign__state=Campaign.State.STOPPED)
    reason = _("The campaign was stopped before this chunk was sent.")
    return sum(transitions.cancel(task, now=now, code="campaign_stopped", reason=reason) for task in stranded)


def describe_entry(pk: int) -> BlockingOrder:
    entry = Entry.objects.select_related("campaign").get(pk=pk)
    text = _("%(callee)s in campaign %(campaign)s") % {
        "callee": e164.mask(entry.callee),
        "campaign": entry.campaign.name,
    }
    return BlockingOrder(
        text=text, url=entry.task.get_absolute_url() if entry.task else entry.campaign.get_absolute_url()
    )
