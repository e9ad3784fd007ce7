"""What people decide about a call list between its upload and its first call; each step one conditional UPDATE.

UPLOADED → MAPPING → IMPORTING → CHECKED → READY, see models.CallList
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from campaigns.importer import run
from campaigns.importer.layout import ListLayout, Role
from campaigns.importer.reading import NO_ANSWERS, ListReading, inspect, path_of
from campaigns.importer.report import Report
from campaigns.models import CallList, Campaign, Entry, RejectedRow
from campaigns.planning import services
from dialer.support.jobs import defer_once
from dialer.support.permissions import require
from sheets.errors import FileRefused
from sheets.inspection import Inspection
from sheets.reading import Choice
from telephony.numbers.column_habits import Answers

State = CallList.State
INSPECT_JOB = "campaigns.tasks.inspect_call_list"
IMPORT_JOB = "campaigns.tasks.import_call_list"
FORGET_JOB = "campaigns.tasks.forget_call_list"
READERS = {State.UPLOADED.value: INSPECT_JOB, State.IMPORTING.value: IMPORT_JOB}
"""Which job a list waits for, by its state."""


class ListRefused(Exception):
    """This cannot be done with the list now; the text says why and what to do."""


def inspect_list(call_list_id: int, *, now: datetime) -> None:
    """UPLOADED → MAPPING, or FAILED with one sentence. A second run does nothing."""
    call_list = CallList.objects.filter(pk=call_list_id, state=State.UPLOADED).first()
    if call_list is None:
        return
    try:
        inspection = inspect(call_list)
    except FileRefused as exc:
        run.fail(call_list, str(exc), now=now)
        return
    except Exception as exc:
        run.fail(call_list, run.sentence_of(exc), now=now)
        raise
    # By its state once more: a person may have cancelled it while the file was looked at.
    CallList.objects.filter(pk=call_list_id, state=State.UPLOADED).update(
        state=State.MAPPING, inspection=inspection.as_json()
    )


def read(
    *,
    call_list: CallList,
    choice: Choice,
    layout: ListLayout,
    by: AbstractUser,
    now: datetime,
    called_within_days: int = 0,
    skip_other_campaigns: bool = False,
    answers: Answers = NO_ANSWERS,
    read_later: bool = True,
) -> CallList:
    """MAPPING → IMPORTING with the columns as chosen, and with `read_later` the job that reads it.

    Raises ListRefused, PermissionDenied.
    """
    require(by, "campaigns.add_calllist")
    if len(layout.places(Role.PHONE)) != 1:
        raise ListRefused(_("Choose the column that contains the numbers."))
    inspection = Inspection.from_json(call_list.inspection)
    reading = ListReading(path=path_of(call_list), inspection=inspection, choice=choice, layout=layout, answers=answers)
    with transaction.atomic():
        _move(
            call_list,
            from_states=[State.MAPPING],
            to=State.IMPORTING,
            columns=reading.as_json(),
            called_within_days=called_within_days,
            skip_other_campaigns=skip_other_campaigns,
            bytes_read=0,
            bytes_total=inspection.size,
            reading_since=now,
            tries=0,
        )
        if read_later:
            enqueue(IMPORT_JOB, call_list.pk)
    return call_list


def answer(
    *,
    call_list: CallList,
    code: str,
    is_yes: bool,
    by: AbstractUser,
    now: datetime,
    read_later: bool = True,
) -> CallList:
    """What a person says about numbers that can be read in two ways; `code` is one of the questions of the report.

    CHECKED → IMPORTING after a yes: the list is read again with it. After a no its rows stay held for good.
    Raises ListRefused, PermissionDenied.
    """
    require(by, "campaigns.add_calllist")
    questions = call_list.report.get("questions", [])
    if code not in [question["code"] for question in questions]:
        raise ListRefused(_("This question has already been answered."))
    signature = {"who": by.get_full_name() or by.get_username(), "when": f"{date_format(now, 'j F Y H:i')} UTC"}
    columns = {
        **call_list.columns,
        "answers": {**call_list.columns.get("answers", {}), code: is_yes},
        "answered": {**call_list.columns.get("answered", {}), code: _("%(who)s at %(when)s") % signature},
    }
    with transaction.atomic():
        if not is_yes:
            left = [question for question in questions if question["code"] != code]
            report = {**call_list.report, "questions": left}
            _move(call_list, from_states=[State.CHECKED], to=State.CHECKED, columns=columns, report=report)
            return call_list
        again = {"report": {}, "tries": 0, "reading_since": now, **_nothing()}
        _move(call_list, from_states=[State.CHECKED], to=State.IMPORTING, columns=columns, **again)
        if read_later:
            enqueue(IMPORT_JOB, call_list.pk)
    return call_list


def confirm(*, call_list: CallList, by: AbstractUser, now: datetime) -> CallList:
    """CHECKED → READY: its numbers may be called from now on. Raises ListRefused, PermissionDenied."""
    require(by, "campaigns.add_calllist")
    with transaction.atomic():
        # The campaign must not finish between the look and the confirmation. NO KEY, because the importer adds rows
        # that point at it meanwhile.
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=call_list.campaign_id)
        if campaign.is_over:
            text = _("The campaign %(name)s has ended, so this list can no longer be called. Discard it.")
            raise ListRefused(text % {"name": campaign.name})
        _move(call_list, from_states=[State.CHECKED], to=State.READY, decided_by=by, decided_at=now)
        if campaign.state == Campaign.State.RUNNING:
            services.enqueue_pump(campaign.pk)
    return call_list


def map_again(*, call_list: CallList, by: AbstractUser, now: datetime) -> CallList:
    """CHECKED, or FAILED after it was looked at → MAPPING, to be read another way. Raises ListRefused."""
    require(by, "campaigns.add_calllist")
    if not call_list.inspection:
        raise ListRefused(_("This file cannot be read. Upload another one."))
    with transaction.atomic():
        states = [State.CHECKED, State.FAILED, State.CANCELLED]
        _move(call_list, from_states=states, to=State.MAPPING, error="", report={}, **_nothing())
        enqueue(FORGET_JOB, call_list.pk)
    return call_list


def cancel(*, call_list: CallList, by: AbstractUser, now: datetime) -> CallList:
    """Ends the reading; no number of the list is kept. Raises ListRefused, PermissionDenied."""
    return _drop(call_list, [State.UPLOADED, State.MAPPING, State.IMPORTING], State.CANCELLED, by=by, now=now)


def discard(*, call_list: CallList, by: AbstractUser, now: datetime) -> CallList:
    """After the report: no number of the list is called. Raises ListRefused, PermissionDenied."""
    return _drop(call_list, [State.CHECKED], State.DISCARDED, by=by, now=now)


def undo(*, call_list: CallList, by: AbstractUser, now: datetime) -> CallList:
    """Takes a confirmed list back while nothing of it was dialled. Raises ListRefused, PermissionDenied."""
    return _drop(call_list, [State.READY], State.UNDONE, by=by, now=now)


def can_undo(call_list: CallList) -> bool:
    return call_list.state == State.READY and not _touched(call_list)


def _touched(call_list: CallList) -> bool:
    """Whether any number of the list was handed over."""
    # One that is in a chunk was handed over, whatever became of it.
    untouched = [Entry.State.WAITING, Entry.State.NOT_CALLED]
    return Entry.objects.filter(call_list=call_list).exclude(state__in=untouched, task=None).exists()


def _drop(call_list: CallList, states: list[str], to: str, *, by: AbstractUser, now: datetime) -> CallList:
    require(by, "campaigns.add_calllist")
    with transaction.atomic():
        # The pump takes its chunks under the same lock.
        campaign = Campaign.objects.select_for_update().get(pk=call_list.campaign_id)
        if to == State.UNDONE and _touched(call_list):
            raise ListRefused(_("Numbers of this list have already been handed over, so you cannot withdraw it."))
        _move(call_list, from_states=states, to=to, decided_by=by, decided_at=now)
        enqueue(FORGET_JOB, call_list.pk)
        if campaign.state == Campaign.State.RUNNING:
            # This list may have been all that the campaign waited for.
            services.enqueue_pump(campaign.pk)
    return call_list


def forget_leftovers() -> None:
    """Rows of lists that are not called, left behind by a job that died or a disk that was full."""
    rows = Exists(Entry.objects.filter(call_list=OuterRef("pk")))
    rejected = Exists(RejectedRow.objects.filter(call_list=OuterRef("pk")))
    for call_list_id in CallList.objects.dropped().filter(rows | rejected).values_list("pk", flat=True):
        defer_once(FORGET_JOB, queue="imports", lock=f"forget:{call_list_id}", call_list_id=call_list_id)


def _nothing() -> dict[str, int]:
    return {**Report().counts(), "bytes_read": 0}


def _move(call_list: CallList, *, from_states: Sequence[str], to: str, **columns: Any) -> None:
    moved = CallList.objects.filter(pk=call_list.pk, state__in=from_states).update(state=to, **columns)
    call_list.refresh_from_db()
    if not moved:
        text = _("You cannot do this because the list %(name)s is now %(state)s. Someone else may have changed it.")
        raise ListRefused(text % {"name": call_list.name, "state": call_list.get_state_display()})


def enqueue(job: str, call_list_id: int) -> None:
    jobs.configure_task(job, queue="imports").defer(call_list_id=call_list_id)
