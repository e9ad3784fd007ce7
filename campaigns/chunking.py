"""Takes the next chunk of a running campaign and makes it an order in the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from campaigns import services
from campaigns.importer.rows import do_not_call
from campaigns.models import Campaign, Entry, ProviderTask
from dialer import dnc, jobs
from dialer.models import Attempt, DncEntry, EventKind, State

LOOK_AGAIN = timedelta(seconds=30)
"""When every number left is held by another open order."""


def next_chunk(campaign_id: int, *, now: datetime) -> ProviderTask | None:
    """Commits one chunk with the callees it holds, and the job that sends it.

    None when there is nothing to hand over now: not running, the last chunk unsettled, nobody free.
    """
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().running().filter(pk=campaign_id).first()
        if campaign is None or campaign.tasks.filter(state__in=[State.PENDING, State.SENDING]).exists():
            return None
        _leave_out_listed(campaign.entries.waiting().order_by("pk")[: 2 * campaign.chunk_limit])
        entry_ids = _hold_callees(campaign, now=now)
        if not entry_ids:
            _nobody_free(campaign, now=now)
            return None
        task = ProviderTask.objects.create(
            account_id=campaign.account_id,
            campaign=campaign,
            number=campaign.tasks.count() + 1,
            size=len(entry_ids),
            requested_by=campaign.created_by,
            requested_at=now,
            not_before=now,
        )
        Entry.objects.filter(pk__in=entry_ids).update(state=Entry.State.ORDERED, task=task, reason="", reason_code="")
        task.add_event(EventKind.REQUESTED, now=now, by=campaign.created_by)
        jobs.enqueue(task)
    return task


def peek(campaign: Campaign) -> list[Entry]:
    """The entries that the next chunk would take, without taking them; `_hold_callees` in the words of the ORM."""
    held = Attempt.objects.still_open().filter(callee=OuterRef("callee"))
    free = campaign.entries.waiting().filter(~Exists(held), ~Exists(_listed()))
    return list(free.order_by("pk")[: campaign.chunk_limit])


def _listed() -> QuerySet[DncEntry]:
    return DncEntry.objects.filter(callee=OuterRef("callee"), dnc_list__is_active=True)


def _leave_out_listed(waiting: QuerySet[Entry]) -> None:
    """Numbers that came onto a do-not-call list after their call list was read."""
    entries = {int(callee): pk for pk, callee in waiting.values_list("pk", "callee")}
    for callee, listing in dnc.listings_of(list(entries)).items():
        error = do_not_call(listing.list_name, listing.reason)
        Entry.objects.filter(pk=entries[callee], state=Entry.State.WAITING).update(
            state=Entry.State.NOT_CALLED, reason_code=error.code, reason=error.reason
        )


def _hold_callees(campaign: Campaign, *, now: datetime) -> list[int]:
    """Opens an attempt for each of the next free entries; returns their ids.

    A callee held by another order (a manual call, another campaign) is passed over and waits for its turn. Two chunks
    that reach for the same number meet in the unique index, and one of them goes without it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH next AS (
                SELECT e.id, e.callee
                  FROM campaigns_entry e
                  JOIN campaigns_calllist l ON l.id = e.call_list_id AND l.state = 'ready'
                 WHERE e.campaign_id = %(campaign)s AND e.state = 'waiting'
                   AND NOT EXISTS (SELECT 1 FROM dialer_attempt a WHERE a.callee = e.callee AND a.closed_at IS NULL)
                   AND NOT EXISTS (SELECT 1 FROM dialer_dncentry d JOIN dialer_dnclist s ON s.id = d.dnc_list_id
                                    WHERE d.callee = e.callee AND s.is_active)
                 ORDER BY e.id
                 LIMIT %(limit)s
                   FOR UPDATE OF e SKIP LOCKED
            )
            INSERT INTO dialer_attempt (callee, source, source_id, opened_at)
            SELECT callee, %(source)s, id, %(now)s FROM next
            ON CONFLICT DO NOTHING
            RETURNING source_id
            """,
            {"campaign": campaign.pk, "limit": campaign.chunk_limit, "source": Entry.SOURCE, "now": now},
        )
        return [source_id for (source_id,) in cursor.fetchall()]


def _nobody_free(campaign: Campaign, *, now: datetime) -> None:
    waiting = campaign.entries.waiting()
    _leave_out_listed(waiting.filter(Exists(_listed())))
    # Once is enough: looking again every half minute must not rewrite the same rows each time.
    waiting.exclude(reason_code="open_order").update(
        reason_code="open_order", reason=_("Another order to this number is open; it is tried again when that ends.")
    )
    if waiting.exists():
        services.enqueue_pump(campaign.pk, at=now + LOOK_AGAIN)
    else:
        services.finish_if_done(campaign, now=now)
