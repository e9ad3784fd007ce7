"""Files for do-not-call lists: taking one in, saying how it is read, giving it up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.files.base import File
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from dialer.dnc.files.layout import Reading
from dialer.dnc.lists import DncRefused
from dialer.models import DncImport, DncList
from dialer.support.permissions import require

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

    Rows that name no day of their own hold to the end of `expires_on`. Raises DncRefused, PermissionDenied.
    """
    require(by, "dialer.add_dncimport")
    digest, size = measured(file)
    row = DncImport(
        dnc_list=dnc_list,
        name=name_of(file),
        size=size,
        sha256=digest,
        country=country,
        expires_on=expires_on,
        uploaded_by=by,
        uploaded_at=now,
    )
    row.file.save(digest, File(file), save=False)
    try:
        with transaction.atomic():
            row.save()
            if read_later:
                enqueue(row.pk)
    except BaseException:
        row.file.delete(save=False)
        raise
    return row


def read(
    *, dnc_import: DncImport, reading: Reading, country: str, by: AbstractUser, read_later: bool = True
) -> DncImport:
    """MAPPING → IMPORTING with the columns as chosen. Raises DncRefused, PermissionDenied."""
    require(by, "dialer.add_dncimport")
    if not any(layout.numbers for layout in reading.layouts):
        raise DncRefused(_("Choose the column that contains the numbers."))
    with transaction.atomic():
        _go(dnc_import, [State.MAPPING], State.IMPORTING, columns=reading.as_json(), country=country)
        if read_later:
            enqueue(dnc_import.pk)
    return dnc_import


def discard(*, dnc_import: DncImport, by: AbstractUser, now: datetime) -> DncImport:
    """A file that waits for its columns, or failed, is given up. Raises DncRefused, PermissionDenied."""
    require(by, "dialer.add_dncimport")
    _go(dnc_import, [State.MAPPING, State.FAILED], State.DISCARDED, finished_at=now)
    return dnc_import


def _go(row: DncImport, from_states: Sequence[str], to: str, **columns: Any) -> None:
    moved = DncImport.objects.filter(pk=row.pk, state__in=from_states).update(state=to, **columns)
    row.refresh_from_db()
    if not moved:
        text = _("You cannot do this because the file %(name)s is now %(state)s. Someone else may have changed it.")
        raise DncRefused(text % {"name": row.name, "state": row.get_state_display()})


def enqueue(dnc_import_id: int) -> None:
    jobs.configure_task(IMPORT_JOB, queue="imports").defer(dnc_import_id=dnc_import_id)


def name_of(file: File[bytes]) -> str:
    name = PurePath(str(file.name or "")).name
    return "".join(char for char in name if char.isprintable())[-200:] or "numbers.csv"


def measured(file: File[bytes]) -> tuple[str, int]:
    """SHA-256 and bytes, streamed. Raises DncRefused."""
    digest, size = hashlib.sha256(), 0
    for chunk in file.chunks():
        size += len(chunk)
        digest.update(chunk)
    if not size:
        raise DncRefused(_("The file is empty. Choose a list with one number per line."))
    if size > settings.PORTAL_UPLOAD_BYTES:
        text = _("The file is larger than %(limit)s. Split it into several files.")
        raise DncRefused(text % {"limit": filesizeformat(settings.PORTAL_UPLOAD_BYTES)})
    return digest.hexdigest(), size
