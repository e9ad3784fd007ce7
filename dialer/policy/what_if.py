"""What a change of the rules would do to numbers that wait now, counted before anybody saves it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dialer import hooks
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import label_of

MOST = 100_000
"""Numbers of each campaign that are looked at: an administrator waits for the answer."""


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: int
    after: int

    @property
    def difference(self) -> str:
        return f"{self.after - self.before:+,}"


@dataclass(frozen=True, slots=True)
class Effect:
    rows: list[Change]
    """By rule; those that may be called first."""
    looked_at: int

    @property
    def changes_anything(self) -> bool:
        return any(row.before != row.after for row in self.rows)


def effect_of(before: Rulebook, after: Rulebook, *, now: datetime) -> Effect:
    old, new = _counted(before, now=now), _counted(after, now=now)
    codes = sorted({*old, *new, ""}, key=lambda code: (code != "", -max(old[code], new[code]), code))
    rows = [Change(label_of(code) if code else _("may be called now"), old[code], new[code]) for code in codes]
    return Effect(rows, looked_at=old.total())


def _counted(book: Rulebook, *, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    for counter in hooks.waiting_counters:
        counts.update(counter(book, now=now, most=MOST))
    return counts
