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


def page_of(rows: QuerySet[Any], query: QueryDict, *, size: int = PAGE_SIZE, newest_first: bool = True) -> Page:
    """The page that `?before=<id>` or `?after=<id>` asks for, else the first.

    Newest first suits what goes on growing; a file's rows are shown in its own order, lowest id first.
    """
    onward, back = ("before", "after") if newest_first else ("after", "before")
    order = {"before": ("pk__lt", "-pk"), "after": ("pk__gt", "pk")}
    beyond, before = _cursor(query, onward), _cursor(query, back)
    if before is not None:
        lookup, ordering = order[back]
        passed = list(rows.filter(**{lookup: before}).order_by(ordering)[: size + 1])
        if len(passed) > size:
            return _page(passed[:size][::-1], query, onward=onward, back=back, has_previous=True, has_next=True)
        beyond = None  # less than a page above: the first page itself
    lookup, ordering = order[onward]
    rest = rows if beyond is None else rows.filter(**{lookup: beyond})
    found = list(rest.order_by(ordering)[: size + 1])
    is_later = beyond is not None
    return _page(found[:size], query, onward=onward, back=back, has_previous=is_later, has_next=len(found) > size)


def _page(rows: list[Any], query: QueryDict, *, onward: str, back: str, has_previous: bool, has_next: bool) -> Page:
    if not rows:
        return Page(rows, previous_url=with_cursor(query) if has_previous else "")
    return Page(
        rows,
        previous_url=with_cursor(query, **{back: rows[0].pk}) if has_previous else "",
        next_url=with_cursor(query, **{onward: rows[-1].pk}) if has_next else "",
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
    # Eighteen digits fit a bigint; more would be an error of the database instead of a first page.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
