"""Campaigns, call lists and provider tasks as the services would have left them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile

from campaigns.models import CallList, Campaign, Entry, ProviderTask
from dialer.models import Attempt, State
from tests.builders import NOW, make_agent_group, make_user

_counter = itertools.count(1)


def callees(count: int, *, start: int = 0) -> list[str]:
    """Numbers kept for fiction: +447700900000 and up."""
    return [f"+44770090{start + n:04d}" for n in range(count)]


def make_campaign(name: str = "Autumn", *, state: str = Campaign.State.DRAFT, **columns: Any) -> Campaign:
    group = columns.pop("agent_group", None) or make_agent_group()
    defaults = {
        "account": group.account,
        "agent_group": group,
        "country": "GB",
        "strategy_name": "Default Strategy",
        "created_by": columns.pop("created_by", None) or make_user(),
    }
    campaign = Campaign.objects.create(name=name, state=state, **{**defaults, **columns})
    campaign.refresh_from_db()  # rates as decimals, as everybody else reads them
    return campaign


def make_call_list(
    campaign: Campaign | None = None,
    *,
    entries: int | Sequence[str] = 3,
    state: str = CallList.State.READY,
    content: bytes | str = b"",
    **columns: Any,
) -> CallList:
    """A list with that many entries (or with those callees), or with that content still to be read."""
    campaign = campaign or make_campaign()
    number = next(_counter)
    numbers = callees(entries) if isinstance(entries, int) else list(entries)
    body = content.encode() if isinstance(content, str) else content
    call_list = CallList(
        campaign=campaign,
        name=columns.pop("name", f"list {number}.csv"),
        size=len(body),
        sha256=f"{number:064x}",
        state=state,
        uploaded_by=columns.pop("uploaded_by", None) or make_user(),
        uploaded_at=NOW,
        **{"accepted": len(numbers), **columns},
    )
    call_list.rows = call_list.accepted + call_list.rejected
    call_list.file.save("list.csv", ContentFile(body), save=False)
    call_list.save()
    Entry.objects.bulk_create(
        Entry(
            campaign=campaign,
            call_list=call_list,
            line_number=n,
            callee=callee,
            country="GB",
            order_id=f"order-{number}-{n}",
        )
        for n, callee in enumerate(numbers, start=2)
    )
    return call_list


def make_task(
    campaign: Campaign | None = None, *, state: str = State.PENDING, entries: int | Sequence[str] = 3, **columns: Any
) -> ProviderTask:
    """A chunk in the given state, with its entries and the attempts that hold their callees."""
    campaign = campaign or make_campaign(state=Campaign.State.RUNNING)
    call_list = make_call_list(campaign, entries=entries)
    is_dead = state in (State.REJECTED, State.CANCELLED)
    lease = {"lease_token": "0" * 31 + "1", "lease_expires_at": NOW} if state == State.SENDING else {}
    defaults = {
        "account": campaign.account,
        "campaign": campaign,
        "number": campaign.tasks.count() + 1,
        "size": call_list.accepted,
        "requested_by": campaign.created_by,
        "requested_at": NOW,
        "not_before": NOW,
        "settled_at": None if state in (State.PENDING, State.SENDING) else NOW,
        "closed_at": NOW if is_dead else None,
        "state": state,
    }
    task = ProviderTask.objects.create(**{**defaults, **lease, **columns})
    entry_state = {State.IN_DOUBT: Entry.State.IN_DOUBT, State.REJECTED: Entry.State.NOT_CALLED}
    call_list.entries.update(
        task=task, state=entry_state.get(state, Entry.State.ORDERED), reason="refused" if is_dead else ""
    )
    Attempt.objects.bulk_create(
        Attempt(
            callee=entry.callee,
            source=Entry.SOURCE,
            source_id=entry.pk,
            opened_at=NOW,
            closed_at=task.closed_at,
            counts=not is_dead,
        )
        for entry in call_list.entries.all()
    )
    return task
