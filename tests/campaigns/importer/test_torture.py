"""Small files in the shapes that people upload, through the whole import, with exact counts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from campaigns.importer.limits import MAX_EXTERNAL_ID, MAX_EXTRA, MAX_OTHER
from campaigns.importer.reading import propose_reading
from campaigns.models import CallList
from sheets.reading import Choice
from tests.sheets.files import gzipped, ods, xlsx, zipped
from tests.support.campaign_builders import make_campaign
from tests.support.imported_lists import accepted, imported, looked_at, rejected

pytestmark = pytest.mark.django_db
A, B, C = "+447700900001", "+447700900002", "+447700900003"
NAMES = f"phone,姓名\n{A},陳大文\n{B},黃小明\n{C},劉美麗\n"


@pytest.mark.parametrize(
    ("content", "numbers", "problems"),
    [
        (A, [A], []),
        (f"{A}\r\n{B}", [A, B], []),
        (f"{A}\r{B}\r", [A, B], []),
        (f"\n\nphone\n\n{A}\n\n\n{B}\n,\n", [A, B], []),
        (f'\ufeff"phone","name"\n"{A}","Ann"\n', [A], []),
        (f"phone,name,city\n{A},Ann\n{B},Bob,Leeds\n{C},C,D,E\n", [A, B], [(4, "too_many_cells")]),
        (f"phone,name,city\n{A},Ann,\n{B},,\n", [A, B], []),
        (f"phone,name\n{A},Ann,,\n", [A], []),
        (f"phone;name\n{A};Ann\n", [A], []),
        (f"phone\tname\n{A}\tAnn\n", [A], []),
        (f"{A}|test|15|ftsender\n", [A], []),
        (f'name,phone\n"Ann\nSmith",{A}\nBob,x\n', [A], [(4, "not_a_number")]),
        ("phone\n4.47E+12\n6,28E+11\n", [], [(2, "scientific"), (3, "too_many_cells")]),
        ("phone\n07700900001 ext 5\n", [], [(2, "extension")]),
        ("name,phone\nAnn,\n", [], [(2, "empty")]),
        ("name,phone\nAnn\n", [], [(2, "empty")]),
        (f"phone,phone\n{A},{B}\n", [A], []),
        (f"phone\n=HYPERLINK(x)\n{A}\n", [A], [(2, "formula_without_value")]),
        ("phone\n12\n112\n", [], [(2, "too_short"), (3, "emergency")]),
        ("phone\n" + "1" * 70 + "\n", [], [(2, "too_long")]),
        ("phone\n" + "x" * 65 + "\n", [], [(2, "not_a_number")]),
        ("phone\n１２\n０７７００９００００１\n", [A], [(2, "too_short")]),
        (f"phone,note\n{A},{'x' * 200_000}\n{B},y\n", [B], [(2, "open_quote")]),
        (f"phone,other\n{A},{'x' * MAX_OTHER}\n{B},{'x' * (MAX_OTHER + 1)}\n", [A], [(3, "other_too_long")]),
        (f"phone,order_id\n{A},{'x' * (MAX_EXTERNAL_ID + 1)}\n{B},y\n", [B], [(2, "order_id_too_long")]),
        (f"phone,city\n{A},{'x' * MAX_EXTRA}\n{B},y\n", [B], [(2, "row_too_long")]),
        (NAMES.encode(), [A, B, C], []),
        (b"\xff\xfe" + NAMES.encode("utf-16-le"), [A, B, C], []),
        (NAMES.encode("utf-16-be"), [A, B, C], []),
        (NAMES.encode("gb18030"), [A, B, C], []),
        (NAMES.encode("big5"), [A, B, C], []),
        (f"phone,name\n{A},José\n{B},Müller\n".encode("cp1252"), [A, B], []),
        (gzipped(NAMES.encode()), [A, B, C], []),
        (zipped(list_csv=NAMES.encode()), [A, B, C], []),
        (
            xlsx(("List", [["phone"], [447700900001], ["07700 900002"], ["4.47E+11"], [4.477e17]])),
            [A, B],
            [(4, "scientific"), (5, "scientific")],
        ),
        (zipped(list_xlsx=xlsx(("List", [["phone"], [None], [A]]))), [A], []),
        (ods([["name", "phone"], ["Ann", 447700900001], ["Bob", "x"]]), [A], [(3, "not_a_number")]),
        (json.dumps([{"phone": A}, {"phone": None}, {"phone": 447700900002}]), [A, B], [(2, "empty")]),
    ],
)
def test_small_files(content: str | bytes, numbers: list[str], problems: list[tuple[int, str]]) -> None:
    call_list = imported(content)
    assert call_list.error == ""
    assert (accepted(call_list), rejected(call_list)) == (numbers, problems)
    assert call_list.rows == len(numbers) + len(problems)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("\n \n", "The file is empty."),
        ("phone\n", "The file has no rows"),
        ("phone" + ",x" * 9_999 + "\n", "The file has 10000 columns"),
        (f"phone\n{A}\x00\n", "Line 2 contains binary data"),
        (f"phone\n{A}\n".encode() + b"\x81\xa0\xa0", "Line 3 is not UTF-8"),
        (b"%PDF-1.7", "This is PDF"),
        (zipped(a_csv=b"1", b_csv=b"2"), "The archive contains 2 files"),
        (xlsx(("List", [])), "The workbook is empty."),
    ],
)
def test_files_that_are_no_lists(content: str | bytes, sentence: str) -> None:
    call_list = imported(content)
    assert call_list.state == CallList.State.FAILED
    assert call_list.error.startswith(sentence)
    assert not call_list.entries.exists()


def test_one_number_in_its_spellings_is_one_number() -> None:
    spellings = [
        "+6281234567890",
        "6281234567890",
        "081234567890",
        "006281234567890",
        "'+62 812-3456-7890",
        "0812 3456 7890",
    ]
    call_list = imported("\n".join(["phone", *spellings]), campaign=make_campaign(country="ID"))
    assert accepted(call_list) == ["+6281234567890"]
    assert call_list.report["reasons"] == {"duplicate": 5}


def test_a_rejected_row_keeps_its_line_as_it_stands() -> None:
    call_list = imported('name,phone\r\n"Ann\r\nSmith", x ,\r\n')
    row = call_list.rejected_rows.get()
    assert (row.line_number, row.line) == (2, '"Ann\r\nSmith", x ,')
    assert row.suggestion


def test_an_open_quotation_mark_costs_its_own_line_only() -> None:
    content = f'phone,name\n{A},"Ann\n' + "".join(f"+4477009000{n:02d},x\n" for n in range(10, 40))
    call_list = imported(content)
    assert rejected(call_list) == [(2, "open_quote")]
    assert call_list.accepted == 30


def test_other_columns_can_be_packed_into_the_pass_through_value() -> None:
    content = f"phone,note,City,Shoe size\n{A},hello,Leeds,38\n{B},,,\n{C},,{'x' * 1100},\n"
    layout = replace(propose_reading(looked_at(content), Choice()).layout, pack_rest=True)
    call_list = imported(content, layout=layout)
    others = list(call_list.entries.order_by("pk").values_list("other", flat=True))
    assert others == ['{"other":"hello","City":"Leeds","Shoe size":"38"}', ""]
    assert rejected(call_list) == [(4, "other_too_long")]
