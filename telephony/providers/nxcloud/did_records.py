"""NxCloud's call records of DIDs, in our words (wiki page Query-DID-Number-Call-Records)."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from telephony.contract.records import DidRecord
from telephony.contract.vocabulary import Direction
from telephony.http.untrusted_json import as_decimal, as_id, as_int, as_text
from telephony.numbers.e164 import from_wire

if TYPE_CHECKING:
    from datetime import tzinfo

DIRECTIONS = MappingProxyType({0: Direction.INBOUND, 1: Direction.OUTBOUND})
"""One less than in the call-centre records, where 2 is a task."""
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
LONGEST_CALL = 7 * 86_400


def parse_did_record(item: dict[str, Any], *, zone: tzinfo) -> DidRecord:
    """One row; a field of the wrong type counts as missing and stays in `raw`.

    The page gives times without a zone: they are read in `zone`, in the hour that a clock change repeats as the first.
    The page calls every price "yuan" while accounts are kept in several currencies, so no currency is claimed.
    """
    direction, seconds = as_int(item.get("callType")), as_int(item.get("callDuration"))
    return DidRecord(
        provider_row_id=as_id(item.get("id")),
        did=from_wire(as_text(item.get("number"))) or "",
        other=from_wire(as_text(item.get("callNumber"))) or "",
        direction=Direction.UNKNOWN if direction is None else DIRECTIONS.get(direction, Direction.UNKNOWN),
        started_at=_moment(item.get("startTime"), zone),
        ended_at=_moment(item.get("endTime"), zone),
        talk_seconds=seconds if seconds is not None and 0 <= seconds <= LONGEST_CALL else None,
        cost=as_decimal(item.get("callPrice")),
        end_reason=as_id(item.get("endReason")),
        end_reason_text=as_text(item.get("endReasonName")),
        raw=item,
    )


def _moment(value: object, zone: tzinfo) -> datetime | None:
    try:
        return datetime.strptime(as_text(value), TIME_FORMAT).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        # Also the years 1 and 9999, which another zone would push off the calendar.
        return None
