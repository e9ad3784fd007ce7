"""The query for the call records of DIDs: one day, rows without a call id, a page with totals."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sandbox.nxcloud.archive import Archive
from sandbox.nxcloud.calls import OUTBOUND, PRICE_PER_MINUTE, Call, ending, price, talk_seconds
from sandbox.nxcloud.records import ended

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
CALLER_HUNG_UP = 2001
"""Hang-up code of a dial-out whose agent ended it."""


def page(archive: Archive, query: dict[str, Any], *, now: float) -> dict[str, Any]:
    """Oldest first. `now` is monotonic. NxCloud names no zone for the day and the times: UTC here."""
    midnight = datetime.fromisoformat(query["date"]).replace(tzinfo=UTC)
    following = midnight + timedelta(days=1)
    day = archive.between(int(midnight.timestamp() * 1000), int(following.timestamp() * 1000))
    found = [call for call in ended(day, now) if _matches(call, query)]
    size = query["pageSize"]
    first = (query["page"] - 1) * size
    return {
        "totalRow": len(found),
        "pageNumber": query["page"],
        "totalPage": math.ceil(len(found) / size),
        "pageSize": size,
        "list": [_row(call) for call in islice(found, first, first + size)],
    }


def _matches(call: Call, query: dict[str, Any]) -> bool:
    """Calls of a task have no DID: they are not listed."""
    order = call.order
    if not order.did or query.get("type") not in (None, OUTBOUND):
        return False
    return query.get("didNumber") in (None, "", order.did) and query.get("callNumber") in (None, "", order.callee)


def _row(call: Call) -> dict[str, Any]:
    """The fields of NxCloud's table. Of its reasons only "-7" is published, so the others are SIP codes here."""
    seconds, outcome = talk_seconds(call.times), ending(call.order)
    code, reason = str(outcome.sip_code), outcome.reason
    if outcome.code == CALLER_HUNG_UP:
        code, reason = "-7", "caller hung up"
    return {
        "id": call.number,
        "number": call.order.did,
        "callNumber": call.order.callee,
        "callType": OUTBOUND,
        "countryName": "",
        "callDuration": seconds,
        "feeType": 0,
        "feeDurationMinute": math.ceil(seconds / 60),
        "callPriceUnit": PRICE_PER_MINUTE,
        "callPrice": price(call.times),
        "endDirection": {0: 0, 1: 1}.get(outcome.hangup_by, 2),
        "endReason": code,
        "endReasonName": reason,
        "callerIp": "127.0.0.1",
        "calleeIp": "127.0.0.1",
        "startTime": _written(call.times.start),
        "endTime": _written(call.times.end),
    }


def _written(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime(TIME_FORMAT)
