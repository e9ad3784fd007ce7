"""The call-record queries: which records, in which order, which page."""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]


def page(records: list[Record], query: dict[str, Any]) -> list[Record]:
    """Oldest first; there is no total, a page shorter than `size` is the last.

    NxCloud does not say whether the times mean the start or the end of a call: the start here.
    """
    found = sorted((record for record in records if _matches(record, query)), key=lambda record: record["startTime"])
    first = (query["page"] - 1) * query["size"]
    return found[first : first + query["size"]]


def of_order(records: list[Record], order_id: str) -> list[Record]:
    return [record for record in records if record["orderId"] == order_id]


def _matches(record: Record, query: dict[str, Any]) -> bool:
    # Seconds in, milliseconds out; the second named as the end is part of the span.
    if not query["startTime"] * 1000 <= record["startTime"] < (query["endTime"] + 1) * 1000:
        return False
    direction = query.get("direction") or 0
    if direction and record["direction"] != direction - 1:
        return False
    answered = query.get("answered") or 0
    if answered and record["answered"] is not (answered == 2):
        return False
    if query.get("name") and query["name"] != record["agentName"]:
        return False
    return all(query[name] == record[name] for name in ("caller", "callee", "callId", "orderId") if query.get(name))
