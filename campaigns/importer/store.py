"""Accepted rows to entries. Which of them are duplicates, only the database can say: several lists are read at once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence

from django.db import connection

from campaigns.importer.rows import Accepted, Rejected, duplicate
from campaigns.models import CallList, Entry, RejectedRow

_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,32}")
_IMPORTERS = 0x6E78_6C69
"""Advisory lock: importers add their batches in turn, or two files in opposite order would deadlock in the indexes."""


def add_entries(call_list: CallList, rows: Sequence[Accepted]) -> list[Accepted | Rejected]:
    """Stores the rows, in file order; gives them back, those that were there already as duplicates.

    Inside the caller's transaction.
    """
    first_of: dict[str, Accepted] = {}
    for row in rows:
        first_of.setdefault(row.callee, row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORTERS])
    added = _insert(call_list, list(first_of.values()))
    holders = _holders(call_list, [callee for callee in first_of if callee not in added])
    return [_verdict(row, first_of[row.callee], holders.get(row.callee), call_list) for row in rows]


def _verdict(
    row: Accepted, first: Accepted, holder: tuple[int, int, str] | None, call_list: CallList
) -> Accepted | Rejected:
    if holder is not None:
        list_id, line_number, list_name = holder
        return duplicate(row, line_number=line_number, list_name="" if list_id == call_list.pk else list_name)
    return row if row is first else duplicate(row, line_number=first.line_number)


def _insert(call_list: CallList, rows: Sequence[Accepted]) -> set[str]:
    """The callees that were new to the campaign. One statement: a few times faster than rows of placeholders."""
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO campaigns_entry (campaign_id, call_list_id, line_number, callee, order_id, external_id, other,
                                         state, reason_code, reason, disposition, provider_call_id)
            SELECT %s, %s, line_number, callee, order_id, external_id, other, %s, '', '', '', ''
              FROM unnest(%s::int[], %s::bigint[], %s::text[], %s::text[], %s::text[])
                   WITH ORDINALITY AS r (line_number, callee, order_id, external_id, other, place)
             ORDER BY place
            ON CONFLICT (campaign_id, callee) DO NOTHING
            RETURNING callee
            """,
            [
                call_list.campaign_id,
                call_list.pk,
                Entry.State.WAITING.value,
                [row.line_number for row in rows],
                [int(row.callee) for row in rows],
                _order_ids(rows),
                [row.external_id for row in rows],
                [row.other for row in rows],
            ],
        )
        return {f"+{callee}" for (callee,) in cursor.fetchall()}


def _order_ids(rows: Sequence[Accepted]) -> list[str]:
    """The file's own ids where the provider can carry them and nobody has them yet: records are joined on them."""
    wanted = {row.external_id for row in rows if _PLAIN_ID.fullmatch(row.external_id)}
    free = wanted - set(Entry.objects.filter(order_id__in=wanted).values_list("order_id", flat=True))
    order_ids = []
    for row in rows:
        is_free = row.external_id in free
        free.discard(row.external_id)
        order_ids.append(row.external_id if is_free else uuid.uuid4().hex)
    return order_ids


def _holders(call_list: CallList, callees: Sequence[str]) -> dict[str, tuple[int, int, str]]:
    """Callee → the list, line and list name of the entry that the campaign has for it."""
    if not callees:
        return {}
    held = Entry.objects.filter(campaign_id=call_list.campaign_id, callee__in=callees)
    rows = held.values_list("callee", "call_list_id", "line_number", "call_list__name")
    return {callee: (list_id, line, name) for callee, list_id, line, name in rows}


def add_rejected(call_list: CallList, rows: Iterable[Rejected]) -> None:
    """Ordered by line, so that the id is in the order of the file too (the pages page by it)."""
    RejectedRow.objects.bulk_create(
        [
            RejectedRow(
                call_list=call_list,
                line_number=row.line_number,
                line=row.line,
                reason_code=row.code[:40],
                reason=row.reason[:300],
                suggestion=row.suggestion[:300],
            )
            for row in sorted(rows, key=lambda row: row.line_number)
        ],
        batch_size=2_000,
    )


def forget_rows(call_list_id: int) -> None:
    """Removes what an import left of a list that was never ready. Nothing points at these rows."""
    for model in (Entry, RejectedRow):
        model.objects.filter(call_list_id=call_list_id)._raw_delete("default")  # type: ignore[attr-defined]
