"""Entries that stand for many numbers: what they may mean, and that a number lies in them exactly when it should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.numbers.number_blocks import NumberBlock, read_blocks, spread
from telephony.numbers.number_errors import NumberError
from telephony.numbers.phone_identity import identity_of


def written(text: str, *, region: str | None = None, is_prefix: bool = False) -> list[str]:
    return [block.written for block in read_blocks(text, region=region, is_prefix=is_prefix)]


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("202555XXXX", "US", ["+1202555XXXX"]),
        ("(202) 555-xxxx", "US", ["+1202555XXXX"]),
        ("+1 202-555-????", None, ["+1202555XXXX"]),
        ("202555*", "US", ["+1202555*"]),
        ("2025550146*", "US", ["+12025550146*"]),
        ("12025550146%", "US", ["+12025550146*"]),
        ("07700900XXX", "GB", ["+447700900XXX"]),
        ("0044 7700 900 ###", None, ["+447700900XXX"]),
        ("62811*", "ID", ["+6262811*", "+62811*"]),
        ("+12025550145", "US", []),
        ("2025550143x12", "US", []),
        ("Max", "US", []),
        ("XXXX", "US", []),
    ],
)
def test_a_placeholder_at_the_end_makes_a_block(text: str, region: str | None, expected: list[str]) -> None:
    assert written(text, region=region) == expected


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("202XXX0146", "US", "block_middle"),
        ("202555XX", "US", "block_invalid"),
        ("+1*", None, "block_invalid"),
        ("+999*", None, "block_invalid"),
        ("+12025550146XXXXX", None, "block_invalid"),
        ("202555XXXX", None, "no_country"),
        ("202555XXXX", "ZZ", "no_country"),
    ],
)
def test_what_makes_no_block_says_why(text: str, region: str | None, code: str) -> None:
    with pytest.raises(NumberError) as refused:
        read_blocks(text, region=region)
    assert refused.value.code == code
    assert refused.value.suggestion


def test_area_codes_are_blocks_where_the_list_holds_prefixes() -> None:
    assert written("202", region="US", is_prefix=True) == ["+1202*"]
    assert written("1-202", region="US", is_prefix=True) == ["+1202*"]
    assert written("020", region="GB", is_prefix=True) == ["+4420*"]
    assert read_blocks("202", region="US") == ()


def test_few_digits_hold_a_whole_area() -> None:
    (area,), (exchange,) = read_blocks("+1202*"), read_blocks("+12025*")
    assert (area.is_wide, exchange.is_wide) == (True, False)


@given(st.from_regex(r"[1-9][0-9]{3,9}", fullmatch=True), st.from_regex(r"[0-9]{0,5}", fullmatch=True))
def test_a_number_lies_in_a_prefix_exactly_when_it_begins_with_it(prefix: str, rest: str) -> None:
    block = NumberBlock(prefix[:1], prefix[1:], 0)
    inside, beside = spread(int(prefix + rest)), spread(int(str(int(prefix) + 1) + rest))
    assert block.first <= inside <= block.last
    assert not block.first <= beside <= block.last


@pytest.mark.parametrize(
    ("block", "callee"),
    [
        ("+54 9 11 5555 XXXX", 541155550123),
        ("+54 9 11 5555 XXXX", 5491155550123),
        ("+54 11 5555 XXXX", 5491155550123),
        ("+52 1 55 1234*", 525512345678),
        ("+55 11 8123*", 5511981234567),
    ],
)
def test_a_block_holds_every_spelling_of_its_phones(block: str, callee: int) -> None:
    ranges = [found for each in read_blocks(block) for found in each.in_keys()]
    key = spread(identity_of(callee))
    assert any(found.first <= key <= found.last for found in ranges)
