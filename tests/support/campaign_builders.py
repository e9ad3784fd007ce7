"""Campaigns, call lists and provider tasks as the services would have left them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile

from campaigns.models import CallList, Campaign, Channel, Entry, PacedCall, ProviderTask
from dialer.models import Attempt, CallRequest, State
from tests.support.builders import (
    NOW,
    make_agent_group,
    make_agent_phone,
    make_aicc_account,
    make_call_request,
    make_connect_number,
    make_did,
    make_user,
)

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


def make_paced_campaign(name: str = "Paced", *, state: str = Campaign.State.RUNNING, **columns: Any) -> Campaign:
    """Calls from one DID, as fast as the account lets it unless the columns say otherwise."""
    dids = columns.pop("dids", None) or [make_did()]
    defaults = {
        "account": dids[0].account,
        "connect_number": make_connect_number(),
        "channel": Channel.CALLS,
        "country": "GB",
        "calls_per_minute": 60_000,
        "concurrent_calls": 1_000,
        "created_by": columns.pop("created_by", None) or make_user(),
    }
    campaign = Campaign.objects.create(name=name, state=state, **{**defaults, **columns})
    campaign.dids.set(dids)
    return campaign


def make_aicc_campaign(name: str = "AICC", *, phones: int = 3, **columns: Any) -> Campaign:
    """Calls from so many agent phones, 70001 and up, without a DID; the campaign names none of them."""
    account = make_aicc_account()
    for number in range(70001, 70001 + phones):
        make_agent_phone(str(number), account=account)
    defaults = {
        "account": account,
        "channel": Channel.CALLS,
        "country": "GB",
        "calls_per_minute": 60_000,
        "concurrent_calls": 1_000,
        "created_by": make_user(),
        "state": Campaign.State.RUNNING,
    }
    return Campaign.objects.create(name=name, **{**defaults, **columns})


def make_paced_call(campaign: Campaign | None = None, *, callee: str = "+447700900001", **columns: Any) -> CallRequest:
    """A call that a pump ordered for an entry, in the given state."""
    campaign = campaign or make_paced_campaign()
    entry = make_call_list(campaign, entries=[callee]).entries.get()
    call = make_call_request(callee, account=campaign.account, **columns)
    PacedCall.objects.create(call=call, campaign=campaign, entry=entry)
    Entry.objects.filter(pk=entry.pk).update(call=call, calls=1, state=Entry.State.ORDERED)
    return call
