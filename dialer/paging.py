"""Pages of a long list, by key: the thousandth costs what the first does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, newest first, and where the pages beside them are; _partials/_pagination.html shows it."""

    rows: list[Any]
    previous_url: str = ""
    next_url: str = ""
    label: str = ""

    @property
    def is_first(self) -> bool:
        return not self.previous_url


def page_of(rows: QuerySet[Any], query: QueryDict, *, size: int = PAGE_SIZE) -> Page:
    """The page that `?before=<id>` or `?after=<id>` asks for, else the first."""
    after, before = _cursor(query, "after"), _cursor(query, "before")
    if after is not None:
        newer = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        if len(newer) > size:
            return _page(newer[:size][::-1], query, has_previous=True, has_next=True)
        # Less than a page above: that is the first page.
    older = rows if before is None else rows.filter(pk__lt=before)
    found = list(older.order_by("-pk")[: size + 1])
    return _page(found[:size], query, has_previous=before is not None, has_next=len(found) > size)


def _page(rows: list[Any], query: QueryDict, *, has_previous: bool, has_next: bool) -> Page:
    if not rows:
        return Page(rows, previous_url=with_cursor(query) if has_previous else "")
    return Page(
        rows,
        previous_url=with_cursor(query, after=rows[0].pk) if has_previous else "",
        next_url=with_cursor(query, before=rows[-1].pk) if has_next else "",
    )


def with_cursor(query: QueryDict, **cursor: int) -> str:
    """The same filters on another page; no cursor means the first."""
    kept = query.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    for name in [name for name, value in kept.items() if not value]:
        del kept[name]
    for name, key in cursor.items():
        kept[name] = str(key)
    return f"?{kept.urlencode()}"


def _cursor(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
