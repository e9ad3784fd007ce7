"""Turns what people paste into a phone field into plain digits, and says what had to be repaired or why it cannot be.

Whether the digits are a number is decided in e164.py.
"""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType

LONGEST_INPUT = 64

REPAIRS = MappingProxyType(
    {
        "full_width": "Full-width or non-Latin digits were written as plain digits.",
        "invisible": "Invisible characters were removed.",
        "apostrophe": "A leading apostrophe was removed.",
        "tel_prefix": "“tel:” was removed.",
        "decimal_zero": "“.0” at the end, added by a spreadsheet, was removed.",
        "punctuation": "Spaces and punctuation were removed.",
        "international_prefix": "The international prefix at the start (00, 011 …) was read as “+”.",
        "plus_added": "The number began with a country code; “+” was added.",
        "country_added": "The country code of the chosen country was added.",
        "trunk_digit": "A digit that is only dialled inside the country was removed.",
    }
)
"""What each repair code means, for people."""

PLAIN = re.compile(r"\+?[0-9]+")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?e[+-]?[0-9]+", re.IGNORECASE)
_DECIMAL_ZERO = re.compile(r"(\+?[0-9]+)[.,]0{1,2}")
_EXTENSION = re.compile(
    r"[0-9][\s.,)-]*(?:;\s*ext=|e?xt(?:ensi[oó]n?|n)?|x|#|anexo|poste|доб|内线|內線|分机|分機|转|轉)[\s.:#=]*[0-9]{1,7}#?$",
    re.IGNORECASE,
)
_PUNCTUATION = str.maketrans("", "", " \t\n\r\v\f-().\u2212")


class NumberError(ValueError):
    """Text that is no number we could call. `code` is for machines, `message` and `suggestion` are for people.

    The text itself is not in the message: it may be somebody's number.
    """

    def __init__(self, code: str, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.suggestion = suggestion
        self.readings: tuple[str, ...] = ()
        self.meant: tuple[str, ...] = ()


_PROBLEMS = MappingProxyType(
    {
        "empty": ("There is no number here.", "Enter a number, for example +447700900001."),
        "not_a_number": (
            "This is not a telephone number.",
            "Use digits only, with + and the country code in front, and one number at a time.",
        ),
        "scientific": (
            "A spreadsheet has turned this number into scientific notation, and digits are lost.",
            "Format the column as text in the spreadsheet, enter the full number again and export once more.",
        ),
        "extension": (
            "The number has an extension, which cannot be dialled.",
            "Remove the extension, or use the person's direct number.",
        ),
        "too_short": ("The number has too few digits.", "Check that no digit is missing, the area code included."),
        "too_long": ("The number has too many digits.", "Check for a repeated country code or two numbers in one."),
        "no_country": (
            "It is not clear which country this number belongs to.",
            "Write + and the country code in front, or choose the country of the list.",
        ),
        "emergency": (
            "This is an emergency number, which the portal never dials.",
            "Remove it from the list.",
        ),
        "invalid": (
            "No such number can exist in that country's numbering plan.",
            "Compare it with the source; one digit is probably wrong.",
        ),
    }
)


def problem(code: str) -> NumberError:
    message, suggestion = _PROBLEMS[code]
    return NumberError(code, message, suggestion)


def clean(text: str, repairs: list[str]) -> str:
    """Digits with at most one leading plus sign, or NumberError."""
    if len(text) > LONGEST_INPUT:
        raise problem("not_a_number")
    text = _to_ascii_digits(text, repairs).strip()
    if text.startswith(("'", "\u2019")):
        text = text.lstrip("'\u2019 ")
        repairs.append("apostrophe")
    if text[:4].lower() == "tel:":
        text = text[4:].strip()
        repairs.append("tel_prefix")
    if not text:
        raise problem("empty")
    if _SCIENTIFIC.fullmatch(text.replace(" ", "")):
        raise problem("scientific")
    if _EXTENSION.search(text):
        raise problem("extension")
    if whole := _DECIMAL_ZERO.fullmatch(text):
        text = whole.group(1)
        repairs.append("decimal_zero")
    digits = text.translate(_PUNCTUATION)
    if digits != text:
        repairs.append("punctuation")
    if not PLAIN.fullmatch(digits):
        raise problem("not_a_number")
    return digits


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
