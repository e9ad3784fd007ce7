"""The import of one call list: streamed in batches, restartable, never half visible.

    IMPORTING → CHECKED, with a health report, or FAILED with one sentence

Entries count only when a person has confirmed their list (READY), so a killed import leaves nothing that could be
dialled; the next run removes its rows and starts again.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from campaigns.importer import store
from campaigns.importer.copy_lines import with_zone_ids
from campaigns.importer.held_back import HeldBackNumbers
from campaigns.importer.limits import MAX_ROWS
from campaigns.importer.prefetch import read_ahead
from campaigns.importer.preparation import EntryBatch, Preparation
from campaigns.importer.report import Report
from campaigns.models import CallList, Campaign
from dialer.support.timing import Clock
from sheets.errors import FileRefused

State = CallList.State
_CAMPAIGN_LOCK = 0x6E78_6C69
"""First half of the advisory lock: one list of a campaign is read at a time, so that duplicates are found surely."""


class Busy(Exception):
    """Another list of the same campaign is being read; try again when it is done."""


class Stopped(Exception):
    """The worker shuts down. The list stays as it is; the next run begins again."""


DROPPED_OR_CHANGING = (*CallList.DROPPED, State.MAPPING)


def forget_call_list(call_list_id: int) -> None:
    """Removes the rows of a list that is not called. Raises Busy."""
    campaign_id = CallList.objects.values_list("campaign_id", flat=True).get(pk=call_list_id)
    with _only_one(campaign_id):
        if CallList.objects.filter(pk=call_list_id, state__in=DROPPED_OR_CHANGING).exists():
            store.forget_rows(call_list_id)


class _TakenOver(Exception):
    """The list was cancelled, or another run of the same import moved it on; this one ends and leaves it alone."""


def import_call_list(call_list_id: int, *, clock: Clock, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Reads a list whose columns are chosen to its end. A second run of a settled list does nothing.

    Raises Busy, and Stopped soon after `should_stop` says so.
    """
    campaign_id = CallList.objects.values_list("campaign_id", flat=True).get(pk=call_list_id)
    with _only_one(campaign_id):
        call_list = _begin(call_list_id, now=clock())
        if call_list is None:
            return
        try:
            _Run(call_list, now=clock()).read(clock=clock, should_stop=should_stop)
        except _TakenOver:
            return
        except Stopped:
            raise
        except FileRefused as exc:
            fail(call_list, str(exc), now=clock())
        except Exception as exc:
            fail(call_list, sentence_of(exc), now=clock())
            raise


@contextmanager
def _only_one(campaign_id: int) -> Iterator[None]:
    """A lock of the database session: it ends with the process that holds it, however that ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_CAMPAIGN_LOCK, campaign_id])
        if not cursor.fetchone()[0]:
            raise Busy
    try:
        yield
    finally:
        # A broken connection has let go of the lock, and a query on it would hide the error that broke it.
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_CAMPAIGN_LOCK, campaign_id])


def sentence_of(exc: Exception) -> str:
    """For people: what became of the list because of a fault that is not the file's."""
    cause = exc.__cause__
    # PostgreSQL's class 53 is "insufficient resources"; 53100 is the full disk.
    if isinstance(exc, OperationalError) and str(getattr(cause, "sqlstate", "")).startswith("53"):
        return _("The database disk is full. Nothing from this list was saved. Free up space, then try again.")
    if isinstance(exc, OSError) and exc.errno == errno.ENOSPC:
        return _("The disk is full. Nothing from this list was saved. Free up space, then try again.")
    text = _("The portal could not finish reading this list (%(what)s). Nothing was saved; try again.")
    return text % {"what": type(exc).__name__}


def _begin(call_list_id: int, *, now: datetime) -> CallList | None:
    importing = CallList.objects.filter(pk=call_list_id, state=State.IMPORTING)
    started = importing.update(error="", bytes_read=0, report={}, reading_since=now, **Report().counts())
    if not started:
        return None
    store.forget_rows(call_list_id)
    call_list = CallList.objects.select_related("campaign").get(pk=call_list_id)
    for dropped in CallList.objects.filter(campaign_id=call_list.campaign_id).dropped():
        store.forget_rows(dropped.pk)
    return call_list


class _Run:
    """One run over the file. What it last wrote into the list's row is its claim on it."""

    def __init__(self, call_list: CallList, *, now: datetime) -> None:
        self.call_list = call_list
        self.report = Report()
        self._held_back = HeldBackNumbers(call_list, now=now)
        self._zone_ids: dict[str, int] = {}
        self._preparation = Preparation(call_list, zone_sets=store.zone_sets(), now=now)

    def read(self, *, clock: Clock, should_stop: Callable[[], bool]) -> None:
        with closing(read_ahead(self._preparation.batches())) as batches:
            for batch in batches:
                if should_stop():
                    raise Stopped
                self._store_batch(batch)
        if not self.report.rows:
            raise FileRefused(_("The file has no rows with numbers. Upload a list with one number per line."))
        now = clock()
        with transaction.atomic():
            # Meets a stop in the campaign's row: whichever comes second finds the other's work done.
            # NO KEY, so that rows which point at the campaign can be added meanwhile.
            campaign = Campaign.objects.select_for_update(no_key=True).get(pk=self.call_list.campaign_id)
            if campaign.is_over:
                raise FileRefused(_("The campaign ended before this list was read. Nothing from it was saved."))
            report = {**self.report.details(), "questions": self._preparation.questions}
            self._move(self._claim(), state=State.CHECKED, report=report, finished_at=now)

    def _store_batch(self, batch: EntryBatch) -> None:
        if self.report.rows + len(batch.first) + len(batch.rejected) > MAX_ROWS:
            limit = _("The list has more than %(n)d rows. Split it into several files.") % {"n": MAX_ROWS}
            raise FileRefused(limit)
        with transaction.atomic():
            batch.hold_back(self._held_back.among(batch.first))
            missing = {zones: mark for zones, mark in batch.unheard_of.items() if mark not in self._zone_ids}
            if missing:
                self._zone_ids |= store.zone_ids(missing)
            if self._zone_ids:
                batch.lines = with_zone_ids(batch.lines, self._zone_ids)
            store.add_entries(batch.first, batch.lines)
            store.add_rejected(self.call_list, batch.rejected)
            # In one transaction with the rows: where another run has taken the list over, they are rolled back.
            before = self._claim()
            self.report.add_accepted(batch.first)
            self.report.add_rejected(batch.rejected)
            self.report.add_joined(batch.joined)
            self._move(before, bytes_read=batch.bytes_read, bytes_total=batch.bytes_total, **self.report.counts())
        self.call_list.bytes_read = batch.bytes_read

    def _claim(self) -> dict[str, object]:
        claimed = self.call_list
        return {
            "state": State.IMPORTING,
            "reading_since": claimed.reading_since,
            "bytes_read": claimed.bytes_read,
            "rows": self.report.rows,
        }

    def _move(self, before: dict[str, object], **columns: object) -> None:
        if not CallList.objects.filter(pk=self.call_list.pk, **before).update(**columns):
            raise _TakenOver


def fail(call_list: CallList, sentence: str, *, now: datetime) -> None:
    """Its rows are removed apart: on a full disk that may have to wait for the sweep."""
    with transaction.atomic():
        failed = CallList.objects.filter(pk=call_list.pk, state__in=[State.UPLOADED, State.IMPORTING]).update(
            state=State.FAILED, error=sentence[:1000], finished_at=now, **Report().counts()
        )
    if failed:
        store.forget_rows(call_list.pk)
