"""Which desk looks after which agent. The database's clock counts, so that machines need not agree on the time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import connection

MOST_AGENTS = 500
"""Of one desk."""


class LeaseLost(Exception):
    """Another desk looks after this agent, or may do so by now."""


@dataclass(frozen=True, slots=True)
class AgentLease:
    """One agent, held by one desk (token)."""

    agent_pk: int
    token: uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTimes:
    """Seconds. How long a lease lasts after its last renewal, and how often a desk does what."""

    SHORTEST: ClassVar = 6
    """A lease must outlive a slow moment of the machine,"""
    LONGEST: ClassVar = 60
    """and end before the gateway forgets the agent, which it does after two minutes."""

    lease: float
    safe: float
    """After the last renewal our agents are surely ours so long; the rest is for stopping before anybody takes them."""
    renew: float
    claim: float
    look: float = 2.0
    save: float = 2.0

    @classmethod
    def of_lease(cls, seconds: float) -> LeaseTimes:
        return cls(lease=seconds, safe=seconds * 2 / 3, renew=seconds / 3, claim=min(seconds / 3, 5.0))

    @classmethod
    def of_settings(cls) -> LeaseTimes:
        return cls.of_lease(settings.PORTAL_AGENT_HOLD_SECONDS)


# A row that another desk has locked is the other desk's: SKIP LOCKED shares agents out without waiting.
CLAIM = """
    WITH free AS (
        SELECT status.agent_id, status.held_by AS before
          FROM dialer_agentstatus status
         WHERE (status.held_until IS NULL OR status.held_until < clock_timestamp())
           AND (status.is_wanted OR EXISTS (
                SELECT 1 FROM dialer_agentcommand command
                 WHERE command.agent_id = status.agent_id AND command.done_at IS NULL))
         ORDER BY status.agent_id
         LIMIT %s
           FOR UPDATE OF status SKIP LOCKED
    )
    UPDATE dialer_agentstatus status
       SET held_by = %s, held_until = clock_timestamp() + make_interval(secs => %s)
      FROM free WHERE status.agent_id = free.agent_id
    RETURNING status.agent_id, free.before IS NOT NULL
"""

# What does not come back was taken over by another desk: its row carries another token.
RENEW = """
    UPDATE dialer_agentstatus status
       SET held_until = clock_timestamp() + make_interval(secs => %s),
           polled_at = coalesce(heard.at, status.polled_at)
      FROM unnest(%s::bigint[], %s::timestamptz[]) AS heard (agent_id, at)
     WHERE status.agent_id = heard.agent_id AND status.held_by = %s
    RETURNING status.agent_id
"""

RELEASE = """
    UPDATE dialer_agentstatus SET held_by = NULL, held_until = NULL
     WHERE held_by = %s AND agent_id = ANY(%s)
"""


def claim_agents(token: uuid.UUID, *, most: int, seconds: float) -> dict[int, bool]:
    """Agents that somebody wants signed in and no desk looks after; and whether their last desk died."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [max(most, 0), token, seconds])
        return dict(cursor.fetchall())


def renew_leases(token: uuid.UUID, heard: Mapping[int, datetime | None], *, seconds: float) -> set[int]:
    """Leases of these agents (pk → when the gateway last answered) last so long from now; those that are still ours."""
    with connection.cursor() as cursor:
        cursor.execute(RENEW, [seconds, list(heard), list(heard.values()), token])
        return {pk for (pk,) in cursor.fetchall()}


def release_agents(token: uuid.UUID, agents: Iterable[int]) -> None:
    """Any desk may claim them from now on."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, [token, list(agents)])
