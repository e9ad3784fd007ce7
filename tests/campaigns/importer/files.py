"""Small helpers over the pure part of the importer: bytes in, verdicts out."""

from __future__ import annotations

import io
from itertools import islice

from campaigns.importer.columns import Layout, find_layout
from campaigns.importer.decode import TextFile
from campaigns.importer.limits import SAMPLE_LINES
from campaigns.importer.records import records_of
from campaigns.importer.rows import Accepted, Rejected, judge


def encoded(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def lines_of(content: str | bytes) -> list[str]:
    return list(TextFile(io.BytesIO(encoded(content))))


def layout_of(content: str | bytes, *, region: str = "GB") -> Layout:
    return find_layout(list(islice(TextFile(io.BytesIO(encoded(content))), SAMPLE_LINES)), region=region)


def verdicts(content: str | bytes, *, region: str = "GB") -> list[Accepted | Rejected]:
    """What becomes of each row, the header left out; duplicates are not looked for here."""
    layout = layout_of(content, region=region)
    records = records_of(lines_of(content), delimiter=layout.delimiter)
    rows = [row for record in records if (row := judge(record, layout, region=region)) is not None]
    return rows[1:] if layout.header else rows


def accepted(content: str | bytes, *, region: str = "GB") -> list[str]:
    return [row.callee for row in verdicts(content, region=region) if isinstance(row, Accepted)]


def rejected(content: str | bytes, *, region: str = "GB") -> list[tuple[int, str]]:
    """Line number and code."""
    rows = verdicts(content, region=region)
    return [(row.line_number, row.code) for row in rows if isinstance(row, Rejected)]
