"""The agent phones of a campaign: one call at a time on each, and the one that rested longest is next."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from campaigns import channels
from campaigns.models import Campaign
from dialer.dnc import as_array
from dialer.models import AgentPhone
from dialer.policy.our_side import ON_THE_WAY

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# A phone that had none of the last calls rested longer than all others. The whole history of a phone is not looked at.
_LAST_USE = """
    SELECT c.agent_phone_id, max(coalesce(c.closed_at, c.requested_at))
      FROM (SELECT * FROM dialer_callrequest ORDER BY id DESC LIMIT 2000) c
     WHERE c.agent_phone_id = ANY(%s::bigint[])
     GROUP BY c.agent_phone_id
"""
_BUSY = """
    SELECT DISTINCT c.agent_phone_id FROM dialer_callrequest c
     WHERE c.agent_phone_id = ANY(%s::bigint[]) AND c.closed_at IS NULL AND c.state = ANY(%s)
"""


class Phones:
    def __init__(self, campaign: Campaign, *, busy_too: bool = False) -> None:
        self.all = channels.phones_of(campaign)
        ids = as_array([phone.pk for phone in self.all])
        last_used, busy = _use_of(ids) if self.all else ({}, set())
        rested = sorted(self.all, key=lambda phone: (last_used.get(phone.pk, _NEVER), phone.pk))
        self._free = [phone for phone in rested if busy_too or phone.pk not in busy]
        self.numbers = {f"+{phone.number}" for phone in self.all}
        """As E.164 where they are full numbers."""

    @property
    def free(self) -> int:
        return len(self._free)

    def take(self) -> AgentPhone | None:
        """The free phone that rested longest; it is free no more. None when all have a call."""
        return self._free.pop(0) if self._free else None


def lock(campaign: Campaign) -> None:
    """Whoever else wants one of these phones waits for the end of this transaction."""
    ids = [phone.pk for phone in channels.phones_of(campaign)]
    list(AgentPhone.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def _use_of(ids: str) -> tuple[dict[int, datetime], set[int]]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST_USE, [ids])
        last_used = dict(cursor.fetchall())
        cursor.execute(_BUSY, [ids, list(ON_THE_WAY)])
        return last_used, {pk for (pk,) in cursor.fetchall()}
