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
from campaigns.pacing.call_origin import Ends, OurEnds
from campaigns.pacing.drafts import draft_of
from campaigns.pacing.phone_pool import Phones
from campaigns.planning import services
from campaigns.policy import account_fit, hold_back, safeguards
from campaigns.policy.evaluator import Judge
from dialer.calls import bulk
from dialer.models import Agent, CallRequest, ProviderAccount, StopSwitch
from dialer.policy.batch import Judged
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict
from dialer.providers import rate_and_suspension
from dialer.support.sql import as_array

PUMP_LEASE = timedelta(seconds=4)
"""A pump that does not come back for so long has died; the sweep starts another."""
HORIZON = timedelta(milliseconds=120)
"""Calls are ordered this far ahead of their slots at most: between look and phone lies no more than that."""
MOST = 100
"""Calls of one batch."""
COMMIT = timedelta(milliseconds=10)
"""From the taking of slots until the first call of a batch can leave."""
SOON, LATER = timedelta(milliseconds=60), timedelta(milliseconds=500)
HUNGRY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Calls with their slots, or how long to wait; `is_over` ends the pump."""

    calls: Sequence[tuple[CallRequest, datetime]] = ()
    wait: timedelta = SOON
    is_over: bool = False


OVER = Batch(is_over=True)


def next_batch(campaign_id: int, *, token: UUID, now: datetime) -> Batch:
    """Commits the calls that may leave within HORIZON, as SENDING under `token`; their sender follows at once."""
    with transaction.atomic():
        campaign = _take_lease(campaign_id, token=token, now=now)
        if campaign is None:
            return OVER
        batch = _batch(campaign, token=token, now=now)
        if batch.is_over:
            # Here and not by the pump afterwards: a job for what comes in between must not find the lease held.
            Campaign.objects.filter(pk=campaign_id).update(pump_token=None, pump_until=None)
        return batch


def _batch(campaign: Campaign, *, token: UUID, now: datetime) -> Batch:
    if StopSwitch.objects.current():
        return OVER
    if not campaign.account.is_active or campaign.account.suspended_at:
        return OVER
    if not campaign.entries.due(now=now).exists():
        return _nobody_due(campaign, now=now)
    if trouble := safeguards.trouble_of(campaign):
        services.pause_campaign(campaign=campaign, by=None, now=now, reason=trouble)
        return OVER
    room = _Room.of(campaign, now=now)
    if room.count <= 0:
        return Batch(wait=room.wait)
    return _order(campaign, room.count, token=token, now=now)


def release(campaign_id: int, *, token: UUID) -> None:
    """Ends this pump's lease; another job takes over at once."""
    with transaction.atomic():
        if Campaign.objects.filter(pk=campaign_id, pump_token=token).update(pump_token=None, pump_until=None):
            services.enqueue_pump(campaign_id)


def _take_lease(campaign_id: int, *, token: UUID, now: datetime) -> Campaign | None:
    """The campaign's row, locked; None when it does not run, or another pump has it."""
    free = Q(pump_token=token) | Q(pump_token=None) | Q(pump_until__lt=now)
    campaigns = Campaign.objects.running().paced().filter(free, pk=campaign_id)
    campaign = (
        campaigns.select_for_update(no_key=True, of=("self",)).select_related("account", "connect_number").first()
    )
    if campaign is not None:
        campaign.pump_token, campaign.pump_until = token, now + PUMP_LEASE
        campaign.save(update_fields=["pump_token", "pump_until"])
    return campaign


def _nobody_due(campaign: Campaign, *, now: datetime) -> Batch:
    """Ends the pump; another comes when the first of those that wait may be called, or when a result frees one."""
    soonest = campaign.entries.waiting().order_by("not_before").values_list("not_before", flat=True).first()
    if soonest is not None and soonest - now < LATER:
        return Batch(wait=max(soonest - now, SOON))
    if soonest is not None:
        services.enqueue_pump(campaign.pk, at=soonest)
    else:
        services.finish_if_done(campaign, now=now)
    return OVER


@dataclass(slots=True)
class _Room:
    """How many calls may be ordered now, and when to look again where that is none."""

    count: int
    wait: timedelta = SOON

    @classmethod
    def of(cls, campaign: Campaign, *, now: datetime) -> _Room:
        if _yields(campaign, now=now):
            return cls(0)
        by_minute = _slots_until(campaign.next_call_at, timedelta(minutes=1) / campaign.calls_per_minute, now=now)
        if by_minute == 0 and campaign.next_call_at:
            return cls(0, wait=min(campaign.next_call_at - now - HORIZON / 2, LATER))
        account = campaign.account
        by_rate = _slots_until(account.next_slot_at, timedelta(seconds=1) / float(account.requests_per_second), now=now)
        by_lines = min(
            campaign.concurrent_calls - _on_the_line(campaign, now=now), _free_lines(account), _free_phones(campaign)
        )
        if by_rate < min(by_minute, by_lines, MOST):
            Campaign.objects.filter(pk=campaign.pk).update(hungry_until=now + HUNGRY)
        return cls(min(by_minute, by_rate, by_lines, MOST))


def _slots_until(next_at: datetime | None, distance: timedelta, *, now: datetime) -> int:
    """How many slots begin before the horizon."""
    first = max(next_at or now, now)
    return max(int((now + HORIZON - first) / distance) + 1, 0) if first < now + HORIZON else 0


def _yields(campaign: Campaign, *, now: datetime) -> bool:
    """Whether a campaign of higher priority is short of the account's rate."""
    others = Campaign.objects.running().filter(account_id=campaign.account_id, priority__lt=campaign.priority)
    return others.filter(hungry_until__gt=now).exists()


def _on_the_line(campaign: Campaign, *, now: datetime) -> int:
    """Calls that may still be going on. Those of which no end is reported count for their assumed length."""
    ordered = campaign.entries.filter(state=Entry.State.ORDERED)
    if account_fit.tells_the_end(campaign.account.kind):
        return ordered.count()
    assumed_over = now - timedelta(seconds=campaign.line_seconds)
    return ordered.exclude(call__settled_at__lt=assumed_over).count()


def _free_lines(account: ProviderAccount) -> int:
    if not account.concurrent_calls:
        return MOST
    open_calls = CallRequest.objects.still_open().filter(account=account).count()
    return account.concurrent_calls - open_calls


def _free_phones(campaign: Campaign) -> int:
    """Agents' phones without a call. With none at all `_order` says so."""
    if not account_fit.needs(campaign, "agent_phone"):
        return MOST
    known = Phones(campaign)
    return known.free if known.all else 1


@dataclass(slots=True)
class _Choice:
    calls: list[CallRequest] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    held: list[Judged] = field(default_factory=list)
    no_line: Verdict | None = None
    """Every DID has all the calls that it may have."""


def _order(campaign: Campaign, count: int, *, token: UUID, now: datetime) -> Batch:
    started = time.monotonic()
    judge = Judge(campaign, now=now)
    ours = OurEnds.taking_turns(campaign, book=judge.book, now=now)
    if trouble := ours.trouble:
        services.pause_campaign(campaign=campaign, by=None, now=now, reason=trouble)
        return OVER
    chosen = _choose(campaign, judge, ours, ours.at_most(count), now=now)
    hold_back.hold_back(chosen.held, now=now)
    taken = bulk.order_claimed(chosen.calls, token=token, now=now, detail=campaign.name)
    if not taken:
        wait = LATER if chosen.no_line else SOON
        return Batch(wait=wait)
    _mark_ordered(campaign, taken, chosen, judge, now=now)
    # From the moment on at which they can leave: all of this took its time, and the commit is still to come.
    ready = now + timedelta(seconds=time.monotonic() - started) + COMMIT
    slots = rate_and_suspension.take_slots(campaign.account_id, count=len(taken), now=ready)
    return Batch(calls=list(zip(taken, slots, strict=True)))


def _choose(campaign: Campaign, judge: Judge, ours: OurEnds, count: int, *, now: datetime) -> _Choice:
    chosen = _Choice()
    due = campaign.entries.due(now=now).order_by("not_before", "pk")
    # Locked, so that nothing else that has one of them in hand (a person, a record) changes it meanwhile.
    batch = list(due.select_for_update(skip_locked=True, of=("self",))[: 2 * count])
    judged = list(judge.of_entries([entry.pk for entry in batch]))
    chosen.held = [row for row in judged if row.verdict]
    held = {row.id for row in chosen.held}
    free = [entry for entry in batch if entry.pk not in held][:count]
    paid, unpaid = safeguards.Purse(campaign, book=judge.book, now=now).take([entry.pk for entry in free])
    chosen.held += [Judged(pk, verdict) for pk, verdict in unpaid]
    payable = set(paid)
    free = [entry for entry in free if entry.pk in payable]
    for entry, pk in zip(free, bulk.new_ids(len(free)), strict=True):
        ends = ours.take(entry)
        if isinstance(ends, Ends):
            chosen.entries.append(entry)
            draft = draft_of(campaign, entry, did=ends.did, agent_phone=ends.phone)
            chosen.calls.append(draft.as_call(pk=pk, requested_by_id=campaign.created_by_id))
        elif ends.is_final:
            chosen.held.append(Judged(entry.pk, ends))
        else:
            chosen.no_line = ends
            break
    return chosen


def peek(campaign: Campaign, *, now: datetime, agent: Agent | None = None) -> CallRequest | None:
    """The call that would be ordered next, without ordering it or writing anything; by `agent`, where one calls."""
    judge = Judge(campaign, now=now)
    ours = OurEnds.at_a_glance(campaign, book=judge.book, now=now)
    batch = list(campaign.entries.due(now=now).order_by("not_before", "pk")[:MOST])
    free = {row.id for row in judge.of_entries([entry.pk for entry in batch]) if row.verdict is None}
    for entry in batch:
        ends = ours.take(entry)
        if entry.pk in free and isinstance(ends, Ends):
            draft = draft_of(campaign, entry, did=ends.did, agent=agent, agent_phone=ends.phone)
            return draft.as_call(pk=0, requested_by_id=campaign.created_by_id)
    return None


def _mark_ordered(
    campaign: Campaign, taken: list[CallRequest], chosen: _Choice, judge: Judge, *, now: datetime
) -> None:
    """When the next calls may follow, beside what `keep` keeps of these."""
    stored = {call.pk for call in taken}
    pairs = [(e, c) for e, c in zip(chosen.entries, chosen.calls, strict=True) if c.pk in stored]
    distance = timedelta(minutes=1) / campaign.calls_per_minute
    campaign.next_call_at = max(campaign.next_call_at or now, now) + len(pairs) * distance
    keep(campaign, pairs, book=judge.book, now=now)


def keep(campaign: Campaign, pairs: Sequence[tuple[Entry, CallRequest]], *, book: Rulebook, now: datetime) -> None:
    """What the campaign keeps of its calls: which entry each is for, and what they cost. The caller holds its row."""
    currency = campaign.account.currency
    costs = [book.price_of(entry.country, currency=currency) or Decimal() for entry, _call in pairs]
    PacedCall.objects.bulk_create(
        PacedCall(call=call, campaign=campaign, entry=entry, pass_number=entry.pass_number, estimated_cost=cost)
        for (entry, call), cost in zip(pairs, costs, strict=True)
    )
    _link(pairs)
    safeguards.add_cost(campaign, sum(costs, Decimal()), now=now)
    campaign.save(update_fields=["next_call_at", "ordered_cost", "ordered_day", "ordered_cost_of_day"])


def _link(pairs: Sequence[tuple[Entry, CallRequest]]) -> None:
    """WAITING → ORDERED by these calls."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE campaigns_entry e
               SET state = 'ordered', call_id = c.call_id, calls = e.calls + 1, reason = '', reason_code = '',
                   reserved_by_id = NULL, reserved_until = NULL
              FROM unnest(%s::bigint[], %s::bigint[]) AS c (id, call_id)
             WHERE e.id = c.id AND e.state = 'waiting'
            """,
            [as_array([entry.pk for entry, _call in pairs]), as_array([call.pk for _entry, call in pairs])],
        )
