"""Cells as people wrote them → a matrix of digits, where that can be done exactly as numbers.cleaning does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telephony.numbers.bulk.automaton import PAD, Digits

LONGEST_CELL = 32
"""Characters; longer ones are rare and are read one by one."""
LEAST_DIGITS, MOST_DIGITS = 7, 15
"""Shorter ones may be emergency numbers, longer ones are no numbers: neither is decided here."""
WIDTH = 18
_DIGIT, _PLUS, _PUNCTUATION, _OTHER = 1, 2, 3, 4

APOSTROPHE, FORMULA_TEXT, DECIMAL_ZERO, PUNCTUATION, INTERNATIONAL, PLUS_ADDED, COUNTRY_ADDED = (2**n for n in range(7))
OWN_BY_COLUMN, FOREIGN_BY_COLUMN, NATIONAL_BY_COLUMN, COUNTRY_BY_ROW, OWN_BY_ANSWER, NATIONAL_BY_ANSWER = (
    2**n for n in range(7, 13)
)
REPAIRS = {
    APOSTROPHE: "apostrophe",
    FORMULA_TEXT: "formula_text",
    DECIMAL_ZERO: "decimal_zero",
    PUNCTUATION: "punctuation",
    INTERNATIONAL: "international_prefix",
    PLUS_ADDED: "plus_added",
    COUNTRY_ADDED: "country_added",
    OWN_BY_COLUMN: "own_code_by_column",
    FOREIGN_BY_COLUMN: "foreign_code_by_column",
    NATIONAL_BY_COLUMN: "national_by_column",
    COUNTRY_BY_ROW: "country_by_row",
    OWN_BY_ANSWER: "own_code_by_answer",
    NATIONAL_BY_ANSWER: "national_by_answer",
}
"""In the order in which telephony.numbers.e164 makes them."""
BIT_OF = {code: bit for bit, code in REPAIRS.items()}
# Only what cannot be a date, an amount, an address or a range of lines; all others are looked at one by one.
_NO_DATE = r"(?![0-9]{1,2}([-. ])[0-9]{1,2}\1(?:19|20)[0-9]{2}$)(?!(?:19|20)[0-9]{2}[-. ])"
# The repeats are possessive (++, *+): a long cell that does not fit must not be tried in every division.
_PLAINLY_PUNCTUATED = re.compile(
    rf"{_NO_DATE}(?![0-9]{{3}}-[0-9]{{2}}-[0-9]{{4}}$)(?!.*[0-9]{{5,}} ?-+ ?[0-9]{{1,3}}$)"
    r"(?![1-9][0-9 ]*000$)(?!.*[ -]{2})[(+]{0,2}[0-9]++(?:[ ()-]{1,3}[0-9]++)*+"
)
_PLAINLY_DOTTED = re.compile(
    rf"{_NO_DATE}(?:(?:\+[0-9]{{2,3}}|0[0-9]++)(?:[. -][0-9]{{2,4}})*+[. -][0-9]{{4,}}|0[0-9](?:\.[0-9]{{2}}){{4}}|"
    r"[2-9][0-9]{2}\.[0-9]{3}\.[0-9]{4})"
)
_UP_AND_DOWN = ("0123456789" * 2, "9876543210" * 2)
_RUNS = np.unique(
    [int(run[at : at + size]) for run in _UP_AND_DOWN for size in range(7, 16) for at in range(20 - size)]
)


_CLASSES = np.full(256, _OTHER, np.uint8)
"""Byte → what it is in a cell; NUL, which fills cells up, is nothing."""
_CLASSES[0] = 0
_CLASSES[ord("0") : ord("9") + 1] = _DIGIT
_CLASSES[ord("+")] = _PLUS
_CLASSES[[ord(character) for character in " \t\n\r\v\f-()."]] = _PUNCTUATION


@dataclass(slots=True)
class Cells:
    """Rows that are not `readable` are left to telephony.numbers.e164."""

    digits: Digits
    lengths: NDArray[np.int32]
    has_plus: NDArray[np.bool_]
    repairs: NDArray[np.int32]
    readable: NDArray[np.bool_]
    is_punctuated: NDArray[np.bool_]
    """Whether spaces and punctuation were between the digits."""


def read_cells(cells: Sequence[str]) -> Cells:
    texts, repairs = _simplified(cells)
    # Bytes of a fixed width are a matrix with a column for each character, filled up with NUL.
    raw = np.array(texts, f"S{LONGEST_CELL}").view(np.uint8).reshape(len(texts), LONGEST_CELL)
    classes = _CLASSES[raw]
    readable = ~(classes == _OTHER).any(axis=1)
    is_punctuated = (classes == _PUNCTUATION).any(axis=1) & readable
    punctuated = np.flatnonzero(is_punctuated)
    if len(punctuated):
        readable[punctuated] = [is_plainly_punctuated(texts[place]) for place in punctuated.tolist()]
        raw, classes = raw.copy(), classes.copy()
        raw[punctuated], classes[punctuated] = _closed_up(raw[punctuated], classes[punctuated])
        repairs[punctuated] |= PUNCTUATION
    has_plus = classes[:, 0] == _PLUS
    readable &= ~(classes[:, 1:] == _PLUS).any(axis=1)
    lengths = (classes == _DIGIT).sum(axis=1).astype(np.int32)
    is_zero = ~has_plus & (raw[:, 0] == ord("0"))
    readable &= (lengths >= LEAST_DIGITS) & (lengths <= np.where(is_zero, WIDTH - 1, MOST_DIGITS))
    digits = shifted(np.where(classes == _DIGIT, raw - ord("0"), PAD).astype(np.uint8), has_plus.astype(np.int32))
    digits = digits[:, :WIDTH]
    # Digits that repeat, or that may count up or down: text_shapes says for certain.
    is_same: NDArray[np.bool_] = ((digits == digits[:, :1]) | (digits == PAD)).all(axis=1)
    is_run: NDArray[np.bool_] = np.isin(as_numbers(digits, np.minimum(lengths, MOST_DIGITS)), _RUNS)
    readable &= ~(is_same | is_run)
    return Cells(digits, lengths, has_plus, repairs, readable, is_punctuated)


def is_plainly_punctuated(text: str) -> bool:
    """Whether only spaces and punctuation have to go; False leaves the cell to telephony.numbers.e164."""
    pattern = _PLAINLY_DOTTED if "." in text else _PLAINLY_PUNCTUATED
    return pattern.fullmatch(text) is not None


def _simplified(cells: Sequence[str]) -> tuple[list[str], NDArray[np.int32]]:
    """Without outer spaces and what spreadsheets add; "" for cells that are read one by one."""
    repairs = np.zeros(len(cells), np.int32)
    # One look at the whole block: most lists have none of these marks in any cell.
    together = "\n".join(cells)
    if together.isascii() and not any(mark in together for mark in ("'", ".0", "=", "\x00")):
        return [cell.strip() if len(cell) <= LONGEST_CELL else "" for cell in cells], repairs
    texts = []
    for place, cell in enumerate(cells):
        text = cell.strip() if len(cell) <= LONGEST_CELL and cell.isascii() and "\x00" not in cell else ""
        if text.startswith("'"):
            text = text.lstrip("' ")
            repairs[place] |= APOSTROPHE
        if text.startswith('="') and text.endswith('"') and text[2:-1].removeprefix("+").isdigit():
            text = text[2:-1]
            repairs[place] |= FORMULA_TEXT
        # Two zeros may be cents, so more digits are asked for in front of them.
        for zeros, least in ((".0", 7), (".00", 9)):
            digits = text[: -len(zeros)].removeprefix("+")
            if text.endswith(zeros) and digits.isdigit() and len(digits) >= least:
                text = text[: -len(zeros)]
                repairs[place] |= DECIMAL_ZERO
                break
        texts.append(text)
    return texts, repairs


def _closed_up(raw: NDArray[np.uint8], classes: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Without punctuation: what is left of each row moves to its beginning."""
    kept = (classes == _DIGIT) | (classes == _PLUS)
    rows, _columns = np.nonzero(kept)
    targets = (np.cumsum(kept, axis=1) - 1)[kept]
    closed_raw, closed_classes = np.zeros_like(raw), np.zeros_like(classes)
    closed_raw[rows, targets] = raw[kept]
    closed_classes[rows, targets] = classes[kept]
    return closed_raw, closed_classes


def shifted(digits: Digits, by: NDArray[np.int32]) -> Digits:
    """Each row without its first digits, filled up behind."""
    if not by.any():
        return digits
    width = digits.shape[1]
    wide = np.concatenate([digits, np.full((len(digits), int(by.max())), PAD, np.uint8)], axis=1)
    return np.take_along_axis(wide, by[:, None] + np.arange(width)[None, :], axis=1)


def as_numbers(digits: Digits, lengths: NDArray[np.int32]) -> NDArray[np.int64]:
    """Digits to integers; leading zeros are lost, which only matters in front of a calling code."""
    numbers = np.zeros(len(digits), np.int64)
    for place in range(int(lengths.max(initial=0))):
        is_digit = lengths > place
        numbers = np.where(is_digit, numbers * 10 + digits[:, place], numbers)
    return numbers
