"""What AICC keeps: tokens, the calls that it was told to make, and the addresses of their recordings."""

from __future__ import annotations

import secrets
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.legs import Legs, plan_legs
from sandbox.nxcloud.calls import Order, begun_seconds, last_digits, talk_seconds

if TYPE_CHECKING:
    from sandbox.config import SandboxConfig

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


class Aicc:
    def __init__(
        self, *, config: Callable[[], SandboxConfig], wall: Callable[[], float], monotonic: Callable[[], float]
    ) -> None:
        self.calls: dict[str, AiccCall] = {}
        """By serial number, in the order in which they were ordered."""
        self._config = config
        self._wall = wall
        self._monotonic = monotonic
        self._by_start: list[AiccCall] = []
        self._tokens: dict[str, float] = {}
        self._recordings: dict[str, float] = {}

    def new_token(self, seconds: float) -> str:
        """Valid for so long, on the monotonic clock."""
        now = self._monotonic()
        keep = {} if self._config().aicc_one_token else self._tokens
        self._tokens = {token: until for token, until in keep.items() if until > now}
        token = secrets.token_hex(16)
        self._tokens[token] = now + seconds
        return token

    def knows(self, token: str) -> bool:
        return self._tokens.get(token, 0.0) > self._monotonic()

    def dial(self, order: Order, *, body: dict[str, Any], callback_url: str) -> AiccCall:
        now_ms = int(self._wall() * 1000)
        speed = self._config().speed
        legs = plan_legs(order, start_ms=now_ms, speed=speed)
        call = AiccCall(
            # More digits than a double keeps: a client that reads it as one loses the last.
            serial=str(now_ms * 1_000_000 + len(self.calls) + 1),
            order=order,
            body=body,
            callback_url=callback_url,
            legs=legs,
            visible_at=self._monotonic() + ((legs.end - now_ms) / 1000 if speed else 0),
            held=order.held,
        )
        self.calls[call.serial] = call
        insort(self._by_start, call, key=_start)
        return call

    def release(self, call: AiccCall) -> None:
        """Ends a held call, now if its time was still to come."""
        call.held = False
        if call.visible_at > self._monotonic():
            # With the same start, by which the calls are in order.
            call.legs = plan_legs(call.order, start_ms=call.legs.start, speed=0)
        call.visible_at = self._monotonic()

    def state(self, call: AiccCall) -> int:
        if call.ended(self._monotonic()):
            return ENDED
        if call.held:
            return CALLING
        now_ms = int(self._wall() * 1000)
        if now_ms < call.legs.agent_ring:
            return WAITING
        return TALKING if 0 < call.legs.answer <= now_ms else CALLING

    def between(self, start_ms: int, end_ms: int) -> Iterator[AiccCall]:
        """Ended calls that began within, both included, oldest first."""
        now = self._monotonic()
        for index in range(bisect_left(self._by_start, start_ms, key=_start), len(self._by_start)):
            call = self._by_start[index]
            if call.legs.start > end_ms:
                return
            if call.ended(now):
                yield call

    def new_recording_key(self, serial: str) -> str:
        key = f"{serial}-{secrets.token_hex(8)}"
        self._recordings[key] = self._monotonic() + self._config().aicc_recording_seconds
        return key

    def has_recording(self, key: str) -> bool:
        return self._recordings.get(key, 0.0) > self._monotonic()


def _start(call: AiccCall) -> int:
    return call.legs.start


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
