"""The campaigns' jobs."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from campaigns.chunks import chunker, settlement
from campaigns.importer import run as importer
from campaigns.lists import services as list_services
from campaigns.lists import uploads
from campaigns.models import Campaign
from campaigns.pacing import pump as pacing_pump
from campaigns.planning import services
from campaigns.policy import hold_back
from dialer.support import timing

WHILE_BUSY = RetryStrategy(wait=3, retry_exceptions=[importer.Busy, importer.Stopped])
"""Another list of the same campaign is being read, or this worker ends."""


@app.task(name=hold_back.LOOK_AGAIN_JOB, queue="dial")
def look_again() -> None:
    hold_back.wake_held_entries()
    # Their pumps may be deferred to a time that no longer holds.
    services.pump_running(timezone.now())


@app.task(name=services.PUMP_JOB, queue="dial")
def pump(campaign_id: int) -> None:
    chunker.next_chunk(campaign_id, now=timezone.now())


@app.task(name=services.PACE_JOB, queue="dial")
async def pace(campaign_id: int) -> None:
    await pacing_pump.run(campaign_id)


@app.task(name=list_services.INSPECT_JOB, queue="imports")
def inspect_call_list(call_list_id: int) -> None:
    list_services.inspect_list(call_list_id, now=timezone.now())


@app.task(name=list_services.IMPORT_JOB, queue="imports", retry=WHILE_BUSY, pass_context=True)
def import_call_list(context: JobContext, call_list_id: int) -> None:
    importer.import_call_list(call_list_id, clock=timezone.now, should_stop=context.should_abort)


@app.task(name=list_services.FORGET_JOB, queue="imports", retry=WHILE_BUSY)
def forget_call_list(call_list_id: int) -> None:
    importer.forget_call_list(call_list_id)


# Procrastinate reads a sixth field, the last one, as seconds.
@app.periodic(cron="* * * * * */5")
@app.task(name="campaigns.tasks.sweep", queue="upkeep", queueing_lock="campaigns_sweep")
def sweep(timestamp: int) -> None:
    sweep_once()


def sweep_once() -> None:
    """Wakes campaigns and imports whose job died with its worker; ends chunks that were stopped or fell silent."""
    now = timezone.now()
    uploads.enqueue_stuck(now=now)
    list_services.forget_leftovers()
    settlement.cancel_stopped(now=now)
    settlement.close_silent(now=now, settled_before=now - timing.task_result_window())
    for campaign_id in Campaign.objects.running().values_list("pk", flat=True):
        services.enqueue_pump(campaign_id)
