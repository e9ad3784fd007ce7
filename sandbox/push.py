"""Pushes call records and callbacks to the portal, a few times each and then no more.

NxCloud documents that HTTP 200 means accepted and says nothing of retries: how often and how far apart is the
sandbox's own choice.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from sandbox.asgi import dump
from sandbox.nxcloud.calls import Call, record
from sandbox.post import HttpxPoster, Poster, SocketPoster

if TYPE_CHECKING:
    import httpx

    from sandbox.config import SandboxConfig

logger = logging.getLogger(__name__)

AT_ONCE = 8
LOG_KEPT = 10_000


Item = TypeVar("Item")
"""What is pushed: a call, or one of the callbacks of a call."""


class Delivery(NamedTuple):
    """In the order of the first two, which are never alike."""

    due: float
    number: int
    item: Any
    attempt: int


@dataclass(frozen=True, kw_only=True)
class Message:
    url: str
    body: bytes
    headers: dict[str, str]


class Pusher(Generic[Item]):
    """What waits for its push, and the one background task that sends it while there is any.

    What a push looks like is said by a subclass: `ready`, `message` and `label`.
    """

    def __init__(
        self,
        config: Callable[[], SandboxConfig],
        monotonic: Callable[[], float],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_KEPT)
        self._config = config
        self._monotonic = monotonic
        self._transport = transport
        self._waiting: list[Delivery] = []
        self._results: Counter[str] = Counter()
        self._numbers = itertools.count()
        self._task: asyncio.Task[None] | None = None
        self._sooner: asyncio.Event | None = None

    def ready(self) -> bool:
        """Whether there is an address to push to."""
        raise NotImplementedError

    def message(self, item: Item) -> Message:
        raise NotImplementedError

    def label(self, item: Item) -> dict[str, str]:
        """What the log calls it."""
        raise NotImplementedError

    def add(self, item: Item, *, due: float, attempt: int = 1) -> None:
        # A running number breaks ties, so that items themselves are never compared.
        heapq.heappush(self._waiting, Delivery(due, next(self._numbers), item, attempt))
        if self._sooner:
            self._sooner.set()

    def totals(self) -> dict[str, int]:
        """How many pushes were answered with 200, how many were not, given up and still to come."""
        counted = {name: self._results[name] for name in ("delivered", "failed", "given_up")}
        return {**counted, "waiting": len(self._waiting)}

    def take_due(self) -> list[Item]:
        """Empties the outbox of what is due, in order, for a test that delivers by hand."""
        now = self._monotonic()
        taken = []
        while self._waiting and self._waiting[0].due <= now:
            taken.append(heapq.heappop(self._waiting).item)
        return taken

    def kick(self) -> None:
        """Starts the background task where there is work and none runs on this event loop."""
        if not self._has_work():
            return
        loop = asyncio.get_running_loop()
        # Each async test has an event loop of its own; a task of an earlier one never runs again.
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._sooner = asyncio.Event()
            self._task = loop.create_task(self._run(self._sooner))

    async def settle(self) -> None:
        """Waits until everything is pushed or given up."""
        self.kick()
        if self._task and not self._task.done():
            await self._task

    async def stop(self) -> None:
        if self._task and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def forget(self) -> None:
        if self._task and not self._task.done():
            self._task.cancel()
        self._task = None
        self._waiting.clear()
        self._results.clear()
        self.log.clear()

    async def _run(self, sooner: asyncio.Event) -> None:
        sending: set[asyncio.Task[None]] = set()

        def sent(task: asyncio.Task[None]) -> None:
            sending.discard(task)
            sooner.set()

        poster = HttpxPoster(self._transport) if self._transport else SocketPoster()
        try:
            while sending or self._has_work():
                may_send = len(sending) < AT_ONCE and self._has_work()
                wait = self._waiting[0].due - self._monotonic() if may_send else None
                if wait is None or wait > 0:
                    sooner.clear()
                    # Nothing came sooner: the next push is due.
                    with suppress(TimeoutError):
                        await asyncio.wait_for(sooner.wait(), wait)
                else:
                    task = asyncio.create_task(self._push(poster, heapq.heappop(self._waiting)))
                    sending.add(task)
                    task.add_done_callback(sent)
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
            await poster.aclose()

    def _has_work(self) -> bool:
        return bool(self._waiting) and self.ready()

    async def _push(self, poster: Poster, delivery: Delivery) -> None:
        message = self.message(delivery.item)
        result = await poster.post(message.url, message.body, message.headers)
        self.log.append({**self.label(delivery.item), "attempt": delivery.attempt, "result": result})
        self._results["delivered" if result == 200 else "failed"] += 1
        if result == 200:
            return
        config = self._config()
        if delivery.attempt >= config.push_attempts:
            self._results["given_up"] += 1
            logger.warning("gave up pushing record %s: %s", self.label(delivery.item)["callId"], result)
            return
        pause = config.push_retry_seconds * 2 ** (delivery.attempt - 1)
        self.add(delivery.item, due=self._monotonic() + pause, attempt=delivery.attempt + 1)


class RecordPusher(Pusher[Call]):
    """NxCloud's call records. They wait as long as nobody has named a webhook."""

    def ready(self) -> bool:
        return bool(self._config().webhook_url)

    def message(self, item: Call) -> Message:
        config = self._config()
        return Message(
            url=config.webhook_url,
            body=dump(record(item, recording_base=config.recording_base)),
            headers={"Content-Type": "application/json", "token": config.webhook_token},
        )

    def label(self, item: Call) -> dict[str, str]:
        return {"callId": item.call_id}
