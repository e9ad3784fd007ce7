"""How many numbers of provider tasks are reached before their calling hours end: no more of them are handed over.

What a provider has, it dials, also when the hours are over: nothing can be taken back then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.formats import date_format

from campaigns.models import Campaign, DispatchType, Entry, ProviderTask
from dialer.policy.batch import Evaluation
from dialer.policy.calling_context import Ground
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict

GUARD = timedelta(minutes=5)
"""In the last minutes of the hours nothing is handed over."""


def minutes_per_number(campaign: Campaign, *, book: Rulebook) -> timedelta:
    """How long the provider takes for one number: carefully, as if every call were answered and took its time."""
    agents = max(campaign.agent_group.members.count() if campaign.agent_group else 0, 1)
    match campaign.dispatch_type:
        case DispatchType.RATIO:
            at_a_time = campaign.ratio_call_rate
        case DispatchType.PREDICTIVE:
            at_a_time = campaign.predict_call_rate
        case _:
            at_a_time = None
    calls = agents * max(float(at_a_time or 1), 1.0)
    return timedelta(minutes=float(book.portal.minutes_per_call)) / calls


class ClosingTime:
    """Chooses among numbers that may be called now those that are still reached."""

    def __init__(
        self, campaign: Campaign, *, book: Rulebook, now: datetime, without: ProviderTask | None = None
    ) -> None:
        """`without` is the chunk that asks: its own numbers are not in its way."""
        self.is_full = False
        """Whether numbers that may be called are left to wait, because the provider has as many as it reaches."""
        self._now = now
        self._each = minutes_per_number(campaign, book=book)
        before = campaign.entries.filter(state=Entry.State.ORDERED)
        self._taken = (before.exclude(task=without) if without else before).count()
        self._earliest: datetime | None = None
        self._ends: dict[int, datetime | None] = {}

    def choose_reached(self, free: Sequence[Evaluation], *, most: int) -> tuple[list[int], list[Evaluation]]:
        """The first of them that are reached, and those whose hours end too soon for any chunk, with their verdict.

        What is in neither waits until the provider has dialled some of what it has.
        """
        reached: list[int] = []
        late: list[Evaluation] = []
        for row in free:
            assert row.ground is not None
            end = self._end_of(row.ground)
            first = min(filter(None, (self._earliest, end)), default=None)
            if end and end - GUARD < self._now + self._each:
                shown = f"{date_format(end, 'H:i')} UTC"
                verdict = Verdict("hours_end_soon", found=shown, next_at=row.ground.opens_from(end))
                late.append(Evaluation(row.id, verdict))
            elif len(reached) == most:
                break
            # All that is handed over has to be dialled before the first of its hours end, this number too.
            elif first is None or self._now + (self._taken + 1) * self._each <= first - GUARD:
                self._earliest = first
                self._taken += 1
                reached.append(row.id)
            else:
                self.is_full = True
        return reached, late

    def _end_of(self, ground: Ground) -> datetime | None:
        # By identity: thousands of numbers share a few grounds, which outlive this choice.
        key = id(ground)
        if key not in self._ends:
            self._ends[key] = ground.closes_at(self._now)
        return self._ends[key]
