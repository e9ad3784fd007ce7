"""One agent of CC-Gateway: session, state, current call, and the events that wait for a poll.

Nothing runs by itself: whoever looks first calls `advance`, which does what is due. So 200 agents cost nothing while
nothing happens, and a test's clock is obeyed.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.chaos import share
from sandbox.huawei_ccgateway.calls import BUSY, READY, WORK, GatewayCall, Step, released, steps

if TYPE_CHECKING:
    from sandbox.config import SandboxConfig
    from sandbox.huawei_ccgateway.session import Session

SIGNED_OUT, STATE_BUSY, STATE_IDLE, STATE_WORK, STATE_TALKING = 2, 3, 4, 5, 7
"""Agent states (page 0581)."""
# Of each agent, for whoever looks afterwards; the totals count all of them.
KEPT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    number: int
    event_type: str
    content: Any
    made_ms: int
    agent: str
    """Whose it says it is."""


class Agent:
    def __init__(
        self,
        number: str,
        *,
        config: Callable[[], SandboxConfig],
        wall: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self.number = number
        self.session: Session | None = None
        self.state = SIGNED_OUT
        self.call: GatewayCall | None = None
        self.wrong_passwords = 0
        self.off_hook = False
        self.reserved_busy: int | None = None
        """The reason of a busy state that waits for the end of the call."""
        self.queue: deque[Event] = deque()
        self.delivered: deque[Event] = deque(maxlen=KEPT)
        self.lost: deque[Event] = deque(maxlen=KEPT)
        self.polls = self.double_polls = self.events_delivered = 0
        self.sign_ins = self.forced_sign_ins = self.silent_sign_outs = 0
        self.longest_gap = 0.0
        self._numbers = 0
        self._ended_guids: set[str] = set()
        self._steps: deque[tuple[float, Step]] = deque()
        self._waiting: list[asyncio.Future[None]] = []
        self._config = config
        self._wall = wall
        self._monotonic = monotonic

    def begin(self, session: Session, *, state: int, forced: bool) -> None:
        self.end_session()
        self.session = session
        self.clear()
        self.state = STATE_TALKING if self.call and self.call.talking else state
        self.sign_ins += 1
        self.forced_sign_ins += forced

    def clear(self) -> None:
        """Drops what nobody has fetched."""
        self.lost.extend(self.queue)
        self.queue.clear()

    def end_session(self) -> None:
        """A call on the line goes on; its events find nobody."""
        if self.session:
            self._ended_guids |= self.session.guids()
        self.session = None
        self.state = SIGNED_OUT
        self.off_hook = False
        self.reserved_busy = None
        self.wake()

    def was_ended(self, guid: str) -> bool:
        return guid in self._ended_guids

    def advance(self) -> None:
        """Everything that is due: the steps of the call, and the sign-out after silence."""
        now = self._monotonic()
        while self._steps and self._steps[0][0] <= now:
            step = self._steps.popleft()[1]
            call = self.call
            if step.effect == "over" and call:
                self._call_over(call)
            elif step.effect == "talking" and call:
                call.talking = True
            if step.effect in ("occupied", "talking") and self.session:
                self.state = STATE_TALKING
                self.off_hook = not self.session.release_phone
            if step.event_type == READY:
                # What the agent is after a call.
                if self.reserved_busy is not None:
                    self.tell(BUSY, {"reason": self.reserved_busy})
                    self.reserved_busy = None
                else:
                    self.tell(WORK if self.state == STATE_WORK else READY, None, repeat=True)
            elif step.event_type:
                self.tell(step.event_type, step.content, repeat=True)
        session = self.session
        # Whoever waits in a poll is not silent, however long that takes.
        if session and not session.polling and now - session.heard > self._config().ccgateway_silence_seconds:
            self.silent_sign_outs += 1
            self.end_session()

    def seconds_to_next(self) -> float | None:
        return self._steps[0][0] - self._monotonic() if self._steps else None

    def start(self, call: GatewayCall) -> None:
        self.call = call
        if not call.held:
            self.play(call)

    def play(self, call: GatewayCall) -> None:
        """Puts the whole call on the line; what is due happens at once."""
        now_ms, now = int(self._wall() * 1000), self._monotonic()
        speed = self._config().speed
        planned = self._shuffled(call, steps(call, phone_off_hook=self.off_hook))
        self._steps = deque((now + (max(0, step.at - now_ms) / 1000 if speed else 0), step) for step in planned)
        self.advance()
        self.wake()

    def hang_up(self) -> None:
        """As asked by the portal; there must be a call."""
        assert self.call is not None
        self.call.held = False
        now = self._monotonic()
        ending = released(self.call, at=int(self._wall() * 1000), by_agent=True)
        self._steps = deque((now, step) for step in self._shuffled(self.call, ending))
        self.advance()
        self.wake()

    def _shuffled(self, call: GatewayCall, planned: list[Step]) -> list[Step]:
        config = self._config()
        if not config.ccgateway_shuffle:
            return planned
        ending = [step for step in planned if step.ending]
        # The callee is in the seed, so that each call has an order of its own which comes again.
        random.Random(f"{config.seed} {call.order.callee}").shuffle(ending)
        return [step for step in planned if not step.ending] + ending

    def _call_over(self, call: GatewayCall) -> None:
        call.over = True
        self.call = None
        if self.session is None:
            return
        if self.reserved_busy is not None:
            self.state = STATE_BUSY
        else:
            self.state = STATE_IDLE if self.session.auto_idle else STATE_WORK

    def tell(self, event_type: str, content: Any, *, repeat: bool = False, work_number: str = "") -> None:
        """Queues an event, when somebody is signed in; it may claim to be of another agent."""
        if self.session is None:
            return
        config = self._config()
        self._numbers += 1
        event = Event(
            number=self._numbers,
            event_type=event_type,
            content=content,
            made_ms=int(self._wall() * 1000),
            agent=work_number or self.number,
        )
        self.queue.append(event)
        chance = share(config.seed, "repeat", self.number, event.number)
        if repeat and chance < config.ccgateway_repeat:
            self.queue.append(event)
        self.wake()

    def poll_begins(self, session: Session) -> None:
        now = self._monotonic()
        self.polls += 1
        # Two polls of one agent take each other's events: a mistake of the client, which is counted.
        if session.polling:
            self.double_polls += 1
        else:
            self.longest_gap = max(self.longest_gap, now - session.heard)
        session.polling += 1
        session.heard = now

    def poll_ends(self, session: Session) -> None:
        session.polling -= 1
        session.heard = self._monotonic()

    def next_event(self) -> tuple[Event, bool] | None:
        """Takes the first event off the queue, and says whether its answer gets lost."""
        if not self.queue:
            return None
        event = self.queue.popleft()
        config = self._config()
        lost = share(config.seed, "lose_poll", self.number, event.number) < config.ccgateway_lose_polls
        (self.lost if lost else self.delivered).append(event)
        self.events_delivered += not lost
        return event, lost

    async def changed(self, seconds: float) -> None:
        """Until something happens, at most so long."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await asyncio.wait((future,), timeout=seconds)
        finally:
            if future in self._waiting:
                self._waiting.remove(future)

    def describe(self) -> dict[str, Any]:
        """As the control endpoint shows it."""
        session = self.session
        events = {"queued": self.queue, "delivered": self.delivered, "lost": self.lost}
        return {
            "agent": self.number,
            "signed_in": session is not None,
            "state": self.state,
            "in_call": self.call is not None,
            "guid_age": self._monotonic() - session.guid_since if session else None,
            "polls": self.polls,
            "polling": session.polling if session else 0,
            "double_polls": self.double_polls,
            "longest_gap": self.longest_gap,
            "sign_ins": self.sign_ins,
            "forced_sign_ins": self.forced_sign_ins,
            "silent_sign_outs": self.silent_sign_outs,
            "events_delivered": self.events_delivered,
            "events": {
                name: [{"number": event.number, "eventType": event.event_type} for event in found]
                for name, found in events.items()
            },
        }

    def wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            # A test may release a call from another thread than the one that serves the poll.
            future.get_loop().call_soon_threadsafe(_done, future)


def _done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
