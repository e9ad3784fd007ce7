"""A file of numbers into a do-not-call list. Every batch counts from its commit on; a killed import starts again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer import dnc
from dialer.models import DncImport
from dialer.models.identity import identity_sql
from sheets.blocks import Block
from sheets.dialect import fold, is_header
from sheets.errors import FileRefused
from sheets.inspection import Inspection, inspect_file
from sheets.reading import Choice, head, open_table
from telephony.bulk import read_column

PHONE = (
    *("phone", "phonenumber", "number", "callee", "telephone", "telefono", "tel", "msisdn", "mobile", "mobileno"),
    *(
        "cell",
        "phone1",
        "number1",
        "calledno",
        "userphone",
        "destination",
        "nomor",
        "电话",
        "手机",
        "号码",
        "電話",
        "手機",
    ),
)
REASON = ("reason", "grund", "motivo", "comment", "comments", "note")
SOURCE = ("source", "origin", "list", "campaign")
UNTIL = ("expires", "expireson", "expiry", "until", "validuntil")
SHOWN_REJECTS = 200
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\x00": " "})
STUCK_AFTER = timedelta(hours=1)
State = DncImport.State


class _TakenOver(Exception):
    """Another run of the same import moved it on."""


def import_numbers(dnc_import_id: int, *, clock: Callable[[], datetime]) -> None:
    """Numbers that an interrupted run had stored count as known in the next one."""
    unsettled = DncImport.objects.filter(pk=dnc_import_id, state__in=[State.UPLOADED, State.IMPORTING])
    if not unsettled.update(
        state=State.IMPORTING, bytes_read=0, rows=0, added=0, known=0, invalid=0, rejects=[], error=""
    ):
        return
    row = DncImport.objects.get(pk=dnc_import_id)
    try:
        _Run(row, now=clock()).read()
        _settle(row, State.DONE, now=clock())
    except _TakenOver:
        return
    except FileRefused as exc:
        _settle(row, State.FAILED, now=clock(), error=str(exc))
    except Exception as exc:
        text = _("The portal failed while it read this file (%(what)s). Upload it again.")
        _settle(row, State.FAILED, now=clock(), error=text % {"what": type(exc).__name__})
        raise


def _settle(row: DncImport, state: str, *, now: datetime, error: str = "") -> None:
    DncImport.objects.filter(pk=row.pk, state=State.IMPORTING).update(state=state, error=error[:1000], finished_at=now)


class _Run:
    def __init__(self, row: DncImport, *, now: datetime) -> None:
        self._row = row
        self._now = now
        self._path = Path(row.file.path)
        self._scratch = Path(settings.PORTAL_SCRATCH_DIR)
        self._scratch.mkdir(parents=True, exist_ok=True)

    def read(self) -> None:
        """Raises FileRefused, _TakenOver."""
        inspection = inspect_file(self._path, scratch=self._scratch)
        if not inspection.is_certain:
            raise FileRefused(_("The file is not UTF-8. Save it as “CSV UTF-8”, and upload that."))
        columns = self._columns(inspection)
        is_header_next = columns.pop("has_header")
        with open_table(self._path, inspection, Choice(), scratch=self._scratch) as table:
            for block in table:
                rows = block.without_first() if is_header_next else block
                is_header_next = False
                self._keep(rows, columns, bytes_read=table.position, bytes_total=table.size)

    def _columns(self, inspection: Inspection) -> dict[str, Any]:
        """Where number, reason and source stand."""
        rows = head(self._path, inspection, Choice(), scratch=self._scratch).rows
        if not rows:
            raise FileRefused(_("The file is empty. Upload a list with one number per line."))
        if not is_header(rows[0]):
            return {"has_header": False, "phone": 0, "reason": None, "source": None, "until": None}
        names = [fold(name) for name in rows[0]]
        phone = 0 if len(names) == 1 else _find(names, PHONE)
        if phone is None:
            raise FileRefused(_("No column is named like one with telephone numbers. Name it phone."))
        words = {"reason": REASON, "source": SOURCE, "until": UNTIL}
        return {"has_header": True, "phone": phone, **{what: _find(names, known) for what, known in words.items()}}

    def _keep(self, block: Block, columns: dict[str, Any], *, bytes_read: int, bytes_total: int) -> None:
        numbers = read_column(_cells(block, columns["phone"]), region=self._row.country or None)
        row = self._row
        reasons, sources = _cells(block, columns["reason"]), _cells(block, columns["source"])
        until = _cells(block, columns["until"])
        errors = {place: (error.code, error.message, error.suggestion) for place, error in numbers.errors.items()}
        errors |= {place: _unreadable_day(text) for place, text in enumerate(until) if text and not _is_day(text)}
        rejects = [[block.line_numbers[place], *error] for place, error in sorted(errors.items())]
        taken = [
            (callee, reasons[place][:200], sources[place][:200] or row.name, until[place])
            for place, callee in enumerate(numbers.callees.tolist())
            if callee and place not in errors
        ]
        with transaction.atomic():
            added = _insert(row, taken, now=self._now)
            claim = {"state": State.IMPORTING, "bytes_read": row.bytes_read, "rows": row.rows}
            row.bytes_read, row.bytes_total = bytes_read, bytes_total
            row.rows += len(block.rows)
            row.added += added
            row.known += len(taken) - added
            row.invalid += len(rejects)
            row.rejects = [*row.rejects, *rejects][:SHOWN_REJECTS]
            names = ("bytes_read", "bytes_total", "rows", "added", "known", "invalid", "rejects")
            moved = DncImport.objects.filter(pk=row.pk, **claim)
            if not moved.update(**{name: getattr(row, name) for name in names}):
                raise _TakenOver


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _unreadable_day(text: str) -> tuple[str, str, str]:
    message = _("“%(text)s” is no day that can be read surely.") % {"text": text[:40]}
    return "day_unreadable", message, _("Write year, month and day: 2026-03-31.")


def _find(names: Sequence[str], words: Sequence[str]) -> int | None:
    return next((names.index(word) for word in map(fold, words) if word in names), None)


def _cells(block: Block, place: int | None) -> list[str]:
    if place is None:
        return [""] * len(block.rows)
    return [cells[place].strip() if place < len(cells) else "" for cells in block.rows]


def _insert(row: DncImport, rows: Iterable[tuple[int, str, str, str]], *, now: datetime) -> int:
    """Takes callee, reason, source and ISO date of expiry ("" for none); how many were new, or hold for longer now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS dnc_batch (callee bigint, reason text, source text, until date,"
            f" identity bigint GENERATED ALWAYS AS ({identity_sql('callee')}) STORED)"
        )
        cursor.execute("TRUNCATE dnc_batch")
        with cursor.copy("COPY dnc_batch (callee, reason, source, until) FROM STDIN") as lines:
            lines.write("".join(_line(*values) for values in rows))
        # In the order of the keys, in which the unique index is filled fastest.
        cursor.execute(
            """
            INSERT INTO dialer_dncentry AS e (dnc_list_id, callee, reason, source, added_by_id, added_at, expires_at)
            SELECT DISTINCT ON (identity) %s, callee, reason, source, %s, %s,
                   coalesce(until::timestamp AT TIME ZONE 'UTC' + interval '1 day', %s)
              FROM dnc_batch ORDER BY identity
            ON CONFLICT (identity, dnc_list_id) DO UPDATE SET expires_at = EXCLUDED.expires_at, reason = EXCLUDED.reason
             WHERE e.expires_at < coalesce(EXCLUDED.expires_at, 'infinity')
            """,
            [row.dnc_list_id, row.uploaded_by_id, now, row.expires_at],
        )
        return cursor.rowcount


def _line(callee: int, reason: str, source: str, until: str) -> str:
    texts = (reason.translate(_ESCAPES), source.translate(_ESCAPES), until or "\\N")
    return "\t".join((str(callee), *texts)) + "\n"


def enqueue_stuck(*, now: datetime) -> int:
    """Gives imports a job again whose job was lost."""
    unsettled = DncImport.objects.filter(state__in=[State.UPLOADED, State.IMPORTING])
    stuck = set(unsettled.filter(uploaded_at__lt=now - STUCK_AFTER).values_list("pk", flat=True))
    if not stuck:
        return 0
    alive = ProcrastinateJob.objects.filter(task_name=dnc.IMPORT_JOB, status__in=["todo", "doing"])
    forgotten = stuck - set(alive.values_list("args__dnc_import_id", flat=True))
    for pk in forgotten:
        dnc.enqueue(pk)
    return len(forgotten)
