"""One transaction: the next calls of a paced campaign are chosen, judged, ordered in the ledger and given their slots.

Nothing else hands over calls of this campaign meanwhile: its row is locked here, and leased to one pump in between.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from campaigns.models import Campaign, Entry, PacedCall
from campaigns.pacing.call_origin import CallOrigin, Candidates
from campaigns.pacing.capacity import LATER, MOST, SOON, Capacity
from campaigns.planning import services
from campaigns.policy import hold_back, safeguards
from campaigns.policy.evaluator import Evaluator
from dialer.calls import bulk
from dialer.models import Agent, CallRequest, StopSwitch
from dialer.models.call_draft import CallDraft
from dialer.policy.batch import Evaluation
from dialer.policy.rulebook import Rulebook
from dialer.providers import rate_and_suspension
from dialer.support.sql import as_array

PUMP_LEASE = timedelta(seconds=4)
"""A pump that does not come back for so long has died; the sweep starts another."""
COMMIT = timedelta(milliseconds=10)
"""From the taking of slots until the first call of a batch can leave."""
Pairs = Sequence[tuple[Entry, CallRequest]]

# WAITING → ORDERED by these calls.
_LINK_ENTRIES = """
    UPDATE campaigns_entry e
       SET state = 'ordered', call_id = c.call_id, calls = e.calls + 1, reason = '', reason_code = '',
           reserved_by_id = NULL, reserved_until = NULL
      FROM unnest(%s::bigint[], %s::bigint[]) AS c (id, call_id)
     WHERE e.id = c.id AND e.state = 'waiting'
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Calls with their slots, or how long to wait; `is_over` ends the pump."""

    calls: Sequence[tuple[CallRequest, datetime]] = ()
    wait: timedelta = SOON
    is_over: bool = False


OVER = Batch(is_over=True)


def claim_batch(campaign_id: int, *, token: UUID, now: datetime) -> Batch:
    """Commits the calls that may leave within HORIZON, as SENDING under `token`; their sender follows at once."""
    with transaction.atomic():
        campaign = _take_lease(campaign_id, token=token, now=now)
        if campaign is None:
            return OVER
        batch = _choose_batch(campaign, token=token, now=now)
        if batch.is_over:
            # Here and not by the pump afterwards: a job for what comes in between must not find the lease held.
            Campaign.objects.filter(pk=campaign_id).update(pump_token=None, pump_until=None)
        return batch


def _choose_batch(campaign: Campaign, *, token: UUID, now: datetime) -> Batch:
    if StopSwitch.objects.current():
        return OVER
    if not campaign.account.is_active or campaign.account.suspended_at:
        return OVER
    if not campaign.entries.due(now=now).exists():
        return _nobody_due(campaign, now=now)
    if trouble := safeguards.pause_reason(campaign):
        services.pause_campaign(campaign=campaign, by=None, now=now, reason=trouble)
        return OVER
    capacity = Capacity.of(campaign, now=now)
    if not capacity.by_minute:
        return Batch(wait=capacity.wait)
    candidates = Candidates.of(campaign)
    count = capacity.count_calls(candidates, now=now)
    return _order_calls(candidates, count, token=token, now=now) if count > 0 else Batch()


def release_lease(campaign_id: int, *, token: UUID) -> None:
    """Ends this pump's lease; another job takes over at once."""
    with transaction.atomic():
        if Campaign.objects.filter(pk=campaign_id, pump_token=token).update(pump_token=None, pump_until=None):
            services.enqueue_pump(campaign_id)


def _take_lease(campaign_id: int, *, token: UUID, now: datetime) -> Campaign | None:
    """The campaign's row, locked; None when it does not run, or another pump has it."""
    free = Q(pump_token=token) | Q(pump_token=None) | Q(pump_until__lt=now)
    campaigns = Campaign.objects.running().paced().filter(free, pk=campaign_id)
    campaign: Campaign | None = (
        # NO KEY: the events, calls and entries that point at the campaign can be written meanwhile.
        campaigns.select_for_update(no_key=True, of=("self",)).select_related("account", "connect_number").first()
    )
    if campaign is not None:
        campaign.pump_token, campaign.pump_until = token, now + PUMP_LEASE
        campaign.save(update_fields=["pump_token", "pump_until"])
    return campaign


def _nobody_due(campaign: Campaign, *, now: datetime) -> Batch:
    """Ends the pump; another comes when the first of those that wait may be called, or when a result frees one."""
    soonest = campaign.entries.next_due_at()
    if soonest is not None and soonest - now < LATER:
        return Batch(wait=max(soonest - now, SOON))
    if soonest is not None:
        services.enqueue_pump(campaign.pk, at=soonest)
    else:
        services.finish_if_done(campaign, now=now)
    return OVER


@dataclass(slots=True)
class _Choice:
    calls: list[CallRequest] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    held: list[Evaluation] = field(default_factory=list)
    dids_are_full: bool = False
    """Every DID has all the calls that it may have."""


def _order_calls(candidates: Candidates, count: int, *, token: UUID, now: datetime) -> Batch:
    started = time.monotonic()
    campaign = candidates.campaign
    evaluator = Evaluator(campaign, now=now)
    origin = CallOrigin.taking_turns(candidates, book=evaluator.book, now=now)
    if trouble := origin.pause_reason:
        services.pause_campaign(campaign=campaign, by=None, now=now, reason=trouble)
        return OVER
    chosen = _choose_calls(campaign, evaluator, origin, origin.limit_calls(count), now=now)
    hold_back.hold_back_entries(chosen.held, now=now)
    taken = bulk.order_claimed(chosen.calls, token=token, now=now, detail=campaign.name)
    if not taken:
        return Batch(wait=LATER if chosen.dids_are_full else SOON)
    stored = {call.pk for call in taken}
    pairs = [(e, c) for e, c in zip(chosen.entries, chosen.calls, strict=True) if c.pk in stored]
    campaign.next_call_at = max(campaign.next_call_at or now, now) + len(pairs) * (
        timedelta(minutes=1) / campaign.calls_per_minute
    )
    record_calls(campaign, pairs, book=evaluator.book, now=now)
    # From the moment on at which they can leave: all of this took its time, and the commit is still to come. Taken
    # last, for the account's row stays locked from here on, and every other pump of the account waits for it.
    ready = now + timedelta(seconds=time.monotonic() - started) + COMMIT
    slots = rate_and_suspension.take_slots(campaign.account_id, count=len(taken), now=ready)
    return Batch(calls=list(zip(taken, slots, strict=True)))


def _choose_calls(
    campaign: Campaign, evaluator: Evaluator, origin: CallOrigin, count: int, *, now: datetime
) -> _Choice:
    chosen = _Choice()
    due = campaign.entries.due(now=now).order_by("not_before", "pk")
    # Locked, so that nothing else that has one of them in hand (a person, a record) changes it meanwhile. Twice as many
    # as are wanted: rules hold some of them back, and another batch costs more than these rows.
    batch = list(due.select_for_update(skip_locked=True, of=("self",))[: 2 * count])
    judged = list(evaluator.evaluate_entries([entry.pk for entry in batch]))
    chosen.held = [row for row in judged if row.verdict]
    held = {row.id for row in chosen.held}
    free = [entry for entry in batch if entry.pk not in held][:count]
    paid, unpaid = safeguards.BudgetMeter(campaign, book=evaluator.book, now=now).split_affordable(
        [entry.pk for entry in free]
    )
    chosen.held += [Evaluation(pk, verdict) for pk, verdict in unpaid]
    payable = set(paid)
    free = [entry for entry in free if entry.pk in payable]
    for entry, pk in zip(free, bulk.new_ids(len(free)), strict=True):
        draft = origin.draft_call(entry)
        if isinstance(draft, CallDraft):
            chosen.entries.append(entry)
            chosen.calls.append(draft.as_call(pk=pk, requested_by_id=campaign.created_by_id))
        elif draft.is_final:
            chosen.held.append(Evaluation(entry.pk, draft))
        else:
            chosen.dids_are_full = True
            break
    return chosen


def preview_call(campaign: Campaign, *, now: datetime, agent: Agent | None = None) -> CallRequest | None:
    """The call that would be ordered next, without ordering it or writing anything; by `agent`, where one calls."""
    evaluator = Evaluator(campaign, now=now)
    origin = CallOrigin.at_a_glance(campaign, book=evaluator.book, now=now)
    batch = list(campaign.entries.due(now=now).order_by("not_before", "pk")[:MOST])
    free = {row.id for row in evaluator.evaluate_entries([entry.pk for entry in batch]) if row.verdict is None}
    for entry in batch:
        draft = origin.draft_call(entry, agent=agent)
        if entry.pk in free and isinstance(draft, CallDraft):
            return draft.as_call(pk=0, requested_by_id=campaign.created_by_id)
    return None


def record_calls(campaign: Campaign, pairs: Pairs, *, book: Rulebook, now: datetime) -> None:
    """What the campaign keeps of its calls: which entry each is for, and what they cost. The caller holds its row."""
    currency = campaign.account.currency
    costs = [book.price_of(entry.country, currency=currency) or Decimal() for entry, _call in pairs]
    PacedCall.objects.bulk_create(
        PacedCall(call=call, campaign=campaign, entry=entry, pass_number=entry.pass_number, estimated_cost=cost)
        for (entry, call), cost in zip(pairs, costs, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _LINK_ENTRIES,
            [as_array([entry.pk for entry, _call in pairs]), as_array([call.pk for _entry, call in pairs])],
        )
    safeguards.add_cost(campaign, sum(costs, Decimal()), now=now)
    campaign.save(update_fields=["next_call_at", "ordered_cost", "ordered_day", "ordered_cost_of_day"])
