from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns.importer.layout import ListLayout, Role
from campaigns.importer.proposal import Proposal, propose

A, B = "+447700900001", "+447700900002"


def proposed(*lines: str, delimiter: str = ",", has_header: bool | None = None) -> Proposal:
    rows = [line.split(delimiter) for line in lines]
    return propose(rows, delimiter=delimiter, region="GB", has_header=has_header)


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
    layout = proposed(header, ",".join("x" for _ in header.split(","))).layout
    assert (layout.place(Role.PHONE), layout.has_header) == (phone, True)


def test_every_other_role_is_found_by_its_words() -> None:
    header = "custID,Phone Code,phone,call_data,First Name,Surname,Time Zone,consent ref,Consent Date,rank,Shoe size"
    assert list(proposed(header, has_header=True).layout.roles) == [
        *(Role.ORDER_ID, Role.COUNTRY_CODE, Role.PHONE, Role.OTHER, Role.NAME, Role.NAME, Role.TIME_ZONE),
        *(Role.CONSENT_REF, Role.CONSENT_DATE, Role.PRIORITY, Role.KEEP),
    ]


def test_a_full_name_stands_alone() -> None:
    assert list(proposed("phone,first name,name").layout.roles) == [Role.PHONE, Role.KEEP, Role.NAME]


def test_of_two_columns_with_one_name_the_first_is_tried_first() -> None:
    layout = proposed("phone,phone", f"{A},{B}").layout
    assert (layout.roles, layout.phones) == ((Role.PHONE, Role.NEXT_PHONE), [0, 1])


def test_a_single_column_needs_no_header_and_no_known_name() -> None:
    assert proposed(A).layout == ListLayout(("column 1",), (Role.PHONE,), has_header=False)
    assert proposed("Kontakte", A).layout == ListLayout(("Kontakte",), (Role.PHONE,), has_header=True)


def test_without_header_the_one_column_of_numbers_is_offered_with_a_doubt() -> None:
    proposal = proposed(f"1,Ann,{A}", f"2,Bob,{B}")
    assert (proposal.layout.place(Role.PHONE), proposal.layout.has_header) == (2, False)
    assert proposal.doubts == ("The file has no header. Check the columns.",)


def test_a_person_may_say_that_the_first_row_is_no_header() -> None:
    assert not proposed("phone", A, has_header=False).layout.has_header
    assert proposed(A, B, has_header=True).layout.names == (A,)


@pytest.mark.parametrize(
    ("lines", "doubt"),
    [
        ([f"{A},{B}", f"{B},{A}"], "no header, and 2 columns could contain the numbers"),
        (["12345,Ann", "12346,Bob"], "no header, and no column contains telephone numbers"),
        (["Name,Büro", "Ann,x"], "No column name suggests telephone numbers"),
    ],
)
def test_what_cannot_be_known_is_left_to_a_person(lines: list[str], doubt: str) -> None:
    proposal = proposed(*lines)
    assert not proposal.is_complete
    assert doubt in proposal.doubts[0]


def test_a_layout_survives_its_json() -> None:
    layout = proposed("phone,name", f"{A},x").layout
    assert ListLayout.from_json(layout.as_json()) == layout


def test_a_saved_mapping_fits_by_name_where_there_are_names() -> None:
    layout = proposed("name,landline,mobile", f"Ann,{A},{B}").layout
    saved = layout.with_saved(["mobile", "landline", "gone"], ["keep", "phone", "order_id"], pack_rest=True)
    assert saved.roles == (Role.KEEP, Role.PHONE, Role.KEEP)
    assert saved.pack_rest


def test_a_saved_mapping_fits_by_place_where_there_are_none() -> None:
    layout = replace(proposed(f"1,{A},x", has_header=False).layout, has_header=False)
    assert layout.with_saved([], ["order_id", "phone"], pack_rest=False).roles == (Role.ORDER_ID, Role.PHONE, Role.KEEP)
