"""Which HTTP client an agent uses: one client becomes slow with hundreds of requests in flight."""

from __future__ import annotations

from collections import Counter

AGENTS_PER_LANE = 20
"""Each has a poll under way nearly all the time, and needs another connection for requests."""


class HttpLanes:
    def __init__(self) -> None:
        self._lane_of: dict[int, tuple[int, int]] = {}
        self._agents: Counter[tuple[int, int]] = Counter()

    def lane_for(self, account_pk: int, agent_pk: int) -> int:
        """The agent's lane, the same until it leaves; the first of its account that has room."""
        known = self._lane_of.get(agent_pk)
        if known and known[0] == account_pk:
            return known[1]
        self.leave_lane(agent_pk)
        lane = 0
        while self._agents[account_pk, lane] >= AGENTS_PER_LANE:
            lane += 1
        self._lane_of[agent_pk] = account_pk, lane
        self._agents[account_pk, lane] += 1
        return lane

    def leave_lane(self, agent_pk: int) -> None:
        if place := self._lane_of.pop(agent_pk, None):
            self._agents[place] -= 1
