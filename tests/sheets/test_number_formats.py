"""Number formats that show more than the number has."""

from __future__ import annotations

import pytest

from sheets.number_formats import number_format


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("0000000000", 331234567, "0331234567"),
        ("0000000000", 447700900001, ""),
        ("00000 00000", 612345678, "06123 45678"),
        ('0#" "##" "##" "##" "##', 612345678, "06 12 34 56 78"),
        ("(000) 000-0000", 23456789, "(002) 345-6789"),
        ("[$-410]0000000000", 331234567, "0331234567"),
        ("0000000000;-0000000000", 331234567, "0331234567"),
        ('"+"0', 447700900001, "+447700900001"),
        ("\\+## ####", 447700900001, "+44770090 0001"),
        ('"0"#', 812345678, "0812345678"),
        ('"+62 "000', 81234500001, "+62 81234500001"),
        ("0000000000_)", 331234567, "0331234567"),
        ("0000000000", 0, "0000000000"),
    ],
)
def test_what_is_shown(code: str, number: int, shown: str) -> None:
    found = number_format(code)
    assert found is not None
    assert found.shown(number) == shown
    assert found.shown(float(number)) == shown


@pytest.mark.parametrize("number", [-331234567, 331234567.5])
def test_a_number_with_a_sign_or_a_fraction_is_read_as_it_is_kept(number: float) -> None:
    found = number_format("0000000000")
    assert found is not None
    assert found.shown(number) == ""


@pytest.mark.parametrize(
    "code",
    ["", "General", "0", "#", "@", "0.00", "#,##0", "# ##0", "0%", "0E+00", "yyyy-mm-dd", "00:00", '0" EUR"',
     "[Red]000", "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "[$€-407]000", "000000,", "0" * 41],
)  # fmt: skip
def test_formats_that_are_not_about_digits(code: str) -> None:
    found = number_format(code)
    assert found is None or found.shown(331234567) == ""
