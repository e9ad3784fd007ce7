from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.numbers.e164 import REPAIRS, NumberError, country_of, from_wire, mask, normalise, parse, wire_digits

MOBILE = "+447700900123"
CHANGED_PLANS = ("+52", "+55", "+22", "+84", "+57", "+39")
"""Mexico, Brazil, Benin, Viet Nam, Colombia; Italy, whose landlines lose their zero."""


@pytest.mark.parametrize(
    ("text", "region", "number", "repairs"),
    [
        (MOBILE, None, MOBILE, ()),
        (MOBILE, "ID", MOBILE, ()),
        ("+44 7700 900123", None, MOBILE, ("punctuation",)),
        ("(+44) 7700-900.123", None, MOBILE, ("punctuation",)),
        ("+44\u00a07700\u2011900123", None, MOBILE, ("punctuation",)),
        ("＋４４７７００９００１２３", None, MOBILE, ("full_width",)),
        ("٠٧٧٠٠٩٠٠١٢٣", "GB", MOBILE, ("full_width", "country_added")),
        ("\u202a+447700900123\u202c", None, MOBILE, ("invisible",)),
        ("'+447700900123", None, MOBILE, ("apostrophe",)),
        ("’447700900123", None, MOBILE, ("apostrophe", "plus_added")),
        ("tel:+447700900123", None, MOBILE, ("tel_prefix",)),
        ("TEL: +447700900123", None, MOBILE, ("tel_prefix",)),
        ("00447700900123", None, MOBILE, ("international_prefix",)),
        ("0044 7700 900123", "ID", MOBILE, ("punctuation", "international_prefix")),
        ("011447700900123", "US", MOBILE, ("international_prefix",)),
        ("447700900123.0", None, MOBILE, ("decimal_zero", "plus_added")),
        ("447700900123.00", None, MOBILE, ("decimal_zero", "plus_added")),
        ("447700900123,0", None, MOBILE, ("decimal_zero", "plus_added")),
        ("447700900123", None, MOBILE, ("plus_added",)),
        ("447700900123", "GB", MOBILE, ("plus_added",)),
        ("447700900123", "US", MOBILE, ("plus_added",)),
        ("447700900123", "XX", MOBILE, ("plus_added",)),
        ("12025550123", None, "+12025550123", ("plus_added",)),
        ("2025550123", "US", "+12025550123", ("country_added",)),
        ("07700900123", "GB", MOBILE, ("country_added",)),
        ("07700 900 123", "gb", MOBILE, ("punctuation", "country_added")),
        ("7700900123", "GB", MOBILE, ("country_added",)),
        ("+44 (0)7700 900123", None, MOBILE, ("punctuation", "trunk_digit")),
    ],
)
def test_it_repairs_what_people_write_and_says_so(
    text: str, region: str | None, number: str, repairs: tuple[str, ...]
) -> None:
    parsed = normalise(text, region=region)

    assert parsed.number == number
    assert parsed.repairs == repairs
    assert set(repairs) <= set(REPAIRS)


def test_it_reads_indonesian_digits_with_and_without_a_country() -> None:
    # No range is reserved for fiction in Indonesia; the digits count up.
    assert parse("6281234567890") == "+6281234567890"
    assert parse("6281234567890", region="ID") == "+6281234567890"
    assert parse("081234567890", region="ID") == "+6281234567890"


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("", None, "empty"),
        (" \u00a0\t", None, "empty"),
        ("'", None, "empty"),
        ("tel:", None, "empty"),
        ("hello", None, "not_a_number"),
        ("1-800-FLOWERS", "US", "not_a_number"),
        ("+", None, "not_a_number"),
        ("++447700900123", None, "not_a_number"),
        ("44+7700900123", None, "not_a_number"),
        ("+44 7700 900123²", None, "not_a_number"),
        ("+447700900123 / +447700900124", None, "several_numbers"),
        ("+447700900123,+447700900124", None, "several_numbers"),
        ("*43", None, "not_a_number"),
        ("9" * 200 + "!", None, "not_a_number"),
        ("4.477009E+11", None, "scientific"),
        ("4,477009e11", None, "scientific"),
        ("4E+11", None, "scientific"),
        ("+447700900123 ext 5", None, "extension"),
        ("+447700900123 ext. 5", None, "extension"),
        ("+447700900123x5", None, "extension"),
        ("+447700900123 #5", None, "extension"),
        ("tel:+447700900123;ext=12", None, "extension"),
        ("020 7946 0123 extension 22", "GB", "extension"),
        ("02079460123 转 22", "GB", "extension"),
        ("123", "GB", "too_short"),
        ("112", None, "too_short"),
        ("+4420", None, "too_short"),
        ("+4", None, "too_short"),
        ("555-0123", "US", "too_short"),
        ("+4477009001234", None, "too_long"),
        ("98" * 9, None, "too_long"),
        ("9" * 60, None, "too_long"),
        ("+" + "9" * 40, None, "too_long"),
        ("07700900123", None, "no_country"),
        ("07700900123", "XX", "no_country"),
        ("2025550123", None, "no_country"),
        ("4407700900123", None, "no_country"),
        ("+999123456789", None, "no_country"),
        ("+07700900123", None, "no_country"),
        ("+44770090012", None, "invalid"),
        ("+442999999999", None, "invalid"),
    ],
)
def test_it_refuses_with_a_reason(text: str, region: str | None, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse(text, region=region)

    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert caught.value.suggestion.endswith(".")


def test_the_message_never_quotes_the_number() -> None:
    with pytest.raises(NumberError) as caught:
        parse("+447700900123 ext 5")

    assert "7700900123" not in f"{caught.value!r} {caught.value.suggestion}"


def test_spreadsheet_zeros_never_become_part_of_the_number() -> None:
    # Without the rule the digits of "…00" would make a number of two digits more, which may be a stranger's.
    assert parse("62812345678.00") == "+62812345678"


FICTIONAL = (
    "+441134960000",
    "+441144960001",
    "+441154960999",
    "+441164960000",
    "+441174960000",
    "+441184960000",
    "+441214960000",
    "+441314960000",
    "+441414960000",
    "+441514960000",
    "+441614960000",
    "+442079460000",
    "+442079460999",
    "+441914980000",
    "+442896496000",
    "+442920180000",
    "+441632960000",
    "+441632960999",
    "+447700900000",
    "+447700900999",
    "+448081570000",
    "+449098790000",
    "+443069990000",
    "+15555550100",
    "+15555550199",
    "+12025550100",
    "+19995550150",
    "+61255501234",
    "+61370101234",
    "+61755501234",
    "+61870101234",
    "+61491570006",
    "+61491570156",
    "+611800975707",
)


@pytest.mark.parametrize("number", FICTIONAL)
def test_ranges_reserved_for_fiction_are_accepted(number: str) -> None:
    assert parse(number) == number


@pytest.mark.parametrize("number", ["+447700899999", "+447700901000", "+441632959999", "+15555550099", "+15555550200"])
def test_the_neighbours_of_those_ranges_are_what_phonenumbers_says(number: str) -> None:
    valid = phonenumbers.is_valid_number(phonenumbers.parse(number))

    assert (from_wire(number) is not None) is valid


def test_an_area_code_cannot_begin_with_one() -> None:
    with pytest.raises(NumberError):
        parse("+11995550150")


BEGINNINGS = st.sampled_from(["+44", "44", "0", "tel:+1 ", "'62"])
PASTED = st.one_of(
    st.text(max_size=80),
    st.text("+0123456789", min_size=6, max_size=17),
    st.builds(str.__add__, BEGINNINGS, st.text("0123456789 -.x٣", max_size=14)),
)


@given(PASTED, st.sampled_from([None, "GB", "US", "ID", "CN"]))
def test_whatever_is_accepted_is_e164_and_stays_itself(text: str, region: str | None) -> None:
    try:
        number = parse(text, region=region)
    except NumberError:
        return

    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert len(number) <= 16
    assert normalise(number).number == number
    assert normalise(number).repairs == ()


@given(st.from_regex(r"\+(1[2-9]|44[12378]|62|65|86|[2-9])[0-9]{6,12}", fullmatch=True))
def test_with_a_plus_the_verdict_is_that_of_phonenumbers(number: str) -> None:
    try:
        parsed = phonenumbers.parse(number)
        valid = phonenumbers.is_valid_number(parsed)
    except phonenumbers.NumberParseException:
        valid = False

    if valid:
        assert parse(number) == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    elif (found := from_wire(number)) is not None and phonenumbers.is_valid_number(phonenumbers.parse(found)):
        assert found[:3] in CHANGED_PLANS, "only an old spelling is brought up to date"
    elif found is not None:
        assert found.startswith(("+447700900", "+441632960", "+1")), "accepted only because nobody can be called there"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+447700900001", "+4477009•••01"),
        ("447700900001", "4477009•••01"),
        ("+12025550142", "+120255•••42"),
        ("1234567", "12•••67"),
        ("123456", "••••56"),
        ("+12", "+••"),
        ("1", "•"),
        ("", ""),
    ],
)
def test_a_mask_hides_the_digits_before_the_last_two(number: str, masked: str) -> None:
    assert mask(number) == masked


def test_wire_digits_have_no_plus() -> None:
    assert wire_digits(MOBILE) == "447700900123"


@pytest.mark.parametrize("number", ["447700900123", "", "+", "+44 7700", "+44x", "+４４７７００", "+" + "1" * 16])
def test_only_e164_goes_on_the_wire(number: str) -> None:
    with pytest.raises(NumberError):
        wire_digits(number)


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("447700900123", MOBILE),
        ("+447700900123", MOBILE),
        (" 447700900123 ", MOBILE),
        ("NX00000G000001@192.0.2.1:5060", None),
        ("1001", None),
        ("07700900123", None),
        ("", None),
    ],
)
def test_wire_digits_are_read_back(digits: str, number: str | None) -> None:
    assert from_wire(digits) == number


@pytest.mark.parametrize(
    ("number", "country"),
    [
        (MOBILE, "GB"),
        ("+442079460123", "GB"),
        ("+12025550123", "US"),
        ("+15555550100", "US"),
        ("+14165550123", "CA"),
        ("+61491570006", "AU"),
        ("+80012345678", ""),
        ("+999123", ""),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_the_country_of_a_number(number: str, country: str) -> None:
    assert country_of(number) == country


@pytest.mark.parametrize(
    ("text", "code"), [("+431110", "too_short"), ("+491640", "too_short"), ("+4915123456789012345", "too_long")]
)
def test_valid_or_not_a_number_has_seven_to_fifteen_digits(text, code):
    with pytest.raises(NumberError) as error:
        parse(text)
    assert error.value.code == code


@pytest.mark.parametrize(("text", "region"), [("112", "GB"), ("999", "GB"), ("911", "US"), (" 1 1 2 ", "ID")])
def test_emergency_numbers_are_refused_as_such(text, region):
    with pytest.raises(NumberError) as error:
        parse(text, region=region)
    assert error.value.code == "emergency"
