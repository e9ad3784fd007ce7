"""Takes the next chunk of a running campaign and makes it an order in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from django.db import transaction

from campaigns.models import Campaign, Entry, ProviderTask
from campaigns.planning import services
from campaigns.policy import hold_back, safeguards
from campaigns.policy.closing_time import ClosingTime
from campaigns.policy.evaluator import Evaluator
from dialer.ledger import open_orders
from dialer.ledger.enqueue import enqueue
from dialer.models import EventKind, State
from dialer.policy.batch import Evaluation
from dialer.support.sql import as_array

MOST_ROUNDS = 10
"""Batches of numbers that one job looks at; where all of them are held back, another job goes on."""
SUBJECTS = "SELECT id, callee, identity FROM campaigns_entry WHERE id = ANY(%s::bigint[])"
"""The callees for whom a chunk opens attempts."""


def next_chunk(campaign_id: int, *, now: datetime) -> ProviderTask | None:
    """Commits one chunk with the callees it holds, and the job that sends it.

    None when there is nothing to hand over now: not running, the last chunk unsettled, nobody may be called.
    """
    with transaction.atomic():
        # Locked until the commit: another worker would choose the same numbers, and finish_if_done counts on it.
        campaign = Campaign.objects.select_for_update().running().filter(pk=campaign_id).first()
        if campaign is None or campaign.tasks.filter(state__in=[State.PENDING, State.SENDING]).exists():
            return None
        if not campaign.entries.due(now=now).exists():
            _wait_or_finish(campaign, now=now)
            return None
        if trouble := safeguards.pause_reason(campaign):
            services.pause_campaign(campaign=campaign, by=None, now=now, reason=trouble)
            return None
        evaluator = Evaluator(campaign, now=now)
        budget = safeguards.BudgetMeter(campaign, book=evaluator.book, now=now)
        closing = ClosingTime(campaign, book=evaluator.book, now=now)
        chosen = _choose(campaign, evaluator, closing, budget, now=now)
        # Only those that got an attempt: a callee may have an open one by another order.
        entry_ids = (
            sorted(open_orders.open_attempts(Entry.SOURCE, SUBJECTS, [as_array(chosen)], now=now)) if chosen else []
        )
        if not entry_ids:
            # Where the provider has as many as it reaches, the next sweep looks again.
            if not closing.is_full:
                _wait_or_finish(campaign, now=now)
            return None
        return _make_task(campaign, entry_ids, budget, now=now)


def _choose(
    campaign: Campaign, evaluator: Evaluator, closing: ClosingTime, budget: safeguards.BudgetMeter, *, now: datetime
) -> list[int]:
    """The next entries that may be called, reached in time and paid for; the others are held back on the way."""
    chosen: list[int] = []
    for _round in range(MOST_ROUNDS):
        # Twice as many as are wanted: rules hold some of them back, and another round costs more than these rows.
        batch = _due(campaign, without=chosen, most=2 * campaign.chunk_limit, now=now)
        judged = sorted(evaluator.evaluate_entries(batch), key=_by_id)
        held = [row for row in judged if row.verdict]
        free = [row for row in judged if row.verdict is None]
        reached, late = closing.choose_reached(free, most=campaign.chunk_limit - len(chosen))
        paid, unpaid = budget.split_affordable(reached)
        held += [*late, *(Evaluation(pk, verdict) for pk, verdict in unpaid)]
        hold_back.hold_back_entries(held, now=now)
        chosen += paid
        if len(chosen) >= campaign.chunk_limit or not held:
            break
    return chosen


_by_id = attrgetter("id")


def _due(campaign: Campaign, *, without: Sequence[int], most: int, now: datetime) -> list[int]:
    due = campaign.entries.due(now=now)
    if without:
        due = due.exclude(pk__in=without)
    return list(due.order_by("not_before", "pk").values_list("pk", flat=True)[:most])


def preview_entries(campaign: Campaign, *, now: datetime) -> list[Entry]:
    """The entries that the next chunk would take, without taking them or writing anything."""
    batch = _due(campaign, without=(), most=2 * campaign.chunk_limit, now=now)
    evaluator = Evaluator(campaign, now=now)
    free = [row for row in sorted(evaluator.evaluate_entries(batch), key=_by_id) if row.verdict is None]
    reached, _late = ClosingTime(campaign, book=evaluator.book, now=now).choose_reached(free, most=campaign.chunk_limit)
    return list(Entry.objects.filter(pk__in=reached).order_by("pk"))


def _make_task(
    campaign: Campaign, entry_ids: list[int], budget: safeguards.BudgetMeter, *, now: datetime
) -> ProviderTask:
    task: ProviderTask = ProviderTask.objects.create(
        account_id=campaign.account_id,
        campaign=campaign,
        number=campaign.tasks.count() + 1,
        size=len(entry_ids),
        estimated_cost=budget.price_of(entry_ids),
        requested_by=campaign.created_by,
        requested_at=now,
        not_before=now,
    )
    Entry.objects.filter(pk__in=entry_ids).update(state=Entry.State.ORDERED, task=task, reason="", reason_code="")
    task.add_event(EventKind.REQUESTED, now=now, by=campaign.created_by)
    enqueue(task)
    return task


def _wait_or_finish(campaign: Campaign, *, now: datetime) -> None:
    """Looks again when the first of those that wait may be called, or ends the campaign."""
    soonest = campaign.entries.next_due_at()
    if soonest is not None:
        services.enqueue_pump(campaign.pk, at=max(soonest, now))
    else:
        services.finish_if_done(campaign, now=now)
