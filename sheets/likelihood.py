"""How likely a text was decoded right: words of one script, in sensible case, of letters that a language uses."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise

from sheets.letters import ALPHABETS, FREQUENT_IDEOGRAPHS, USUAL_IDEOGRAPHS

# ASCII letters and everything beyond ASCII: a word with what may stick to it.
_TOKEN = re.compile(r"[A-Za-z\x80-\U0010ffff]+")
_USUAL_SIGNS = frozenset("‘’“”–—…€£°«»·№¡¿©®™§、。，：（）「」・ー")
_BEFORE_WORDS, _AFTER_WORDS = frozenset("«“‘¿¡–—"), frozenset("»”’…–—°")
_APOSTROPHES = frozenset("’ʼ\u200c")
_WITH_CASE = ("LATIN", "CYRILLIC", "GREEK")
_BROKEN, _MIXED, _LONE = 0.3, 0.1, 0.3
_SIGN = 0.8
_LEAST = 0.3
# Encodings that are seldom met today have to be better than those that are.
_SELDOM = {"mac-roman": 0.9, "koi8-r": 0.97, "iso8859-2": 0.97, "iso8859-15": 0.99, "euc_jp": 0.97}


def likelihood(text: str, encoding: str) -> float:
    """From 0 to about 1. Only what is beyond ASCII counts."""
    letters: Counter[str] = Counter()
    signs = total = 0.0
    for token in _TOKEN.findall(text):
        if token.isascii():
            continue
        for char, weight in _weighed(token):
            total += 1
            if _script(char):
                letters[char.lower()] += weight  # type: ignore[assignment]
            else:
                signs += weight
    if not total:
        return 0.0
    # Most ideographs are right without being frequent; an alphabet has few letters that are seldom written.
    rare = 0.25 if encoding in FREQUENT_IDEOGRAPHS else 0.1
    found = max(sum(known.get(char, rare) * weight for char, weight in letters.items()) for known in _known(encoding))
    return (found + signs) / total * _SELDOM.get(encoding, 1.0)


def _weighed(token: str) -> list[tuple[str, float]]:
    """The characters beyond ASCII, each with how sensible it is where it stands."""
    words = [part for part in re.split(r"[^\w\u0300-\u036f\u0590-\u05ff\u064b-\u065f\u0e31-\u0e4e]", token) if part]
    qualities = {word: _quality(word) for word in words}
    weighed = [(char, qualities[word]) for word in words for char in word if not char.isascii()]
    for place, char in enumerate(token):
        if not char.isascii() and not _is_in_words(char):
            weighed.append((char, _sign_weight(token, place)))
    return weighed


@cache
def _is_in_words(char: str) -> bool:
    return bool(re.match(r"[\w\u0300-\u036f\u0590-\u05ff\u064b-\u065f\u0e31-\u0e4e]", char))


def _sign_weight(token: str, place: int) -> float:
    """Nobody writes a currency sign between two letters."""
    char = token[place]
    before, after = _script(token[place - 1]) if place else "", _script(token[place + 1 : place + 2])
    if before in _WITH_CASE and after in _WITH_CASE:
        return _SIGN if char in _APOSTROPHES else 0.0
    if before in _WITH_CASE:
        return _SIGN if char in _AFTER_WORDS else 0.0
    if after in _WITH_CASE:
        return _SIGN if char in _BEFORE_WORDS else 0.0
    return _SIGN if char in _USUAL_SIGNS else 0.0


def _quality(word: str) -> float:
    scripts = {script for char in word if (script := _script(char)) and script != "COMBINING"}
    if len(scripts) > 1:
        return _MIXED
    if len(word) == 1 and not scripts & {"CJK", "HANGUL"}:
        return _LONE
    # KOI8-R that is read as Windows-1251 swaps the case: "Привет" becomes "рТЙЧЕФ".
    is_swapped = any(
        first.islower() and second.isupper() and not (first.isascii() and second.isascii())
        for first, second in pairwise(word)
    )
    return _BROKEN if is_swapped else 1.0


@cache
def _script(char: str) -> str:
    """Nothing for what is no letter. Kanji and kana are one."""
    if not char or unicodedata.category(char)[0] not in "LM":
        return ""
    script = unicodedata.name(char, "").partition(" ")[0]
    return "CJK" if script in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC") else script


@cache
def _known(encoding: str) -> tuple[dict[str, float], ...]:
    """For each language of the encoding, what its letters are worth."""
    if encoding in FREQUENT_IDEOGRAPHS:
        return (_ideographs(encoding),)
    return tuple(
        {char: 1 - (1 - _LEAST) * rank / len(letters) for rank, char in enumerate(letters)}
        for letters in ALPHABETS[encoding]
    )


def _ideographs(encoding: str) -> dict[str, float]:
    charset, first, last = USUAL_IDEOGRAPHS[encoding]
    usual = b"".join(bytes([row, cell]) for row in range(first, last + 1) for cell in range(0xA1, 0xFF))
    known = dict.fromkeys(usual.decode(charset, errors="ignore"), 0.6)
    if charset == "big5":
        # The second byte of Big5 lies in two ranges; the sets of the others have only the upper one.
        low = b"".join(bytes([row, cell]) for row in range(first, last + 1) for cell in range(0x40, 0x7F))
        known |= dict.fromkeys(low.decode(charset, errors="ignore"), 0.6)
    if charset == "euc_jp":
        known |= dict.fromkeys(map(chr, range(0x3041, 0x30FB)), 1.0)
        # Half-width kana are one byte in CP932, so text of any other encoding turns into rows of them.
        known |= dict.fromkeys(map(chr, range(0xFF66, 0xFF9E)), 0.4)
    return known | dict.fromkeys(FREQUENT_IDEOGRAPHS[encoding], 1.0)
