"""Cells written as ="0770", and whole rows in one quoted cell."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from tests.sheets.tables import phone, read


def test_numbers_that_keep_their_zeros_as_formulas_shift_no_cell() -> None:
    found = read('name,phone,city\r\nAnn,="07700900101",York\r\nBob,"=""07700900102""",Bath\r\nCy,=07700900103,Ely\r\n')
    assert found.rows == [
        ["Ann", '="07700900101"', "York"],
        ["Bob", '="07700900102"', "Bath"],
        ["Cy", "=07700900103", "Ely"],
    ]


def test_a_delimiter_in_such_a_cell_does_not_cut_it() -> None:
    lines = [
        '="Smith, Ann",="07700900101",="York"',
        '="Lee ""Bo"", Bob",="07700900102",Bath',
        'Cy,="07700900103",="a,b"',
    ]
    found = read("\n".join(["name,phone,city", *lines]))
    assert found.rows == [
        ['="Smith, Ann"', '="07700900101"', '="York"'],
        ['="Lee ""Bo"", Bob"', '="07700900102"', "Bath"],
        ["Cy", '="07700900103"', '="a,b"'],
    ]
    assert found.lines == lines


def test_they_do_no_harm_to_cells_of_several_lines() -> None:
    found = read('name,phone,note\nAnn,="07700900101","a\nb"\nBob,="07700900102",x\n')
    assert found.rows == [["Ann", '="07700900101"', "a\nb"], ["Bob", '="07700900102"', "x"]]


def test_rows_that_are_one_quoted_cell_each_are_cut() -> None:
    rows = [["Smith, Ann", phone(1), 'a "friend"'], ["Lee", phone(2), ""]]
    inner = io.StringIO()
    csv.writer(inner, lineterminator="\n").writerows(rows)
    lines = ['"' + line.replace('"', '""') + '"' for line in inner.getvalue().splitlines()]
    found = read("\n".join(["name,phone,note", *lines]))
    assert (found.header, found.rows, found.lines) == (["name", "phone", "note"], rows, lines)
    assert read("\n".join(['"name,phone,note"', *lines])).rows == rows


def test_one_column_of_quoted_text_stays_one_column() -> None:
    found = read("\n".join(['"name"', '"Smith, Ann"', '"Lee, Bob"', ""]))
    assert found.rows == [["Smith, Ann"], ["Lee, Bob"]]


@given(
    st.lists(st.lists(st.text(st.sampled_from('ab ,"'), max_size=6), min_size=2, max_size=2), min_size=1, max_size=6)
)
def test_what_a_writer_of_formulas_wrote_is_read(cells: list[list[str]]) -> None:
    rows = [[f'="{"".join(first.split(chr(34)))}"', phone(row), second] for row, (first, second) in enumerate(cells)]
    lines = [f'{first},="{number}",{csv_cell(second)}' for first, number, second in rows]
    found = read("\n".join(["first,phone,second", *lines]), delimiter=",", header_line=1)
    assert found.rows == [[first, f'="{number}"', second] for first, number, second in rows]


def csv_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
