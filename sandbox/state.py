"""Everything a sandbox knows: what it received, what it was told to do, and the calls it simulates."""

from __future__ import annotations

import heapq
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from sandbox import chaos
from sandbox.asgi import Request, dump
from sandbox.config import SandboxConfig
from sandbox.huawei_aicc.callbacks import CallbackPusher
from sandbox.huawei_aicc.state import Aicc
from sandbox.huawei_ccgateway.state import Gateway
from sandbox.ledger import Ledger
from sandbox.nxcloud.account import BALANCE_INTERVAL
from sandbox.nxcloud.archive import Archive
from sandbox.nxcloud.calls import Call, Order, plan, record
from sandbox.nxcloud.records import ended
from sandbox.push import RecordPusher
from sandbox.scenarios import ANSWERED, Level, Scenario, by_ending, by_name, in_task_name

# Bounded, because a soak test orders for hours; what has to be whole is counted by the ledger.
RECEIVED_KEPT = 10_000
TASK_LINES = 30
"""How many numbers of one task are on the line at once."""


@dataclass(kw_only=True)
class Received:
    """One request as it came in, and what became of it."""

    number: int
    wall: float
    monotonic: float
    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    body: Any
    """Parsed JSON, None where it was none."""
    scenario: str | None = None
    code: int | str | None = None
    """The code of the checks or of the refusal; 0 when the order was taken, whatever the answer said."""


class Client(Protocol):
    """What `deliver_callbacks` needs; Django's test client has it."""

    def post(self, path: str, *, data: bytes, content_type: str, headers: Mapping[str, str]) -> Any: ...


class Sandbox:
    def __init__(
        self,
        config: SandboxConfig | None = None,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        push_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.initial_config = self.config = config or SandboxConfig()
        self.wall = wall
        self.monotonic = monotonic
        self.pusher = RecordPusher(self._config, monotonic, push_transport)
        self.callbacks = CallbackPusher(self._config, monotonic, push_transport, wall=wall)
        # reset() closes the gateway, so there has to be one.
        self.gateway = Gateway(config=self._config, wall=wall, monotonic=monotonic)
        self.reset()

    def _config(self) -> SandboxConfig:
        return self.config

    def reset(self) -> None:
        """Forgets everything and returns to the configuration of the start."""
        self.config = self.initial_config
        self.received: deque[Received] = deque(maxlen=RECEIVED_KEPT)
        self.received_count = 0
        self.ledger = Ledger()
        self.archive = Archive()
        self._balance_told: float | None = None
        self.pusher.forget()
        self.callbacks.forget()
        self.gateway.close()
        self.aicc = Aicc(self.callbacks, config=self._config, wall=self.wall, monotonic=self.monotonic)
        self.gateway = Gateway(config=self._config, wall=self.wall, monotonic=self.monotonic)
        self._scripts: dict[str, Scenario] = {}
        self._task_scripts: deque[Scenario] = deque()
        self._waiting_tasks: list[list[Order]] = []

    def known_as(self, address: str) -> None:
        """Recordings are offered under this address, where nobody has named another."""
        # Of the start, too, so that a reset does not forget the address.
        self.initial_config = replace(self.initial_config, recording_base=address)
        self.configure(recording_base=address)

    @property
    def orders_by_callee(self) -> Counter[str]:
        return self.ledger.taken

    @property
    def calls(self) -> list[Call]:
        return self.archive.calls

    def note(self, request: Request, body: Any) -> Received:
        self.received_count += 1
        received = Received(
            number=self.received_count,
            wall=self.wall(),
            monotonic=self.monotonic(),
            method=request.method,
            path=request.path,
            headers=request.headers,
            raw=request.body,
            body=body,
        )
        self.received.append(received)
        return received

    def script(self, callee: str, scenario: str | None) -> None:
        """The callee, with or without +, has this scenario until it is scripted again; None: its ending decides."""
        number = callee.removeprefix("+")
        if scenario is None:
            self._scripts.pop(number, None)
        else:
            self._scripts[number] = by_name(scenario)

    def script_task(self, scenario: str) -> None:
        """The next task request has this scenario; more than one are used in order."""
        self._task_scripts.append(by_name(scenario))

    def scenario_of_call(self, callee: str) -> Scenario:
        return self._scripts.get(callee) or by_ending(callee)

    def scenario_of_task(self, task_name: str) -> Scenario | None:
        """Never from the numbers in it: a thousand entries would nearly always hold an ending that is a fault."""
        if self._task_scripts:
            return self._task_scripts.popleft()
        return in_task_name(task_name)

    def scenario_of_entry(self, callee: str) -> Scenario:
        scenario = self.scenario_of_call(callee)
        # Refusals and broken answers belong to a request; an entry is a part of one, and only has a line.
        return scenario if scenario.level is Level.LINE else ANSWERED

    def take_order(self, order: Order, *, delay_ms: int = 0) -> Call:
        """Takes a single order and dials it."""
        self.ledger.orders_taken([order.callee])
        return self._dial(order, after_ms=round(delay_ms * self.config.speed))

    def take_task(self, orders: list[Order], *, start: bool) -> None:
        self.ledger.orders_taken(order.callee for order in orders)
        self._waiting_tasks.append(orders)
        if start:
            self._start(self._waiting_tasks.pop())

    def start_tasks(self) -> int:
        """Dials the tasks that wait for somebody to start them; returns how many there were."""
        waiting, self._waiting_tasks = self._waiting_tasks, []
        for orders in waiting:
            self._start(orders)
        return len(waiting)

    def _start(self, orders: Iterable[Order]) -> None:
        # When each line is free again, in milliseconds from now: the one that is free first takes the next number.
        lines = [0] * TASK_LINES
        for order in orders:
            free_after = heapq.heappop(lines)
            call = self._dial(order, after_ms=free_after)
            heapq.heappush(lines, free_after + call.times.end - call.times.start)

    def _dial(self, order: Order, *, after_ms: int) -> Call:
        speed = self.config.speed
        now_ms = self.now_ms()
        # At speed 0 every call is over at once, the delayed ones too.
        times = plan(order, start_ms=now_ms + (after_ms if speed else 0), speed=speed)
        # Records tell the wall clock's time; what is due goes by the clock that nobody sets.
        visible_at = self.monotonic() + ((times.end - now_ms) / 1000 if speed else 0)
        number = len(self.calls) + 1
        call = Call(number=number, order=order, times=times, visible_at=visible_at, held=order.held)
        self.archive.add(call)
        if not call.held:
            self._push(call)
        return call

    def _push(self, call: Call) -> None:
        for push in range(chaos.push_count(self.config, call.order)):
            self.pusher.add(call, due=call.visible_at + chaos.push_delay(self.config, call.order, push))

    def now_ms(self) -> int:
        return int(self.wall() * 1000)

    @property
    def held_ids(self) -> list[str]:
        return [
            *(call.call_id for call in self.calls if call.held),
            *self.aicc.held_ids(),
            *self.gateway.held_ids(),
        ]

    def call_totals(self) -> dict[str, int]:
        """Of all providers."""
        counted = [(len(self.calls), len(self.ended_calls)), self.aicc.totals(), self.gateway.totals()]
        return {
            "dialled": sum(dialled for dialled, _ in counted),
            "ended": sum(ended for _, ended in counted),
            "held": len(self.held_ids),
        }

    @property
    def ended_calls(self) -> list[Call]:
        """In the order in which they were dialled."""
        return self.ended(self.calls)

    def ended(self, calls: Iterable[Call]) -> list[Call]:
        """Those whose record exists."""
        return list(ended(calls, self.monotonic()))

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records that exist now."""
        return self.records_of(self.ended_calls)

    def records_of(self, calls: Iterable[Call]) -> list[dict[str, Any]]:
        return [record(call, recording_base=self.config.recording_base) for call in calls]

    def may_tell_balance(self) -> bool:
        """Whether the last answer is long enough ago; then this one counts."""
        now = self.monotonic()
        if self._balance_told is not None and now - self._balance_told < BALANCE_INTERVAL:
            return False
        self._balance_told = now
        return True

    def release(self, **wanted: str) -> list[str]:
        """Delivers the held records that match all of callee, order_id, call_id, task_name; returns their call ids."""
        if "callee" in wanted:
            wanted["callee"] = wanted["callee"].removeprefix("+")
        matching = [call for call in self.calls if call.held and wanted.items() <= _identity(call).items()]
        for call in matching:
            call.held = False
            if call.visible_at > self.monotonic():
                # Released before it would have ended: it ends now, not in the future.
                start = call.times.start
                call.times = plan(call.order, start_ms=min(start, self.now_ms()), speed=0)
                self.archive.refile(call, start=start)
            call.visible_at = self.monotonic()
            self._push(call)
        return [
            *(call.call_id for call in matching),
            *self.aicc.release_matching(wanted),
            *self.gateway.release_matching(wanted),
        ]

    def push_again(self, calls: Iterable[Call]) -> None:
        for call in calls:
            self.pusher.add(call, due=self.monotonic())

    def configure(self, **changes: Any) -> None:
        self.config = replace(self.config, **changes)

    async def settle(self) -> None:
        """Waits until everything that is to be pushed has been, or was given up."""
        await self.pusher.settle()
        await self.callbacks.settle()

    def kick(self) -> None:
        """Starts pushing what is there to push, on the running event loop."""
        self.pusher.kick()
        self.callbacks.kick()

    async def stop(self) -> None:
        await self.pusher.stop()
        await self.callbacks.stop()

    def deliver_callbacks(self, client: Client, path: str | None = None) -> list[int]:
        """Pushes what is due through a test client instead of the network; returns the HTTP statuses.

        Each record is tried once. Without `path` the path of the configured webhook URL is used.
        """
        target = path or urlsplit(self.config.webhook_url).path
        headers = {"token": self.config.webhook_token}
        return [
            client.post(target, data=dump(body), content_type="application/json", headers=headers).status_code
            for body in self.records_of(self.pusher.take_due())
        ]

    def deliver_aicc_callbacks(self, client: Client, path: str | None = None) -> list[int]:
        """The same for AICC: what is due, each once, to `path` or to the path of its own address."""
        statuses = []
        for item in self.callbacks.take_due():
            message = self.callbacks.message(item)
            kind = message.headers["Content-Type"]
            target = path or urlsplit(message.url).path
            statuses.append(client.post(target, data=message.body, content_type=kind, headers={}).status_code)
        return statuses


def _identity(call: Call) -> dict[str, str]:
    order = call.order
    return {
        "callee": order.callee,
        "order_id": order.order_id,
        "call_id": call.call_id,
        "task_name": order.task_name,
    }
