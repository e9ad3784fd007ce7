"""How many calls a paced campaign may order now: rate, calls a minute, lines, phones, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.models import Campaign, Entry
from campaigns.pacing.call_origin import Candidates
from campaigns.policy import account_fit
from dialer.models import CallRequest

HORIZON = timedelta(milliseconds=120)
"""Calls are ordered this far ahead of their slots at most: between look and phone lies no more than that."""
MOST = 100
"""Calls of one batch."""
SOON, LATER = timedelta(milliseconds=60), timedelta(milliseconds=500)
STARVED = timedelta(seconds=1)
"""How long campaigns of lower priority wait after one was short of the account's rate."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """By its own calls a minute; what the account and its phones allow is asked where this leaves room."""

    by_minute: int
    wait: timedelta = SOON
    """When to look again where there is no room."""

    @classmethod
    def of(cls, campaign: Campaign, *, now: datetime) -> Capacity:
        # The account's rate does not suffice for all: those of higher priority take what there is.
        first = Campaign.objects.running().filter(account_id=campaign.account_id, priority__lt=campaign.priority)
        if first.filter(starved_until__gt=now).exists():
            return cls(0)
        by_minute = _slots_until(campaign.next_call_at, timedelta(minutes=1) / campaign.calls_per_minute, now=now)
        if by_minute == 0 and campaign.next_call_at:
            # Half a horizon before the slot, so that it lies within the horizon of the next look.
            return cls(0, wait=min(campaign.next_call_at - now - HORIZON / 2, LATER))
        return cls(by_minute)

    def count_calls(self, candidates: Candidates, *, now: datetime) -> int:
        """Calls that may be ordered now; notes it where the account's rate is what there is too little of."""
        campaign, account = candidates.campaign, candidates.campaign.account
        by_rate = _slots_until(account.next_slot_at, timedelta(seconds=1) / float(account.requests_per_second), now=now)
        others: list[int] = [self.by_minute, campaign.concurrent_calls - _count_on_the_line(campaign, now=now), MOST]
        if account.concurrent_calls:
            open_calls = CallRequest.objects.still_open().filter(account=account).count()
            others.append(account.concurrent_calls - open_calls)
        if account_fit.needs_field(campaign, "agent_phone"):
            # Without any phone there is no call either, but a person has to hear of that: CallOrigin.pause_reason.
            others.append(candidates.free_phones if candidates.phone_ids else 1)
        if by_rate < min(others):
            Campaign.objects.filter(pk=campaign.pk).update(starved_until=now + STARVED)
        return min(by_rate, *others)


def _slots_until(next_at: datetime | None, distance: timedelta, *, now: datetime) -> int:
    """How many slots begin before the horizon."""
    first = max(next_at or now, now)
    return max(int((now + HORIZON - first) / distance) + 1, 0) if first < now + HORIZON else 0


def _count_on_the_line(campaign: Campaign, *, now: datetime) -> int:
    """Calls that may still be going on. Those of which no end is reported count for their assumed length."""
    ordered = campaign.entries.filter(state=Entry.State.ORDERED)
    if account_fit.reports_call_end(campaign.account.kind):
        return int(ordered.count())
    assumed_over = now - timedelta(seconds=campaign.line_seconds)
    return int(ordered.exclude(call__settled_at__lt=assumed_over).count())
