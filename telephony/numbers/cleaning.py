"""Turns what people paste into a phone field into plain digits, and says what had to be repaired or why it cannot be.

What is wrapped around the digits is taken off by wrappings.py, shapes that are no numbers are refused by shapes.py.
Whose number the digits are is decided in readings.py.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from telephony.numbers import text_shapes, wrappings
from telephony.numbers.number_errors import problem

LONGEST_INPUT = 120

REPAIRS = MappingProxyType(
    {
        "full_width": "Full-width or non-Latin digits were written as plain digits.",
        "invisible": "Invisible characters were removed.",
        "apostrophe": "A leading apostrophe was removed.",
        "formula_text": "The = sign and quotation marks added for a spreadsheet were removed.",
        "tel_prefix": "“tel:” was removed.",
        "label": "A label, brackets or a link around the number were removed.",
        "decimal_zero": "“.0” at the end, added by a spreadsheet, was removed.",
        "punctuation": "Spaces and punctuation were removed.",
        "international_prefix": "The international prefix at the start (00, 011 …) was read as “+”.",
        "plus_added": "The number began with a country code; “+” was added.",
        "country_added": "The country code of the chosen country was added.",
        "trunk_digit": "A digit that is only dialled within the country was removed.",
        "old_spelling": "An old number was updated to the country's current numbering plan.",
        "zero_restored": "The leading zero, lost in a spreadsheet, was restored.",
        "own_code_by_column": "The column shows that its numbers include the country code; “+” was added.",
        "foreign_code_by_column": "The column shows that its numbers include country codes; “+” was added.",
        "prefix_by_column": "The column shows the international prefix of its numbers; it was read as “+”.",
        "national_by_column": "The column shows that its numbers are in national format.",
        "country_by_row": "The row's country column determines the country of the number.",
        "own_code_by_answer": "Someone confirmed that the numbers include the country code; “+” was added.",
        "national_by_answer": "Someone confirmed that all numbers are in the list's country; its code was added.",
    }
)
"""What each repair code means, for people. The last ones say which rule decided where the digits alone did not."""

PLAIN = re.compile(r"\+?[0-9]+")
# One zero behind the mark comes from a spreadsheet. Two may be cents, so more digits are asked for in front of them.
_DECIMAL_ZERO = re.compile(r"(\+?(?:[0-9]{7,})(?=[.,]0$)|\+?[0-9]{9,}(?=[.,]00$))[.,]0{1,2}")
_PUNCTUATION = str.maketrans("", "", " \t\n\r\v\f-().\u2212")
# Between digits only: elsewhere they are codes that are dialled (*43), or belong to what is no number.
_RARE_SEPARATORS = re.compile(r"(?<=[0-9)]) ?[/_*\u2022\u00b7] ?(?=[0-9(])")


@dataclass(frozen=True, slots=True)
class Written:
    """A number as it was written, without what was around it."""

    digits: str
    """With a leading plus sign, or without."""
    text: str = ""
    """The same with its spaces and punctuation; "" where it has none."""
    is_complete: bool = False
    """The digits begin with a calling code although no plus sign says so: links of messengers."""
    is_amount: bool = False
    """Also written like an amount of money: only its column tells."""

    def has_gap_behind(self, prefix: str) -> bool:
        """Whether a separator stands right behind these first digits."""
        rest = self.text.lstrip("(")
        return rest.startswith(prefix) and rest[len(prefix) : len(prefix) + 1] in tuple(" -.()/")


def clean(text: str, repairs: list[str]) -> Written:
    """Raises NumberError for everything that is not one number."""
    if len(text) > LONGEST_INPUT:
        raise problem("not_a_number")
    text = _to_ascii_digits(text, repairs).strip()
    if text.startswith(("'", "\u2019")):
        text = text.lstrip("'\u2019 ")
        repairs.append("apostrophe")
    text, is_complete = wrappings.taken_off(text, repairs)
    if not text:
        raise problem("empty")
    text_shapes.refuse_before_digits(text)
    if whole := _DECIMAL_ZERO.fullmatch(text):
        text = whole.group(1)
        repairs.append("decimal_zero")
    is_amount = text_shapes.refuse_or_doubt(text)
    digits = _RARE_SEPARATORS.sub("", text).translate(_PUNCTUATION)
    if digits != text:
        repairs.append("punctuation")
    if not PLAIN.fullmatch(digits):
        raise problem("not_a_number")
    if text_shapes.is_placeholder(digits):
        raise problem("placeholder")
    return Written(digits, text if digits != text else "", is_complete, is_amount)


def _to_ascii_digits(text: str, repairs: list[str]) -> str:
    if text.isascii():
        return text
    # Superscripts become digits under NFKC, which would turn a footnote mark into part of the number.
    if any(unicodedata.category(character) == "No" for character in text):
        raise problem("not_a_number")
    # Contacts copied from Windows carry U+202A and U+202C around the number.
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    if visible != text:
        repairs.append("invisible")
    plain = "".join(_plain_character(character) for character in unicodedata.normalize("NFKC", visible))
    if any(character.isdecimal() and not character.isascii() for character in visible) or "\uff0b" in visible:
        repairs.append("full_width")
    return plain


def _plain_character(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return "-" if unicodedata.category(character) == "Pd" else character
