"""One call of AICC, and how queries show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.legs import Legs
from sandbox.nxcloud.calls import Order, begun_seconds, last_digits, talk_seconds

WAITING, CALLING, TALKING, ENDED = range(4)
"""The states of queryCallState (page 1306)."""

CALLED_HUNG_UP, CALLER_HUNG_UP, CALLED_FAILED, CALLER_NO_ANSWER, CALLED_NO_ANSWER = 0, 1, 3, 4, 5
_REASONS = {
    "no_answer": CALLED_NO_ANSWER,
    "agent_no_pickup": CALLER_NO_ANSWER,
    **dict.fromkeys(("busy", "user_rejected", "unreachable"), CALLED_FAILED),
}


@dataclass(slots=True, kw_only=True)
class AiccCall:
    serial: str
    """18 or 19 digits."""
    order: Order
    """`did` is the agent's number, `other` the call data."""
    body: dict[str, Any]
    """As it was ordered."""
    callback_url: str
    """Of this call, in plain; empty: the console's."""
    legs: Legs
    visible_at: float
    """On the sandbox's monotonic clock: when it has ended."""
    held: bool

    @property
    def reason(self) -> int:
        hung_up = CALLED_HUNG_UP if last_digits(self.order.callee, 1) % 2 else CALLER_HUNG_UP
        return _REASONS.get(self.order.scenario.name, hung_up)

    def ended(self, now: float) -> bool:
        return not self.held and self.visible_at <= now


def state_result(call: AiccCall, state: int) -> dict[str, Any]:
    """What queryCallState tells (page 1306): times are text, other numbers are not."""
    told = {
        "callSerialNo": call.serial,
        "state": state,
        **_parties(call),
        "startTime": str(call.legs.start),
    }
    if state == ENDED:
        told |= {"reasonCode": call.reason, "endTime": str(call.legs.end)}
    return told


def detail(call: AiccCall) -> dict[str, Any]:
    """A row of queryCallDetailRecord, of a call that has ended.

    As in the sample of page 1305 times are numbers, and what did not happen is left out.
    """
    legs = call.legs
    times = {
        "startTime": legs.start,
        "agentAlertingTime": legs.agent_ring,
        "agentTalkingTime": legs.agent_answer,
        "agentReleaseTime": legs.end if legs.agent_answer else 0,
        "alertingTime": legs.ring,
        "talkingTime": legs.answer,
        "releaseTime": legs.end,
        "endTime": legs.end,
    }
    return {
        "callSerialNo": call.serial,
        "state": ENDED,
        "reasonCode": call.reason,
        **_parties(call),
        **{name: moment for name, moment in times.items() if moment},
        "talkDuration": talk_seconds(legs.customer) if legs.customer else 0,
        "agentTalkDuration": begun_seconds(legs.end - legs.agent_answer) if legs.agent_answer else 0,
    }


def _parties(call: AiccCall) -> dict[str, Any]:
    parties = {
        "callData": call.order.other,
        "caller": call.order.did,
        "called": call.order.callee,
        "callerPresent": call.body.get("callerPresent"),
        "agentPresent": call.body.get("agentPresent"),
    }
    return {name: value for name, value in parties.items() if value is not None}
