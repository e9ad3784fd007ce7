"""AICC's records of calls, asked for or pushed, in our words (pages 1305, 1306, 1319)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from telephony.contract.records import CallProgress, CallRecord, seconds_between
from telephony.contract.vocabulary import CallStage, Direction
from telephony.http.untrusted_json import as_id, as_int, as_text, as_utc
from telephony.providers.huawei_aicc.codes import disposition_for, reason_text
from telephony.providers.huawei_aicc.orders import LONGEST_CALL_DATA, order_id_of

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_SERIAL = 50
ENDED = "3"

# AICC says "calling" from the first ring at the agent's to the answer of the callee. Stages only ever advance, so it
# counts as the first of them.
STAGES: Mapping[str, CallStage] = MappingProxyType(
    {"1": CallStage.AGENT_RINGING, "2": CallStage.TALKING, ENDED: CallStage.ENDED}
)

_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
_NO_SERIAL = frozenset({"0", "null", "none", "undefined"})
_TIME = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2}),([0-9]{2}):([0-9]{2}):([0-9]{2}):([0-9]{3})")
_EARLIEST_MS = 10**11
"""1973: what is less is no moment, but a duration or seconds."""
_TELLS_TIMES = frozenset({"alertingTime", "talkingTime", "releaseTime", "talkDuration"})
_NOTHING = frozenset({"", "0", "null"})


def serial_of(value: object) -> str:
    """A call's serial number as text, "" where there is none. Its 19 digits are exact as text and as a whole number
    only: of a fraction or a power of ten nobody knows which call it was."""
    text = as_id(value, limit=LONGEST_SERIAL)
    return text if _SERIAL.fullmatch(text) and text.lower() not in _NO_SERIAL else ""


def text_of(value: object, *, limit: int = 255) -> str:
    """Like `as_text`; the word null, which AICC writes for a missing value (page 1319), is ""."""
    text = as_text(value, limit=limit)
    return "" if text == "null" else text


def read_time(value: object, zone: tzinfo) -> datetime | None:
    """Unix milliseconds as a number or text, or yyyy/MM/dd,HH:mm:ss:SSS in `zone` (page 2805's sample), as UTC."""
    milliseconds = as_int(value)
    if milliseconds is not None:
        return as_utc(value) if milliseconds >= _EARLIEST_MS else None
    found = _TIME.fullmatch(as_text(value))
    if not found:
        return None
    year, month, day, hour, minute, second, millis = map(int, found.groups())
    try:
        local = datetime(year, month, day, hour, minute, second, millis * 1000, tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_record(item: dict[str, Any], *, zone: tzinfo, provider_call_id: str = "") -> CallRecord:
    """One record; a field of the wrong type counts as missing and stays in `raw`.

    Without a serial number of its own it has `provider_call_id`. A call that has not ended is no record: its
    `provider_call_id` is "".
    """
    # A state that cannot be read is not taken for the end: the call might go on.
    state = item.get("state")
    ended = state in (None, "") or as_id(state) == ENDED
    call_data = text_of(item.get("callData"), limit=LONGEST_CALL_DATA)
    order_id = order_id_of(call_data)
    answered_at = read_time(item.get("talkingTime"), zone)
    ended_at = read_time(item.get("releaseTime"), zone) or read_time(item.get("endTime"), zone)
    reason = text_of(item.get("releaseReason"), limit=16) or text_of(item.get("reasonCode"), limit=16)
    return CallRecord(
        provider_call_id=(serial_of(item.get("callSerialNo")) or provider_call_id) if ended else "",
        order_id=order_id,
        other=call_data.removeprefix(order_id).strip(),
        direction=Direction.OUTBOUND,
        caller=text_of(item.get("caller")),
        callee=text_of(item.get("called")),
        disposition=disposition_for(reason, answered=_answered(item, answered_at)),
        hangup_code=reason,
        hangup_reason=reason_text(reason),
        started_at=read_time(item.get("startTime"), zone) or read_time(item.get("createCallTime"), zone),
        answered_at=answered_at,
        ended_at=ended_at,
        # The published sample of a duration is a time of day (page 1319).
        talk_seconds=seconds_between(answered_at, ended_at),
        raw=item,
    )


def parse_progress(item: dict[str, Any], *, zone: tzinfo, provider_call_id: str) -> CallProgress:
    """The answer of queryCallState (page 1306) about one call."""
    stage = STAGES.get(as_id(item.get("state")))
    ended = stage is CallStage.ENDED
    return CallProgress(
        provider_call_id=provider_call_id,
        order_id=order_id_of(text_of(item.get("callData"), limit=LONGEST_CALL_DATA)),
        stage=stage,
        callee=text_of(item.get("called")),
        record=parse_record(item, zone=zone, provider_call_id=provider_call_id) if ended else None,
        raw=item,
    )


def _answered(item: dict[str, Any], answered_at: datetime | None) -> bool | None:
    """What the times say of the callee. queryCallState gives none of them, so it says nothing."""
    if answered_at is not None or (as_int(item.get("talkDuration")) or 0) > 0:
        return True
    silent = as_text(item.get("talkingTime")) in _NOTHING
    return False if silent and not _TELLS_TIMES.isdisjoint(item) else None
