"""Numbers handed over in provider tasks, for the books of a day."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import State
from dialer.reconcile import books
from dialer.reconcile.books import BooksLine

# Chunks of the day, what their numbers say, their last telling event, and how many numbers have records.
TASKS = """
    SELECT t.account_id, t.state, t.size, coalesce(last.kind, '') AS last_event,
           numbers.total, numbers.known, numbers.unknown, numbers.awaited, numbers.told, records.told
      FROM campaigns_providertask t
      LEFT JOIN LATERAL (SELECT kind FROM campaigns_taskevent
                          WHERE task_id = t.id AND kind = ANY(%s) ORDER BY id DESC LIMIT 1) last ON TRUE
      JOIN LATERAL (SELECT count(*) AS total,
                           count(*) FILTER (WHERE state = 'done' AND disposition NOT IN ('', 'unknown')) AS known,
                           count(*) FILTER (WHERE state = 'done' AND disposition IN ('', 'unknown')) AS unknown,
                           count(*) FILTER (WHERE state IN ('ordered', 'in_doubt')) AS awaited,
                           count(*) FILTER (WHERE state = 'done' AND provider_call_id <> '') AS told
                      FROM campaigns_entry WHERE task_id = t.id) numbers ON TRUE
      JOIN LATERAL (SELECT count(DISTINCT order_id) AS told
                      FROM dialer_calldetailrecord WHERE reference = t.reference) records ON TRUE
     WHERE t.requested_at >= %s AND t.requested_at < %s
"""
MISSING = gettext_lazy("numbers that their chunk lost or gained")
ELSEWHERE = gettext_lazy("numbers of an accepted chunk that are neither outstanding nor done")
RECORDS = gettext_lazy("numbers with a record but without its result")


def task_lines(*, start: datetime, end: datetime) -> list[BooksLine]:
    """Numbers by account; `size` was written when the chunk was made, the numbers' own states afterwards."""
    lines: dict[int, BooksLine] = {}
    names = books.account_names()
    with connection.cursor() as cursor:
        cursor.execute(TASKS, [[kind.value for kind in books.OF_EVENT], start, end])
        for account, state, size, event, total, known, unknown, awaited, told, records in cursor.fetchall():
            line = lines.setdefault(account, BooksLine(account=names[account], what=_("numbers in provider tasks")))
            line.counts[books.OF_STATE[State(state)]] += size
            if not books.agrees(state, event):
                line.differ(books.STATE_AND_HISTORY, size)
            if state == State.CANCELLED:
                continue  # given back: its numbers are in another chunk by now, or wait
            line.differ(MISSING, abs(size - total))
            line.differ(books.RESULT_WITHOUT_RECORD if told > records else RECORDS, abs(told - records))
            if state == State.ACCEPTED:
                line.counts.update(known=known, unknown=unknown, awaited=awaited)
                line.differ(ELSEWHERE, total - known - unknown - awaited)
    return list(lines.values())
