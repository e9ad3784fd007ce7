"""Columns of numbers, against phonenumbers one by one: the same verdicts, many at a time."""

from __future__ import annotations

import phonenumbers

from telephony.numbers.bulk import read_column
from tests.bench.table import Line, show, timed

SPELLINGS = ("+62812{}", "62812{}", "0812{}", "0062812{}", "+62 812-{}")
BLOCK = 25_000
PEER_ROWS = 10_000


def run(rows: int) -> None:
    columns = {spelling: [spelling.format(10_000_000 + row) for row in range(rows)] for spelling in SPELLINGS}
    read_column(columns[SPELLINGS[0]][:100], region="ID")
    one_by_one = timed(lambda: each(columns[SPELLINGS[0]][:PEER_ROWS])) * rows / min(rows, PEER_ROWS)
    lines = [Line("phonenumbers: parse, validity, E.164", one_by_one, rows, note=f"measured on {PEER_ROWS:,}")]
    for spelling, cells in columns.items():
        name = f"ours, as {spelling.format('…')}: kind and zones, too"
        lines.append(Line(name, timed(lambda cells=cells: blocks(cells), repeat=3), rows))
    show(f"Numbers: {rows:,} of a column", lines)


def each(cells: list[str]) -> None:
    for cell in cells:
        number = phonenumbers.parse(cell, "ID")
        if phonenumbers.is_valid_number(number):
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def blocks(cells: list[str]) -> None:
    for start in range(0, len(cells), BLOCK):
        read_column(cells[start : start + BLOCK], region="ID")
