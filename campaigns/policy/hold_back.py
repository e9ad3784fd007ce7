"""What becomes of numbers that the policy holds back: “no” ends them, “later” lets them wait for their time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from campaigns.models import Campaign, Entry, ProviderTask
from campaigns.models.entry import EPOCH
from campaigns.policy.closing_time import ClosingTime
from campaigns.policy.evaluator import ALIVE, Evaluator
from dialer.ledger import open_orders
from dialer.policy import decisions
from dialer.policy.batch import LOOK_AGAIN, Evaluation
from dialer.policy.rules import Verdict
from dialer.support.jobs import defer_once
from dialer.support.sql import as_array

LOOK_AGAIN_JOB = "campaigns.tasks.look_again"
NOBODY_LEFT = "nobody_left"
"""Reason code of a chunk whose last number was taken out before it left."""
UNTIL_THE_ORDER_ENDS = timedelta(seconds=30)
_SHORT = ("open_order", "in_doubt")
"""Rules that may pass at any moment."""


def hold_back_entries(judged: Sequence[Evaluation], *, now: datetime) -> None:
    """Writes the verdicts into waiting entries. Inside the caller's transaction."""
    _write_verdicts([(row.id, row.verdict) for row in judged if row.verdict], now=now)


def take_out_of_task(task: ProviderTask, judged: Sequence[Evaluation], *, now: datetime) -> None:
    """The same for numbers of a chunk that has not left: their callees are free again, the others stay in it."""
    held = [(row.id, row.verdict) for row in judged if row.verdict]
    if not held:
        return
    ids = [pk for pk, _verdict in held]
    # Their phones have not rung, so these attempts do not count towards the caps.
    open_orders.close_attempts(Entry.SOURCE, ids, now=now, counts=False)
    Entry.objects.filter(pk__in=ids, task=task).update(task=None, state=Entry.State.WAITING)
    ProviderTask.objects.filter(pk=task.pk).update(size=task.entries.count())
    _write_verdicts([(pk, verdict) for pk, verdict in held if verdict], now=now)


def last_look(task: ProviderTask, *, now: datetime) -> Verdict | None:
    """Asked when a chunk is about to leave: numbers that may no longer be called are taken out of it."""
    campaign = Campaign.objects.get(pk=task.campaign_id)
    with transaction.atomic():
        # Whoever claims the chunk at this moment waits, and builds its order without those that are taken out.
        if not ProviderTask.objects.select_for_update(of=("self",)).pending().filter(pk=task.pk).first():
            return None
        entry_ids = list(task.entries.values_list("pk", flat=True))
        evaluator = Evaluator(campaign, now=now)
        judged = list(evaluator.evaluate_entries(entry_ids, have_attempts=True))
        free = [row for row in judged if row.verdict is None]
        reached, late = ClosingTime(campaign, book=evaluator.book, now=now, without=task).choose_reached(
            free, most=len(free)
        )
        waits = Verdict("too_many_before")
        others = {row.id for row in free}.difference(reached, (row.id for row in late))
        take_out_of_task(task, [*judged, *late, *(Evaluation(pk, waits) for pk in sorted(others))], now=now)
    return None if reached else Verdict(NOBODY_LEFT)


def _write_verdicts(rows: Sequence[tuple[int, Verdict]], *, now: datetime) -> None:
    """One statement for all. News leave a decision: another rule, or another time; not the same answer once more."""
    if not rows:
        return
    with connection.cursor() as cursor:
        # RETURNING knows the new values alone; `before` is the same row as the statement found it.
        cursor.execute(
            """
            UPDATE campaigns_entry e
               SET state = CASE WHEN r.is_final THEN 'not_called' ELSE 'waiting' END,
                   reason_code = r.code, reason = CASE WHEN r.is_final THEN r.reason ELSE '' END,
                   not_before = r.again
              FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bool[], %s::timestamptz[])
                   AS r (id, code, reason, is_final, again),
                   campaigns_entry before
             WHERE e.id = r.id AND before.id = r.id AND e.state = 'waiting'
            RETURNING e.id, e.callee, before.reason_code
            """,
            [
                as_array([pk for pk, _verdict in rows]),
                [verdict.code for _pk, verdict in rows],
                [verdict.message[:1000] if verdict.is_final else "" for _pk, verdict in rows],
                [verdict.is_final for _pk, verdict in rows],
                [_look_again_at(verdict, now=now) for _pk, verdict in rows],
            ],
        )
        written = cursor.fetchall()
    verdicts = dict(rows)
    news = [
        (pk, callee, verdicts[pk])
        for pk, callee, before in written
        if before != verdicts[pk].code or verdicts[pk].next_at
    ]
    decisions.record_many(news, source=Entry.SOURCE, now=now)


def _look_again_at(verdict: Verdict, *, now: datetime) -> datetime:
    if verdict.is_final:
        return EPOCH
    if verdict.code in _SHORT:
        return now + UNTIL_THE_ORDER_ENDS
    # Never at once: a moment that has passed already would bring the number back in every round.
    return max(verdict.next_at or now + LOOK_AGAIN, now + timedelta(seconds=1))


def defer_wake() -> None:
    """Defers `wake_held_entries`: it may have a million rows to write, and nobody should wait for that."""
    defer_once(LOOK_AGAIN_JOB, queue="dial", lock="look_again")


def wake_held_entries() -> int:
    """Rules have changed: every number that waits for its time is looked at again. Returns how many."""
    campaigns = Campaign.objects.filter(state__in=ALIVE)
    waiting = Entry.objects.filter(campaign__in=campaigns, state=Entry.State.WAITING, not_before__gt=EPOCH)
    return waiting.update(not_before=EPOCH)
