"""The call-record queries: which calls, in which order, which page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from sandbox.nxcloud.archive import Archive
from sandbox.nxcloud.calls import Call, record

Query = dict[str, Any]


def page(archive: Archive, query: Query, *, now: float) -> list[Call]:
    """Oldest first; there is no total, a page shorter than `size` is the last. `now` is monotonic.

    NxCloud does not say whether the times mean the start or the end of a call: the start here.
    """
    # Seconds in, milliseconds out; the second named as the end is part of the span.
    span = archive.between(query["startTime"] * 1000, (query["endTime"] + 1) * 1000)
    found = filter(_matcher(query), ended(span, now))
    first = (query["page"] - 1) * query["size"]
    return list(islice(found, first, first + query["size"]))


def of_order(archive: Archive, order_id: str, *, now: float) -> list[Call]:
    return list(ended(archive.of_order(order_id), now))


def ended(calls: Iterable[Call], now: float) -> Iterator[Call]:
    """The calls whose record exists."""
    return (call for call in calls if not call.held and call.visible_at <= now)


def _matcher(query: Query) -> Callable[[Call], bool]:
    direction = query.get("direction") or 0
    answered = query.get("answered") or 0
    texts = {name: query[name] for name in ("caller", "callee", "callId", "orderId") if query.get(name)}
    if query.get("name"):
        texts["agentName"] = query["name"]

    def matches(call: Call) -> bool:
        if direction and call.direction != direction - 1:
            return False
        if answered and (call.times.answer > 0) is not (answered == 2):
            return False
        # A record is dear to make, so only for a query that looks into it.
        return not texts or texts.items() <= record(call).items()

    return matches
