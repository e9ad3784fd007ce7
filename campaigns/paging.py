"""Pages by key in the order of the file; dialer.paging has the other direction."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from dialer.paging import PAGE_SIZE, Page, with_cursor


def page_in_order(rows: QuerySet[Any], query: QueryDict, *, size: int = PAGE_SIZE) -> Page:
    """The page that `?after=<id>` or `?before=<id>` asks for, else the first; lowest id first."""
    before, after = _cursor(query, "before"), _cursor(query, "after")
    if before is not None:
        earlier = list(rows.filter(pk__lt=before).order_by("-pk")[: size + 1])
        if len(earlier) > size:
            return _page(earlier[:size][::-1], query, has_previous=True, has_next=True)
        after = None  # less than a page above: the first page itself
    later = rows if after is None else rows.filter(pk__gt=after)
    found = list(later.order_by("pk")[: size + 1])
    return _page(found[:size], query, has_previous=after is not None, has_next=len(found) > size)


def _page(rows: list[Any], query: QueryDict, *, has_previous: bool, has_next: bool) -> Page:
    if not rows:
        return Page(rows, previous_url=with_cursor(query) if has_previous else "")
    return Page(
        rows,
        previous_url=with_cursor(query, before=rows[0].pk) if has_previous else "",
        next_url=with_cursor(query, after=rows[-1].pk) if has_next else "",
    )


def _cursor(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
