"""Simulated calls: what happens on the line, when, and the call record that NxCloud makes of it."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, field
from typing import Any

from sandbox.recordings import url_of
from sandbox.scenarios import Scenario

OUTBOUND = 1
AICC = 2
"""Directions as records say them; the query says one more."""
PRICE_PER_MINUTE = 0.012


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a call ends. NxCloud lists no own codes for task calls that nobody answered: assumed the same."""

    ring_phases: int | None
    """None: one to three, by the number."""
    code: int
    hangup_by: int
    status: str
    reason: str
    sip_code: int
    cause: str


NOT_ANSWERED = {
    "no_answer": Outcome(
        ring_phases=5,
        code=2104,
        hangup_by=2,
        status="no answer",
        reason="timeout",
        sip_code=480,
        cause="NO_ANSWER",
    ),
    "busy": Outcome(
        ring_phases=0,
        code=2203,
        hangup_by=2,
        status="cannot connect",
        reason="line busy",
        sip_code=486,
        cause="USER_BUSY",
    ),
    "user_rejected": Outcome(
        ring_phases=None,
        code=2103,
        hangup_by=1,
        status="no answer",
        reason="user rejected",
        sip_code=603,
        cause="CALL_REJECTED",
    ),
    "unreachable": Outcome(
        ring_phases=0,
        code=2205,
        hangup_by=2,
        status="cannot connect",
        reason="cannot connect",
        sip_code=404,
        cause="UNALLOCATED_NUMBER",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One number to dial, from a dial-out or from an entry of a task. Numbers are digits without +."""

    callee: str
    scenario: Scenario
    held: bool
    did: str = ""
    order_id: str = ""
    other: str | None = None
    task_id: str = ""
    task_name: str = ""
    agent_group_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Unix milliseconds; 0 where it did not happen."""

    start: int
    ring: int
    answer: int
    end: int


@dataclass(slots=True, kw_only=True)
class Call:
    number: int
    """From 1, in the order in which calls were dialled."""
    order: Order
    times: Times
    visible_at: float
    """On the sandbox's monotonic clock: when the record exists."""
    held: bool
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def direction(self) -> int:
        return AICC if self.order.task_id else OUTBOUND


def last_digits(callee: str, count: int) -> int:
    """CC-Gateway takes * and # in a number; 0 where there is no digit."""
    return int("".join(filter(str.isdigit, callee))[-count:] or 0)


def plan(order: Order, *, start_ms: int, speed: float) -> Times:
    """When things happen on the line. A phase lasts a millisecond at least, so that the times keep their order."""
    phase = max(1, round(speed * 1000))
    outcome = NOT_ANSWERED.get(order.scenario.name)
    # By the number, so that the same call always lasts as long.
    seed = last_digits(order.callee, 3)
    ring_phases = outcome.ring_phases if outcome and outcome.ring_phases is not None else 1 + seed % 3
    ring = start_ms + phase
    ringing_ends = ring + ring_phases * phase
    if outcome is None:
        return Times(start=start_ms, ring=ring, answer=ringing_ends, end=ringing_ends + (2 + seed % 5) * phase)
    return Times(start=start_ms, ring=ring if ring_phases else 0, answer=0, end=ringing_ends)


def record(call: Call, *, recording_base: str = "") -> dict[str, Any]:
    """The record as a push sends it and the queries return it."""
    order, times = call.order, call.times
    outcome = ending(call.order)
    return {
        "callId": call.call_id,
        "orderId": order.order_id,
        "taskId": order.task_id,
        "other": order.other,
        "direction": call.direction,
        **_parties(order),
        "answered": times.answer > 0,
        "startTime": times.start,
        "ringTime": times.ring,
        "answerTime": times.answer,
        "endTime": times.end,
        "inQueueTime": times.answer if order.task_id else 0,
        "outQueueTime": times.answer if order.task_id else 0,
        "callDuration": talk_seconds(times),
        "ringDuration": begun_seconds((times.answer or times.end) - times.ring) if times.ring else 0,
        "queueDuration": 0,
        **{
            "hangupBy": outcome.hangup_by,
            "hangupCode": outcome.code,
            "callStatus": outcome.status,
            "hangupReason": outcome.reason,
            "lineIp": "127.0.0.1",
            "mediaIp": "",
            "termSipCode": outcome.sip_code,
            "hangupCause": outcome.cause,
            "mos": 4.2 if call.times.answer else 0,
        },
        "recordUrl": url_of(call.call_id, base=recording_base) if times.answer else None,
        "leaveMsgUrl": None,
        "dtmfKeys": "",
        "intent": "transfer to agent - success" if times.answer and order.task_id else "",
        "totalCustomerPrice": price(times),
    }


def price(times: Times) -> float:
    """By begun minutes of talk."""
    return round(PRICE_PER_MINUTE * math.ceil(talk_seconds(times) / 60), 3)


def talk_seconds(times: Times) -> int:
    """Begun seconds, so that an answered call never lasts 0."""
    return begun_seconds(times.end - times.answer) if times.answer else 0


def _parties(order: Order) -> dict[str, Any]:
    agent = f"agent{int(order.callee[-2:]) % 7 + 1}" if order.task_id else None
    if order.task_id:
        # The published sample of a task call has the customer in `caller`.
        caller, callee = order.callee, f"{order.agent_group_no}@127.0.0.1:5060"
    else:
        caller, callee = order.did, order.callee
    return {"agentName": agent, "agentNickName": agent, "caller": caller, "callee": callee}


def ending(order: Order) -> Outcome:
    if outcome := NOT_ANSWERED.get(order.scenario.name):
        return outcome
    # Half of the calls are ended by either side, and always the same ones.
    by_user = last_digits(order.callee, 1) % 2
    return Outcome(
        ring_phases=None,
        code=(3001 if order.task_id else 2001) + by_user,
        hangup_by=by_user,
        status="answered",
        reason="user hung up" if by_user else "agent hung up",
        sip_code=200,
        cause="NORMAL_CLEARING",
    )


def begun_seconds(milliseconds: int) -> int:
    return math.ceil(milliseconds / 1000)
