"""Workbooks: types of cells, sheets, and those that would take the machine's memory."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from sheets import limits
from tests.sheets.files import Desk, gzipped, ods, xlsx, zipped

A = "+447700900001"


def test_numbers_are_written_in_full_and_text_as_it_stands(desk: Desk) -> None:
    rows = [["phone", "note"], [447700900001, 1.5], [447700900002.0, True], ["0077", "6.28E+11"], [A, None]]
    assert desk.rows(xlsx(("List", rows))) == [
        ["phone", "note"],
        ["447700900001", "1.5"],
        ["447700900002", "TRUE"],
        ["0077", "6.28E+11"],
        [A, ""],
    ]


def test_a_number_whose_digits_are_lost_is_written_so_that_it_is_refused(desk: Desk) -> None:
    assert desk.rows(xlsx(("List", [["phone"], [6.28e17]]))) == [["phone"], ["6.280000E+17"]]


def test_formulas_give_their_value_and_are_never_calculated(desk: Desk) -> None:
    assert desk.rows(xlsx(("List", [["phone"], [("=", A)]]))) == [["phone"], [A]]


def test_line_numbers_are_those_of_the_sheet(desk: Desk) -> None:
    content = xlsx(("List", [[], ["phone", "name"], [], ["1", "Ann\nLee"], ["2", "Bob"]]))
    assert desk.numbered(content) == [(2, "phone,name"), (4, '1,"Ann\nLee"'), (5, "2,Bob")]


def test_a_sheet_can_be_chosen(desk: Desk) -> None:
    content = xlsx(("Read me", []), ("List", [["phone"], [A]]), ("Other", [["phone"], ["2"]]))
    inspection = desk.inspect(content)
    assert [(sheet.name, sheet.rows) for sheet in inspection.sheets] == [("Read me", 0), ("List", 2), ("Other", 2)]
    assert inspection.first_sheet == "List"
    assert desk.rows(content) == [["phone"], [A]]
    assert desk.rows(content, sheet="Other") == [["phone"], ["2"]]


def test_open_document_spreadsheets(desk: Desk) -> None:
    content = ods([["phone", "name"], [447700900001, "Zoë"], ["0012", ""]])
    assert desk.inspect(content).kind == "ods"
    assert desk.rows(content) == [["phone", "name"], ["447700900001", "Zoë"], ["0012", ""]]


def test_packed_workbooks(desk: Desk) -> None:
    content = xlsx(("List", [["phone"], [A]]))
    assert desk.rows(zipped(list_xlsx=content)) == [["phone"], [A]]
    assert desk.rows(gzipped(content)) == [["phone"], [A]]
    assert desk.rows(zipped(list_ods=ods([["phone"], [A]]))) == [["phone"], [A]]


def test_two_cells_far_apart_do_not_take_the_memory(desk: Desk) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    content = xlsx(("List", [[A]]), raw_rows=far)
    assert len(content) < 5_000
    assert "Save the list as CSV" in desk.refusal(content)


def test_a_workbook_that_unpacks_to_too_much_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED", 10_000)
    assert "The uncompressed workbook is larger" in desk.refusal(xlsx(("List", [["x" * 100]] * 500)))


@pytest.mark.parametrize("content", [xlsx(("List", [])), xlsx(("List", [["", ""]]), ("B", []))])
def test_an_empty_workbook_is_refused(desk: Desk, content: bytes) -> None:
    assert "empty" in desk.refusal(content)


def test_too_many_columns_are_refused(desk: Desk) -> None:
    wide = "".join(f'<c r="{letters}1" t="n"><v>1</v></c>' for letters in ("A", "ZZ"))
    assert "702 columns; the limit is 256" in desk.refusal(xlsx(("List", []), raw_rows=f'<row r="1">{wide}</row>'))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 broken", "The archive or workbook is damaged."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "The file is damaged or is not a workbook."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600,
            "The workbook is protected with a password.",
        ),
    ],
)
def test_what_is_no_workbook_is_refused(desk: Desk, content: bytes, sentence: str) -> None:
    assert desk.refusal(content).startswith(sentence)


def test_a_broken_sheet_is_refused(desk: Desk) -> None:
    whole = xlsx(("List", [["phone"], [A]]))
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(whole)) as source, zipfile.ZipFile(file, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            target.writestr(info.filename, content[:40] if "sheet1" in info.filename else content)
    assert desk.refusal(file.getvalue())


def test_another_office_document_is_refused(desk: Desk) -> None:
    assert "a Word document" in desk.refusal(zipped(**{"[Content\\Types]_xml": b"<x/>", "word/document_xml": b""}))
    assert "an Office document without tables" in desk.refusal(zipped(**{"[Content\\Types]_xml": b"<x/>"}))
