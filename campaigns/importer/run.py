"""The import of one call list: streamed in batches, restartable, never half visible.

    UPLOADED or IMPORTING → IMPORTING → READY, or FAILED with one sentence and no entries

Entries count only when their list is READY, so a killed import leaves nothing that could be dialled; the next run
removes its rows and starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import BinaryIO, cast

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import services
from campaigns.importer import store
from campaigns.importer.columns import Layout, find_layout
from campaigns.importer.decode import TextFile
from campaigns.importer.errors import FileRefused
from campaigns.importer.limits import BATCH_ROWS, MAX_ROWS, SAMPLE_LINES
from campaigns.importer.records import records_of
from campaigns.importer.report import Report
from campaigns.importer.rows import Accepted, Rejected, judge
from campaigns.models import CallList, Campaign, Entry

Clock = Callable[[], datetime]
State = CallList.State


class _TakenOver(Exception):
    """Another run of the same import moved the list on; this one ends and leaves it alone."""


def import_call_list(call_list_id: int, *, clock: Clock) -> None:
    """Reads a stored file to its end. A second run of a settled list does nothing."""
    call_list = _begin(call_list_id)
    if call_list is None:
        return
    try:
        _Run(call_list).read(clock=clock)
    except _TakenOver:
        return
    except FileRefused as exc:
        _fail(call_list, str(exc), now=clock())
    except Exception as exc:
        text = _("The portal failed while it read this list (%(what)s). Nothing was kept; upload the list again.")
        _fail(call_list, text % {"what": type(exc).__name__}, now=clock())
        raise


def _begin(call_list_id: int) -> CallList | None:
    with transaction.atomic():
        unsettled = CallList.objects.filter(pk=call_list_id, state__in=[State.UPLOADED, State.IMPORTING])
        if unsettled.select_for_update().first() is None:
            return None
        store.forget_rows(call_list_id)
        unsettled.update(state=State.IMPORTING, error="", columns={}, bytes_read=0, **Report().counts())
    return CallList.objects.select_related("campaign").get(pk=call_list_id)


class _Run:
    """One run over the file. What it last wrote into the list's row is its claim on it."""

    def __init__(self, call_list: CallList) -> None:
        self.call_list = call_list
        self.region = call_list.campaign.country
        self.report = Report()

    def read(self, *, clock: Clock) -> None:
        layout = self._layout()
        with closing(self._open()) as file:
            text = TextFile(file)
            rows = self._judged(text, layout)
            while batch := list(islice(rows, BATCH_ROWS)):
                self._keep(batch, bytes_read=text.bytes_read)
        if not self.report.rows:
            raise FileRefused(_("The file has a header but no rows. Upload a list with one number per line."))
        columns = {**layout.as_json(), "encoding": text.encoding, **self.report.details()}
        self._finish(columns, now=clock())

    def _open(self) -> BinaryIO:
        stored = self.call_list.file
        return cast("BinaryIO", stored.storage.open(str(stored.name)))

    def _layout(self) -> Layout:
        with closing(self._open()) as file:
            return find_layout(list(islice(TextFile(file), SAMPLE_LINES)), region=self.region)

    def _judged(self, text: TextFile, layout: Layout) -> Iterator[Accepted | Rejected]:
        count, header_is_next = 0, bool(layout.header)
        for record in records_of(text, delimiter=layout.delimiter):
            row = judge(record, layout, region=self.region)
            if row is None:
                continue
            if header_is_next:
                header_is_next = False
                continue
            count += 1
            if count > MAX_ROWS:
                limit = _("The list has more than %(n)d rows. Split it into several files.") % {"n": MAX_ROWS}
                raise FileRefused(limit)
            yield row

    def _keep(self, batch: list[Accepted | Rejected], *, bytes_read: int) -> None:
        with transaction.atomic():
            stored = store.add_entries(self.call_list, [row for row in batch if isinstance(row, Accepted)])
            rejected = [row for row in (*batch, *stored) if isinstance(row, Rejected)]
            store.add_rejected(self.call_list, rejected)
            before = self._claimed()
            for row in (*stored, *(row for row in batch if isinstance(row, Rejected))):
                self.report.add(row)
            self._move(before, bytes_read=bytes_read, **self.report.counts())
        self.call_list.bytes_read = bytes_read

    def _claimed(self) -> dict[str, object]:
        return {"state": State.IMPORTING, "bytes_read": self.call_list.bytes_read, "rows": self.report.rows}

    def _move(self, before: dict[str, object], **columns: object) -> None:
        if not CallList.objects.filter(pk=self.call_list.pk, **before).update(**columns):
            raise _TakenOver

    def _finish(self, columns: dict[str, object], *, now: datetime) -> None:
        with transaction.atomic():
            # Meets a stop in the campaign's row: whichever comes second finds the other's work done.
            campaign = Campaign.objects.select_for_update(no_key=True).get(pk=self.call_list.campaign_id)
            self._move(
                self._claimed(), state=State.READY, columns=columns, bytes_read=self.call_list.size, finished_at=now
            )
            if campaign.is_over:
                reason = _("The campaign ended before this list was read.")
                Entry.objects.filter(call_list=self.call_list).update(
                    state=Entry.State.NOT_CALLED, reason_code="campaign_ended", reason=reason
                )
            elif campaign.state == Campaign.State.RUNNING:
                services.enqueue_pump(campaign.pk)


def _fail(call_list: CallList, sentence: str, *, now: datetime) -> None:
    with transaction.atomic():
        failed = CallList.objects.filter(pk=call_list.pk, state=State.IMPORTING).update(
            state=State.FAILED, error=sentence[:1000], columns={}, finished_at=now, **Report().counts()
        )
        if failed:
            store.forget_rows(call_list.pk)
            # The last list of a running campaign may have been what it waited for.
            services.enqueue_pump(call_list.campaign_id)
