"""A call list from file to entries, against a bare COPY of the rows that end up stored, and a loop with bulk_create."""

from __future__ import annotations

import csv
import io
import tracemalloc

import phonenumbers
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from campaigns import uploads
from campaigns.importer.run import import_call_list
from campaigns.models import CallList, Entry
from tests import builders
from tests.bench.table import Line, show, timed
from tests.campaigns.builders import make_campaign


def numbers(rows: int) -> list[str]:
    """Indonesian mobile numbers by counting; nothing of a benchmark leaves this machine."""
    return [f"+62812{10_000_000 + row}" for row in range(rows)]


def file_of(rows: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["phone", "order_id", "note"])
    writer.writerows([number, f"A{row}", "hello"] for row, number in enumerate(numbers(rows)))
    return text.getvalue().encode()


def stored_rows(call_list: CallList) -> tuple[str, list[tuple]]:
    columns = [field.column for field in Entry._meta.concrete_fields if field.column != "id"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM campaigns_entry WHERE call_list_id = %s ORDER BY id", [call_list.pk]
        )
        return ", ".join(columns), cursor.fetchall()


def run(rows: int) -> None:
    content = file_of(rows)
    user = builders.make_user()
    campaign = make_campaign(name=f"bench {rows}", country="ID")
    upload = ContentFile(content, name="bench.csv")
    call_list = uploads.upload_call_list(campaign=campaign, file=upload, by=user, now=timezone.now())
    ours = timed(lambda: import_call_list(call_list.pk, clock=timezone.now))
    columns, stored = stored_rows(call_list)
    Entry.objects.filter(call_list=call_list).delete()
    floor = timed(lambda: copy(columns, stored))
    Entry.objects.filter(call_list=call_list).delete()
    peer_rows = min(rows, 20_000)
    peer = timed(lambda: bulk_create(call_list, content, peer_rows)) * rows / peer_rows
    Entry.objects.filter(call_list=call_list).delete()
    show(
        f"Call list: {rows:,} rows",
        [
            Line("floor: bare COPY of the stored rows", floor, rows),
            Line("ours: decode, columns, E.164, duplicates, entries", ours, rows, note=peak(call_list)),
            Line("peer: csv, phonenumbers, bulk_create", peer, rows, note=f"measured on {peer_rows:,}"),
        ],
    )


def copy(columns: str, rows: list[tuple]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY campaigns_entry ({columns}) FROM STDIN") as target:
        for row in rows:
            target.write_row(row)


def bulk_create(call_list: CallList, content: bytes, rows: int) -> None:
    reader = csv.DictReader(io.StringIO(content.decode()))
    entries = []
    for line, row in zip(range(rows), reader, strict=False):
        number = phonenumbers.parse(row["phone"], "ID")
        if phonenumbers.is_valid_number(number):
            callee = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            entries.append(
                Entry(
                    campaign_id=call_list.campaign_id,
                    call_list=call_list,
                    line_number=line,
                    callee=callee,
                    order_id=row["order_id"],
                    other=row["note"],
                )
            )
    Entry.objects.bulk_create(entries, batch_size=2000)


def peak(call_list: CallList) -> str:
    """Python memory of a second run, which does not count in the times."""
    CallList.objects.filter(pk=call_list.pk).update(state=CallList.State.UPLOADED)
    tracemalloc.start()
    import_call_list(call_list.pk, clock=timezone.now)
    _, high = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    Entry.objects.filter(call_list=call_list).delete()
    return f"peak {high / 1e6:.0f} MB above idle"
