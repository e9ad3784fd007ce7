"""The proof: a quarter of a million numbers of all regions, one by one and as columns, with the same verdict."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.numbers import e164
from telephony.numbers.bulk import Column, read_column
from telephony.numbers.number_facts import Facts, facts_of
from tests.telephony.numbers.bulk.spellings import REGIONS, Writer

PARTS = 16
CELLS, COUNTRIES = 350, 3
"""Cells per region, and as numbers of how many countries they are read: its own, another one, none."""
Verdict = tuple[int, Facts | None, tuple[str, ...], str]
_facts_of = lru_cache(maxsize=None)(facts_of)


def one_by_one(cell: str, region: str | None) -> Verdict:
    """Callee, facts, repairs and code of the error."""
    try:
        parsed = e164.normalise(cell, region=region)
    except e164.NumberError as exc:
        return (0, None, (), exc.code)
    return (int(parsed.number), _facts_of(parsed.number), parsed.repairs, "")


def in_column(column: Column, place: int) -> Verdict:
    if place in column.errors:
        return (int(column.callees[place]), None, (), column.errors[place].code)
    facts = column.fact_sets[column.facts[place]]
    return (int(column.callees[place]), facts, column.repair_sets[column.repairs[place]], "")


def differences(cells: list[str], region: str | None) -> list[tuple[str, str | None, Verdict, Verdict]]:
    column = read_column(cells, region=region)
    pairs = ((cell, in_column(column, place), one_by_one(cell, region)) for place, cell in enumerate(cells))
    return [(cell, region, ours, theirs) for cell, ours, theirs in pairs if ours != theirs]


def test_a_quarter_of_a_million_are_compared() -> None:
    assert len(REGIONS) * CELLS * COUNTRIES > 250_000


@pytest.mark.parametrize("part", range(PARTS))
def test_a_column_says_what_phonenumbers_says(part: int) -> None:
    for place in range(part, len(REGIONS), PARTS):
        region, other = REGIONS[place], REGIONS[(place * 7 + 11) % len(REGIONS)]
        cells = Writer(region, seed=1).cells(CELLS)
        for country in (region, other, None):
            assert differences(cells, country) == []


@pytest.mark.parametrize("region", ["GB", "ID", "US", "CN", "AR", "IT", "BS", "AU", "de", "XX", "", None])
def test_odd_cells(region: str | None) -> None:
    cells = [
        *("", " ", "+", "++44", "0", "00", "000", "0000447700900001", "112", "911", "1", "12345", "9" * 15, "9" * 16),
        *("'", "''", "'+447700900001", "' 07700 900001", "\u20197700900001", "tel:+447700900001", "+44(0)7700900001"),
        *("6.28E+11", "4.477009E11", ".0", "1.0", "07700900001.0", "07700900001.00", "07700900001.000", "077.00"),
        *("+447700900001", "+44 7700 900 001", "+1 212 555 0123", "12125550123", "0012125550123", "01112125550123"),
        *("(+44) 7700-900001", "+-447700900001", "07700900001;ext=5", "07700900001x5", "07700 900001 #", "a" * 65),
        *("1" * 33, "+" + "1" * 32, "０７７００９００００１", "\x00447700900001", "447700900001\n", "44\n7700900001"),
        *("+390612345678", "0612345678", "+39 06 1234 5678", "+8001234567", "+88213300123", "+54 9 11 2345 6789"),
    ]
    assert differences(cells, region) == []


@given(
    st.lists(st.text(st.sampled_from("0123456789+-() .'\u202c\uff11xE"), max_size=20), max_size=20),
    st.sampled_from(["GB", "ID", "US", "RU", "JP", None]),
)
def test_any_text_at_all(cells: list[str], region: str | None) -> None:
    assert differences(cells, region) == []


def test_an_empty_column() -> None:
    column = read_column([], region="GB")
    assert (len(column.callees), column.errors, column.repair_sets) == (0, {}, [()])
