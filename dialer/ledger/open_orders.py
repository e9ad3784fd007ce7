"""Who holds a callee: which order is in the way, and what an ended order leaves behind for the caps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from dialer import hooks
from dialer.hooks import BlockingOrder
from dialer.models import Attempt, CallRequest


def blocking_order_of(callee: str) -> BlockingOrder | None:
    """The order that keeps this callee (E.164) to itself, if any."""
    attempt = Attempt.objects.still_open().of_phone(callee).first()
    return attempt and hooks.open_order_describers[attempt.source](attempt.source_id)


def open_attempts(source: str, subjects: str, values: Sequence[Any], *, now: datetime) -> set[int]:
    """Opens an attempt for each row of a SELECT of `id`, `callee` and `identity`; the ids of those that got one.

    Two orders that reach for the same phone in the same instant meet in the unique index, and one goes without it. All
    of them reach in the order of that index, so that neither waits for the other for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO dialer_attempt (callee, source, source_id, opened_at)
            SELECT callee, %s, id, %s FROM ({subjects}) subject ORDER BY identity
            ON CONFLICT DO NOTHING
            RETURNING source_id
            """,
            [source, now, *values],
        )
        return {source_id for (source_id,) in cursor.fetchall()}


def close_attempts(
    source: str,
    source_ids: Iterable[int] | QuerySet[Any],
    *,
    now: datetime,
    counts: bool = True,
    abandoned: bool = False,
) -> None:
    """Frees the callees of these orders. `counts`: their phones rang, or nobody can say that they did not."""
    # Only open ones: what was closed before keeps the time at which its rest began.
    held = Attempt.objects.still_open().filter(source=source, source_id__in=source_ids)
    held.update(closed_at=now, counts=counts, abandoned=abandoned)


CLOSE_EACH_ATTEMPT = """
    UPDATE dialer_attempt AS held SET closed_at = %s, counts = TRUE, abandoned = ended.abandoned
      FROM unnest(%s::bigint[], %s::boolean[]) AS ended (source_id, abandoned)
     WHERE held.source = %s AND held.source_id = ended.source_id AND held.closed_at IS NULL
"""


# An entry that was called several times has as many attempts, and a record that comes late is of the last one.
MARK_ANSWERED = """
    UPDATE dialer_attempt AS held SET answered = TRUE
      FROM unnest(%s::bigint[]) AS ended (source_id)
     WHERE held.source = %s AND held.source_id = ended.source_id AND NOT held.answered
       AND held.opened_at = (SELECT max(last.opened_at) FROM dialer_attempt last
                              WHERE last.source = held.source AND last.source_id = held.source_id)
"""


class AttemptEnd(NamedTuple):
    """How an order ended whose phone rang."""

    had_talk: bool
    """Somebody spoke with the callee."""
    was_abandoned: bool
    """The callee was left alone on the line."""


def close_each_attempt(source: str, ends: Mapping[int, AttemptEnd], *, now: datetime) -> None:
    """As `close_attempts`, for orders whose phones rang: the order's pk → how it ended.

    That somebody spoke with the callee counts too where it is heard of after the order was closed.
    """
    if not ends:
        return
    answered = [pk for pk, end in ends.items() if end.had_talk]
    with connection.cursor() as cursor:
        cursor.execute(CLOSE_EACH_ATTEMPT, [now, list(ends), [end.was_abandoned for end in ends.values()], source])
        if answered:
            cursor.execute(MARK_ANSWERED, [answered, source])


def note_refusal(source: str, source_id: int) -> bool:
    """The callee of this order said no: their rest begins with its end. False where it had no order that ended."""
    last = Attempt.objects.filter(source=source, source_id=source_id, closed_at__isnull=False).order_by("-opened_at")
    return bool(Attempt.objects.filter(pk__in=last.values("pk")[:1]).update(refused=True))


def mark_doubt(source: str, source_ids: Iterable[int] | QuerySet[Any], *, in_doubt: bool) -> None:
    """So that whoever asks is told that the order in the way is in doubt."""
    held = Attempt.objects.still_open().filter(source=source, source_id__in=source_ids)
    held.exclude(in_doubt=in_doubt).update(in_doubt=in_doubt)


def describe_call(pk: int) -> BlockingOrder:
    call = CallRequest.objects.select_related("did").get(pk=pk)
    return BlockingOrder(text=f"{call.describe()} ({call.get_state_display()})", url=call.get_absolute_url())
