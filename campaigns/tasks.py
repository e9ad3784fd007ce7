"""The campaigns' jobs."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from campaigns import chunking, services, settlement, uploads
from campaigns.importer import run as importer
from campaigns.models import Campaign
from dialer import limits


@app.task(name="campaigns.tasks.pump", queue="dial")
def pump(campaign_id: int) -> None:
    chunking.next_chunk(campaign_id, now=timezone.now())


@app.task(name="campaigns.tasks.import_call_list", queue="imports")
def import_call_list(call_list_id: int) -> None:
    importer.import_call_list(call_list_id, clock=timezone.now)


@app.periodic(cron="* * * * * */10")
@app.task(name="campaigns.tasks.sweep", queue="upkeep", queueing_lock="campaigns_sweep")
def sweep(timestamp: int) -> None:
    sweep_once()


def sweep_once() -> None:
    """Wakes campaigns and imports whose job died with its worker; ends chunks that were stopped or fell silent."""
    now = timezone.now()
    uploads.enqueue_stuck(now=now)
    settlement.cancel_stopped(now=now)
    settlement.close_silent(now=now, settled_before=now - limits.task_result_window())
    for campaign_id in Campaign.objects.running().values_list("pk", flat=True):
        services.enqueue_pump(campaign_id)
