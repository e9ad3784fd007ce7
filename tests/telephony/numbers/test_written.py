"""What people write around numbers, and what looks like a number and is none."""

from __future__ import annotations

import pytest

from telephony.numbers.e164 import NumberError, normalise, parse
from telephony.numbers.number_errors import CODES, HELD, problem

NUMBER = "+6281234500001"


@pytest.mark.parametrize(
    "text",
    [
        *('="081234500001"', '="+6281234500001"', "=081234500001", '"081234500001"', '="081234500001",'),
        *("https://wa.me/6281234500001", "wa.me/+6281234500001", "http://wa.me/6281234500001?text=hello"),
        *("https://api.whatsapp.com/send?phone=6281234500001", "api.whatsapp.com/send/?phone=%2B6281234500001&text=a"),
        *("6281234500001@c.us", "6281234500001@s.whatsapp.net", "whatsapp://send?phone=6281234500001"),
        *(
            "callto:081234500001",
            "tel://+6281234500001",
            "tel:+62-812-3450-0001",
            "sms:081234500001",
            "TEL:081234500001",
        ),
        *(
            "tel:081234500001;phone-context=+62",
            "tel:+6281234500001;phone-context=example.com",
            "TEL;TYPE=CELL:+6281234500001",
        ),
        *("HP: 0812 3450 0001", "No. HP : 0812-3450-0001", "WA 081234500001", "M. 081234500001", "p:+6281234500001"),
        *("手机：+62 812 3450 0001", "Telp. 0812 3450 0001", "whatsapp: +62 812-3450-0001"),
        *(
            "0812-3450-0001 (WA)",
            "081234500001 (h)",
            "+62 812 3450 0001 (Indonesia)",
            "081234500001 (Budi)",
            "081234500001 WA",
        ),
        *(
            "081234500001,",
            "081234500001;",
            "<081234500001>",
            "[+62 812 3450 0001]",
            "{081234500001}",
            "~081234500001~",
        ),
        *("0812_3450_0001", "0812*3450*0001", "0812/34500001", "0812.3450.0001", "(0812) 3450-0001", "*081234500001*"),
    ],
)
def test_what_is_written_around_a_number_is_taken_off(text: str) -> None:
    assert parse(text, region="ID") == NUMBER


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        *((text, "ID", "date") for text in ("28-07-2000", "28.07.2000", "2000-07-28", "28 07 2000", "7/28/2000")),
        *((text, "ID", "date") for text in ("2000-07-28 00:00:00", "2024-2026", "1999/2001")),
        *((text, "AT", "ip_address") for text in ("192.168.10.21", "10.0.0.138")),
        *((text, "ID", "decimal") for text in ("81234500003.5", "81234500003,25", "6.2087634", "(6.2087634)")),
        *((text, "AT", "amount_or_number") for text in ("12.345.679", "1.250.000", "1 250 000")),
        *((text, "AT", "amount") for text in ("1,250,000", "1.250.000,00", "Rp 1.250.000", "€ 812345678", "-81234")),
        *((text, "DE", "reference") for text in ("2026-000123", "123-45-6789")),
        *((text, "GB", "placeholder") for text in ("1234567890", "0000000000", "9999999", "0123456789")),
        *((text, "ID", "error_cell") for text in ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?")),
        *((text, "ID", "formula_without_value") for text in ("#FORMULA!", "=A1", "=VLOOKUP(A1,B:C,2)")),
        *((text, "ID", "fax") for text in ("Fax 0215551234", "021-5551234 (fax)")),
        *((text, "ID", "not_a_number") for text in ("081234500001 (wrong number)", "081234500001 (jangan)")),
        *(
            (f"081234500001 ({word})", "ID", "not_a_number")
            for word in (
                *("no", "unsubscribed", "Opted out", "remove me", "DND", "do not call", "Stop calling", "Refused"),
                *("disconnected", "moved", "Litigator", "blacklisted", "spam", "jgn telp", "hangus", "sudah pindah"),
                *("nonaktif", "keine Werbung", "verstorben", "décédé", "fallecida", "不要打", "拒否"),
            )
        ),
        ("081234500001 no", "ID", "not_a_number"),
        ("021-5551234 (F)", "ID", "fax"),
        *((text, "ID", "not_a_number") for text in ("0812345 jalan 5", "081234500001 ask for Budi", "o81234500001")),
    ],
)  # fmt: skip
def test_shapes_that_are_no_numbers_are_refused_by_their_name(text: str, region: str, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse(text, region=region)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "code", "meant"),
    [
        ("081234500001 / 081234500002", "several_numbers", [NUMBER, "+6281234500002"]),
        ("081234500001 atau 081234500002", "several_numbers", [NUMBER, "+6281234500002"]),
        ("081234500001\n081234500002", "several_numbers", [NUMBER, "+6281234500002"]),
        ("081234500001  081234500002", "several_numbers", [NUMBER, "+6281234500002"]),
        ("081234500001 ::: +447700900001", "several_numbers", [NUMBER, "+447700900001"]),
        ("021-5551234 ext 12", "extension", ["+62215551234"]),
        ("+62215551234;ext=5", "extension", ["+62215551234"]),
        ("021-5551234-36", "line_range", ["+62215551234", "+62215551235", "+62215551236"]),
        ("021-5551234 s/d 36", "line_range", ["+62215551234", "+62215551235", "+62215551236"]),
        ("021-5551234/5", "line_range", ["+62215551234", "+62215551235", "+622155512345"]),
        ("0812 345 678 / 680", "line_range", ["+62812345678", "+62812345679", "+62812345680", "+62812345678680"]),
        ("0812 345 678/680", "line_range", ["+62812345678", "+62812345679", "+62812345680", "+62812345678680"]),
        ("021 5551234 / 5551239", "several_numbers", ["+62215551234", "+62215551239"]),
        ("(021) 555-1234, 555 1239", "several_numbers", ["+62215551234", "+62215551239"]),
        ("6591234567", "ambiguous", ["+626591234567", "+6591234567"]),
        ("081234500001 ask for Budi", "not_a_number", [NUMBER]),
        ("021-5551234 (fax)", "fax", ["+62215551234"]),
        ("-81234500001", "amount", ["+6281234500001", "+81234500001"]),
        ("jalan 5", "not_a_number", []),
        ("6591234567 ext 3", "extension", ["+626591234567", "+6591234567"]),
    ],
)
def test_a_refusal_says_whom_a_wish_in_these_words_means(text: str, code: str, meant: list[str]) -> None:
    with pytest.raises(NumberError) as caught:
        parse(text, region="ID")
    assert (caught.value.code, list(caught.value.meant)) == (code, meant)


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("5215512345679", "MX", "+525512345679"),
        ("044 55 1234 5670", "MX", "+525512345670"),
        ("01 55 1234 5670", "MX", "+525512345670"),
        ("+55 11 8123 4567", None, "+5511981234567"),
        ("(11) 8123-4567", "BR", "+5511981234567"),
        ("+229 97 12 34 56", None, "+2290197123456"),
        ("0162 212 3456", "VN", "+84322123456"),
        ("+84 120 212 3456", None, "+84702123456"),
        ("+57 1 234 5678", None, "+576012345678"),
        ("011 15-2345-6789", "AR", "+5491123456789"),
        ("+39 06 1234 5678", None, "+390612345678"),
        ("+39 6 1234 5678", None, "+390612345678"),
        ("612345678", "IT", "+390612345678"),
        ("1831 2 5550 1234", "AU", "+61255501234"),
    ],
)
def test_old_spellings_are_brought_up_to_date(text: str, region: str | None, number: str) -> None:
    assert parse(text, region=region) == number


@pytest.mark.parametrize(
    ("text", "region", "meant"),
    [
        ("+377 44 123 456", None, ("+37744123456", "+38344123456")),
        ("+55 11 7123-4567", None, ("+551171234567", "+5511971234567")),
        ("08 3812 3456", "VN", ("+84838123456", "+842838123456")),
        ("+84 8 3812 3456", None, ("+84838123456", "+842838123456")),
    ],
)
def test_old_numbers_that_may_be_anothers_today_are_held(text: str, region: str | None, meant: tuple[str, ...]) -> None:
    with pytest.raises(NumberError) as caught:
        parse(text, region=region)
    assert caught.value.code == "old_number"
    assert caught.value.code in HELD
    assert caught.value.meant == meant


def test_todays_mobile_with_the_same_digits_is_no_old_number() -> None:
    assert parse("0838 123 456", region="VN") == "+84838123456"


def test_an_area_code_that_the_library_does_not_know_is_held() -> None:
    with pytest.raises(NumberError) as caught:
        parse("+1 987 234 5678")  # the area code 987 was open for assignment when this was written
    assert caught.value.code == "unknown_area"


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("001 65 9823 4567", "SG", "+6598234567"),
        ("001 65 9823 4567", "ID", "+6598234567"),
        ("001-65-9823-4567", "HK", "+6598234567"),
        ("001 65 9823 4567", "TH", "+6598234567"),
        ("001 65 9823 4567", "KR", "+6598234567"),
        ("008 65 9495 2998", "SG", "+6594952998"),
        ("0011 44 20 7946 0001", "AU", "+442079460001"),
        ("0011442079460001", "AU", "+442079460001"),
        ("009 44 20 7946 0001", "CO", "+442079460001"),
        ("002 44 20 7946 0001", "TW", "+442079460001"),
        ("0021 44 20 7946 0001", "BR", "+442079460001"),
        ("00 44 20 7946 0001", "SG", "+442079460001"),
        ("011 44 20 7946 0001", "US", "+442079460001"),
        ("810 44 20 7946 0001", "RU", "+442079460001"),
    ],
)
def test_every_way_out_of_a_country_is_known(text: str, region: str, number: str) -> None:
    assert parse(text, region=region) == number


def test_two_ways_out_without_a_gap_stay_open() -> None:
    with pytest.raises(NumberError) as caught:
        parse("0016598234567", region="ID")
    assert set(caught.value.readings) == {"+6598234567", "+16598234567"}


@pytest.mark.parametrize(
    ("text", "region", "readings"),
    [
        ("62215551234", "ID", ("+6262215551234", "+62215551234")),
        ("62812345678", "ID", ("+6262812345678", "+62812345678")),
        ("4915112345678", "DE", ("+494915112345678", "+4915112345678")),
        ("6591234567", "ID", ("+626591234567", "+6591234567")),
        ("331234567", "IT", ("+39331234567", "+390331234567")),
    ],
)
def test_one_number_alone_is_never_guessed(text: str, region: str, readings: tuple[str, ...]) -> None:
    with pytest.raises(NumberError) as caught:
        parse(text, region=region)
    assert (caught.value.code, caught.value.readings) == ("ambiguous", readings)
    assert all(reading in caught.value.message for reading in readings)


def test_the_repairs_say_what_was_taken_off() -> None:
    assert normalise('="0812-3450-0001"', region="ID").repairs == ("formula_text", "punctuation", "country_added")
    assert normalise("HP: 081234500001", region="ID").repairs == ("label", "country_added")


@pytest.mark.parametrize("code", sorted(CODES - {"ambiguous"}))
def test_every_refusal_says_what_is_wrong_and_what_to_do(code: str) -> None:
    error = problem(code)
    assert error.message.endswith(".")
    assert error.suggestion.endswith(".")


def test_a_german_extension_is_part_of_the_number_for_a_wish() -> None:
    with pytest.raises(NumberError) as caught:
        parse("0711 12345-0", region="DE")
    assert (caught.value.code, caught.value.meant) == ("line_range", ("+4971112345", "+49711123450"))


@pytest.mark.parametrize("text", ["030 / 12345678", "+49 (0)30 / 12345678", "030 1234 / 5678", "0 30/12 34 56 78"])
def test_a_slash_with_blanks_parts_the_area_from_the_number(text: str) -> None:
    assert parse(text, region="DE") == "+493012345678"


@pytest.mark.parametrize("text", ["030 12 34 56 / 57", "030 12 34 56/57", "030 123456/57", "030 123456-57"])
def test_two_lines_of_one_office_are_not_joined(text: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse(text, region="DE")
    assert caught.value.code == "line_range"
    assert caught.value.meant == ("+4930123456", "+4930123457", "+493012345657")


@pytest.mark.parametrize(
    ("text", "region", "readings"),
    [
        ("9123 4567 (Singapore)", "HK", ("+85291234567", "+6591234567")),
        ("0400 123 456 (Australia)", "FI", ("+358400123456", "+61400123456")),
    ],
)
def test_a_country_behind_a_number_is_not_overheard(text: str, region: str, readings: tuple[str, ...]) -> None:
    with pytest.raises(NumberError) as caught:
        parse(text, region=region)
    assert (caught.value.code, caught.value.readings) == ("ambiguous", readings)


@pytest.mark.parametrize("text", ["+65 9123 4567 (Indonesia)", "9123 4567 (Singapore)", "9123 4567 (Indonesia)"])
def test_a_country_behind_a_number_that_fits_changes_nothing(text: str) -> None:
    assert parse(text, region="SG") == "+6591234567"
