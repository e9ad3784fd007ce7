"""The people whom a call list itself names as not to be called, into the opt-out list of the portal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.contrib.auth.models import AbstractUser

from campaigns.importer.layout import ListLayout
from campaigns.importer.telephones import every_number
from campaigns.lists.csv_exports import origin_of
from campaigns.models import CallList
from dialer.dnc import lists as dnc
from dialer.support.permissions import require
from sheets.blocks import Block
from sheets.original import cells_of

_AT_ONCE = 5_000


def offered(call_list: CallList) -> int:
    """People whose numbers are not in the opt-out list yet."""
    report = call_list.report
    return 0 if report.get("opted_out_by") else report.get("opted_out", 0)


def opt_out(*, call_list: CallList, by: AbstractUser, now: datetime) -> int:
    """Puts every number that such a row may mean into the list; returns how many were not there before.

    May run twice. Raises dialer.dnc.DncRefused, PermissionDenied.
    """
    require(by, "dialer.add_dncentry")
    if not offered(call_list):
        return 0
    added = 0
    layout = ListLayout.from_json(call_list.columns)
    rows = _rows(call_list, layout)
    while batch := list(islice(rows, _AT_ONCE)):
        block = Block([0] * len(batch), [""] * len(batch), batch)
        numbers = every_number(block, layout, region=call_list.campaign.country)
        added += dnc.opt_out_many(numbers, source=call_list.name[:200], by=by, now=now)
    CallList.objects.filter(pk=call_list.pk).update(
        report={**call_list.report, "opted_out_by": by.get_username(), "opted_out_added": added}
    )
    call_list.refresh_from_db()
    return added


def _rows(call_list: CallList, layout: ListLayout) -> Iterator[list[str]]:
    """The cells of each row."""
    kind, delimiter = origin_of(call_list)
    lines = call_list.rejected_rows.filter(is_opt_out=True).order_by("line_number").values_list("line", flat=True)
    for line in lines.iterator(chunk_size=_AT_ONCE):
        cells = cells_of(line, kind=kind, delimiter=delimiter, names=layout.names)
        yield [*cells, *[""] * (layout.width - len(cells))]
