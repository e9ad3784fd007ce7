"""What the gateway tells of an agent, in our words. Each event has a shape of its own, and none can be relied on."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from telephony.contract.agents import AgentEvent
from telephony.contract.vocabulary import AgentState
from telephony.http.untrusted_json import as_id, as_int, as_text, as_utc
from telephony.providers.huawei_ccgateway.codes import explain_sign_out

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_TEXT = 200


class EventKind(StrEnum):
    IN_SERVICE = "in_service"
    READY = "ready"
    AGENT_OCCUPIED = "agent_occupied"
    """Busy with a call, not by choice."""
    NOT_READY = "not_ready"
    NOT_READY_CANCELLED = "not_ready_cancelled"
    WRAP_UP = "wrap_up"
    WRAP_UP_OVER = "wrap_up_over"
    FORCED_READY = "forced_ready"
    FORCED_NOT_READY = "forced_not_ready"
    REST = "rest"
    REST_OVER = "rest_over"
    PHONE_ALERTING = "phone_alerting"
    PHONE_OFF_HOOK = "phone_off_hook"
    PHONE_RELEASE = "phone_release"
    PHONE_BUSY = "phone_busy"
    CUSTOMER_ALERTING = "customer_alerting"
    TALKING = "talking"
    CALL_OUT_FAIL = "call_out_fail"
    CONNECT_FAIL = "connect_fail"
    CALL_CAUSE = "call_cause"
    CALL_RELEASE = "call_release"
    CUSTOMER_RELEASE = "customer_release"
    INCOMING = "incoming"
    """A call for the agent: inbound, or a leg of one that somebody else began."""
    NO_ANSWER = "no_answer"
    """The agent did not take an incoming call."""
    DIALLED_BY_HAND = "dialled_by_hand"
    RECORDING = "recording"
    SIGNED_OUT = "signed_out"
    SESSION_GONE = "session_gone"
    OTHER = "other"


_K = EventKind
# The pages behind the names: 1346, 1355, 1356, 1359, 1360, 1363, 1364, 1367, 1396, 1398, 1399, 0512, 0513, 0547, 0579,
# devg 1316, 1317, 1426, 4019. The shutdown, session and recording events stand in demos only.
KINDS: Mapping[str, EventKind] = MappingProxyType(
    {
        "AgentOther_InService": _K.IN_SERVICE,
        "AgentState_Ready": _K.READY,
        "AgentState_Busy": _K.AGENT_OCCUPIED,
        "AgentState_SetNotReady_Success": _K.NOT_READY,
        "AgentState_CancelNotReady_Success": _K.NOT_READY_CANCELLED,
        "AgentState_Work": _K.WRAP_UP,
        "AgentState_SetWork_Success": _K.WRAP_UP,
        "AgentState_CancelWork_Success": _K.WRAP_UP_OVER,
        "AgentState_Force_Ready": _K.FORCED_READY,
        "AgentState_Force_SetNotReady": _K.FORCED_NOT_READY,
        "AgentState_SetRest_Success": _K.REST,
        "AgentState_CancelRest_Success": _K.REST_OVER,
        "AgentOther_PhoneAlerting": _K.PHONE_ALERTING,
        "AgentOther_PhoneOffhook": _K.PHONE_OFF_HOOK,
        "AgentOther_PhoneRelease": _K.PHONE_RELEASE,
        "AgentOther_PhoneBusy": _K.PHONE_BUSY,
        "AgentEvent_Customer_Alerting": _K.CUSTOMER_ALERTING,
        "AgentEvent_Talking": _K.TALKING,
        "AgentEvent_Call_Out_Fail": _K.CALL_OUT_FAIL,
        "AgentEvent_Connect_Fail": _K.CONNECT_FAIL,
        "OUTBOUND_DETECT_EVENT": _K.CALL_CAUSE,
        "AgentEvent_Call_Release": _K.CALL_RELEASE,
        "AgentEvent_Customer_Release": _K.CUSTOMER_RELEASE,
        "AgentEvent_Ringing": _K.INCOMING,
        "AgentEvent_Auto_Answer": _K.INCOMING,
        "AgentEvent_No_Answer": _K.NO_ANSWER,
        "AgentEvent_linkagePhoneCallOut": _K.DIALLED_BY_HAND,
        "AgentMediaEvent_Record": _K.RECORDING,
        "AgentMediaEvent_Record_Fail": _K.RECORDING,
        "AgentMediaEvent_StopRecordDone": _K.RECORDING,
        "AgentOther_ShutdownService": _K.SIGNED_OUT,
        "AgentSession_Destroyed": _K.SESSION_GONE,
    }
)

STATES: Mapping[str, AgentState] = MappingProxyType(
    {
        _K.READY: AgentState.IDLE,
        _K.FORCED_READY: AgentState.IDLE,
        _K.NOT_READY: AgentState.BUSY,
        _K.FORCED_NOT_READY: AgentState.BUSY,
        _K.WRAP_UP: AgentState.WRAP_UP,
        _K.REST: AgentState.REST,
        _K.PHONE_ALERTING: AgentState.RINGING,
        _K.PHONE_OFF_HOOK: AgentState.DIALLING,
        _K.CUSTOMER_ALERTING: AgentState.DIALLING,
        _K.TALKING: AgentState.TALKING,
        _K.SIGNED_OUT: AgentState.SIGNED_OUT,
        _K.SESSION_GONE: AgentState.LOST,
    }
)
"""What the agent does after an event; for the others `AgentSession.state` has to be asked, if it matters."""

_NOT_READY_REASONS = MappingProxyType(
    {
        "1": "The agent chose to be busy",
        "2": "The agent did not answer for too long",
        "3": "An inspector made the agent busy",
        "4": "The agent's break exceeded its time",
        "5": "The agent's phone is not available",
        "7": "The agent rejected a call",
    }
)
_PHONE_RELEASES = MappingProxyType({"2": "The agent hung up", "3": "The platform hung up"})


def parse(event: object, *, agent_id: str) -> AgentEvent | None:
    """The event of a poll; None where there is none, or it is another agent's. Never raises."""
    if not isinstance(event, dict) or not event:
        return None
    work_no = as_text(event.get("workNo"))
    if work_no and work_no != agent_id:
        return None
    event_type = as_text(event.get("eventType"))
    if not event_type and "phoneState" in event:
        # The sample of page 0546 shows nothing but the content.
        event_type = "AgentOther_PhoneRelease"
    kind = KINDS.get(event_type, EventKind.OTHER)
    content = event.get("content")
    fields = content if isinstance(content, dict) else {"phoneState": event.get("phoneState")}
    code, text = _details(kind, fields)
    return AgentEvent(
        kind=kind,
        event_type=event_type,
        call_id=_call_id(kind, content),
        number=_number(kind, fields, agent_id=agent_id),
        code=code,
        text=text,
        at=as_utc(event.get("eventGenTime")),
        raw=event,
    )


def _call_id(kind: EventKind, content: object) -> str:
    """`callid` in most events, `callId` in the cause (page 0507), and three events are nothing but the id."""
    if kind is EventKind.DIALLED_BY_HAND:
        return ""  # Page 0579: this is not the id of the call.
    if not isinstance(content, dict):
        return as_id(content)
    return as_id(content.get("callid")) or as_id(content.get("callId"))


def _number(kind: EventKind, fields: dict[str, Any], *, agent_id: str) -> str:
    """The other party as the gateway wrote it. A number that begins with a or A is an agent's (page 0512)."""
    if kind is EventKind.TALKING or kind is EventKind.INCOMING:
        parties = [as_id(fields.get(name), limit=64) for name in ("called", "caller")]
        if kind is EventKind.INCOMING:
            parties.reverse()
        others = (party for party in parties if party and party[0] not in "aA" and party != agent_id)
        return next(others, "")
    return as_id(fields.get("otherPhone"), limit=64) or as_id(fields.get("number"), limit=64)


def _details(kind: EventKind, fields: dict[str, Any]) -> tuple[str, str]:
    """Code and readable text of the kinds that have them."""
    if kind is EventKind.CALL_CAUSE:
        return as_id(fields.get("detect"), limit=32), as_text(fields.get("desc"), limit=LONGEST_TEXT)
    if kind is EventKind.PHONE_RELEASE:
        code = as_id(fields.get("phoneState"), limit=32)
        return code, _PHONE_RELEASES.get(code, "")
    if kind is EventKind.NOT_READY:
        code = as_id(fields.get("reason"), limit=32)
        return code, _NOT_READY_REASONS.get(code, "")
    if kind is EventKind.SIGNED_OUT:
        code = as_id(fields.get("reason"), limit=32)
        return code, explain_sign_out(as_int(code))
    if kind is EventKind.PHONE_OFF_HOOK:
        return as_id(fields.get("type"), limit=32), ""
    if kind in (EventKind.TALKING, EventKind.INCOMING):
        return as_id(fields.get("feature"), limit=32), ""
    return "", ""
