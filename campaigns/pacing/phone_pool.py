"""The agent phones of a campaign: one call at a time on each, and the one that rested longest is next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.db import connection

from dialer.models import AgentPhone
from dialer.policy.agent_availability import ON_THE_WAY
from dialer.support.sql import as_array

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
IS_BUSY = f"""EXISTS (SELECT FROM dialer_callrequest c WHERE c.agent_phone_id = p.id AND c.closed_at IS NULL
                   AND c.state IN ({", ".join(f"'{state.value}'" for state in ON_THE_WAY)}))"""
"""Whether the phone `p` has a call of ours."""


class PhonePool:
    def __init__(
        self, phones: Iterable[AgentPhone], *, last_used: dict[int, datetime | None], busy: Iterable[int] = ()
    ) -> None:
        """`last_used` says of each phone (pk) when its last call ended; `busy` are pks of those that have one."""
        taken = set(busy)
        rested = sorted(phones, key=lambda phone: (last_used[phone.pk] or NEVER, phone.pk))
        self._free = [phone for phone in rested if phone.pk not in taken]
        self.is_empty = not rested
        self.numbers = {f"+{phone.number}" for phone in rested}
        """As E.164 where they are full numbers."""

    @property
    def free_count(self) -> int:
        return len(self._free)

    def reserve_phone(self) -> AgentPhone | None:
        """The free phone that rested longest; it is free no more. None when all have a call."""
        return self._free.pop(0) if self._free else None


def busy_among(phones: Sequence[AgentPhone]) -> set[int]:
    """Pks of those that have a call of ours."""
    with connection.cursor() as cursor:
        ids = as_array([phone.pk for phone in phones])
        cursor.execute(f"SELECT p.id FROM unnest(%s::bigint[]) AS p (id) WHERE {IS_BUSY}", [ids])
        return {pk for (pk,) in cursor.fetchall()}
