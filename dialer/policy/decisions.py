"""Every “no” and “later” is kept: what was asked about, the rule, what it found, and when to ask again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.db import connection

from dialer.models import Decision
from dialer.models.identity import spellings
from dialer.policy.rules import Verdict
from dialer.support.sql import as_array

KEPT = timedelta(days=180)
# One DELETE of everything old would hold its locks, and the sweep, for as long as it takes.
_DELETED_AT_ONCE = 20_000


def record(
    verdict: Verdict,
    *,
    callee: str,
    source: str,
    now: datetime,
    source_id: int | None = None,
    by: AbstractUser | None = None,
    override: str = "",
) -> Decision:
    """One decision about one number (E.164); with `override` it was overruled by a person, for that reason."""
    return Decision.objects.create(
        callee=int(callee.removeprefix("+")),
        at=now,
        # An override is kept under the rule that it broke, beside what that rule had found.
        outcome=Decision.Outcome.OVERRIDDEN if override else verdict.rule.outcome,
        rule=verdict.code,
        found=verdict.found[:200],
        limit=verdict.limit[:200],
        next_at=verdict.next_at,
        source=source,
        source_id=source_id,
        by=by,
        reason=override[:500],
    )


def record_many(
    rows: Sequence[tuple[int, int, Verdict]], *, source: str, now: datetime, by: AbstractUser | None = None
) -> None:
    """Decisions about many numbers: (source_id, callee as wire digits, verdict). One statement."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO dialer_decision (callee, at, outcome, rule, found, "limit", next_at, source, source_id, by_id)
            SELECT callee, %s, outcome, rule, found, lim, next_at, %s, source_id, %s
              FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
                          %s::timestamptz[]) AS r (source_id, callee, outcome, rule, found, lim, next_at)
            """,
            [
                now,
                source,
                by.pk if by else None,
                as_array([source_id for source_id, _callee, _verdict in rows]),
                as_array([callee for _source_id, callee, _verdict in rows]),
                [verdict.rule.outcome.value for *_ids, verdict in rows],
                [verdict.code for *_ids, verdict in rows],
                [verdict.found[:200] for *_ids, verdict in rows],
                [verdict.limit[:200] for *_ids, verdict in rows],
                [verdict.next_at for *_ids, verdict in rows],
            ],
        )


def about(callee: str, *, most: int = 50) -> list[Decision]:
    """The newest decisions about a phone (E.164), in whichever spelling they were asked for."""
    rows = Decision.objects.filter(callee__in=spellings(callee)).select_related("by")
    return list(rows[:most])


def as_verdict(decision: Decision) -> Verdict:
    return Verdict(decision.rule, decision.found, decision.limit, decision.next_at)


def forget_old(*, now: datetime) -> int:
    """Drops “later”s that nobody asks about any more; “no” and overrides stay. One step at a time."""
    old = Decision.objects.filter(at__lt=now - KEPT, outcome=Decision.Outcome.LATER).order_by("at")
    step = list(old.values_list("pk", flat=True)[:_DELETED_AT_ONCE])
    return Decision.objects.filter(pk__in=step).delete()[0]
