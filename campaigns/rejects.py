"""The rejected rows of a call list as CSV, streamed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from django.utils.http import content_disposition_header

from campaigns.models import CallList

COLUMNS = ("line", "line_number", "reason_code", "reason", "suggestion")
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as something else. The importer takes it off again."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file whose write() hands the text back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(call_list: CallList) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(COLUMNS)
    rows = call_list.rejected_rows.order_by("pk").values_list(*COLUMNS)
    for line, line_number, *texts in rows.iterator(chunk_size=2_000):
        yield writer.writerow([neutral(line), line_number, *map(neutral, texts)])


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula. The importer takes the apostrophe off a number again."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def content_disposition(call_list: CallList) -> str:
    return str(content_disposition_header(True, f"{PurePath(call_list.name).stem}-rejects.csv"))
