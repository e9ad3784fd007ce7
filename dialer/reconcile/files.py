"""Files of call records out of a provider's console: looked at, and applied when a person says so.

A look changes nothing: it applies each batch and takes it back. Applied twice, a file changes nothing more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from tempfile import NamedTemporaryFile

from django.contrib.auth.models import AbstractUser
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from dialer.models import ProviderAccount, RecordFile
from dialer.reconcile.file_pass import OUTCOMES, FilePass, RowOutcome
from dialer.support import jobs
from dialer.support.permissions import require
from dialer.support.uploads import clean_name, measure, store_upload
from dialer.web import csv_stream
from sheets.errors import FileRefused

READ_JOB = "dialer.tasks.read_record_file"
REPORT_COLUMNS = ("line", "outcome", "call_id", "order_id", "reference", "reason")
State = RecordFile.State


def upload_file(
    *, account: ProviderAccount, file: File[bytes], zone: str, by: AbstractUser, now: datetime
) -> RecordFile:
    """Keeps the file and has it looked at. Raises UploadRefused, PermissionDenied."""
    require(by, "dialer.add_recordfile")
    digest, size = measure(file)
    row = RecordFile(
        account=account,
        name=clean_name(file, default="records.csv"),
        size=size,
        sha256=digest,
        zone=zone,
        uploaded_by=by,
        uploaded_at=now,
    )
    with store_upload(row.file, file, name=digest):
        row.save()
        _enqueue(row)
    return row


def apply_file(*, file: RecordFile, by: AbstractUser) -> bool:
    """Has a file applied that was looked at; False when that is under way or done. Raises PermissionDenied."""
    require(by, "dialer.add_recordfile")
    with transaction.atomic():
        if not RecordFile.objects.filter(pk=file.pk, state=State.READ).update(state=State.APPLYING):
            return False
        _enqueue(file)
    return True


def _enqueue(row: RecordFile) -> None:
    jobs.defer_once(READ_JOB, queue="imports", lock=f"record_file:{row.pk}", record_file_id=row.pk)


def process_file(pk: int, *, clock: Callable[[], datetime]) -> None:
    """Looks at an uploaded file, or applies one that is to be applied; a job that was interrupted begins again."""
    row = RecordFile.objects.select_related("account").get(pk=pk)
    if not row.is_moving:
        return
    try:
        reading = FilePass(row)
        outcomes = reading.applied(clock=clock) if row.state == State.APPLYING else reading.looked_at(clock=clock)
        _finish(row, reading, outcomes, now=clock())
    except FileRefused as exc:
        _fail(row, str(exc), now=clock())
    except Exception as exc:
        text = _("The portal could not finish reading this file (%(what)s). Upload it again.")
        _fail(row, text % {"what": type(exc).__name__}, now=clock())
        raise


def _fail(row: RecordFile, error: str, *, now: datetime) -> None:
    RecordFile.objects.filter(pk=row.pk, state=row.state).update(
        state=State.FAILED, error=error[:1000], finished_at=now
    )


def _finish(row: RecordFile, reading: FilePass, outcomes: Iterator[RowOutcome], *, now: datetime) -> None:
    """Writes the report while it counts."""
    counts = Counter(dict.fromkeys(OUTCOMES, 0))

    def counted() -> Iterator[list[object]]:
        for outcome in outcomes:
            counts[outcome.what] += 1
            yield outcome.cells()

    # On the disk and not in memory: a file may have 100,000 rows. One generator counts and writes, so it is read once.
    with NamedTemporaryFile("w+b") as report:
        report.writelines(line.encode() for line in csv_stream.lines(REPORT_COLUMNS, counted()))
        report.seek(0)
        row.report.save(f"{row.sha256}-{row.state}.csv", File(report), save=False)
    done = State.DONE if row.state == State.APPLYING else State.READ
    RecordFile.objects.filter(pk=row.pk, state=row.state).update(
        state=done, counts=dict(counts), columns=reading.columns, report=row.report.name, finished_at=now
    )
