"""Everything the portal knows about why one number was called or not: campaigns, lists, calls, decisions, rules now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from campaigns.models import Campaign, Entry, RejectedRow
from dialer.models import CallRequest, Decision
from dialer.models.identity import spellings
from dialer.policy import decisions
from dialer.policy.rules import Verdict, label_of
from dialer.policy.single_call import Outlook, outlook_on

MOST = 20


@dataclass(frozen=True, slots=True)
class ShownDecision:
    row: Decision
    label: str
    verdict: Verdict | None
    """None for a rule that no longer exists."""


@dataclass(frozen=True, slots=True)
class Story:
    callee: str
    """E.164."""
    outlook: Outlook
    entries: list[Entry]
    rejected: list[RejectedRow]
    calls: list[CallRequest]
    decisions: list[ShownDecision]

    @property
    def is_empty(self) -> bool:
        return not (self.entries or self.rejected or self.calls or self.decisions)


def story_of(callee: str, *, purpose: str, now: datetime) -> Story:
    """`callee` is E.164; what is told is of the phone, in every spelling.

    A handful of queries, each by an index, whatever the size of the tables.
    """
    written = spellings(callee)
    # By campaign and phone, which is an index; a search by phone alone would read every entry.
    campaigns = list(Campaign.objects.values_list("pk", flat=True))
    first = Q(campaign_id__in=campaigns, is_second_spelling=False)
    entries = Entry.objects.of_phone(callee).filter(first | Q(is_second_spelling=True))
    rejected = RejectedRow.objects.filter(callee__in=written).select_related("call_list__campaign")
    calls = CallRequest.objects.filter(callee__in=written).for_pages()
    return Story(
        callee=callee,
        outlook=outlook_on(callee, purpose=purpose, now=now),
        entries=list(entries.select_related("campaign", "call_list").order_by("-pk")[:MOST]),
        rejected=list(rejected.order_by("-pk")[:MOST]),
        calls=list(calls[:MOST]),
        decisions=[
            ShownDecision(row, label_of(row.rule), decisions.as_verdict(row)) for row in decisions.about(callee)
        ],
    )
