"""The events of a CC-Gateway call, in the order of the developer guide (pages 1423 and 4029)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.legs import Legs
from sandbox.nxcloud.calls import Order, last_digits

READY, BUSY, WORK = "AgentState_Ready", "AgentState_SetNotReady_Success", "AgentState_Work"

# Only that these two numbers and words exist is documented, not their list: they are the sandbox's own.
_DETECTED = {
    "no_answer": (603, "No answer"),
    "busy": (537, "Busy"),
    "user_rejected": (604, "Rejected"),
    "unreachable": (538, "Unallocated number"),
}
_OUTBOUND = "7"
"""The `feature` of an ordinary outbound call; a text, as is all in the sample of page 1355."""


@dataclass(slots=True, kw_only=True)
class GatewayCall:
    call_id: str
    """`<epoch>-<n>`."""
    order: Order
    """`did` is the number that the customer sees."""
    legs: Legs
    agent: str
    held: bool
    talking: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something at a time of the line, in Unix milliseconds. No event type: only the effect."""

    at: int
    event_type: str = ""
    content: Any = None
    effect: str = ""
    """`occupied`, `talking` or `over`."""
    ending: bool = False
    """One of the events with which the call ends, whose order is not promised."""


def steps(call: GatewayCall, *, phone_off_hook: bool) -> list[Step]:
    legs = call.legs
    # A phone that stays off the hook does not ring.
    found = [] if phone_off_hook else [Step(at=legs.agent_ring, event_type="AgentOther_PhoneAlerting")]
    if legs.customer is None:
        return found + agent_failed(call)
    if not phone_off_hook:
        found.append(Step(at=legs.agent_answer, event_type="AgentOther_PhoneOffhook", content={"type": "main"}))
    found.append(Step(at=legs.agent_answer, event_type="AgentState_Busy", effect="occupied"))
    if legs.ring:
        alerting = {"callid": call.call_id, "otherPhone": call.order.callee, "otherPhoneWorkno": "", "type": "main"}
        found.append(Step(at=legs.ring, event_type="AgentEvent_Customer_Alerting", content=alerting))
    if not legs.answer:
        return found + _called_failed(call)
    talking = {
        "caller": call.order.did,
        "called": call.order.callee,
        "callid": call.call_id,
        "feature": _OUTBOUND,
        "type": "main",
        "mediaAbility": "1",
    }
    found.append(Step(at=legs.answer, event_type="AgentEvent_Talking", content=talking, effect="talking"))
    # Half of the calls are ended by either side, and always the same ones.
    by_customer = last_digits(call.order.callee, 1) % 2 == 1
    return found + released(call, at=legs.end, by_agent=not by_customer)


def agent_failed(call: GatewayCall) -> list[Step]:
    """The agent did not pick up. No event says that the agent is idle again."""
    at = call.legs.end
    return [
        Step(at=at, effect="over"),
        Step(at=at, event_type="AgentEvent_Call_Out_Fail", content=call.call_id, ending=True),
        Step(at=at, event_type="AgentEvent_Connect_Fail", content=call.call_id, ending=True),
        Step(at=at, event_type="AgentOther_PhoneRelease", content={"phoneState": 2}, ending=True),
    ]


def _called_failed(call: GatewayCall) -> list[Step]:
    at = call.legs.end
    detect, words = _DETECTED[call.order.scenario.name]
    return [
        Step(at=at, effect="over"),
        Step(at=at, event_type="AgentOther_PhoneRelease", content={"phoneState": 3}, ending=True),
        Step(at=at, event_type="AgentEvent_Call_Out_Fail", content=call.call_id, ending=True),
        Step(at=at, event_type="AgentEvent_Connect_Fail", content=call.call_id, ending=True),
        Step(at=at, event_type=READY, ending=True),
        Step(
            at=at,
            event_type="OUTBOUND_DETECT_EVENT",
            content={"callId": call.call_id, "detect": detect, "desc": words},
            ending=True,
        ),
    ]


def released(call: GatewayCall, *, at: int, by_agent: bool) -> list[Step]:
    """With `by_agent` the portal or the agent hung up, otherwise the customer."""
    customer = Step(
        at=at,
        event_type="AgentEvent_Customer_Release",
        content={"callid": call.call_id, "number": call.order.callee},
        ending=True,
    )
    agent = Step(at=at, event_type="AgentEvent_Call_Release", content=call.call_id, ending=True)
    return [
        Step(at=at, effect="over"),
        *((agent, customer) if by_agent else (customer, agent)),
        Step(at=at, event_type="AgentOther_PhoneRelease", content={"phoneState": 3}, ending=True),
        Step(at=at, event_type=READY, ending=True),
    ]
