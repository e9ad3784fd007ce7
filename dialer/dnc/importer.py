"""A file of numbers into a do-not-call list. Every batch counts from its commit on; a killed import starts again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.dnc import uploads as dnc_uploads
from dialer.dnc.coverage import uncovered
from dialer.dnc.files import stored_file
from dialer.dnc.files.first_look import Chosen, Look, look, rules_of
from dialer.dnc.files.layout import Reading
from dialer.dnc.files.row_meaning import Meant
from dialer.dnc.files.row_reader import read_rows
from dialer.dnc.files.store import Into, reject_lines, store_blocks, store_numbers
from dialer.models import DncImport, DncReject
from sheets.errors import FileRefused
from sheets.inspection import Inspection

STUCK_AFTER = timedelta(hours=1)
State = DncImport.State
COUNTS = ("rows", "taken", "invalid", "added", "longer", "known", "blocks")


class _TakenOver(Exception):
    """Another run of the same import moved it on."""


def import_numbers(dnc_import_id: int, *, clock: Callable[[], datetime], chosen: Chosen | None = None) -> None:
    """Looks at the file where nobody has yet, and reads it unless it waits for a person who says more than `chosen`.

    Numbers that an interrupted run had stored count as known in the next one.
    """
    row = DncImport.objects.filter(pk=dnc_import_id, state__in=[State.UPLOADED, State.IMPORTING]).first()
    if row is None:
        return
    try:
        if row.state == State.UPLOADED and not _look_at_file(row, chosen):
            return
        run = _Run(row, now=clock())
        run.read()
        run.tell_uncovered()
        _settle(row, State.DONE, now=clock())
    except _TakenOver:
        return
    except FileRefused as exc:
        _settle(row, State.FAILED, now=clock(), error=str(exc))
    except Exception as exc:
        # Told on the page, and raised again: the fault is ours and belongs into the log of the worker.
        text = _("The portal could not finish reading this file (%(what)s). Upload it again.")
        _settle(row, State.FAILED, now=clock(), error=text % {"what": type(exc).__name__})
        raise


def _look_at_file(row: DncImport, chosen: Chosen | None) -> bool:
    """UPLOADED → IMPORTING, or MAPPING where a person has to say something; whether it may be read now."""
    inspection = stored_file.look_at(Path(row.file.path))
    found = look(Path(row.file.path), inspection, region=row.country, chosen=chosen)
    state = State.MAPPING if found.doubts else State.IMPORTING
    columns = found.reading.as_json()
    moved = DncImport.objects.filter(pk=row.pk, state=State.UPLOADED).update(
        state=state, inspection=inspection.as_json(), columns=columns
    )
    row.refresh_from_db()
    return bool(moved) and state == State.IMPORTING


def look_again(row: DncImport, *, region: str, chosen: Chosen | None = None) -> Look:
    """Of a file that was looked at. Raises FileRefused."""
    return look(Path(row.file.path), Inspection.from_json(row.inspection), region=region, chosen=chosen)


def _settle(row: DncImport, state: str, *, now: datetime, error: str = "") -> None:
    # By its state: a run that was overtaken settles nothing.
    unsettled = DncImport.objects.filter(pk=row.pk, state__in=[State.UPLOADED, State.IMPORTING])
    unsettled.update(state=state, error=error[:1000], finished_at=now)


class _Run:
    def __init__(self, row: DncImport, *, now: datetime) -> None:
        self._row = row
        self._reading = Reading.from_json(row.columns)
        self._rules = rules_of(self._reading, region=row.country, expires_on=row.expires_on, source=row.name, now=now)
        self._into = Into(row.dnc_list_id, row.uploaded_by_id, now)
        self._reasons: Counter[str] = Counter()
        self._repairs: Counter[str] = Counter()

    def read(self) -> None:
        """Raises FileRefused, _TakenOver."""
        row = self._row
        nothing = dict.fromkeys((*COUNTS, "bytes_read"), 0)
        with transaction.atomic():
            # A run that died left counts and rejected rows behind; its numbers stay, and count as known now.
            if not DncImport.objects.filter(pk=row.pk, state=State.IMPORTING).update(**nothing, error="", report={}):
                raise _TakenOver
            DncReject.objects.filter(dnc_import=row.pk).delete()
        row.refresh_from_db()
        inspection = Inspection.from_json(row.inspection)
        for part in stored_file.parts_of(Path(row.file.path), inspection, self._reading):
            self._store_part(part)

    def _store_part(self, part: stored_file.Part) -> None:
        meant = read_rows(part.block, part.layout, self._rules)
        self._reasons.update(rejected.code for rejected in meant.rejected)
        self._repairs.update(meant.repairs)
        row = self._row
        with transaction.atomic():
            # What the row said before this batch: a second run of the same import finds it moved, and gives up.
            claim = {"state": State.IMPORTING, "bytes_read": row.bytes_read, "rows": row.rows}
            stored = store_numbers(meant, self._rules, self._into)
            row.blocks += store_blocks(meant, self._rules, self._into)
            self._store_rejects(part, meant)
            row.bytes_read, row.bytes_total = part.position, part.size
            row.rows += meant.rows
            row.invalid += len(meant.rejected)
            row.taken = row.rows - row.invalid
            row.added += stored.added
            row.longer += stored.longer
            row.known += stored.known
            row.report = {"reasons": dict(self._reasons.most_common()), "repairs": dict(self._repairs.most_common())}
            moved = DncImport.objects.filter(pk=row.pk, **claim)
            names = (*COUNTS, "bytes_read", "bytes_total", "report")
            if not moved.update(**{name: getattr(row, name) for name in names}):
                raise _TakenOver

    def tell_uncovered(self) -> None:
        """A list for one country does not hold for numbers of others; the report says how many there are."""
        if found := uncovered(self._row.dnc_list):
            report = {**self._row.report, "uncovered": found}
            DncImport.objects.filter(pk=self._row.pk, state=State.IMPORTING).update(report=report)

    def _store_rejects(self, part: stored_file.Part, meant: Meant) -> None:
        block = part.block
        reject_lines(
            self._row.pk,
            part.layout.sheet[:100],
            [
                (
                    block.line_numbers[row.place],
                    block.lines[row.place],
                    json.dumps(block.rows[row.place], ensure_ascii=False),
                    row.code,
                    row.reason[:300],
                    row.suggestion[:300],
                )
                for row in meant.rejected
            ],
        )


def enqueue_stuck(*, now: datetime) -> int:
    """Gives imports a job again whose job was lost."""
    unsettled = DncImport.objects.filter(state__in=[State.UPLOADED, State.IMPORTING])
    stuck = set(unsettled.filter(uploaded_at__lt=now - STUCK_AFTER).values_list("pk", flat=True))
    if not stuck:
        return 0
    alive = ProcrastinateJob.objects.filter(task_name=dnc_uploads.IMPORT_JOB, status__in=["todo", "doing"])
    forgotten = stuck - set(alive.values_list("args__dnc_import_id", flat=True))
    for pk in forgotten:
        dnc_uploads.enqueue(pk)
    return len(forgotten)
