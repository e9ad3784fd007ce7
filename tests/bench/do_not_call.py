"""A file of numbers into a do-not-call list, against a bare COPY of the rows that end up stored."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from dialer.dnc import importer as dnc_import
from dialer.dnc import uploads as dnc_uploads
from dialer.models import DncEntry, DncImport, DncList
from telephony.numbers import e164
from tests.bench.table import Line, show, timed
from tests.support import builders

PEER_ROWS = 20_000


def file_of(rows: int) -> bytes:
    """Numbers as they come, in no order; every 100th comes again."""
    numbers = (f"+62812{10_000_000 + (row - (row % 100 == 99)) * 7919 % 90_000_000}" for row in range(rows))
    return ("phone,reason\n" + "".join(f"{number},asked by letter\n" for number in numbers)).encode()


def run(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        content = file_of(rows)
        ours = timed(lambda: _import(content))
        assert DncImport.objects.get().added == rows - rows // 100
        floor = _copy_again()
        show(
            f"Do-not-call list, {rows:,} numbers from a file",
            [
                Line("COPY of the rows that are stored, in file order", floor, rows),
                Line("portal, from the file", ours, rows, _memory_above_idle(content)),
                Line("e164 one by one and bulk_create (scaled)", _peer(content) * rows / PEER_ROWS, rows),
            ],
        )
        DncImport.objects.all().delete()


def _import(content: bytes) -> None:
    dnc_import.import_numbers(_uploaded(content).pk, clock=timezone.now)


def _uploaded(content: bytes) -> DncImport:
    return dnc_uploads.upload(
        dnc_list=DncList.objects.get_or_create(name="bench do-not-call")[0],
        file=ContentFile(content, "n.csv"),
        country="",
        by=builders.make_user(),
        now=timezone.now(),
        read_later=False,
    )


def _memory_above_idle(content: bytes) -> str:
    """Of a process of its own that has everything loaded and then reads the file: its peak over its start."""
    row = _uploaded(content)
    command = [sys.executable, "-m", "tests.bench.do_not_call_memory", str(row.pk)]
    environment = {
        **os.environ,
        "BENCH_DATABASE": str(connection.settings_dict["NAME"]),
        "BENCH_MEDIA": str(settings.MEDIA_ROOT),
    }
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return f"peak {done.stdout.strip()} MB above idle"


def _copy_again() -> float:
    """Seconds of the bare COPY, its lines made beforehand."""
    columns = "dnc_list_id, callee, reason, source, added_by_id, added_at, expires_at"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM dialer_dncentry ORDER BY md5(callee::text)")
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.execute("TRUNCATE dialer_dncentry")
        lines = "".join("\t".join("\\N" if cell is None else str(cell) for cell in row) + "\n" for row in rows)

        def copy() -> None:
            with cursor.copy(f"COPY dialer_dncentry ({columns}) FROM STDIN") as target:
                target.write(lines)

        return timed(copy)


def _peer(content: bytes) -> float:
    numbers = [line.split(",")[0] for line in content.decode().splitlines()[1 : PEER_ROWS + 1]]
    peer_list = DncList.objects.create(name="bench peer")

    def load() -> None:
        entries = [DncEntry(dnc_list=peer_list, callee=e164.parse(text), added_at=timezone.now()) for text in numbers]
        DncEntry.objects.bulk_create(entries, ignore_conflicts=True, batch_size=5_000)

    return timed(load)
