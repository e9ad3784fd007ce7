"""Cells as people wrote them → a matrix of digits, where that can be done exactly as telephony.pasted does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telephony.bulk.automaton import PAD, Digits

LONGEST_CELL = 32
"""Characters; longer ones are rare and are read one by one."""
LEAST_DIGITS, MOST_DIGITS = 7, 15
"""Shorter ones may be emergency numbers, longer ones are no numbers: neither is decided here."""
WIDTH = 18
_DIGIT, _PLUS, _PUNCTUATION, _OTHER = 1, 2, 3, 4

APOSTROPHE, DECIMAL_ZERO, PUNCTUATION, INTERNATIONAL, PLUS_ADDED, COUNTRY_ADDED = 1, 2, 4, 8, 16, 32
REPAIRS = {
    APOSTROPHE: "apostrophe",
    DECIMAL_ZERO: "decimal_zero",
    PUNCTUATION: "punctuation",
    INTERNATIONAL: "international_prefix",
    PLUS_ADDED: "plus_added",
    COUNTRY_ADDED: "country_added",
}
"""In the order in which telephony.e164 makes them."""


def _classes() -> NDArray[np.uint8]:
    table = np.full(256, _OTHER, np.uint8)
    table[0] = 0
    table[ord("0") : ord("9") + 1] = _DIGIT
    table[ord("+")] = _PLUS
    table[[ord(character) for character in " \t\n\r\v\f-()."]] = _PUNCTUATION
    return table


_CLASSES = _classes()


@dataclass(slots=True)
class Cells:
    """Rows that are not `readable` are left to telephony.e164."""

    digits: Digits
    lengths: NDArray[np.int32]
    has_plus: NDArray[np.bool_]
    repairs: NDArray[np.int32]
    readable: NDArray[np.bool_]


def read_cells(cells: Sequence[str]) -> Cells:
    texts, repairs = _simplified(cells)
    raw = np.array(texts, f"S{LONGEST_CELL}").view(np.uint8).reshape(len(texts), LONGEST_CELL)
    classes = _CLASSES[raw]
    readable = ~(classes == _OTHER).any(axis=1)
    punctuated = np.flatnonzero((classes == _PUNCTUATION).any(axis=1) & readable)
    if len(punctuated):
        raw, classes = raw.copy(), classes.copy()
        raw[punctuated], classes[punctuated] = _closed_up(raw[punctuated], classes[punctuated])
        repairs[punctuated] |= PUNCTUATION
    has_plus = classes[:, 0] == _PLUS
    readable &= ~(classes[:, 1:] == _PLUS).any(axis=1)
    skipped = has_plus.astype(np.int32)
    double_zero = ~has_plus & (raw[:, 0] == ord("0")) & (raw[:, 1] == ord("0"))
    repairs[double_zero] |= INTERNATIONAL
    skipped[double_zero] = 2
    lengths = ((classes == _DIGIT).sum(axis=1) - np.where(double_zero, 2, 0)).astype(np.int32)
    readable &= (lengths >= LEAST_DIGITS) & (lengths <= MOST_DIGITS)
    digits = shifted(np.where(classes == _DIGIT, raw - ord("0"), PAD).astype(np.uint8), skipped)[:, :WIDTH]
    return Cells(digits, lengths, has_plus | double_zero, repairs, readable)


def _simplified(cells: Sequence[str]) -> tuple[list[str], NDArray[np.int32]]:
    """Without outer spaces and what spreadsheets add; "" for cells that are read one by one."""
    repairs = np.zeros(len(cells), np.int32)
    together = "\n".join(cells)
    if together.isascii() and "'" not in together and ".0" not in together and "\x00" not in together:
        return [cell.strip() if len(cell) <= LONGEST_CELL else "" for cell in cells], repairs
    texts = []
    for place, cell in enumerate(cells):
        text = cell.strip() if len(cell) <= LONGEST_CELL and cell.isascii() and "\x00" not in cell else ""
        if text.startswith("'"):
            text = text.lstrip("' ")
            repairs[place] |= APOSTROPHE
        whole = text[: text.rfind(".")]
        if text.endswith((".0", ".00")) and whole.removeprefix("+").isdigit():
            text = whole
            repairs[place] |= DECIMAL_ZERO
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
