"""A campaign's next request, made by the code that sends: a chunk or a call. Nothing is stored, nothing leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from campaigns.chunks import chunker
from campaigns.models import Campaign, ProviderTask
from campaigns.pacing import claim
from campaigns.policy import account_fit
from dialer.models.call_parties import what_is_wrong
from dialer.providers import adapters
from dialer.providers.orders import order_of
from telephony.contract.orders import PreparedRequest
from telephony.http.unix_ms import to_ms

SHOWN_ENTRIES = 5


@dataclass(frozen=True, slots=True)
class RequestPreview:
    prepared: PreparedRequest
    size: int
    """Numbers in the request."""
    body: str
    """For reading: with line breaks, and with the first entries only."""
    string_to_sign: str
    """Secret masked; a long body is replaced by its length."""
    is_stored: bool = False
    """The chunk exists already and waits to be sent."""
    is_call: bool = False

    @property
    def left_out(self) -> int:
        return max(self.size - SHOWN_ENTRIES, 0)


def preview_next(campaign: Campaign, *, now: datetime) -> RequestPreview | None:
    """None when nobody can be handed over now.

    Raises CredentialsRefused when the account's settings are incomplete, ValueError when the order
    cannot be written down for the provider.
    """
    return _preview_chunk(campaign, now=now) if campaign.is_by_task else _preview_call(campaign, now=now)


def _preview_call(campaign: Campaign, *, now: datetime) -> RequestPreview | None:
    agents = account_fit.active_agents(campaign)
    call = claim.preview_call(campaign, now=now, agent=agents[0] if agents else None)
    if call is None:
        return None
    order = order_of(call)
    if wrong := what_is_wrong(campaign.account, order):
        raise ValueError(wrong)
    adapter = adapters.offline_adapter(campaign.account)
    prepared = call.prepare(adapter, order, now_ms=to_ms(now))
    return RequestPreview(
        prepared=prepared,
        size=1,
        body=json.dumps(json.loads(prepared.body), indent=2, ensure_ascii=False),
        string_to_sign=prepared.string_to_sign,
        is_call=True,
    )


def _preview_chunk(campaign: Campaign, *, now: datetime) -> RequestPreview | None:
    task = campaign.tasks.pending().first()
    entries = list(task.entries.order_by("pk")) if task else chunker.preview_entries(campaign, now=now)
    if not entries:
        return None
    chunk = task or ProviderTask(campaign=campaign, number=campaign.tasks.count() + 1)
    prepared = chunk.prepare(
        adapters.offline_adapter(campaign.account),
        chunk.compose(campaign, [entry.as_task_entry() for entry in entries]),
        now_ms=to_ms(now),
    )
    string_to_sign = prepared.string_to_sign
    if len(entries) > SHOWN_ENTRIES:
        # The body is part of it, and would stand there at full length.
        instead = _("[the body, %(n)d bytes]") % {"n": len(prepared.body)}
        string_to_sign = string_to_sign.replace(prepared.body.decode("utf-8", errors="replace"), instead)
    return RequestPreview(
        prepared=prepared,
        size=len(entries),
        body=json.dumps(_cut(json.loads(prepared.body)), indent=2, ensure_ascii=False),
        string_to_sign=string_to_sign,
        is_stored=task is not None,
    )


def _cut(value: Any) -> Any:
    """The same, its lists no longer than what is shown."""
    if isinstance(value, dict):
        return {name: _cut(item) for name, item in value.items()}
    return [_cut(item) for item in value[:SHOWN_ENTRIES]] if isinstance(value, list) else value
