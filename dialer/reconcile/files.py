"""Files of call records out of a provider's console: looked at, and applied when a person says so.

A look changes nothing: it applies each batch and takes it back. Applied twice, a file changes nothing more.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from dialer.models import CallDetailRecord, DidNumber, ProviderAccount, RecordFile
from dialer.outcomes import ingest
from dialer.providers import adapters
from dialer.reconcile import match_rules, matching
from dialer.reconcile.did_rows import FILE_PREFIX, already_told
from dialer.reconcile.file_columns import Layout, UnreadableRow, places_of, record_of
from dialer.reconcile.match_rules import Told
from dialer.support import jobs
from dialer.web import csv_stream
from sheets.errors import FileRefused
from sheets.inspection import Inspection, inspect_file
from sheets.reading import Choice, head, open_table
from telephony.contract.capabilities import HangUpReader
from telephony.contract.errors import ProviderError
from telephony.contract.records import CallRecord

READ_JOB = "dialer.tasks.read_record_file"
LONGEST = 100_000
BATCH = 500
MATCHED, CANDIDATE, UNMATCHED, UNREADABLE = "matched", "candidate", "unmatched", "unreadable"
OUTCOMES = (MATCHED, CANDIDATE, UNMATCHED, UNREADABLE)
REPORT_COLUMNS = ("line", "outcome", "call_id", "order_id", "reference", "reason")
State = RecordFile.State


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    record: CallRecord | None
    why: str = ""
    call_id: str = ""
    order_id: str = ""

    def slim(self) -> Row:
        """Without the record: a file has many."""
        return replace(self, record=None)


class Known(NamedTuple):
    """What is kept of a row and its stored record until all are read."""

    row: Row
    pk: int | None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    row: Row
    what: str
    reference: str = ""
    why: str = ""

    def cells(self) -> list[object]:
        row = self.row
        shown_id = "" if row.call_id.startswith(FILE_PREFIX) else row.call_id
        return [row.line, self.what, shown_id, row.order_id, self.reference, self.why or row.why]


def upload(
    *, account: ProviderAccount, file: File, name: str, zone: str, by: AbstractUser, now: datetime
) -> RecordFile:
    """Keeps the file and has it looked at. Raises PermissionDenied."""
    if not by.has_perm("dialer.add_recordfile"):
        raise PermissionDenied
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    row = RecordFile(
        account=account,
        name=name[-200:],
        size=file.size,
        sha256=digest.hexdigest(),
        zone=zone,
        uploaded_by=by,
        uploaded_at=now,
    )
    row.file.save(digest.hexdigest(), File(file), save=False)
    with transaction.atomic():
        row.save()
        _enqueue(row)
    return row


def apply(*, file: RecordFile, by: AbstractUser) -> bool:
    """Has a file applied that was looked at; False when that is under way or done. Raises PermissionDenied."""
    if not by.has_perm("dialer.add_recordfile"):
        raise PermissionDenied
    with transaction.atomic():
        if not RecordFile.objects.filter(pk=file.pk, state=State.READ).update(state=State.APPLYING):
            return False
        _enqueue(file)
    return True


def _enqueue(row: RecordFile) -> None:
    jobs.defer_once(READ_JOB, queue="imports", lock=f"record_file:{row.pk}", record_file_id=row.pk)


def run(pk: int, *, clock: Callable[[], datetime]) -> None:
    """Looks at an uploaded file, or applies one that is to be applied; a job that was interrupted begins again."""
    row = RecordFile.objects.select_related("account").get(pk=pk)
    if not row.is_moving:
        return
    try:
        reading = Reading(row)
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


def _finish(row: RecordFile, reading: Reading, outcomes: Iterator[Outcome], *, now: datetime) -> None:
    """Writes the report while it counts."""
    counts = Counter(dict.fromkeys(OUTCOMES, 0))

    def counted() -> Iterator[list[object]]:
        for outcome in outcomes:
            counts[outcome.what] += 1
            yield outcome.cells()

    with NamedTemporaryFile("w+b") as report:
        report.writelines(line.encode() for line in csv_stream.lines(REPORT_COLUMNS, counted()))
        report.seek(0)
        row.report.save(f"{row.sha256}-{row.state}.csv", File(report), save=False)
    done = State.DONE if row.state == State.APPLYING else State.READ
    RecordFile.objects.filter(pk=row.pk, state=row.state).update(
        state=done, counts=dict(counts), columns=reading.columns, report=row.report.name, finished_at=now
    )


class Reading:
    """One pass over a file."""

    def __init__(self, row: RecordFile) -> None:
        """Raises FileRefused."""
        self._account = row.account
        self._path = Path(row.file.path)
        self._scratch = Path(settings.PORTAL_SCRATCH_DIR)
        self._scratch.mkdir(parents=True, exist_ok=True)
        self._inspection = inspect_file(self._path, scratch=self._scratch)
        if not self._inspection.is_certain:
            raise FileRefused(_("The file is not UTF-8. Save it as “CSV UTF-8” and upload it again."))
        self._layout, self.columns = self._read_header(self._inspection, ZoneInfo(row.zone))

    def _read_header(self, inspection: Inspection, zone: ZoneInfo) -> tuple[Layout, dict[str, str]]:
        rows = head(self._path, inspection, Choice(hidden_rows=True), scratch=self._scratch).rows
        if not rows:
            raise FileRefused(_("The file is empty."))
        places = places_of(rows[0])
        dids = DidNumber.objects.filter(account=self._account).values_list("number", flat=True)
        layout = Layout(places=places, zone=zone, dids=frozenset(dids), codes=_codes_of(self._account))
        if not layout.is_enough:
            text = _(
                "The file needs a column with a call ID or an order ID, or columns for caller, callee and start time."
            )
            raise FileRefused(text)
        return layout, {name: rows[0][place] for name, place in places.items()}

    def rows(self) -> Iterator[Row]:
        """Raises FileRefused."""
        count, is_header = 0, True
        with open_table(self._path, self._inspection, Choice(hidden_rows=True), scratch=self._scratch) as table:
            for block in table:
                found = block.without_first() if is_header else block
                is_header = False
                count += len(found.rows)
                if count > LONGEST:
                    raise FileRefused(_("The file has more than 100,000 rows. Export fewer days at once."))
                for place, cells in enumerate(found.rows):
                    yield self._row(found.line_numbers[place], cells, is_broken=place in found.unreadable)

    def _row(self, line: int, cells: list[str], *, is_broken: bool) -> Row:
        if is_broken:
            return Row(line, None, _("The quotation marks in this line do not match."))
        try:
            record = record_of(cells, self._layout)
        except UnreadableRow as exc:
            return Row(line, None, str(exc))
        return Row(line, record, call_id=record.provider_call_id, order_id=record.order_id)

    def looked_at(self, *, clock: Callable[[], datetime]) -> Iterator[Outcome]:
        """What would come out: each batch is applied and taken back."""
        now = clock()
        kept: list[Known] = []
        told: dict[int, Told] = {}
        for batch in _batches(self.rows()):
            with transaction.atomic():
                stored = self._store(batch, now=now)
                transaction.set_rollback(True)
            kept += [_known(row, stored.get(row.call_id)) for row in batch]
            ours = [record for record in stored.values() if matching.could_be_ours(record)]
            told |= {one.pk: replace(one, has_waited=True) for one in matching.told_of(ours, now=now)}
        orders = matching.orders_for(self._account, list(told.values()))
        pairs = {one.pk: order.reference for one, order in match_rules.pairs(told.values(), orders)}
        fitted = set(match_rules.fitted(told.values(), orders))
        return (
            _outcome(known._replace(reference=known.reference or pairs.get(known.pk or 0, "")), fitted)
            for known in kept
        )

    def applied(self, *, clock: Callable[[], datetime]) -> Iterator[Outcome]:
        """Applies everything in batches, matches it, and tells what came out."""
        kept: list[Known] = []
        first: datetime | None = None
        for batch in _batches(self.rows()):
            with transaction.atomic():
                stored = self._store(batch, now=clock())
            kept += [_known(row, stored.get(row.call_id)) for row in batch]
            times = [record.started_at for record in stored.values() if record.started_at]
            first = min([first, *times] if first else times, default=None)
        if first:
            matching.match_account(self._account, now=clock(), since=first)
        return self._told(kept, now=clock())

    def _told(self, kept: list[Known], *, now: datetime) -> Iterator[Outcome]:
        for start in range(0, len(kept), BATCH):
            some = kept[start : start + BATCH]
            rows = CallDetailRecord.objects.defer("raw", "recording_url").select_related("account")
            records = rows.in_bulk([known.pk for known in some if known.pk])
            fitted = set(matching.candidates_of(records.values(), now=now))
            for known in some:
                record = records.get(known.pk or 0)
                if known.pk and record is None:  # merged into the call's own record
                    yield Outcome(known.row, MATCHED)
                else:
                    yield _outcome(_known(known.row, record), fitted)

    def _store(self, batch: list[Row], *, now: datetime) -> dict[str, CallDetailRecord]:
        """The stored record of each row that can be read, by its id."""
        read = [row.record for row in batch if row.record]
        known = already_told(self._account, read)
        records = [record for record in read if record.provider_call_id not in known]
        source = CallDetailRecord.Source.FILE
        stored = ingest.apply_records(records, account=self._account, source=source, now=now)
        references = dict(
            CallDetailRecord.objects.filter(pk__in=[row.pk for row in stored]).values_list("pk", "reference")
        )
        for row in stored:
            row.reference = references[row.pk]
        return known | {record.provider_call_id: row for record, row in zip(records, stored, strict=True)}


def _known(row: Row, record: CallDetailRecord | None) -> Known:
    return Known(row.slim(), record.pk if record else None, record.reference if record else "")


def _outcome(known: Known, fitted: set[int]) -> Outcome:
    if known.pk is None:
        return Outcome(known.row, UNREADABLE)
    if known.reference:
        return Outcome(known.row, MATCHED, known.reference)
    if known.pk in fitted:
        why = _("More than one order or record matches. Assign it on the reconciliation page.")
        return Outcome(known.row, CANDIDATE, why=why)
    return Outcome(known.row, UNMATCHED, why=_("No order in the portal matches this record."))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _codes_of(account: ProviderAccount) -> HangUpReader | None:
    try:
        adapter: Any = adapters.offline_adapter(account)
    except ProviderError:  # not configured here; its files can be read all the same
        return None
    return adapter if isinstance(adapter, HangUpReader) else None
