"""NxCloud's call records, pulled or pushed, in our words (wiki pages NXCC-API-cdrQuery and NXCC-API-Webhook)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from telephony.contract.records import CallRecord, seconds_between
from telephony.contract.vocabulary import Direction
from telephony.http.untrusted_json import as_decimal, as_id, as_int, as_text, as_utc, load_object
from telephony.numbers.e164 import from_wire
from telephony.providers.nxcloud.codes import disposition_for, hangup_text, was_abandoned

if TYPE_CHECKING:
    from datetime import datetime

DIRECTIONS = MappingProxyType({0: Direction.INBOUND, 1: Direction.OUTBOUND, 2: Direction.TASK})
"""As records say it; a query asks for the same with 1, 2 and 3."""
QUERY_DIRECTIONS = MappingProxyType({direction: code + 1 for code, direction in DIRECTIONS.items()})


def parse_record(item: dict[str, Any]) -> CallRecord:
    """One record; a field of the wrong type counts as missing and stays in `raw`.

    Times are Unix milliseconds, 0 where it did not happen. Without a callId `provider_call_id` is "".
    """
    answered_at, ended_at = as_utc(item.get("answerTime")), as_utc(item.get("endTime"))
    code = as_id(item.get("hangupCode"))
    direction = as_int(item.get("direction"))
    recording = as_text(item.get("recordUrl"), limit=2048)
    return CallRecord(
        provider_call_id=as_id(item.get("callId")),
        order_id=as_id(item.get("orderId")),
        task_id=as_id(item.get("taskId")),
        other=as_text(item.get("other"), limit=1024),
        direction=Direction.UNKNOWN if direction is None else DIRECTIONS.get(direction, Direction.UNKNOWN),
        caller=as_text(item.get("caller")),
        callee=as_text(item.get("callee")),
        disposition=disposition_for(code, answered=_answered(item, answered_at)),
        hangup_code=code,
        abandoned=was_abandoned(code),
        hangup_reason=hangup_text(code) or as_text(item.get("hangupReason")) or as_text(item.get("callStatus")),
        started_at=as_utc(item.get("startTime")),
        answered_at=answered_at,
        ended_at=ended_at,
        # The published durations mix seconds and milliseconds.
        talk_seconds=seconds_between(answered_at, ended_at),
        cost=as_decimal(item.get("totalCustomerPrice")),
        recording_url=recording if recording.startswith(("https://", "http://")) else "",
        raw=item,
    )


def parse_push(body: bytes) -> CallRecord:
    """The record in a push, which is one object without an envelope. Raises ValueError with a readable sentence."""
    try:
        record = parse_record(load_object(body))
    except ValueError as exc:
        raise ValueError(f"The push is not a call record: {exc}.") from exc
    if not record.provider_call_id:
        raise ValueError("The push is not a call record: it has no callId.")
    return record


def customer_of(record: CallRecord) -> str | None:
    """The customer's number as E.164, None where the record has none.

    In a task call NxCloud writes the customer in `caller`, and agent group and address in `callee`
    (the sample of NXCC-API-Webhook), as if the customer had called in.
    """
    if record.direction is Direction.UNKNOWN:
        return None
    return from_wire(record.callee if record.direction is Direction.OUTBOUND else record.caller)


def _answered(item: dict[str, Any], answered_at: datetime | None) -> bool | None:
    if answered_at is not None:
        return True
    if isinstance(flag := item.get("answered"), bool):
        return flag
    return False if as_int(item.get("answerTime")) == 0 else None
