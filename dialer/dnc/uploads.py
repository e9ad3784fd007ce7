"""Files for do-not-call lists: taking one in, saying how it is read, giving it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from dialer.dnc.files.layout import Reading
from dialer.dnc.lists import DncRefused
from dialer.models import DncImport, DncList
from dialer.support.permissions import require
from dialer.support.uploads import clean_name, measure, store_upload

IMPORT_JOB = "dialer.tasks.import_dnc"
State = DncImport.State


def upload(
    *,
    dnc_list: DncList,
    file: File[bytes],
    country: str,
    by: AbstractUser,
    now: datetime,
    expires_on: date | None = None,
    read_later: bool = True,
) -> DncImport:
    """Stores the file and commits its row, and with `read_later` the job that looks at it and reads it.

    Rows that name no day of their own hold to the end of `expires_on`. Raises UploadRefused, PermissionDenied.
    """
    require(by, "dialer.add_dncimport")
    digest, size = measure(file)
    row = DncImport(
        dnc_list=dnc_list,
        name=clean_name(file, default="numbers.csv"),
        size=size,
        sha256=digest,
        country=country,
        expires_on=expires_on,
        uploaded_by=by,
        uploaded_at=now,
    )
    with store_upload(row.file, file, name=digest):
        row.save()
        if read_later:
            # In the transaction of the row: no file without its job, and no job without its file.
            enqueue(row.pk)
    return row


def read(
    *, dnc_import: DncImport, reading: Reading, country: str, by: AbstractUser, read_later: bool = True
) -> DncImport:
    """MAPPING → IMPORTING with the columns as chosen. Raises DncRefused, PermissionDenied."""
    require(by, "dialer.add_dncimport")
    if not any(layout.numbers for layout in reading.layouts):
        raise DncRefused(_("Choose the column that contains the numbers."))
    with transaction.atomic():
        _move(dnc_import, [State.MAPPING], State.IMPORTING, columns=reading.as_json(), country=country)
        if read_later:
            enqueue(dnc_import.pk)
    return dnc_import


def discard(*, dnc_import: DncImport, by: AbstractUser, now: datetime) -> DncImport:
    """A file that waits for its columns, or failed, is given up. Raises DncRefused, PermissionDenied."""
    require(by, "dialer.add_dncimport")
    _move(dnc_import, [State.MAPPING, State.FAILED], State.DISCARDED, finished_at=now)
    return dnc_import


def _move(row: DncImport, from_states: Sequence[str], to: str, **columns: Any) -> None:
    moved = DncImport.objects.filter(pk=row.pk, state__in=from_states).update(state=to, **columns)
    row.refresh_from_db()
    if not moved:
        text = _("You cannot do this because the file %(name)s is now %(state)s. Someone else may have changed it.")
        raise DncRefused(text % {"name": row.name, "state": row.get_state_display()})


def enqueue(dnc_import_id: int) -> None:
    jobs.configure_task(IMPORT_JOB, queue="imports").defer(dnc_import_id=dnc_import_id)
