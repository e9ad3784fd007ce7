"""The dialer's jobs: a few lines around a plain function. A job may run twice; the row's state decides, not the job."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from dialer.agents.sessions import desk, retention
from dialer.dnc import importer as dnc_import
from dialer.dnc import uploads as dnc_uploads
from dialer.inbox import apply, confirm, store
from dialer.ledger import dispatch as ledger_dispatch
from dialer.ledger import sweep as ledger_sweep
from dialer.ledger import transitions
from dialer.notices import delivery, outbox
from dialer.notices import sweep as notices_sweep
from dialer.outcomes import results, state_polling
from dialer.policy import decisions, public_holidays, registry_files
from dialer.providers import account_sync, agent_phone_sync
from dialer.reconcile import files, pull
from dialer.support import timing
from dialer.support.async_db import DatabaseThread


@app.task(name="dialer.tasks.dispatch", queue="dial")
async def dispatch(kind: str, pk: int) -> None:
    await ledger_dispatch.dispatch(kind, pk)


@app.task(name=store.APPLY_JOB, queue="inbox", lock=store.APPLY_LOCK)
def apply_deliveries() -> None:
    apply.apply_callbacks(now=timezone.now())


@app.task(name=store.CONFIRM_JOB, queue="inbox", lock=store.CONFIRM_LOCK)
async def confirm_callbacks() -> None:
    db = DatabaseThread("confirm")
    try:
        await confirm.confirm_callbacks(clock=timezone.now, db=db)
    finally:
        await db.close()


@app.task(name=dnc_uploads.IMPORT_JOB, queue="imports")
def import_dnc(dnc_import_id: int) -> None:
    dnc_import.import_numbers(dnc_import_id, clock=timezone.now)


@app.task(name=registry_files.READ_JOB, queue="imports")
def read_registry_evidence(evidence_id: int) -> None:
    registry_files.read_evidence(evidence_id, clock=timezone.now)


@app.task(name=outbox.DELIVER_JOB, queue="notices")
async def deliver_messages(target_id: int | None) -> None:
    await delivery.deliver_messages(target_id, clock=timezone.now)


# The sixth field, the last one, is seconds.
@app.periodic(cron="* * * * * */5")
@app.task(name="dialer.tasks.sweep", queue="upkeep", queueing_lock="sweep")
def sweep(timestamp: int) -> None:
    sweep_once()


def sweep_once() -> None:
    """Nothing stays PENDING or SENDING for ever, and nothing accepted keeps its callee for ever."""
    # A net beneath the jobs: whoever makes work also defers its job, and what was lost is found here.
    now = timezone.now()
    for model in transitions.kinds():
        ledger_sweep.expire_leases(model, now=now)
        ledger_sweep.expire_unsent(model, now=now)
        ledger_sweep.enqueue_forgotten(model, now=now)
    dnc_import.enqueue_stuck(now=now)
    registry_files.enqueue_stuck(now=now)
    apply.apply_callbacks(now=now)
    confirm.defer_if_due(now=now)
    results.apply_overtaken_records(now=now)
    decisions.forget_old(now=now)
    results.close_overdue(now=now, settled_before=now - timing.call_result_window())
    notices_sweep.sweep_notices(now=now)
    retention.delete_old_entries(now=now)


@app.periodic(cron="* * * * *")
@app.task(name="dialer.tasks.keep_holidays", queue="upkeep", queueing_lock="keep_holidays")
def keep_holidays(timestamp: int) -> None:
    public_holidays.keep_filled(now=timezone.now())


@app.periodic(cron="* * * * * */5")
@app.task(name="dialer.tasks.tend_agents", queue="upkeep", queueing_lock="tend_agents")
async def tend_agents(timestamp: int) -> None:
    """The desk lives in the worker's event loop, beside its jobs: a job of its own would hold up every shutdown."""
    desk.keep_running()


@app.periodic(cron="* * * * * */30")
@app.task(name="dialer.tasks.rescue_stalled_jobs", queue="upkeep", queueing_lock="rescue")
async def rescue_stalled_jobs(timestamp: int) -> None:
    """Jobs of a worker that died run again; the ledger's claim makes that safe."""
    for job in await app.job_manager.get_stalled_jobs():
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # the same work waits in another job already
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)


@app.periodic(cron="* * * * * */5")
@app.task(name="dialer.tasks.follow_calls", queue="upkeep", queueing_lock="follow_calls")
async def follow_calls(timestamp: int) -> None:
    db = DatabaseThread("follow")
    try:
        await state_polling.poll_due_calls(beat=datetime.fromtimestamp(timestamp, UTC), clock=timezone.now, db=db)
    finally:
        await db.close()


@app.periodic(cron="* * * * * */20")
@app.task(name="dialer.tasks.pull_records", queue="upkeep", queueing_lock="pull_records")
def pull_records(timestamp: int) -> None:
    pull.enqueue_due_pulls(now=timezone.now())


@app.task(name=pull.PULL_JOB, queue="upkeep")
async def pull_cursor(cursor_pk: int, kind: str = "", reference: str = "") -> None:
    db = DatabaseThread(f"pull-{cursor_pk}")
    try:
        await pull.pull_cursor(cursor_pk, clock=timezone.now, kind=kind, reference=reference, db=db)
    finally:
        await db.close()


@app.task(name=files.READ_JOB, queue="imports")
def read_record_file(record_file_id: int) -> None:
    files.process_file(record_file_id, clock=timezone.now)


@app.task(name=account_sync.BALANCE_JOB, queue="upkeep")
async def read_balance(account_id: int) -> None:
    await account_sync.read_balance(account_id, clock=timezone.now)


@app.task(name=account_sync.GROUPS_JOB, queue="upkeep")
async def read_agent_groups(account_id: int) -> None:
    await account_sync.read_groups(account_id, clock=timezone.now)


@app.task(name=agent_phone_sync.PHONES_JOB, queue="upkeep")
async def read_agent_phones(account_id: int) -> None:
    await agent_phone_sync.read_phones(account_id, clock=timezone.now)
