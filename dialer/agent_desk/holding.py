"""Which desk holds which agent. The database's clock counts, so that machines need not agree on the time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection

HOLD_SECONDS = 30
"""How long an agent is held after the last renewal. The gateway forgets an agent after two minutes."""
MOST = 500
"""Agents of one desk."""

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


def take(token: uuid.UUID, *, most: int) -> dict[int, bool]:
    """Agents that somebody wants and nobody holds, at most so many; and whether their last desk died."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [max(most, 0), token, HOLD_SECONDS])
        return dict(cursor.fetchall())


def renew(token: uuid.UUID, heard: Mapping[int, datetime | None]) -> set[int]:
    """Holds these agents (pk → when the gateway was last heard) for longer; those that are still ours."""
    with connection.cursor() as cursor:
        cursor.execute(RENEW, [HOLD_SECONDS, list(heard), list(heard.values()), token])
        return {pk for (pk,) in cursor.fetchall()}


def let_go(token: uuid.UUID, agents: Iterable[int]) -> None:
    """Anybody may take them from now on."""
    with connection.cursor() as cursor:
        cursor.execute(LET_GO, [token, list(agents)])
