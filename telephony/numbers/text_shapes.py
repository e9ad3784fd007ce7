"""Texts whose shape says that they are no single telephone number: dates, amounts, addresses, ranges, two numbers.

They are looked at before any digit is read, because many of them are somebody's number once the punctuation is gone.
"""

from __future__ import annotations

import re

from telephony.numbers.number_errors import problem

SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?e[+-]?[0-9]+", re.IGNORECASE)
EXTENSION = re.compile(
    r"(?P<main>.*[0-9])[\s.,)-]*(?:;\s*ext=|e?xt(?:ensi[oó]n?|n)?|x|#|anexo|interno|int|poste|pes(?:awat)?|pawat|ramal|доб|"
    r"内线|內線|分机|分機|转|轉|内線|내선)[\s.:#=]*[0-9]{1,7}#?$",
    re.IGNORECASE,
)
_ERROR_CELL = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|FIELD!|ERROR!)", re.IGNORECASE
)
_FORMULA = re.compile(r"=.*[A-Za-z(].*", re.DOTALL)
_BETWEEN_NUMBERS = re.compile(
    r"\s*(?:[;,|\n\r]|:::|/{1,2}|&|\b(?:or|and|atau|dan|oder|und|ou|et|o|y|e)\b|或|和|または|또는)\s*|\s{2,}",
    re.IGNORECASE,
)
_LEAST_DIGITS, _MOST_DIGITS = 7, 15
"""Of a number: of each of two in one cell, too; "021-5551234/5" is a range of lines."""

_DATE = re.compile(
    r"(?:(?P<a>[0-9]{1,2})(?P<s>[-./ ])(?P<b>[0-9]{1,2})(?P=s)(?:19|20)[0-9]{2}"
    r"|(?:19|20)[0-9]{2}(?P<t>[-./ ])(?P<c>[0-9]{1,2})(?P=t)(?P<d>[0-9]{1,2}))"
    r"(?:[ T,]+[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?.*)?"
)
_YEARS = re.compile(r"(?:19|20)[0-9]{2}\s*[-/]\s*(?:19|20)[0-9]{2}")
_REFERENCE = re.compile(r"(?:199[0-9]|20[0-3][0-9])[-/][0-9]{4,8}|[0-9]{3}-[0-9]{2}-[0-9]{4}")
_IP = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})")
_FRACTION = re.compile(r"(?P<sign>\+?)(?P<whole>[0-9]*)[.,](?P<behind>[0-9]+)")
_AMOUNT = re.compile(
    r"[1-9][0-9]{0,2}(?P<apart>[.,' ])[0-9]{3}(?:(?P=apart)[0-9]{3})+(?P<cents>[.,][0-9]{1,2})?"
    r"|[1-9][0-9]{0,2}(?P<once>[.,'])[0-9]{3}"
)
_CURRENCY = r"(?:rp|idr|usd|eur|gbp|[$€£¥₹])"
_MONEY = re.compile(rf"{_CURRENCY}\s*[0-9].*|[0-9][0-9., ]*\s*(?:{_CURRENCY}|%)", re.IGNORECASE)
_RUN_OF_DIGITS = re.compile(r"[+(]{0,2}[0-9][0-9 ()-]*")
_RUNS = ("01234567890123456789", "98765432109876543210")


def refuse_before_digits(text: str) -> None:
    """Raises NumberError for texts that hold letters or signs which say what they are."""
    if _ERROR_CELL.fullmatch(text):
        raise problem("error_cell")
    if text == "#FORMULA!" or (text.startswith("=") and _FORMULA.fullmatch(text)):
        raise problem("formula_without_value")
    if SCIENTIFIC.fullmatch(text.replace(" ", "")):
        raise problem("scientific")
    if _MONEY.fullmatch(text):
        raise problem("amount")
    if found := _DATE.fullmatch(text):
        # Day and month come in either order, with the year behind or in front.
        low, high = sorted(map(int, (found["a"], found["b"]) if found["a"] else (found["c"], found["d"])))
        if 1 <= low <= 12 and high <= 31:
            raise problem("date")


def refuse_or_doubt(text: str) -> bool:
    """Raises NumberError for what is surely no number; True for what is written like an amount and may be one."""
    if text.startswith(("-", "\u2212")):
        raise problem("amount")
    if _YEARS.fullmatch(text):
        raise problem("date")
    if _REFERENCE.fullmatch(text):
        raise problem("reference")
    # Only a telephone number with dots begins with 0.
    if (found := _IP.fullmatch(text)) and all(int(part) <= 255 for part in found.groups()) and text[0] != "0":
        raise problem("ip_address")
    if (found := _FRACTION.fullmatch(text.strip("()"))) and _is_decimal(found):
        raise problem("decimal")
    if found := _AMOUNT.fullmatch(text):
        if found["cents"] or (found["apart"] or found["once"]) in ",'":
            raise problem("amount")
        # Groups of three apart by blanks are how many write numbers; zeros at the end are how amounts look.
        return found["apart"] != " " or text.endswith("000")
    return False


def _is_decimal(found: re.Match[str]) -> bool:
    """One dot or comma. Behind a trunk zero or a country code it only parts the area from the number."""
    whole, behind = found["whole"], len(found["behind"])
    is_written_out = (bool(found["sign"]) and len(whole) >= 2) or (whole.startswith("0") and len(whole) > 1)
    return behind in (1, 2) or (behind >= 5 and not is_written_out)


def is_placeholder(digits: str) -> bool:
    """Digits that count up or down, or repeat, from the first to the last."""
    plain = digits.removeprefix("+")
    if not _LEAST_DIGITS <= len(plain) <= _MOST_DIGITS:
        return False
    return len(set(plain)) == 1 or any(plain in run for run in _RUNS)


def parts_of(text: str) -> list[str]:
    """The numbers of a cell that holds several; one part where it does not."""
    parts = [part.strip() for part in _BETWEEN_NUMBERS.split(text) if part and part.strip()]
    if len(parts) > 1 and all(sum(map(str.isdigit, part)) >= _LEAST_DIGITS for part in parts):
        return parts
    return [text]


def main_of_extension(text: str) -> str:
    """The number in front of an extension; "" where there is none."""
    found = EXTENSION.fullmatch(text)
    return found["main"].strip() if found else ""


def numbers_inside(text: str) -> list[str]:
    """Runs of digits in a text that is no number by itself, each long enough to be somebody's."""
    runs = (run.strip(" -") for run in _RUN_OF_DIGITS.findall(text))
    return [run for run in runs if run != text and sum(map(str.isdigit, run)) >= _LEAST_DIGITS]
