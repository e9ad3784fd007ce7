from __future__ import annotations

import pytest

from campaigns.importer.columns import fold
from campaigns.importer.errors import FileRefused
from campaigns.importer.limits import MAX_COLUMNS
from tests.campaigns.importer.files import layout_of

A, B = "+447700900001", "+447700900002"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_consistently(delimiter: str) -> None:
    layout = layout_of(f"name{delimiter}phone\n{delimiter.join(['Ann', A])}\n{delimiter.join(['Bob', B])}\n")
    assert (layout.delimiter, layout.phone, layout.width) == (delimiter, 1, 2)


def test_commas_in_the_values_do_not_win_over_the_delimiter() -> None:
    assert layout_of(f"phone;name\n{A};Smith, Ann\n{B};Jones, Bob\n").delimiter == ";"


def test_json_with_commas_in_a_pipe_file() -> None:
    row = f'{A}|Smith|Ann|a@example.com|d|1|x|y|z|GB|u|{{"a": 1, "b": 2}}|'
    layout = layout_of("\n".join([row] * 3))
    assert (layout.delimiter, layout.phone, layout.width) == ("|", 0, 13)


@pytest.mark.parametrize(
    ("header", "phone"),
    [
        ("Phone", 0),
        ("telefono,name,surname,id_contact", 0),
        ("name,Teléfono", 1),
        ("columna1, phone, columna2, cell, columna3, home", 1),
        ("First name,PHONE-NUMBER", 1),
        ("姓名,電話", 1),
        ("姓名,手机号", 1),
        ("number,phone", 1),
        ("Account Number,First Name,Last Name,Phone1,Phone2", 3),
        ("nama,No. HP", 1),
        ("orderID,userPhone,other", 1),
        ("Ｐｈｏｎｅ,name", 0),
    ],
)
def test_the_phone_column_is_known_by_many_names(header: str, phone: int) -> None:
    cells = [A if n == phone else "x" for n in range(len(header.split(",")))]
    assert layout_of(f"{header}\n{','.join(cells)}\n").phone == phone


def test_order_id_and_pass_through_are_found() -> None:
    layout = layout_of(f"custID,phone,call_data\nA0001,{A},x\n")
    assert (layout.order_id, layout.phone, layout.other) == (0, 1, 2)


def test_of_two_columns_with_one_name_the_first_is_read() -> None:
    assert layout_of(f"phone,phone\n{A},{B}\n").phone == 0


def test_a_single_column_needs_no_header_and_no_known_name() -> None:
    assert layout_of(A).header == ()
    assert layout_of(f"Kontakte\n{A}\n").header == ("Kontakte",)


def test_without_header_the_one_column_of_numbers_is_taken() -> None:
    layout = layout_of(f"1,Ann,{A}\n2,Bob,{B}\n")
    assert (layout.header, layout.phone) == ((), 2)


def test_without_header_a_spoilt_number_is_no_header() -> None:
    assert layout_of("4.47E+12\n+447700900001\n").header == ()
    assert layout_of("07700 900001 ext 5\n").header == ()


def test_without_header_two_columns_of_numbers_are_not_guessed() -> None:
    with pytest.raises(FileRefused, match="no header, and 2 of its columns could be the numbers"):
        layout_of(f"{A},{B}\n{B},{A}\n")


def test_without_header_no_column_of_numbers() -> None:
    with pytest.raises(FileRefused, match="no column holds telephone numbers"):
        layout_of("12345,Ann\n12346,Bob\n")


def test_a_header_without_phone_lists_what_was_found_and_what_is_accepted() -> None:
    with pytest.raises(FileRefused, match=r"The header has “Name”, “Büro”; name the column one of: phone, phonenumber"):
        layout_of(f"Name,Büro\nAnn,{A}\n")


@pytest.mark.parametrize("content", ["", "\n\n", " , ,\n", "\ufeff"])
def test_nothing_in_the_file(content: str) -> None:
    with pytest.raises(FileRefused, match="The file is empty"):
        layout_of(content)


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(FileRefused, match=f"{MAX_COLUMNS + 1} columns; {MAX_COLUMNS} are possible"):
        layout_of("phone" + "," * MAX_COLUMNS)


def test_names_are_compared_without_case_accents_spaces_and_punctuation() -> None:
    assert fold(" Téléphone-Nº_1 ") == "telephoneno1"
