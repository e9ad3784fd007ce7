"""A call list from file to report, against a bare COPY of the rows that end up stored, and what others would write.

Every run checks against a do-not-call list of as many numbers. The peers are measured on fewer rows and scaled.
"""

from __future__ import annotations

import csv
import io
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import phonenumbers
import tablib
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone
from import_export import resources

from campaigns.importer.reading import propose_reading
from campaigns.importer.run import import_call_list
from campaigns.lists import services as list_services
from campaigns.lists import uploads
from campaigns.models import CallList, Entry
from dialer.models import DncList, Purpose
from sheets.reading import Choice
from tests.bench.table import Line, show, timed
from tests.support import builders
from tests.support.campaign_builders import make_campaign

PEER_ROWS = 20_000
SLOW_PEER_ROWS = 1_000


def file_of(rows: int) -> bytes:
    """Indonesian numbers by counting, in three spellings; every 50th comes again, every 100th is none."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["phone", "order_id", "note"])
    for row in range(rows):
        number = 10_000_000 + row - (row % 50 == 49)
        spelled = (f"+62812{number}", f"0812{number}", f"+62 812-{number}")[row % 3]
        writer.writerow(["n/a" if row % 100 == 17 else spelled, f"A{row}", "hello"])
    return text.getvalue().encode()


def fill_do_not_call(rows: int) -> None:
    """As many numbers as the list has; one in a thousand of them is in it."""
    dnc_list = DncList.objects.create(name=f"bench {rows}")
    numbers = (6_281_210_000_000 + (row if row % 1000 == 0 else 50_000_000 + row) for row in range(rows))
    with connection.cursor() as cursor:
        with cursor.copy("COPY dialer_dncentry (dnc_list_id, callee, reason, source, added_at) FROM STDIN") as target:
            target.write("".join(f"{dnc_list.pk}\t{number}\t\t\t2026-01-01\n" for number in numbers))
        cursor.execute("ANALYZE dialer_dncentry")


def prepared(rows: int, content: bytes) -> CallList:
    user = builders.make_user()
    # Marketing calls to Indonesia need a consent in each row, which is another benchmark.
    campaign = make_campaign(name=f"bench {rows}", country="ID", purpose=Purpose.SERVICE)
    upload = ContentFile(content, name="bench.csv")
    call_list = uploads.upload_call_list(campaign=campaign, file=upload, by=user, now=timezone.now())
    list_services.inspect_list(call_list.pk, now=timezone.now())
    call_list.refresh_from_db()
    layout = propose_reading(call_list, Choice()).layout
    list_services.read(call_list=call_list, choice=Choice(), layout=layout, by=user, now=timezone.now())
    return call_list


def stored_rows(table: str, call_list: CallList) -> tuple[str, list[tuple]]:
    """The columns that a COPY gives, and their rows."""
    model = apps.get_model(table.replace("_", ".", 1))
    given = [field.column for field in model._meta.concrete_fields if not field.generated and not field.primary_key]
    columns = ", ".join(given)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} WHERE call_list_id = %s ORDER BY id", [call_list.pk])
        return columns, cursor.fetchall()


def run(rows: int) -> None:
    content = file_of(rows)
    fill_do_not_call(rows)
    # A worker has read lists before: numbering plans and sets of zones are there.
    import_call_list(prepared(-rows, file_of(1_000)).pk, clock=timezone.now)
    empty("campaigns_entry", "campaigns_rejectedrow")
    ours, call_list = measured(rows, content)
    tables = ("campaigns_entry", "campaigns_rejectedrow")
    stored = [(table, *stored_rows(table, call_list)) for table in tables]
    empty(*tables)
    floor = timed(lambda: [copy(table, columns, found) for table, columns, found in stored])
    empty(*tables)
    peer = timed(lambda: bulk_create(call_list, content, PEER_ROWS)) * rows / min(rows, PEER_ROWS)
    empty(*tables)
    slow = timed(lambda: save_each(call_list, content, SLOW_PEER_ROWS)) * rows / min(rows, SLOW_PEER_ROWS)
    empty(*tables)
    note = f"{call_list.accepted:,} accepted, {call_list.rejected:,} rejected; {memory_above_idle(rows)}"
    other = timed(lambda: import_export(call_list, content, SLOW_PEER_ROWS)) * rows / min(rows, SLOW_PEER_ROWS)
    empty(*tables)
    show(
        f"Call list: {rows:,} rows, do-not-call list of {rows:,}",
        [
            Line("floor: bare COPY of the stored rows", floor, rows),
            Line("ours: read, E.164, duplicates, do-not-call, report", ours, rows, note=note),
            Line("peer: csv, phonenumbers, bulk_create", peer, rows, note=f"measured on {PEER_ROWS:,}"),
            Line("peer: the same with save() for each row", slow, rows, note=f"measured on {SLOW_PEER_ROWS:,}"),
            Line("peer: django-import-export", other, rows, note=f"measured on {SLOW_PEER_ROWS:,}"),
        ],
    )


def measured(rows: int, content: bytes) -> tuple[float, CallList]:
    """Seconds of the median run, a short one being repeated, and the list of the last one."""
    times = []
    for number in range(1 if rows > 100_000 else 3):
        empty("campaigns_entry", "campaigns_rejectedrow")
        call_list = prepared(rows * 10 + number, content)
        times.append(timed(lambda pk=call_list.pk: import_call_list(pk, clock=timezone.now)))
    call_list.refresh_from_db()
    return statistics.median(times), call_list


def empty(*tables: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def copy(table: str, columns: str, rows: list[tuple]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as target:
        for row in rows:
            target.write_row(row)


def records(content: bytes, rows: int):
    reader = csv.DictReader(io.StringIO(content.decode()))
    for line, row in zip(range(rows), reader, strict=False):
        try:
            number = phonenumbers.parse(row["phone"], "ID")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            callee = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            yield line, callee, row


def entries(call_list: CallList, content: bytes, rows: int):
    seen = set()
    for line, callee, row in records(content, rows):
        if callee not in seen:
            seen.add(callee)
            yield Entry(
                campaign_id=call_list.campaign_id,
                call_list=call_list,
                line_number=line,
                callee=callee,
                order_id=row["order_id"],
                external_id=row["order_id"],
                other=row["note"],
            )


def bulk_create(call_list: CallList, content: bytes, rows: int) -> None:
    Entry.objects.bulk_create(list(entries(call_list, content, rows)), batch_size=2000)


def save_each(call_list: CallList, content: bytes, rows: int) -> None:
    for entry in entries(call_list, content, rows):
        entry.save()


def import_export(call_list: CallList, content: bytes, rows: int) -> None:
    """django-import-export as its manual shows it, with the number checked on the way."""

    class EntryResource(resources.ModelResource):
        class Meta:
            model = Entry
            import_id_fields = ("order_id",)
            fields = ("campaign", "call_list", "line_number", "callee", "order_id", "external_id", "other")
            exclude = ("id",)

    dataset = tablib.Dataset(headers=EntryResource._meta.fields)
    for entry in entries(call_list, content, rows):
        ids = (entry.campaign_id, entry.call_list_id)
        dataset.append((*ids, entry.line_number, entry.callee, entry.order_id, entry.external_id, entry.other))
    result = EntryResource().import_data(dataset, raise_errors=True)
    assert result.totals["new"] == len(dataset)


def memory_above_idle(rows: int) -> str:
    """Of a process of its own that has everything loaded and then reads such a list: its peak over its start."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(file_of(rows))
        file.flush()
        call_list = prepared(rows + 7, Path(file.name).read_bytes())
    command = [sys.executable, "-m", "tests.bench.call_list_memory", str(call_list.pk)]
    environment = {**os.environ, "BENCH_DATABASE": str(connection.settings_dict["NAME"])}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    empty("campaigns_entry", "campaigns_rejectedrow")
    return f"peak {done.stdout.strip()} MB above idle"
