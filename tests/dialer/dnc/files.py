"""Do-not-call files for tests: made, uploaded and read as the page and the command do it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.management import call_command

from dialer.dnc import importer as dnc_import
from dialer.dnc import uploads as dnc_uploads
from dialer.models import DncEntry, DncImport, DncList
from tests.support.builders import NOW, make_user

A, B, C, D = (f"+44770090060{n}" for n in range(1, 5))


def make_list(name: str = "Ours", **columns: Any) -> DncList:
    return DncList.objects.get_or_create(name=name, defaults=columns)[0]


def uploaded(content: str | bytes, *, name: str = "numbers.csv", country: str = "", **more: Any) -> DncImport:
    body = content.encode() if isinstance(content, str) else content
    row = dnc_uploads.upload(
        dnc_list=more.pop("dnc_list", None) or make_list(),
        file=ContentFile(body, name),
        country=country,
        by=make_user(),
        now=NOW,
        **more,
    )
    dnc_import.import_numbers(row.pk, clock=lambda: NOW)
    row.refresh_from_db()
    return row


def listed(dnc_list: DncList | None = None) -> list[str]:
    """Numbers and blocks of a list, as they were added."""
    found = dnc_list or make_list()
    numbers = DncEntry.objects.filter(dnc_list=found).order_by("pk").values_list("callee", flat=True)
    return [*numbers, *found.blocks.order_by("pk").values_list("written", flat=True)]


def by_command(folder: Path, content: str | bytes, *options: str, name: str = "numbers.csv") -> tuple[int, Any]:
    """Exit status and what is printed, of `dnc import`."""
    make_user("ada", group="Administrator")
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    out = io.StringIO()
    status = 0
    try:
        call_command("dnc", "import", str(path), "--user", "ada", "--list", "Ours", "--create", *options, stdout=out)
    except SystemExit as exc:
        status = int(exc.code or 0)
    return status, json.loads(out.getvalue())
