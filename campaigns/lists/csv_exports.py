"""Rows of a call list as CSV, streamed: what was accepted, and what was not with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from django.utils.http import content_disposition_header

from campaigns.importer.layout import EXPORTED, ListLayout, Role, report_columns
from campaigns.models import CallList
from dialer.web.csv_stream import lines
from sheets.column_words import REPORT_COLUMNS
from sheets.kinds import TEXT
from sheets.original import cells_of

REJECTED_COLUMNS = REPORT_COLUMNS
"""Behind the file's own columns."""
ACCEPTED_COLUMNS = tuple(EXPORTED)
EXTRA_ROLES = (Role.NAME, Role.TIME_ZONE, Role.CONSENT_REF, Role.CONSENT_DATE, Role.PRIORITY, Role.PURPOSE)
_ROWS_AT_ONCE = 5_000


def rejected_lines(call_list: CallList) -> Iterator[str]:
    """The columns of the file, then where the row stands and why it was not taken: to be corrected and sent again."""
    kind, delimiter = origin_of(call_list)
    names = list(call_list.columns.get("names", []))
    kept = len(names) - len(report_columns(names))
    rows = call_list.rejected_rows.order_by("line_number", "pk").values_list("line", *REJECTED_COLUMNS)
    return lines(
        [*names[:kept], *REJECTED_COLUMNS],
        (
            [
                *cells_of(line, kind=kind, delimiter=delimiter, names=names)[:kept],
                number,
                *texts,
            ]
            for line, number, *texts in rows.iterator(chunk_size=_ROWS_AT_ONCE)
        ),
    )


def origin_of(call_list: CallList) -> tuple[str, str]:
    """Kind and delimiter of its file, for sheets.original; of a list that was never looked at, plain text."""
    kind, found = call_list.inspection.get("kind", TEXT), call_list.inspection.get("delimiter", "")
    return kind, call_list.columns.get("delimiter") or found


def accepted_lines(call_list: CallList) -> Iterator[str]:
    """Imported again, the file gives the same rows: numbers as E.164, other cells safe from being formulas."""
    kept: list[str] = []
    if "roles" in call_list.columns:
        layout = ListLayout.from_json(call_list.columns)
        # Once each: `extra` has one value for a name, however many columns have it.
        kept = list(dict.fromkeys(layout.names[place] for place in layout.places(Role.KEEP)))
    rows = call_list.entries.order_by("pk").values_list("callee", "external_id", "other", "extra")
    return lines(
        [*ACCEPTED_COLUMNS, *kept],
        (_accepted(*row, kept=kept) for row in rows.iterator(chunk_size=_ROWS_AT_ONCE)),
    )


def _accepted(callee: str, order_id: str, other: str, extra: dict[str, Any] | None, *, kept: list[str]) -> list[str]:
    known = extra or {}
    columns = known.get("columns", {})
    name, *others = (known.get(role.value, "") for role in EXTRA_ROLES)
    rest = (columns.get(column, "") for column in kept)
    return [callee, order_id, name, other, *others, *rest]


def content_disposition(call_list: CallList, what: str) -> str:
    return str(content_disposition_header(True, f"{PurePath(call_list.name).stem}-{what}.csv"))
