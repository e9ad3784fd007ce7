"""The rows of a do-not-call file that were not taken, as CSV, streamed: corrected, the file can be uploaded again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import PurePath

from django.utils.http import content_disposition_header

from dialer.dnc.files.layout import ADDED_COLUMNS, Reading
from dialer.models import DncImport, DncReject
from dialer.web import csv_stream

_ROWS_AT_ONCE = 5_000


def reject_lines(row: DncImport) -> Iterator[str]:
    """The original columns, then the line, reason, code and suggestion. A workbook's sheets follow each other."""
    layouts = Reading.from_json(row.columns).layouts if row.columns else ()
    # All sheets follow each other under one header: that of the widest.
    headers = sorted((layout.names for layout in layouts), key=len) or [("column 1",)]
    names = headers[-1]
    rejects = row.rejects.order_by("pk").iterator(chunk_size=_ROWS_AT_ONCE)
    return csv_stream.lines([*names, *ADDED_COLUMNS], (_cells(reject, len(names)) for reject in rejects))


def _cells(reject: DncReject, width: int) -> Iterator[str]:
    # A row without readable cells stands in the first column as it was.
    cells = [str(cell) for cell in reject.cells] or [reject.line]
    cells = [*cells, *[""] * (width - len(cells))][: max(width, 1)]
    where = f"{reject.sheet} {reject.line_number}".strip()
    return chain(cells, (where, reject.reason, reject.code, reject.suggestion))


def content_disposition(row: DncImport) -> str:
    return str(content_disposition_header(True, f"{PurePath(row.name).stem}-not-taken.csv"))
