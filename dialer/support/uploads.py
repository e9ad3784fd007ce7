"""Files that people upload: measured, and kept only together with the row that names them."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _


class UploadRefused(Exception):
    """The file was not saved; the text says why and what to do."""


def clean_name(file: File[bytes], *, default: str) -> str:
    """The file's own name without folders and control characters, for people to see; never a path on the disk."""
    name = PurePath(str(file.name or "")).name
    return "".join(char for char in name if char.isprintable())[-200:] or default


def measure(file: File[bytes]) -> tuple[str, int]:
    """SHA-256 and bytes, streamed. Raises UploadRefused for an empty file and one above PORTAL_UPLOAD_BYTES."""
    digest, size = hashlib.sha256(), 0
    for chunk in file.chunks():
        size += len(chunk)
        if size > settings.PORTAL_UPLOAD_BYTES:
            raise UploadRefused(too_large())
        digest.update(chunk)
    if not size:
        raise UploadRefused(_("The file is empty. Choose a file with at least one row."))
    return digest.hexdigest(), size


def too_large() -> str:
    text = _("The file is larger than %(limit)s. Split it into several files.")
    return text % {"limit": filesizeformat(settings.PORTAL_UPLOAD_BYTES)}


@contextmanager
def store_upload(target: FieldFile, file: File[bytes], *, name: str) -> Iterator[None]:
    """Saves `file` in a row's file column; the block then writes the row in a transaction.

    If the row is not committed, the file is deleted again. Raises UploadRefused when the disk is full.
    """
    try:
        target.save(name, File(file), save=False)
        with transaction.atomic():
            yield
    except BaseException as exc:
        if target:
            target.delete(save=False)
        if isinstance(exc, OSError) and exc.errno == errno.ENOSPC:
            text = _("The portal's disk is full, so the file was not saved. Free up space, then upload it again.")
            raise UploadRefused(text) from exc
        raise
