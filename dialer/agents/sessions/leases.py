"""Which desk holds which agent. The database's clock counts, so that machines need not agree on the time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import connection

MOST = 500
"""Agents of one desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds. How long a hold lasts after its last renewal, and how often a desk does what."""

    SHORTEST: ClassVar = 6
    """A hold must outlive a slow moment of the machine,"""
    LONGEST: ClassVar = 60
    """and end before the gateway forgets the agent, which it does after two minutes."""

    hold: float
    safe: float
    """After the last renewal our agents are surely ours so long; the rest is for stopping before anybody takes them."""
    renew: float
    take: float
    look: float = 2.0
    keep: float = 2.0

    @classmethod
    def of_hold(cls, seconds: float) -> Times:
        return cls(hold=seconds, safe=seconds * 2 / 3, renew=seconds / 3, take=min(seconds / 3, 5.0))

    @classmethod
    def of_settings(cls) -> Times:
        return cls.of_hold(settings.PORTAL_AGENT_HOLD_SECONDS)


# A row that somebody else looks at is somebody else's: it is not waited for.
TAKE = """
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

RENEW = """
    UPDATE dialer_agentstatus status
       SET held_until = clock_timestamp() + make_interval(secs => %s),
           polled_at = coalesce(heard.at, status.polled_at)
      FROM unnest(%s::bigint[], %s::timestamptz[]) AS heard (agent_id, at)
     WHERE status.agent_id = heard.agent_id AND status.held_by = %s
    RETURNING status.agent_id
"""

LET_GO = """
    UPDATE dialer_agentstatus SET held_by = NULL, held_until = NULL
     WHERE held_by = %s AND agent_id = ANY(%s)
"""


def take(token: uuid.UUID, *, most: int, seconds: float) -> dict[int, bool]:
    """Agents that somebody wants and nobody holds, at most so many, for so long; and whether their last desk
    died."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [max(most, 0), token, seconds])
        return dict(cursor.fetchall())


def renew(token: uuid.UUID, heard: Mapping[int, datetime | None], *, seconds: float) -> set[int]:
    """Holds these agents (pk → when the gateway was last heard) for so long from now; those that are still ours."""
    with connection.cursor() as cursor:
        cursor.execute(RENEW, [seconds, list(heard), list(heard.values()), token])
        return {pk for (pk,) in cursor.fetchall()}


def let_go(token: uuid.UUID, agents: Iterable[int]) -> None:
    """Anybody may take them from now on."""
    with connection.cursor() as cursor:
        cursor.execute(LET_GO, [token, list(agents)])
