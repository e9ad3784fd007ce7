"""Both sides of the balance: what the portal's ledger says of one campaign, and what the provider did."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx

from tests.support.live import LivePortal


class CallRow(NamedTuple):
    pk: int
    callee: str
    """Digits, as the provider has it."""
    state: str
    reason_code: str
    reason: str
    token: str
    sent_at: float
    """Unix seconds, as the next one."""
    settled_at: float
    is_closed: bool
    disposition: str


class EntryRow(NamedTuple):
    callee: str
    state: str
    reason_code: str
    call_id: int | None


CALLS = """
    SELECT c.id, c.callee::text, c.state, c.reason_code, c.reason, coalesce(c.lease_token::text, ''),
           coalesce(extract(epoch FROM c.sent_at), 0)::float, coalesce(extract(epoch FROM c.settled_at), 0)::float,
           c.closed_at IS NOT NULL, c.disposition
      FROM dialer_callrequest c JOIN campaigns_pacedcall p ON p.call_id = c.id
     WHERE p.campaign_id = %s
"""
EVENTS = """
    SELECT e.call_id, e.kind, count(*) FROM dialer_callevent e JOIN campaigns_pacedcall p ON p.call_id = e.call_id
     WHERE p.campaign_id = %s GROUP BY e.call_id, e.kind
"""
ENTRIES = "SELECT callee::text, state, reason_code, call_id FROM campaigns_entry WHERE campaign_id = %s"
OPEN_ATTEMPTS = """
    SELECT a.source_id FROM dialer_attempt a
     WHERE a.closed_at IS NULL AND a.callee IN (SELECT callee FROM campaigns_entry WHERE campaign_id = %s)
"""
RECORDS = """
    SELECT r.callee, count(*), count(*) FILTER (WHERE r.reference = '') FROM dialer_calldetailrecord r GROUP BY r.callee
"""
FAILED_JOBS = "SELECT task_name FROM procrastinate_jobs WHERE status = 'failed'"


@dataclass(frozen=True)
class Books:
    """One look at both. Numbers are digits."""

    calls: list[CallRow]
    entries: list[EntryRow]
    events: dict[int, Counter[str]]
    open_attempts: Counter[int]
    """How many open attempts there are for each call's id."""
    records: dict[str, tuple[int, int]]
    """Of each callee: call records that we keep, and those among them that belong to no order."""
    taken: dict[str, int]
    """How many orders the provider took, of each callee."""
    lost: set[str]
    told: set[str]
    """Callees of calls that the provider has a record of."""
    worst_second: int
    """By the provider's clock, at arrival."""
    worst_second_signed: int
    """By our own, when they were signed."""
    failed_jobs: Counter[str]
    """By the name of their task."""

    def callees_in(self, *states: str) -> set[str]:
        return {call.callee for call in self.calls if call.state in states}

    def doubts(self) -> list[CallRow]:
        return [call for call in self.calls if call.state == "in_doubt"]


def look(portal: LivePortal, campaign: int) -> Books:
    events: dict[int, Counter[str]] = defaultdict(Counter)
    for call_id, kind, count in portal.sql(EVENTS, campaign):
        events[call_id][kind] = count
    seen = _received(portal)
    return Books(
        calls=[CallRow(*row) for row in portal.sql(CALLS, campaign)],
        entries=[EntryRow(*row) for row in portal.sql(ENTRIES, campaign)],
        events=events,
        open_attempts=Counter(call_id for (call_id,) in portal.sql(OPEN_ATTEMPTS, campaign)),
        records={callee.removeprefix("+"): (count, stray) for callee, count, stray in portal.sql(RECORDS)},
        taken=seen["orders_by_callee"],
        lost=set(portal.ledger()["lost"]),
        told={record["callee"] for record in seen["records"]},
        worst_second=portal.orders_rate()["worst_second"],
        worst_second_signed=portal.orders_rate()["worst_second_signed"],
        failed_jobs=Counter(task for (task,) in portal.sql(FAILED_JOBS)),
    )


def _received(portal: LivePortal) -> dict[str, Any]:
    # Long, because everything that was received in a big run is a big answer.
    answer = httpx.get(f"{portal.sandbox_url}/_sandbox/received", timeout=60)
    return answer.raise_for_status().json()  # type: ignore[no-any-return]
