from __future__ import annotations

import random
import re

import numpy as np
import phonenumbers
import pytest
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from telephony.numbers import e164
from telephony.numbers.bulk.automaton import PAD, Automaton, build
from telephony.numbers.bulk.numbering_plans import dialling_of, plan_of, trunk_of
from telephony.numbers.bulk.pattern_language import EMPTY, END, NotModelled, after, either, may_end, parse, repeat, then
from telephony.numbers.bulk.read_column import read_column


def accepts(automaton: Automaton, text: str) -> bool:
    digits = np.full((1, 18), PAD, np.uint8)
    digits[0, : len(text)] = [int(digit) for digit in text]
    return bool(automaton.sets[automaton.matches(digits)[0]])


@pytest.mark.parametrize(
    "pattern",
    [
        r"7\d{9}",
        r"[2-9]\d{2}[2-9](?:[02-9]\d|1[0-8])\d{4}",
        r"0|(1(?:[12]\d|79)\d\d)",
        r"1?2+3*",
        r"(?:12|1)2{1,3}",
        r"[13-57]{2,4}9",
        r"\d{3}(?:\d{2})?",
        r"(?:1|12|123)(?:3|23|)",
        r"[\d]{2}",
    ],
)
def test_an_automaton_accepts_what_re_accepts(pattern: str) -> None:
    automaton, source = build([parse(pattern)]), random.Random(pattern)
    texts = ["".join(source.choices("0123456789", k=source.randint(0, 11))) for _ in range(2_000)]
    texts += [text[:cut] for text in texts[:200] for cut in range(len(text))]
    assert [accepts(automaton, text) for text in texts] == [bool(re.fullmatch(pattern, text)) for text in texts]


@pytest.mark.parametrize("pattern", [r"a", r"^1", r"(?=1)2", r"1\w", r"[^1]", r"(1", r"1)", "."])
def test_what_is_not_modelled_is_said(pattern: str) -> None:
    with pytest.raises(NotModelled):
        parse(pattern)


def test_nodes_are_kept_simple() -> None:
    one = parse("1")
    assert then(one, EMPTY) == EMPTY
    assert then(END, one) == one
    assert either([EMPTY, one]) == one
    assert either([parse("[12]"), parse("[34]")]) == parse("[1-4]")
    assert repeat(one, 0, 0) == END
    assert after(parse("12"), 1) == parse("2")
    assert not may_end(EMPTY)


def test_prefixes_are_counted_with_the_longest() -> None:
    automaton = build([parse("0|00|0012")])
    digits = np.array([[0, 0, 1, 2, PAD], [0, 5, 0, 0, PAD], [5, 0, PAD, PAD, PAD]], np.uint8)
    count, length = automaton.prefixes(digits)
    assert (count.tolist(), length.tolist()) == ([3, 1, 0], [4, 1, 0])


def test_every_plan_is_modelled() -> None:
    """Where a new version of phonenumbers writes something new, that calling code becomes slow, not wrong."""
    codes = COUNTRY_CODE_TO_REGION_CODE
    assert [code for code in codes if plan_of(code) is None or trunk_of(code) is None] == []
    assert [region for region in phonenumbers.SUPPORTED_REGIONS if dialling_of(region) is None] == []


@pytest.mark.parametrize(
    "spelling", ["+62812{}", "62812{}", "0812{}", "0062812{}", "+62 812-{}", "0812{}.0", '="0812{}"']
)
def test_ordinary_numbers_are_not_asked_one_by_one(spelling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **more: object) -> None:
        raise AssertionError("asked one by one")

    monkeypatch.setattr(e164, "cell_of", never)
    cells = [spelling.format(10_000_000 + place) for place in range(100)]
    assert read_column(cells, region="ID").callees.tolist() == [6_281_210_000_000 + n for n in range(100)]
