"""One pass over a file of call records: looked at, with each batch taken back, or applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from dialer.models import CallDetailRecord, DidNumber, ProviderAccount, RecordFile
from dialer.outcomes import ingest
from dialer.providers import adapters
from dialer.reconcile import match_rules, matching
from dialer.reconcile.did_rows import FILE_PREFIX, find_recorded
from dialer.reconcile.file_columns import RecordColumns, UnreadableRow, column_places, read_record
from dialer.reconcile.match_rules import UnmatchedRecord
from sheets.errors import FileRefused
from sheets.inspection import Inspection, inspect_file
from sheets.reading import Choice, head, open_table
from telephony.contract.capabilities import HangUpReader
from telephony.contract.errors import ProviderError
from telephony.contract.records import CallRecord

MAX_ROWS = 100_000
BATCH = 500
MATCHED, CANDIDATE, UNMATCHED, UNREADABLE = "matched", "candidate", "unmatched", "unreadable"
OUTCOMES = (MATCHED, CANDIDATE, UNMATCHED, UNREADABLE)


@dataclass(frozen=True, slots=True)
class FileRow:
    line: int
    record: CallRecord | None
    why: str = ""
    call_id: str = ""
    order_id: str = ""

    def slim(self) -> FileRow:
        """Without the record: a file has many."""
        return replace(self, record=None)


class StoredRow(NamedTuple):
    """A row and the id and reference of its stored record: all that is kept until the whole file is read."""

    row: FileRow
    pk: int | None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class RowOutcome:
    row: FileRow
    what: str
    reference: str = ""
    why: str = ""

    def cells(self) -> list[object]:
        row = self.row
        shown_id = "" if row.call_id.startswith(FILE_PREFIX) else row.call_id
        return [row.line, self.what, shown_id, row.order_id, self.reference, self.why or row.why]


class FilePass:
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
        self._record_columns, self.columns = self._read_header(self._inspection, ZoneInfo(row.zone))

    def _read_header(self, inspection: Inspection, zone: ZoneInfo) -> tuple[RecordColumns, dict[str, str]]:
        rows = head(self._path, inspection, Choice(hidden_rows=True), scratch=self._scratch).rows
        if not rows:
            raise FileRefused(_("The file is empty."))
        places = column_places(rows[0])
        dids = DidNumber.objects.filter(account=self._account).values_list("number", flat=True)
        found = RecordColumns(places=places, zone=zone, dids=frozenset(dids), codes=_codes_of(self._account))
        if not found.is_enough:
            text = _(
                "The file needs a column with a call ID or an order ID, or columns for caller, callee and start time."
            )
            raise FileRefused(text)
        return found, {name: rows[0][place] for name, place in places.items()}

    def rows(self) -> Iterator[FileRow]:
        """Raises FileRefused."""
        count, is_header = 0, True
        # Hidden rows, too: the books want every record.
        with open_table(self._path, self._inspection, Choice(hidden_rows=True), scratch=self._scratch) as table:
            for block in table:
                found = block.without_first() if is_header else block
                is_header = False
                count += len(found.rows)
                if count > MAX_ROWS:
                    raise FileRefused(_("The file has more than 100,000 rows. Export fewer days at once."))
                for place, cells in enumerate(found.rows):
                    yield self._read_row(found.line_numbers[place], cells, is_broken=place in found.unreadable)

    def _read_row(self, line: int, cells: list[str], *, is_broken: bool) -> FileRow:
        if is_broken:
            return FileRow(line, None, _("The quotation marks in this line do not match."))
        try:
            record = read_record(cells, self._record_columns)
        except UnreadableRow as exc:
            return FileRow(line, None, str(exc))
        return FileRow(line, record, call_id=record.provider_call_id, order_id=record.order_id)

    def looked_at(self, *, clock: Callable[[], datetime]) -> Iterator[RowOutcome]:
        """What would come out: each batch is applied and taken back."""
        now = clock()
        kept: list[StoredRow] = []
        unmatched: dict[int, UnmatchedRecord] = {}
        rows = self.rows()
        while batch := list(islice(rows, BATCH)):
            with transaction.atomic():
                stored = self._store_batch(batch, now=now)
                # The look uses the code that applies, and takes it back: it cannot promise anything else.
                transaction.set_rollback(True)
            kept += [_stored_row(row, stored.get(row.call_id)) for row in batch]
            ours = [record for record in stored.values() if matching.could_be_ours(record)]
            # A file is complete, so its rows need not wait for a call's own record.
            unmatched |= {one.pk: replace(one, has_waited=True) for one in matching.unmatched_records(ours, now=now)}
        orders = matching.placed_orders(self._account, list(unmatched.values()))
        pairs = {one.pk: order.reference for one, order in match_rules.certain_pairs(unmatched.values(), orders)}
        fitted = set(match_rules.records_with_orders(unmatched.values(), orders))
        return (
            _outcome(stored._replace(reference=stored.reference or pairs.get(stored.pk or 0, "")), fitted)
            for stored in kept
        )

    def applied(self, *, clock: Callable[[], datetime]) -> Iterator[RowOutcome]:
        """Applies everything in batches, matches it, and says what came out."""
        kept: list[StoredRow] = []
        first: datetime | None = None
        rows = self.rows()
        while batch := list(islice(rows, BATCH)):
            with transaction.atomic():
                stored = self._store_batch(batch, now=clock())
            kept += [_stored_row(row, stored.get(row.call_id)) for row in batch]
            times = [record.started_at for record in stored.values() if record.started_at]
            first = min([first, *times] if first else times, default=None)
        if first:
            matching.match_account(self._account, now=clock(), since=first)
        return self._outcomes(kept, now=clock())

    def _outcomes(self, kept: list[StoredRow], *, now: datetime) -> Iterator[RowOutcome]:
        for start in range(0, len(kept), BATCH):
            some = kept[start : start + BATCH]
            rows = CallDetailRecord.objects.defer("raw", "recording_url").select_related("account")
            records = rows.in_bulk([stored.pk for stored in some if stored.pk])
            fitted = set(matching.candidates_of(records.values(), now=now))
            for stored in some:
                record = records.get(stored.pk or 0)
                if stored.pk and record is None:  # merged into the call's own record
                    yield RowOutcome(stored.row, MATCHED)
                else:
                    yield _outcome(_stored_row(stored.row, record), fitted)

    def _store_batch(self, batch: list[FileRow], *, now: datetime) -> dict[str, CallDetailRecord]:
        """The stored record of each row that can be read, by its id."""
        read = [row.record for row in batch if row.record]
        known = find_recorded(self._account, read)
        records = [record for record in read if record.provider_call_id not in known]
        source = CallDetailRecord.Source.FILE
        stored = ingest.apply_records(records, account=self._account, source=source, now=now)
        references = dict(
            CallDetailRecord.objects.filter(pk__in=[row.pk for row in stored]).values_list("pk", "reference")
        )
        # Settled in the database, by statements of their own: the objects do not know it.
        for row in stored:
            row.reference = references[row.pk]
        return known | {record.provider_call_id: row for record, row in zip(records, stored, strict=True)}


def _stored_row(row: FileRow, record: CallDetailRecord | None) -> StoredRow:
    return StoredRow(row.slim(), record.pk if record else None, record.reference if record else "")


def _outcome(stored: StoredRow, fitted: set[int]) -> RowOutcome:
    if stored.pk is None:
        return RowOutcome(stored.row, UNREADABLE)
    if stored.reference:
        return RowOutcome(stored.row, MATCHED, stored.reference)
    if stored.pk in fitted:
        why = _("More than one order or record matches. Assign it on the reconciliation page.")
        return RowOutcome(stored.row, CANDIDATE, why=why)
    return RowOutcome(stored.row, UNMATCHED, why=_("No order in the portal matches this record."))


def _codes_of(account: ProviderAccount) -> HangUpReader | None:
    try:
        adapter: Any = adapters.offline_adapter(account)
    except ProviderError:  # not configured here; its files can be read all the same
        return None
    return adapter if isinstance(adapter, HangUpReader) else None
