"""What the name of a column says that it holds, in any language of `column_words`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum, StrEnum
from functools import cache

from sheets import column_words as words
from sheets.dialect import fold


class Kind(StrEnum):
    """What a column's name says that it holds."""

    PHONE = "phone"
    MAYBE = "maybe"
    """A word that telephone columns and others have: "Number", "Contact", "Address"."""
    NO_PHONE = "no_phone"
    """Looks like a telephone's word and is none of the person's numbers: "Phone type", "Fax", "Assistant phone"."""
    CALLING_CODE = "calling_code"
    COUNTRY = "country"
    OPT_OUT = "opt_out"
    ORDER_ID = "order_id"
    OTHER = "other"
    FULL_NAME = "full_name"
    FIRST_NAME = "first_name"
    SURNAME = "surname"
    TIME_ZONE = "time_zone"
    CONSENT_REF = "consent_ref"
    CONSENT_DATE = "consent_date"
    PRIORITY = "priority"
    PURPOSE = "purpose"
    UNKNOWN = "unknown"


class Use(IntEnum):
    """Which of a person's numbers is tried first."""

    MAIN = 0
    MOBILE = 1
    MESSENGER = 2
    LANDLINE = 3
    HOME = 4
    WORK = 5
    OTHER = 6


def kind_of(name: str) -> Kind:
    """What one column name says, whatever its language, case, accents and punctuation."""
    return named(name)[0]


def named(name: str) -> tuple[Kind, Use, int]:
    """The kind; for telephone numbers also which of the person's, and the number in the name ("Phone 2")."""
    whole, parts = fold(name), parts_of(name)
    ordinal = next((int(part) for part in parts if part.isdecimal()), 0)
    plain = [part for part in parts if not part.isdecimal()]
    joined = "".join(plain)
    for candidate in dict.fromkeys((whole, joined)):
        if candidate in _whole_names():
            kind, use = _whole_names()[candidate]
            return kind, _later(use, ordinal), ordinal
    if _is_opt_out(plain, joined):
        return Kind.OPT_OUT, Use.MAIN, ordinal
    kind, use = _by_parts(plain, joined)
    return kind, _later(use, ordinal), ordinal


def _later(use: Use, ordinal: int) -> Use:
    """Phone 2 comes after the mobile that is not numbered."""
    return Use.OTHER if use is Use.MAIN and ordinal > 1 else use


@cache
def _whole_names() -> dict[str, tuple[Kind, Use]]:
    found: dict[str, tuple[Kind, Use]] = {}
    tables = (
        (words.OPT_OUT, Kind.OPT_OUT), (words.OPT_OUT_ALONE, Kind.OPT_OUT),
        (words.CALLING_CODE, Kind.CALLING_CODE), (words.COUNTRY, Kind.COUNTRY),
        (words.CONSENT_DATE, Kind.CONSENT_DATE), (words.CONSENT_REF, Kind.CONSENT_REF),
        (words.FULL_NAME, Kind.FULL_NAME), (words.FIRST_NAME, Kind.FIRST_NAME), (words.SURNAME, Kind.SURNAME),
        (words.ORDER_ID, Kind.ORDER_ID), (words.OTHER, Kind.OTHER), (words.TIME_ZONE, Kind.TIME_ZONE),
        (words.PRIORITY, Kind.PRIORITY), (words.PURPOSE, Kind.PURPOSE), (words.MAYBE, Kind.MAYBE),
    )  # fmt: skip
    # The first table that has a word keeps it: a telephone's own words come before all others.
    for table, use in _USES:
        for word in _folded(table):
            # "Home" alone may be a house; in a list of telephones it says which one it is.
            is_sure = use <= Use.LANDLINE or _TELEPHONE.are_in([], word)
            found.setdefault(word, (Kind.PHONE if is_sure else Kind.MAYBE, use))
    for table, kind in tables:
        for word in _folded(table):
            found.setdefault(word, (kind, Use.MAIN))
    return found


_USES = (
    (words.PHONE, Use.MAIN),
    (words.MOBILE, Use.MOBILE),
    (words.MESSENGER, Use.MESSENGER),
    (words.LANDLINE, Use.LANDLINE),
    (words.HOME, Use.HOME),
    (words.WORK, Use.WORK),
)
# Only what no other word contains: "tel" also stands in "hotel".
_STEM = re.compile(r"(?:tele(?:fon|phon|foon)|phonenumber|mobilephone|cellphone|handynummer|whatsapp)\w*")
_BLANKLESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u1100-\u11ff\uac00-\ud7a3\u0e01-\u0e5b]{2,}")
"""Scripts that put no blanks between words."""


def _folded(table: words.Words) -> list[str]:
    return [fold(word) for group in table.values() for word in group.split(",")]


class _Parts:
    """Words as parts of a name: apart, or inside one that is written together."""

    def __init__(self, *tables: words.Words) -> None:
        folded = [word for table in tables for word in _folded(table)]
        self._apart = frozenset(folded)
        self._inside = [word for word in folded if _STEM.fullmatch(word) or _BLANKLESS.fullmatch(word)]

    def are_in(self, parts: Sequence[str], joined: str) -> bool:
        return not self._apart.isdisjoint(parts) or any(word in joined for word in self._inside)


_OF_USES = tuple((_Parts(table), use) for table, use in _USES)
_TELEPHONE = _Parts(words.PHONE, words.MOBILE, words.MESSENGER, words.LANDLINE)
_NO_PHONE, _NEVER, _OTHER_NUMBER = _Parts(words.NO_PHONE), _Parts(words.NEVER), _Parts(words.OTHER_NUMBER)


def _is_opt_out(parts: Sequence[str], joined: str) -> bool:
    """A wish not to be called wherever it stands in the name: one that is overlooked is a person called against it."""
    elsewhere = _ELSEWHERE.are_in(parts, joined)
    if elsewhere and not (_TELEPHONE.are_in(parts, joined) or not _CALLS.isdisjoint(parts)):
        return False
    apart = f" {' '.join(parts)} "
    return any(f" {phrase} " in apart for phrase in _OPT_OUT_PHRASES) or any(word in joined for word in _OPT_OUT_STEMS)


_ELSEWHERE = _Parts(words.OPT_OUT_ELSEWHERE)
_CALLS = frozenset({"call", "calls", "calling", "phone"})


_OPT_OUT_STEM = re.compile(r"donot(?:call|contact|phone)|opt(?:ed)?out|unsubscribed?")
_OPT_OUT_STEMS = frozenset(
    word for word in _folded(words.OPT_OUT) if _OPT_OUT_STEM.fullmatch(word) or _BLANKLESS.fullmatch(word)
)
"""Those that cannot be found in another word, and those of scripts without blanks."""


def _by_parts(parts: Sequence[str], joined: str) -> tuple[Kind, Use]:
    """A name of several words, or one that is written together."""
    if _NEVER.are_in([*parts, joined], joined):
        return Kind.NO_PHONE, Use.MAIN
    if not _TELEPHONE.are_in(parts, joined):
        return Kind.UNKNOWN, Use.MAIN
    if _NO_PHONE.are_in(parts, joined):
        return Kind.NO_PHONE, Use.MAIN
    if _OTHER_NUMBER.are_in(parts, joined):
        return Kind.PHONE, Use.OTHER
    # "Work mobile" is both; the later use wins, so that a private number is tried before it.
    return Kind.PHONE, max(use for words_of_use, use in _OF_USES if words_of_use.are_in(parts, joined))


def parts_of(name: str) -> list[str]:
    """The words of a name, folded: "Phone 1 - Value" is phone, 1, value; so is "phone1Value"."""
    text = unicodedata.normalize("NFKC", name)
    # [^\W\d_] is a letter of any script. Camel case is Latin, so that boundary needs a-z and A-Z only.
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", text)
    spaced = "".join(" " if unicodedata.category(char)[0] in "ZPSC" else char for char in text)
    return [part for word in spaced.split() if (part := fold(word))]


_OPT_OUT_PHRASES = frozenset(" ".join(parts_of(word)) for group in words.OPT_OUT.values() for word in group.split(","))
