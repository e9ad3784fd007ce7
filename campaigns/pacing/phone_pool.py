"""The agent phones of a campaign: one call at a time on each, and the one that rested longest is next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection

from campaigns.models import Campaign
from campaigns.policy import account_fit
from dialer.models import AgentPhone, CallRequest
from dialer.policy.agent_availability import ON_THE_WAY
from dialer.support.sql import as_array

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# A phone that had none of the last calls rested longer than all others. The whole history of a phone is not looked at.
_LAST_USE = """
    SELECT c.agent_phone_id, max(coalesce(c.closed_at, c.requested_at))
      FROM (SELECT * FROM dialer_callrequest ORDER BY id DESC LIMIT 2000) c
     WHERE c.agent_phone_id = ANY(%s::bigint[])
     GROUP BY c.agent_phone_id
"""


class Phones:
    def __init__(self, campaign: Campaign, *, busy_too: bool = False) -> None:
        self.all = account_fit.phones_of(campaign)
        last_used = _last_use(self.all)
        busy = set() if busy_too else busy_among(self.all)
        rested = sorted(self.all, key=lambda phone: (last_used.get(phone.pk, _NEVER), phone.pk))
        self._free = [phone for phone in rested if phone.pk not in busy]
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
    ids = [phone.pk for phone in account_fit.phones_of(campaign)]
    list(AgentPhone.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def busy_among(phones: Sequence[AgentPhone]) -> set[int]:
    """Ids of those that have a call of ours."""
    open_calls = CallRequest.objects.filter(agent_phone__in=phones, closed_at=None, state__in=ON_THE_WAY)
    return set(open_calls.values_list("agent_phone_id", flat=True))


def _last_use(phones: Sequence[AgentPhone]) -> dict[int, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST_USE, [as_array([phone.pk for phone in phones])])
        return dict(cursor.fetchall())
