from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns import importer
from campaigns.importer.rows import DO_NOT_CALL
from campaigns.lists.health_report import Pace, health_of, pace_of, reason_labels, segments
from campaigns.models import CallList
from telephony.numbers import number_errors
from tests.support.builders import NOW
from tests.support.imported_lists import imported


def being_read(**columns: int) -> CallList:
    return CallList(state=CallList.State.IMPORTING, reading_since=NOW, **columns)


@pytest.mark.parametrize(
    ("columns", "seconds", "pace"),
    [
        ({"rows": 5_000, "bytes_read": 1_000, "bytes_total": 4_000}, 10, Pace(500, 30)),
        ({"rows": 5_000, "bytes_read": 4_000, "bytes_total": 4_000}, 10, Pace(500, 0)),
        ({"rows": 5_000, "bytes_read": 5_000, "bytes_total": 4_000}, 10, Pace(500, None)),
        ({"rows": 5_000, "bytes_read": 0, "bytes_total": 4_000}, 10, Pace(500, None)),
        ({"rows": 0, "bytes_read": 0, "bytes_total": 0}, 10, None),
        ({"rows": 5_000, "bytes_read": 1_000, "bytes_total": 4_000}, 0.9, None),
        ({"rows": 5_000, "bytes_read": 1_000, "bytes_total": 4_000}, -60, None),
    ],
)
def test_the_pace_is_told_where_there_is_something_to_tell(columns, seconds: float, pace: Pace | None) -> None:
    assert pace_of(being_read(**columns), now=NOW + timedelta(seconds=seconds)) == pace


@pytest.mark.django_db
def test_the_report_counts_every_row_once() -> None:
    call_list = imported("phone\n+447700900001\n07700 900001\n+12125550147\n07700 900002\nx\n")
    health = health_of(call_list)
    assert health
    assert sum(row["count"] for row in segments(call_list)) == call_list.rows == 5
    assert [(row.label, row.count) for row in health.countries] == [("GB", 2), ("US", 1)]
    assert [(row.label, row.count) for row in health.duplicates] == [("duplicate in this file", 1)]
    assert [(row.label, row.count) for row in health.reasons] == [("not a telephone number", 1)]
    assert {row.note for row in health.repairs} == {"lines 5"}


def test_countries_beyond_the_first_dozen_are_one_row() -> None:
    counts = {f"{chr(65 + n)}A": 20 - n for n in range(15)}
    report = {"reasons": {}, "repairs": {}, "countries": counts, "kinds": {}, "no_zone": 0}
    health = health_of(CallList(report=report))
    assert health
    assert (len(health.countries), health.countries[-1].count) == (13, 8 + 7 + 6)


def test_there_is_no_report_before_the_list_was_read() -> None:
    assert health_of(CallList()) is None


@pytest.mark.django_db
def test_every_reason_has_words() -> None:
    cells = [
        "",
        "n/a",
        "4.4E+11",
        "+447700900001 ext 5",
        "12",
        "+4477009000010000",
        "+44 7700 9000",
        "999",
        "0909 8790001",
    ]
    rows = [f"{cell},Leeds" for cell in cells] + [
        "+447700900001,x,y",
        f"+447700900002,{'x' * 9_000}",
        '+447700900002,"x',
    ]
    call_list = imported("phone,city\n" + "\n".join(rows) + "\n")
    health = health_of(call_list)
    assert health
    codes = set(call_list.report["reasons"])
    assert len(codes) >= 8
    assert codes.isdisjoint(row.label for row in health.reasons)


def test_every_code_that_the_importer_knows_has_words() -> None:
    sources = "".join(path.read_text() for path in Path(importer.__file__).parent.glob("*.py"))
    own = set(re.findall(r'(?:RowError|Verdict)\(\s*"(\w+)"', sources)) | set(re.findall(r'"(\w+_too_long)"', sources))
    assert {"consent_missing", "unknown_country", "open_quote", "other_too_long", "duplicate"} <= own
    missing = (own | number_errors.CODES | {DO_NOT_CALL}) - reason_labels().keys()
    assert not missing
