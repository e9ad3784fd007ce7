"""The books of a day (UTC): what was ordered and what became of it, counted twice by different ways.

Once from the orders as they stand, once from their histories and from the provider's records. Where both say the
same, the books balance; else they differ by the number of orders of which they say different things.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer import hooks
from dialer.models import CallDetailRecord, Disposition, EventKind, ProviderAccount, State
from telephony.contract.vocabulary import Direction

WAITING, NOT_SENT, ACCEPTED, REFUSED, IN_DOUBT = "waiting", "not_sent", "accepted", "refused", "in_doubt"
OF_STATE = {
    State.PENDING: WAITING,
    State.SENDING: WAITING,
    State.CANCELLED: NOT_SENT,
    State.ACCEPTED: ACCEPTED,
    State.REJECTED: REFUSED,
    State.IN_DOUBT: IN_DOUBT,
}
# The last of these in an order's history says how it stands.
OF_EVENT = {
    EventKind.REQUESTED: (WAITING,),
    EventKind.CLAIMED: (WAITING,),
    EventKind.NOT_SENT: (WAITING,),
    EventKind.HELD: (WAITING,),
    EventKind.CANCELLED: (NOT_SENT,),
    EventKind.ACCEPTED: (ACCEPTED,),
    EventKind.PROVEN: (ACCEPTED,),
    EventKind.REJECTED: (REFUSED,),
    EventKind.IN_DOUBT: (IN_DOUBT,),
    EventKind.RESOLVED: (ACCEPTED, REFUSED),
}
CODES_SHOWN = 50


@dataclass(slots=True)
class BooksLine:
    """One account's orders of one kind on one day, each counted once."""

    account: str
    what: str
    counts: Counter[str] = field(default_factory=Counter)
    """Of `waiting`, `not_sent`, `accepted`, `refused`, `in_doubt`; and of accepted: `known`, `awaited`, `unknown`."""
    differences: Counter[str] = field(default_factory=Counter)
    """Sentence → of how many orders it is true."""

    @property
    def sent(self) -> int:
        return self.counts[ACCEPTED] + self.counts[REFUSED] + self.counts[IN_DOUBT]

    @property
    def ordered(self) -> int:
        return self.sent + self.counts[WAITING] + self.counts[NOT_SENT]

    @property
    def off_by(self) -> int:
        return sum(self.differences.values())

    @property
    def said(self) -> list[tuple[str, int]]:
        return list(self.differences.items())

    def differ(self, sentence: object, count: int) -> None:
        if count:
            self.differences[str(sentence)] += count

    def count_calls(self, state: str, event: str, result: str, *, has_record: bool, count: int) -> None:
        """So many single calls stand like this; what their histories and records say otherwise is a difference."""
        self.counts[OF_STATE[State(state)]] += count
        if result:
            self.counts[result] += count
        if not agrees(state, event):
            self.differ(STATE_AND_HISTORY, count)
        if result == "known" and not has_record:
            self.differ(RESULT_WITHOUT_RECORD, count)
        if result in ("awaited", "unknown") and has_record:
            self.differ(RECORD_WITHOUT_RESULT, count)


@dataclass(frozen=True, slots=True)
class Books:
    day: date
    lines: list[BooksLine]
    records: list[dict[str, Any]]
    """For each account, how many records the provider has of that day, and how they were matched."""
    codes: list[dict[str, Any]]
    """Hang-up codes that no published page explains, with counts."""

    @property
    def off_by(self) -> int:
        return sum(line.off_by for line in self.lines)


def balance_day(day: date) -> Books:
    start, end = day_span(day)
    lines = [line for source in (call_lines, *hooks.line_sources) for line in source(start=start, end=end)]
    lines.sort(key=lambda line: (line.account, line.what))
    unknown = on_day(CallDetailRecord.objects.filter(disposition=Disposition.UNKNOWN), start, end)
    codes = unknown.exclude(hangup_code="").values("account__name", "hangup_code").annotate(count=Count("pk"))
    return Books(
        day=day,
        lines=lines,
        records=_record_counts(start, end),
        codes=list(codes.order_by("-count", "hangup_code")[:CODES_SHOWN]),
    )


def day_span(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(), tzinfo=UTC)
    return start, start + timedelta(days=1)


STATE_AND_HISTORY = gettext_lazy("state and history disagree")
RESULT_WITHOUT_RECORD = gettext_lazy("result without a provider record")
RECORD_WITHOUT_RESULT = gettext_lazy("record with a result that the order does not show")

# Every call of the day by its DID's index, then its last telling event and whether a record is linked to it.
# OFFSET 0 keeps the planner from pulling the lateral subquery up, and with it from reading past the index.
CALLS = """
    SELECT c.account_id, c.state, coalesce(e.kind, '') AS last_event,
           CASE WHEN c.state <> 'accepted' THEN ''
                WHEN c.disposition NOT IN ('', 'unknown') THEN 'known'
                WHEN c.closed_at IS NULL THEN 'awaited'
                ELSE 'unknown' END AS result,
           c.state = 'accepted' AND EXISTS (
               SELECT FROM dialer_calldetailrecord r
                WHERE r.reference = c.reference AND r.disposition <> 'unknown') AS has_record,
           count(*)
      FROM (SELECT of_did.*
              FROM dialer_didnumber d
              JOIN LATERAL (SELECT * FROM dialer_callrequest
                             WHERE did_id = d.id AND requested_at >= %(start)s AND requested_at < %(end)s OFFSET 0
                           ) of_did ON TRUE
            UNION ALL  -- where the provider chose the number
            SELECT * FROM dialer_callrequest
             WHERE did_id IS NULL AND requested_at >= %(start)s AND requested_at < %(end)s) c
      LEFT JOIN LATERAL (SELECT kind FROM dialer_callevent
                          WHERE call_id = c.id AND kind = ANY(%(telling)s) ORDER BY id DESC LIMIT 1) e ON TRUE
     GROUP BY 1, 2, 3, 4, 5
"""


def call_lines(*, start: datetime, end: datetime) -> list[BooksLine]:
    """Single calls by account."""
    lines: dict[int, BooksLine] = {}
    names = account_names()
    with connection.cursor() as cursor:
        cursor.execute(CALLS, {"start": start, "end": end, "telling": [kind.value for kind in OF_EVENT]})
        for account, state, event, result, has_record, count in cursor.fetchall():
            line = lines.setdefault(account, BooksLine(account=names[account], what=_("calls")))
            line.count_calls(state, event, result, has_record=has_record, count=count)
    return list(lines.values())


def agrees(state: str, event: str) -> bool:
    return bool(event) and OF_STATE[State(state)] in OF_EVENT[EventKind(event)]


def account_names() -> dict[int, str]:
    return dict(ProviderAccount.objects.values_list("pk", "name"))


def on_day(rows: QuerySet[CallDetailRecord], start: datetime, end: datetime) -> QuerySet[CallDetailRecord]:
    return rows.filter(started_at__gte=start, started_at__lt=end)


def _record_counts(start: datetime, end: datetime) -> list[dict[str, Any]]:
    rows = on_day(CallDetailRecord.objects.all(), start, end).values("account__name")
    # One pass over the records of the day counts all of it.
    is_ours = ~Q(reference="")
    return list(
        rows.annotate(
            total=Count("pk"),
            by_id=Count("pk", filter=is_ours & Q(match__in=["call_id", "order_id", ""])),
            by_numbers=Count("pk", filter=is_ours & Q(match="numbers")),
            by_person=Count("pk", filter=is_ours & Q(match="person")),
            inbound=Count("pk", filter=~is_ours & Q(direction=Direction.INBOUND)),
            unmatched=Count("pk", filter=~is_ours & ~Q(direction=Direction.INBOUND)),
        ).order_by("account__name")
    )


def unmatched_of(day: date) -> QuerySet[CallDetailRecord]:
    """Records of that day that belong to no order; one without a time stands under the day on which it came."""
    start, end = day_span(day)
    timeless = Q(started_at=None, received_at__gte=start, received_at__lt=end)
    rows = CallDetailRecord.objects.filter(reference="").defer("raw", "recording_url")
    return rows.filter(Q(started_at__gte=start, started_at__lt=end) | timeless).select_related("account")


COLUMNS = (
    *("day", "account", "what", "ordered", WAITING, NOT_SENT, "sent", ACCEPTED, REFUSED, IN_DOUBT),
    *("known", "awaited", "unknown", "differ_by", "differences"),
)


def csv_rows(books: Books) -> Iterable[list[object]]:
    """The lines as cells, in the order of COLUMNS."""
    for line in books.lines:
        counts = [line.counts[name] for name in (WAITING, NOT_SENT)]
        outcomes = [line.counts[name] for name in (ACCEPTED, REFUSED, IN_DOUBT, "known", "awaited", "unknown")]
        said = "; ".join(f"{sentence}: {count}" for sentence, count in line.said)
        head = [books.day.isoformat(), line.account, line.what, line.ordered]
        yield [*head, *counts, line.sent, *outcomes, line.off_by, said]
