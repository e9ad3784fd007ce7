from __future__ import annotations

import pytest

from sheets import column_words
from sheets.column_names import Kind, Use, kind_of, named, parts_of
from sheets.columns import Doubt, Phones, phones_of
from sheets.dialect import fold


def are_numbers(cells: list[str]) -> list[bool]:
    return [cell.lstrip("+").isdigit() and len(cell) >= 9 for cell in cells]


def phones(header: str, *lines: str, hidden: tuple[int, ...] = ()) -> Phones:
    return phones_of(header.split(","), [line.split(",") for line in lines], are_numbers=are_numbers, hidden=hidden)


TELEPHONES = [
    *("Telepon", "HP", "No. Telp/HP", "No HP", "Nomor Telepon", "WhatsApp", "No. WA", "Contact Number", "Tel.", "tel1"),
    *("Mobile Phone Number", "Phone 1 - Value", "Primary Phone", "Customer's phone", "phone_primary", "userPhone"),
    *("联系电话", "手机号码", "電話番号", "携帯番号", "전화번호", "휴대폰", "เบอร์โทรศัพท์", "Số điện thoại", "SĐT"),
    *(
        "Teléfono móvil",
        "TELEFONO_CELULAR",
        "Telefone",
        "Numéro de téléphone",
        "Handynummer",
        "Telefonnr.",
        "Cellulare",
    ),
    *(
        "Telefoonnummer",
        "Cep Telefonu",
        "Телефон",
        "Тел. моб.",
        "رقم الهاتف",
        "मोबाइल नंबर",
        "Numer telefonu",
        "ＰＨＯＮＥ",
    ),
]
NO_TELEPHONES = [
    *(
        "Phone Type",
        "Phone 1 - Label",
        "Fax",
        "Home Fax",
        "extension",
        "Phone ID",
        "Phone verified",
        "电话类型",
        "传真电话",
    ),
    *("Assistant Phone", "Emergency contact phone", "No HP Suami", "Caller ID", "iPhone", "Phone country"),
]


@pytest.mark.parametrize("name", TELEPHONES)
def test_a_telephone_is_known_in_many_languages(name: str) -> None:
    assert kind_of(name) is Kind.PHONE


@pytest.mark.parametrize("name", NO_TELEPHONES)
def test_what_only_looks_like_a_telephone_is_none(name: str) -> None:
    assert kind_of(name) is Kind.NO_PHONE


@pytest.mark.parametrize("name", ["Nomor", "Contact", "Address", "Number", "No.", "number2", "Kontak", "home", "番号"])
def test_some_names_say_too_little(name: str) -> None:
    assert kind_of(name) is Kind.MAYBE


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Phone Code", Kind.CALLING_CODE),
        ("negara", Kind.COUNTRY),
        ("国家", Kind.COUNTRY),
        ("País", Kind.COUNTRY),
        ("DoNotCall", Kind.OPT_OUT),
        ("Opt-Out", Kind.OPT_OUT),
        ("Unsubscribed", Kind.OPT_OUT),
        ("Do Not Call (Y/N)", Kind.OPT_OUT),
        ("DoNotCall__c", Kind.OPT_OUT),
        ("Contact: Do Not Call", Kind.OPT_OUT),
        ("Mobile Do Not Call", Kind.OPT_OUT),
        ("Has Opted Out of Phone", Kind.OPT_OUT),
        ("OptOutCalls", Kind.OPT_OUT),
        ("DNC phone", Kind.OPT_OUT),
        ("DNC Status", Kind.OPT_OUT),
        ("Unsubscribed at", Kind.OPT_OUT),
        ("Tolak telepon", Kind.OPT_OUT),
        ("不要打电话 (是/否)", Kind.OPT_OUT),
        ("Opt out of e-mail and calls", Kind.OPT_OUT),
        ("Baja California", Kind.UNKNOWN),
        ("DNC checked on", Kind.UNKNOWN),
        ("SMS opt-out", Kind.UNKNOWN),
        ("HasOptedOutOfEmail", Kind.UNKNOWN),
        ("Account Number", Kind.ORDER_ID),
        ("Date of consent", Kind.CONSENT_DATE),
        ("Number of calls", Kind.UNKNOWN),
        ("Order Number", Kind.UNKNOWN),
        ("Contact Person", Kind.UNKNOWN),
        ("姓名", Kind.FULL_NAME),
    ],
)
def test_other_columns_have_their_words_too(name: str, kind: Kind) -> None:
    assert kind_of(name) is kind


def test_every_word_of_the_table_is_found_again() -> None:
    for word in (word for group in column_words.MOBILE.values() for word in group.split(",")):
        assert named(word)[:2] in {(Kind.PHONE, Use.MOBILE), (Kind.PHONE, Use.MAIN), (Kind.MAYBE, Use.MOBILE)}, word
    for table in (column_words.PHONE, column_words.COUNTRY, column_words.OPT_OUT):
        assert all(fold(word) for group in table.values() for word in group.split(","))


def test_a_name_falls_into_its_words() -> None:
    assert parts_of("Phone 1 - Value") == ["phone", "1", "value"]
    assert parts_of("mobilePhone2") == ["mobile", "phone", "2"]
    assert parts_of("No. Telp/HP") == ["no", "telp", "hp"]


def test_the_telephone_is_called_and_not_the_number_of_the_account() -> None:
    assert phones("Number,Customer,Customer Phone", "7700900505,Ann,+447700900905") == Phones((2,))
    assert phones("Nomor,Nama,Telepon", "081166000000,Budi,081234500000") == Phones((2,))
    assert phones("Name,Address,Mobile Phone Number", "Ann,12 High St,+447700900503") == Phones((2,))


def test_a_weak_name_needs_cells_that_are_numbers_and_no_rival() -> None:
    assert phones("Number,Name", "+447700900505,Ann") == Phones((0,))
    assert phones("Number,Name", "A-17,Ann") == Phones((), Doubt.UNSURE_NAME, (0,))
    assert phones("Number,Ref", "+447700900505,447700900506") == Phones((), Doubt.UNSURE_NAME, (0, 1))
    assert phones("Number,Contact", "+447700900505,447700900506") == Phones((), Doubt.UNSURE_NAME, (0, 1))
    assert phones("number2,number1", "+447700900505,447700900506") == Phones((1, 0))


def test_where_name_and_cells_disagree_a_person_is_asked() -> None:
    assert phones("Phone,Ref", "Ann,447700900506", "Bob,447700900507") == Phones((), Doubt.DISAGREE, (0, 1))
    assert phones("Phone,Ref", ",447700900506") == Phones((), Doubt.DISAGREE, (0, 1))


def test_bad_cells_alone_leave_a_telephone_column_what_it_is() -> None:
    assert phones("Phone,Name", "4.47E+12,Ann") == Phones((0,))
    assert phones("Phone,Name") == Phones((0,))


def test_a_column_without_a_telephones_name_is_only_offered() -> None:
    assert phones("Ref,Name", "447700900506,Ann") == Phones((), Doubt.NOT_NAMED, (0,))
    assert phones("Büro,Name", "x,Ann") == Phones((), Doubt.NOT_NAMED)


def test_several_telephones_have_an_order() -> None:
    rows = ["A,+447700900501,,", "B,,+447700900502,", "C,,,+447700900503"]
    assert phones("name,work,home,mobile", *rows) == Phones((3, 2, 1))
    assert phones("phone2,phone1,name", "+447700900501,+447700900502,A") == Phones((1, 0))
    assert phones("alt_phone,phone,cell", "+447700900501,+447700900502,+447700900503") == Phones((1, 2, 0))
    google = "Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value"
    assert phones(google, "Mobile,+447700900507,Work,") == Phones((1, 3))


def test_a_mobile_comes_before_a_landline() -> None:
    assert phones("landline,mobile", "+447700900501,+447700900502") == Phones((1, 0))


def test_one_of_several_that_holds_something_else_is_left_out() -> None:
    assert phones("phone,mobile", "yes,+447700900501", "no,+447700900502") == Phones((1,))


def test_a_hidden_column_is_never_chosen() -> None:
    assert phones("phone,name", "+447700900501,A", hidden=(0,)) == Phones((), Doubt.HIDDEN)
    assert phones("phone,mobile", "+447700900501,+447700900502", hidden=(0,)) == Phones((1,))
