"""How far campaigns are, counted from their entries; every number that is not called has its reason in here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from campaigns.models import CallList, Campaign, Entry
from campaigns.models.entry import EPOCH
from dialer.models import Disposition
from dialer.policy.rules import label_of
from dialer.web.looks import STATES, Tone

MOST_REASONS = 12


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    text: str
    count: int
    next_at: datetime | None = None
    """When the first of these may be called, where a rule holds them back."""


@dataclass(frozen=True, slots=True)
class Progress:
    states: Mapping[str, int]
    """Entries by state; every state is there."""
    dispositions: Mapping[str, int]
    """Entries that are done, by result; every result is there."""
    reasons: tuple[Reason, ...] = ()
    """Why numbers were not called, the most frequent first."""
    other_reasons: int = 0
    """Numbers whose reason is not among these."""
    held: tuple[Reason, ...] = ()
    """Which rules hold waiting numbers back, the most frequent first."""

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def settled(self) -> int:
        """Nothing more will happen to these."""
        return self.states[Entry.State.DONE] + self.states[Entry.State.NOT_CALLED]

    @property
    def waiting(self) -> int:
        return self.states[Entry.State.WAITING]

    @property
    def not_called(self) -> int:
        return self.states[Entry.State.NOT_CALLED]

    @property
    def in_doubt(self) -> int:
        return self.states[Entry.State.IN_DOUBT]

    @property
    def is_moving(self) -> bool:
        return bool(self.states[Entry.State.ORDERED] or self.in_doubt)

    @property
    def held_count(self) -> int:
        return sum(reason.count for reason in self.held)

    def held_segments(self, url: str) -> list[dict[str, Any]]:
        """For stacked_bar: what holds back those that wait, each number leading to `url` with its reason."""
        if not self.held:
            return []
        rows = [
            {"label": reason.text, "count": reason.count, "tone": Tone.WARN, "url": f"{url}?reason={reason.code}"}
            for reason in self.held
        ]
        free = self.waiting - self.held_count
        return [*rows, {"label": _("waiting"), "count": free, "tone": Tone.NEUTRAL}] if free else rows

    def segments(self) -> list[dict[str, Any]]:
        """For stacked_bar: what is over first, what is still to come last. Results nobody had are left out."""
        results = [
            {"label": label, "count": self.dispositions[value], "tone": STATES[value].tone}
            for value, label in Disposition.choices
            if self.dispositions[value] or value == Disposition.ANSWERED
        ]
        rest = [
            (_("not called"), Entry.State.NOT_CALLED, Tone.BAD),
            (_("in doubt"), Entry.State.IN_DOUBT, Tone.WARN),
            (_("handed over, result outstanding"), Entry.State.ORDERED, Tone.INFO),
            (_("waiting"), Entry.State.WAITING, Tone.NEUTRAL),
        ]
        shown = [(label, self.states[state], tone) for label, state, tone in rest]
        return [*results, *({"label": label, "count": n, "tone": tone} for label, n, tone in shown if n)]


def of_campaign(campaign: Campaign, *, without: Collection[CallList] = ()) -> Progress:
    """Two queries: counts, and the reasons of those that were not called or are held back.

    Numbers of the lists `without` are nobody's yet: these lists are not confirmed, or were dropped.
    """
    states, dispositions = dict.fromkeys(Entry.State.values, 0), dict.fromkeys(Disposition.values, 0)
    entries = campaign.entries.exclude(call_list__in=without) if without else campaign.entries.all()
    for state, disposition, count in _counted(entries, "state", "disposition"):
        states[state] += count
        if state == Entry.State.DONE:
            dispositions[disposition or Disposition.UNKNOWN] += count
    told = entries.filter(Q(state=Entry.State.NOT_CALLED) | Q(state=Entry.State.WAITING) & ~Q(reason_code=""))
    held, reasons = [], []
    for state, code, text, count, soonest in _counted(
        told, "state", "reason_code", "reason", soonest=Min("not_before")
    ):
        if state == Entry.State.WAITING:
            held.append(Reason(code, text or label_of(code), count, soonest if soonest > EPOCH else None))
        else:
            reasons.append(Reason(code, text, count))
    for found in (held, reasons):
        found.sort(key=lambda reason: (-reason.count, reason.text))
    others = sum(reason.count for reason in reasons[MOST_REASONS:])
    return Progress(states, dispositions, tuple(reasons[:MOST_REASONS]), others, tuple(held[:MOST_REASONS]))


def of_campaigns(campaigns: Iterable[Campaign]) -> dict[int, tuple[int, int]]:
    """Settled entries and all entries of each campaign, in one query. Lists that nobody confirmed do not count."""
    totals: Counter[int] = Counter()
    settled: Counter[int] = Counter()
    ids = [campaign.pk for campaign in campaigns]
    entries = Entry.objects.filter(campaign__in=ids, call_list__state=CallList.State.READY)
    for campaign_id, state, count in _counted(entries, "campaign_id", "state"):
        totals[campaign_id] += count
        if state in (Entry.State.DONE, Entry.State.NOT_CALLED):
            settled[campaign_id] += count
    return {pk: (settled[pk], totals[pk]) for pk in ids}


def _counted(entries: Any, *columns: str, **more: Any) -> Any:
    return entries.order_by().values_list(*columns).annotate(n=Count("pk"), **more)
