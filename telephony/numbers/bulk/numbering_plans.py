"""Numbering plans as automata, built once per calling code when the first of its numbers comes along."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import phonenumbers
from numpy.typing import NDArray
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from telephony.contract.vocabulary import NumberKind
from telephony.numbers.bulk.automaton import Automaton, Digits, build
from telephony.numbers.bulk.pattern_language import (
    ALL_DIGITS,
    EMPTY,
    Node,
    NotModelled,
    after,
    may_end,
    one_of,
    parse,
    repeat,
    then,
)

LONGEST = 15
_ANYTHING = repeat(one_of(ALL_DIGITS), 0, None)
# The order in which phonenumbers asks; fixed line and mobile, which depend on each other, come after these.
_KINDS = (
    ("premium_rate", NumberKind.PREMIUM),
    ("toll_free", NumberKind.TOLL_FREE),
    ("shared_cost", NumberKind.SHARED_COST),
    ("voip", NumberKind.VOIP),
    ("personal_number", NumberKind.PERSONAL),
    ("pager", NumberKind.PAGER),
    ("uan", NumberKind.UAN),
    ("voicemail", NumberKind.VOICEMAIL),
)
_lock = threading.RLock()
Made = TypeVar("Made")


def _once(make: Callable[[Any], Made]) -> Callable[[Any], Made]:
    """Cached for the life of the process; built by one thread at a time."""
    cached = lru_cache(maxsize=None)(make)

    def get(key: Any) -> Made:
        # lru_cache alone lets two threads build the same plan at once.
        with _lock:
            return cached(key)

    return get


@dataclass(frozen=True, slots=True)
class Plan:
    """One calling code."""

    calling_code: int
    regions: tuple[str, ...]
    automaton: Automaton
    verdicts: NDArray[np.int32]
    """Accepting set × length → region place * 100 + kind, or -1 where phonenumbers has to be asked."""
    general: dict[str, NDArray[np.bool_]]
    """Region → for each accepting set, whether the region's general description matches."""

    def judge(self, digits: Digits, lengths: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """National numbers → verdicts, and their accepting sets."""
        sets = self.automaton.matches(digits)
        return self.verdicts[sets, lengths], sets


def _metadata(calling_code: int, region: str) -> Any:
    return PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)


@_once
def plan_of(calling_code: int) -> Plan | None:
    """None where the patterns are not modelled."""
    regions = COUNTRY_CODE_TO_REGION_CODE[calling_code]
    descriptions = [(region, _metadata(calling_code, region)) for region in regions]
    patterns: dict[Node, int] = {}
    try:
        places = {region: _places(metadata, patterns) for region, metadata in descriptions}
    except NotModelled:
        return None
    automaton = _built(list(patterns))
    verdicts = np.full((len(automaton.sets), LONGEST + 1), -1, np.int32)
    for place, found in enumerate(automaton.sets):
        # phonenumbers takes nothing with fewer than two digits for a national number.
        for length in range(2, LONGEST + 1):
            verdicts[place, length] = _verdict(descriptions, places, found, length)
    general = {
        region: np.array([places[region]["general_desc"] in found for found in automaton.sets]) for region in regions
    }
    return Plan(calling_code, tuple(regions), automaton, verdicts, general)


def _built(patterns: list[Node]) -> Automaton:
    automaton = build(patterns)
    # The table is all that is needed from now on; the derivatives of all plans together are tens of megabytes.
    after.cache_clear()
    may_end.cache_clear()
    return automaton


def _places(metadata: Any, patterns: dict[Node, int]) -> dict[str, int]:
    """Attribute of the metadata → number of its pattern."""
    found = {}
    for name in ("general_desc", "fixed_line", "mobile", *(name for name, _kind in _KINDS)):
        description = getattr(metadata, name)
        pattern = description.national_number_pattern if description is not None else None
        found[name] = patterns.setdefault(parse(pattern) if pattern else EMPTY, len(patterns))
    if metadata.leading_digits is not None:
        found["leading_digits"] = patterns.setdefault(then(parse(metadata.leading_digits), _ANYTHING), len(patterns))
    return found


def _verdict(
    descriptions: list[tuple[str, Any]], places: dict[str, dict[str, int]], found: frozenset[int], length: int
) -> int:
    """As phonenumbers' region_code_for_number and number_type: the first region that fits decides."""
    for place, (region, metadata) in enumerate(descriptions):
        kind = _kind(metadata, places[region], found, length)
        if len(descriptions) > 1:
            if metadata.leading_digits is not None:
                if places[region]["leading_digits"] not in found:
                    continue
            elif kind is None:
                continue
        return -1 if kind is None else place * 100 + kind.value
    return -1


def _kind(metadata: Any, places: dict[str, int], found: frozenset[int], length: int) -> NumberKind | None:
    def fits(name: str) -> bool:
        description = getattr(metadata, name)
        if description is None or places[name] not in found or not description.national_number_pattern:
            return False
        return not description.possible_length or length in description.possible_length

    if not fits("general_desc"):
        return None
    for name, kind in _KINDS:
        if fits(name):
            return kind
    is_same = metadata.same_mobile_and_fixed_line_pattern
    if fits("fixed_line"):
        return NumberKind.FIXED_OR_MOBILE if is_same or fits("mobile") else NumberKind.FIXED
    return NumberKind.MOBILE if not is_same and fits("mobile") else None


@dataclass(frozen=True, slots=True)
class Dialling:
    """How people of one region write their numbers."""

    calling_code: int
    idd: Automaton
    """What they dial in front of foreign numbers."""
    has_plain_exit: bool
    """00 is one of these."""
    trunk: Automaton
    """What they dial in front of national numbers."""
    is_trunk_plain: bool
    """It is taken off and nothing is put in its place."""
    lengths: frozenset[int]
    """Possible lengths of a national number; those that are only dialled locally are not in it."""
    too_long: int
    """Longer than every one of them."""


@_once
def dialling_of(region: str) -> Dialling | None:
    """None where they are not modelled."""
    metadata: Any = PhoneMetadata.metadata_for_region(region, None)
    try:
        idd = parse(metadata.international_prefix or "")
        # A "$" makes the pattern match less: without it, more is left to phonenumbers.
        trunk = parse((metadata.national_prefix_for_parsing or "").replace("$", ""))
    except NotModelled:
        return None
    lengths = metadata.general_desc.possible_length
    local = metadata.general_desc.possible_length_local_only
    is_plain = not metadata.national_prefix_transform_rule and not may_end(trunk)
    return Dialling(
        calling_code=metadata.country_code,
        idd=_built([idd]),
        has_plain_exit=may_end(after(after(idd, 0), 0)),
        trunk=_built([trunk]),
        is_trunk_plain=is_plain,
        lengths=frozenset(lengths) - frozenset(local),
        too_long=max(lengths) + 1,
    )


@_once
def trunk_of(calling_code: int) -> Automaton | None:
    """What may stand in front of a national number, in the calling code's main region."""
    region = phonenumbers.region_code_for_country_code(calling_code)
    metadata = _metadata(calling_code, region)
    try:
        return _built([parse((metadata.national_prefix_for_parsing or "").replace("$", ""))])
    except NotModelled:
        return None
