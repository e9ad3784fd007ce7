"""All simulated calls, found by time, by id and by order without looking at each."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator

from sandbox.nxcloud.calls import Call


class Archive:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        """In the order in which they were dialled."""
        self._by_start: list[Call] = []
        self._by_id: dict[str, Call] = {}
        self._by_order_id: defaultdict[str, list[Call]] = defaultdict(list)

    def add(self, call: Call) -> None:
        self.calls.append(call)
        self._by_id[call.call_id] = call
        if call.order.order_id:
            self._by_order_id[call.order.order_id].append(call)
        self._file(call)

    def _file(self, call: Call) -> None:
        # Delayed orders and later entries of a task begin after calls that are dialled behind them.
        if not self._by_start or self._by_start[-1].times.start <= call.times.start:
            self._by_start.append(call)
        else:
            insort(self._by_start, call, key=_start)

    def refile(self, call: Call, *, start: int) -> None:
        """After a change of the call's times; `start` is what it was."""
        if call.times.start != start:
            self._by_start.remove(call)
            self._file(call)

    def get(self, call_id: str) -> Call | None:
        return self._by_id.get(call_id)

    def of_order(self, order_id: str) -> list[Call]:
        return self._by_order_id.get(order_id, [])

    def between(self, start_ms: int, end_ms: int) -> Iterator[Call]:
        """Calls that began from `start_ms` to before `end_ms`, oldest first."""
        for index in range(bisect_left(self._by_start, start_ms, key=_start), len(self._by_start)):
            call = self._by_start[index]
            if call.times.start >= end_ms:
                return
            yield call


def _start(call: Call) -> int:
    return call.times.start
