"""One phone in several spellings has one key; two phones never have."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from functools import cache
from itertools import pairwise

import numpy as np
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumber

from telephony.numbers.phone_identity import DIGEST, RANGES, identities, identity_of, spellings_of
from tests.telephony.numbers.plans import REGIONS, Plan

NUMBERS_PER_REGION = 820
EITHER_OR = (
    (r"549(\d{10})", r"54\1"),
    (r"55(\d\d)(7\d{7})", r"55\g<1>9\2"),
    (r"57(46\d{6})", r"5760\1"),
    (r"390549([89]\d{5})", r"3780549\1"),
)
"""The plans of today in which two valid numbers may be one phone: one spelling, the other."""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5491123456789", "541123456789"),
        ("5215512345678", "525512345678"),
        ("551181234567", "5511981234567"),
        ("551161234567", "5511961234567"),
        ("559991234567", "5599991234567"),
        ("551171234567", "5511971234567"),
        ("23412345678", "2342012345678"),
        ("23492345678", "2342092345678"),
        ("22990123456", "2290190123456"),
        ("841201234567", "84701234567"),
        ("841291234567", "84821234567"),
        ("841661234567", "84361234567"),
        ("841991234567", "84591234567"),
        ("5712345678", "576012345678"),
        ("5742345678", "576042345678"),
        ("390549886377", "3780549886377"),
        ("378886377", "3780549886377"),
    ],
)
def test_two_spellings_of_one_phone_have_one_key(old, new):
    assert identity_of(int(old)) == identity_of(int(new)) == int(re.sub("^549", "54", new))
    assert {int(old), int(new)} <= set(spellings_of(int(old)))
    assert spellings_of(int(old)) == spellings_of(int(new))


@pytest.mark.parametrize(
    "number",
    [
        "447700900001",
        "12025550142",
        "551123456789",  # a fixed line of São Paulo
        "558001234567",  # freephone of Brazil, as long as an old mobile
        "2348012345678",  # a mobile of Nigeria
        "84982123456",
        "84180012345",  # freephone of Viet Nam
        "573001234567",
        "525512345678",
        "393312345678",  # a mobile of Italy, and
        "3903312345678",  # a landline with the same digits behind its zero
        "390612345678",
        "24160012345",
        "2416012345",
        "37744123456",
        "8001234567890",
        "1000000",
        "999999999999999",
    ],
)
def test_other_numbers_are_their_own_key(number):
    assert identity_of(int(number)) == int(number)
    assert spellings_of(int(number))[0] == int(number)


def test_a_landline_and_a_mobile_of_italy_are_two_phones():
    assert identity_of(393312345678) != identity_of(3903312345678)


def phone_of(number: str) -> str:
    """What a valid number of today rings, by other means than the ranges."""
    for spelling, other in EITHER_OR:
        if re.fullmatch(spelling, number):
            return re.sub(spelling, other, number)
    return number


@cache
def drawn_numbers() -> list[str]:
    numbers = [number for region in REGIONS for number in Plan(region, seed=11).numbers(NUMBERS_PER_REGION)]
    assert len(numbers) > 200_000
    return numbers


def test_different_phones_never_share_a_key():
    phones: dict[int, set[str]] = defaultdict(set)
    for number in drawn_numbers():
        phones[identity_of(int(number))].add(phone_of(number))
    assert [found for found in phones.values() if len(found) > 1] == []


def test_the_numbers_drawn_are_valid():
    for number in random.Random(3).sample(drawn_numbers(), 3_000):
        assert phonenumbers.is_valid_number(as_it_stands(number)), number


def as_it_stands(number: str) -> PhoneNumber:
    """Not by phonenumbers.parse, which takes trunk digits off that belong to the number."""
    code = next(int(number[:size]) for size in (1, 2, 3) if int(number[:size]) in COUNTRY_CODE_TO_REGION_CODE)
    national = number[len(str(code)) :]
    zeros = len(national) - len(national.lstrip("0"))
    return PhoneNumber(code, int(national), italian_leading_zero=zeros > 0, number_of_leading_zeros=zeros or None)


def old_spellings(region: str, new: str) -> list[str]:
    """How a number of today was, or still may be, written; made from the number, as the plans were changed."""
    found: list[str] = []
    match region:
        case "AR" if len(new) == 12:
            found = [f"549{new[2:]}"]
        case "MX":
            found = [f"521{new[2:]}"]
        case "BR" if len(new) == 13 and new[4] == "9" and new[5] in "6789":
            found = [new[:4] + new[5:]]
        case "NG" if new.startswith("23420") and len(new) == 13:
            found = [f"234{new[5:]}"]
        case "BJ" if new[5] != "0":
            found = [f"229{new[5:]}"]
        case "CO" if new.startswith("5760") and new[4] in "1245678":
            found = [f"57{new[4:]}"]
        case "SM" if new.startswith("3780549"):
            found = [f"378{new[7:]}", f"39{new[3:]}"]
        case "VN" if len(new) == 11 and (old := VN_MOBILES.get(new[2:4])):
            found = [f"84{old}{new[4:]}"]
    return found


VN_MOBILES = {
    **{"70": "120", "79": "121", "77": "122", "76": "126", "78": "128"},
    **{"83": "123", "84": "124", "85": "125", "81": "127", "82": "129"},
    **{"32": "162", "33": "163", "34": "164", "35": "165", "36": "166", "37": "167", "38": "168", "39": "169"},
    **{"56": "186", "58": "188", "59": "199"},
}


@pytest.mark.parametrize("region", ["AR", "BJ", "BR", "CO", "MX", "NG", "SM", "VN"])
def test_every_number_of_a_changed_plan_shares_its_key_with_its_old_spelling(region):
    pairs = [(number, old) for number in Plan(region, seed=5).numbers(6_000) for old in old_spellings(region, number)]
    assert len(pairs) > 100
    for number, old in pairs:
        assert identity_of(int(old)) == identity_of(int(number)), (number, old)
        assert {int(old), int(number)} <= set(spellings_of(int(number)))


@given(st.integers(1_000_000, 999_999_999_999_999))
def test_a_key_is_its_own_key(number):
    assert identity_of(identity_of(number)) == identity_of(number)
    assert number in spellings_of(number)
    assert {identity_of(spelling) for spelling in spellings_of(number)} == {identity_of(number)}


def test_the_edges_of_every_range_keep_to_these_rules():
    edges = [edge for low, high, _shift in RANGES for edge in (low - 1, low, high, high + 1)]
    for edge in edges:
        test_a_key_is_its_own_key.hypothesis.inner_test(edge)


def test_a_column_has_the_keys_of_its_numbers():
    numbers = [int(number) for number in random.Random(7).sample(drawn_numbers(), 20_000)]
    numbers += [edge for low, high, _shift in RANGES for edge in (low - 1, low, high, high + 1)]
    assert identities(np.array(numbers, np.int64)).tolist() == [identity_of(number) for number in numbers]
    assert identities(np.zeros(0, np.int64)).tolist() == []
    assert identities(np.zeros(3, np.int64)).tolist() == [0, 0, 0]


def test_ranges_do_not_overlap_and_no_key_falls_into_one():
    assert all(before.high < after.low for before, after in pairwise(RANGES))
    for low, high, shift in RANGES:
        assert all(high + shift < other.low or low + shift > other.high for other in RANGES)


def test_stored_keys_are_of_these_ranges():
    """Whoever changes the ranges changes the digest, and with it the columns that hold keys: make a migration."""
    assert DIGEST == "0a488f0f7808"
