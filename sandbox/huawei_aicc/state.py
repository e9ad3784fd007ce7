"""What AICC keeps: tokens, the calls that it was told to make, and the addresses of their recordings."""

from __future__ import annotations

import secrets
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sandbox.huawei_aicc.calls import CALLING, ENDED, TALKING, WAITING, AiccCall
from sandbox.legs import plan_legs
from sandbox.nxcloud.calls import Order

if TYPE_CHECKING:
    from sandbox.config import SandboxConfig
    from sandbox.huawei_aicc.callbacks import CallbackPusher


class Aicc:
    def __init__(
        self,
        callbacks: CallbackPusher,
        *,
        config: Callable[[], SandboxConfig],
        wall: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self.calls: dict[str, AiccCall] = {}
        """By serial number, in the order in which they were ordered."""
        self._callbacks = callbacks
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
        # Those that are over go here: a client with short tokens asks for one after the other.
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
        if not call.held:
            self._callbacks.add_call(call)
        return call

    def held_ids(self) -> list[str]:
        return [call.serial for call in self.calls.values() if call.held]

    def release_matching(self, wanted: dict[str, str]) -> list[str]:
        """Ends the held calls with this callee or call id, now if their time was still to come; returns their ids."""
        released = []
        for call in self.calls.values():
            if not call.held or not wanted.items() <= {"callee": call.order.callee, "call_id": call.serial}.items():
                continue
            call.held = False
            if call.visible_at > self._monotonic():
                # With the same start, by which the calls are in order.
                call.legs = plan_legs(call.order, start_ms=call.legs.start, speed=0)
            call.visible_at = self._monotonic()
            self._callbacks.add_call(call)
            released.append(call.serial)
        return released

    def totals(self) -> tuple[int, int]:
        """Calls that were dialled, and that have ended."""
        now = self._monotonic()
        return len(self.calls), sum(call.ended(now) for call in self.calls.values())

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
