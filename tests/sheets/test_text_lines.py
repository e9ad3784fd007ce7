"""Lines and records: stray quotation marks, line ends in cells, and the books of all lines."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheets import limits
from sheets.errors import FileRefused
from tests.sheets.files import gzipped
from tests.sheets.tables import phone, read

ENDS = ["\n", "\r\n", "\r"]


def numbered_rows(count: int, *, note: str = "ok") -> list[str]:
    return [f"0812345{row:05d},{note}" for row in range(count)]


def test_two_stray_quotation_marks_cost_one_row() -> None:
    rows = numbered_rows(300)
    rows[100] = '081234500100,"promo'
    rows[250] = '081234500250,TV 12" baru'
    found = read("\n".join(["phone,note", *rows, ""]))
    assert found.unreadable == [102]
    assert len(found.rows) == 300
    assert [row for row in found.rows if row] == [row.split(",") for row in rows if row != rows[100]]
    assert found.joined == []


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ('0812345{:05d},"promo', '0812345{:05d},"sale'),
        ('0812345{:05d},"promo', '0812345{:05d},TV 12"'),
        ('0812345{:05d},"promo', '"0812345{:05d}","sale"'),
        ('"0812345{:05d},promo', '0812345{:05d},"sale"'),
        ('0812345{:05d},"promo', '0812345{:05d},6" and 12"'),
    ],
)
@pytest.mark.parametrize("between", [1, 2, 40, 1500])
def test_whatever_the_second_mark_is_no_row_between_vanishes(first: str, last: str, between: int) -> None:
    rows = numbered_rows(2000)
    rows[10], rows[11 + between] = first.format(10), last.format(11 + between)
    found = read("\n".join(["phone,note", *rows]))
    seen = {match.group() for row in found.rows if row and (match := re.match(r"\d+", row[0]))}
    lost = {12, 13 + between} if last.count('"') == 1 and last.endswith('"sale') else {12}
    assert {f"0812345{row:05d}" for row in range(2000)} - seen == {f"0812345{line - 2:05d}" for line in lost}
    assert set(found.unreadable) == lost


def test_every_row_of_a_file_that_quotes_everything_is_read_but_the_broken_one() -> None:
    rows = [f'"0812345{row:05d}","ok"' for row in range(60)]
    rows[7] = '"081234500007","Ann'
    found = read("\n".join(['"phone","note"', *rows]))
    assert found.unreadable == [9]
    assert len([row for row in found.rows if row]) == 59


def test_an_address_of_several_lines_stays_one_row() -> None:
    rows = [f'"12 High St,\nLeeds,\nLS{row}",{phone(row)},Ann' for row in range(5)]
    found = read("\n".join(["address,phone,name", *rows]))
    assert found.rows == [[f"12 High St,\nLeeds,\nLS{row}", phone(row), "Ann"] for row in range(5)]
    assert found.joined == [(2, 4), (5, 7), (8, 10), (11, 13), (14, 16)]
    assert found.unreadable == []


def test_a_second_number_in_somebodys_notes_is_not_called() -> None:
    """The cell is quoted as it should be, and only one of its lines could be a row."""
    note = f'{phone(1)},"moved, ask\n{phone(999)}, Ann\'s mobile\nbefore noon"'
    found = read("\n".join(["phone,note", note, f"{phone(2)},ok", f"{phone(3)},ok"]))
    assert [row[0] for row in found.rows] == [phone(1), phone(2), phone(3)]
    assert found.joined == [(2, 4)]


def test_a_name_above_its_number_in_one_cell_is_no_row() -> None:
    found = read(f'name,phone\n"Ann\nLee",{phone(1)}\nBob,{phone(2)}\nCy,{phone(3)}\n')
    assert [row[1] for row in found.rows] == [phone(1), phone(2), phone(3)]


def test_what_many_open_quotation_marks_cost_is_bounded() -> None:
    rows = [f'TV 12" baru,"{row},0812345{row:05d}' for row in range(5_000)]
    found = read("\n".join(["what,note,phone", *numbered_rows(100), *rows]))
    assert len(found.rows) == 5_100


def test_where_lines_went_is_told() -> None:
    found = read(f'Customers\n\nname,phone\n"Ann\nLee",{phone(1)}\n\n , \nBob,{phone(2)}')
    books = found.books
    assert books is not None
    assert (books.lines, books.rows, books.breaks, books.blank, books.skipped) == (8, 3, 1, 3, 1)
    assert books.agree
    assert not replace(books, rows=2).agree


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("cell", ["moved:\r{}", '"moved:\r{}"', "\r{}", "{}\r\r{}"])
def test_a_lone_carriage_return_stays_in_its_cell(end: str, cell: str) -> None:
    notes = cell.format(phone(999), phone(998))
    rows = [f"{phone(row)},Ann,{notes},Leeds" for row in range(3)]
    found = read(end.join(["phone,name,notes,city", *rows, ""]))
    assert found.rows == [[phone(row), "Ann", notes.strip('"'), "Leeds"] for row in range(3)]
    assert found.line_numbers == [2, 3, 4]


@pytest.mark.parametrize("cell", ["moved:\n{}", '"moved:\n{}"'])
def test_a_lone_line_feed_stays_in_a_cell_of_an_old_mac_file(cell: str) -> None:
    notes = cell.format(phone(999))
    rows = [f"{phone(row)},Ann,{notes},Leeds" for row in range(4)]
    found = read("\r".join(["phone,name,notes,city", *rows, ""]))
    assert [row[:1] + row[2:] for row in found.rows] == [[phone(row), notes.strip('"'), "Leeds"] for row in range(4)]


def test_more_carriage_returns_in_cells_than_rows() -> None:
    rows = [f'{phone(row)},"a\rb\rc\rd",x' for row in range(3)]
    found = read("\n".join(["phone,notes,city", *rows, ""]))
    assert found.inspection.line_end == "\n"
    assert found.rows == [[phone(row), "a\rb\rc\rd", "x"] for row in range(3)]


@pytest.mark.parametrize("end", ENDS)
def test_the_line_end_of_the_whole_file_is_found(end: str) -> None:
    found = read(end.join(["phone", phone(1), phone(2)]))
    assert (found.inspection.line_end, found.rows) == (end[-1], [[phone(1)], [phone(2)]])


def test_files_put_together_with_different_line_ends_lose_no_row() -> None:
    rows = [f"{phone(row)},Ann" for row in range(6)]
    text = "phone,name\r\n" + "\r\n".join(rows[:2]) + "\n" + rows[2] + "\r" + rows[3] + "\r" + rows[4] + "\n" + rows[5]
    found = read(text)
    assert found.rows == [row.split(",") for row in rows]
    assert found.line_numbers == [2, 3, 4, 5, 6, 7]
    assert found.books is not None
    assert found.books.agree


@pytest.mark.parametrize("end", ENDS)
def test_line_ends_on_the_edge_of_what_is_read_at_once(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = end.join(["phone,note", *(f"{phone(row)},n{row}" for row in range(40))]).encode()
    for chunk in range(5, 16):
        monkeypatch.setattr("sheets.lines.CHUNK_BYTES", chunk)
        monkeypatch.setattr("sheets.encodings._CHUNK", chunk)
        assert read(content).rows == [[phone(row), f"n{row}"] for row in range(40)]


def test_a_row_of_ten_thousand_empty_cells_is_not_too_wide() -> None:
    found = read(f"phone,name{',' * 10_000}\n{phone(1)},Ann{',' * 10_000}\n{phone(2)},Bob\n")
    assert found.header == ["phone", "name"]
    assert found.rows == [[phone(1), "Ann"], [phone(2), "Bob"]]


def test_blocks_end_where_they_may_and_records_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f'{phone(row)},"a\nb\nc"' for row in range(30)]
    for size in (2, 3, 7):
        monkeypatch.setattr(limits, "BLOCK_ROWS", size)
        found = read("\n".join(["phone,note", *rows]))
        assert found.rows == [[phone(row), "a\nb\nc"] for row in range(30)]
        assert found.joined == [(2 + 3 * row, 4 + 3 * row) for row in range(30)]
        assert found.books is not None
        assert found.books.agree


numbers = st.integers(0, 99_999).map(lambda number: f"0812345{number:05d}")
pieces = st.sampled_from(['"', '""', ",", ";", "\n", "\r\n", "\r", "a", " ", "é", "陳", "12", "|", "\t", "#", "sep=;"])


@given(st.lists(numbers | pieces, max_size=60).map("".join), st.booleans())
@example('"\x01\r\x01', False)
@example('0812345678,"a\n0812345679,b\n0812345670,c"\n', False)
def test_rows_breaks_and_blank_lines_make_up_the_file(text: str, is_packed: bool) -> None:
    content = text.encode()
    try:
        found = read(gzipped(content) if is_packed else content)
    except FileRefused:
        return
    books, inspection = found.books, found.inspection
    assert books is not None
    assert books.agree
    ends, stray = {"\n": (r"\r?\n", "\r"), "\r": (r"\r\n|\r", "\n")}[inspection.line_end]
    *lines, last = re.split(ends, text)
    count = len(lines) + bool(last)
    assert count <= books.lines <= count + text.count(stray)
    header = 1 if found.header else 0
    assert books.rows == len(found.rows) + header
    spans = sum(last - first for first, last in found.joined)
    assert books.breaks >= spans
