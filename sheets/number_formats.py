"""What a person sees where a number format adds digits or a plus sign: 331234567 as 0331234567.

The file keeps 331234567; who looked at the sheet saw a landline with its zero, and meant that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 40
"""Digits that a format may ask for."""
_ALWAYS, _IF_ANY = "D", "d"
_PLACES = _ALWAYS + _IF_ANY
_LOCALE = re.compile(r"\[\$-[0-9A-Fa-f,]+\]")
# A digit, a text in quotation marks, an escaped sign, a gap as wide as the sign behind _, a plain sign.
_TOKEN = re.compile(r'[0#?]|"([^"]*)"|\\(.)|_(.)|([-+ ()/\u00a0])')
_LITERALS = frozenset("-+ ()/\u00a00123456789")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    tokens: tuple[str, ...]
    """"D" is a digit that is always shown, "d" one that is shown where there is one; the rest stands as it is."""

    def shown(self, value: float) -> str:
        """The number as the sheet shows it; "" where the format adds neither digits nor a plus sign to it."""
        if value < 0 or value != int(value):
            return ""
        digits = str(int(value))
        # From the right, as spreadsheets do; digits for which there is no place go before the first one.
        places = [place for place, token in enumerate(self.tokens) if token in _PLACES]
        first_always = next((place for place in places if self.tokens[place] == _ALWAYS), len(self.tokens))
        left, shown = digits if value else "", []
        for place in range(len(self.tokens) - 1, -1, -1):
            token = self.tokens[place]
            if token not in _PLACES:
                is_shown = left or place >= first_always or place < places[0]
                shown.append(token if is_shown else "")
                continue
            cut = 0 if place == places[0] else max(0, len(left) - 1)
            shown.append(left[cut:] or ("0" if place >= first_always else ""))
            left = left[:cut]
        text = "".join(reversed(shown)).strip()
        return text if "+" in text or "".join(filter(str.isdecimal, text)) != digits else ""


# Bounded: a made-up workbook may have a format for each of its styles.
@lru_cache(maxsize=4096)
def number_format(code: str) -> NumberFormat | None:
    """None for a format that shows no more than the number has, or that calculates, groups, rounds or names a date."""
    # Behind the first semicolon stand formats for negative numbers, zero and text.
    tokens = _tokens(_LOCALE.sub("", code).partition(";")[0])
    places = [token for token in tokens if token in _PLACES]
    adds = (len(places) > 1 and _ALWAYS in places) or any(token not in "-() /\u00a0" + _PLACES for token in tokens)
    return NumberFormat(tuple(tokens)) if places and adds and len(places) <= LONGEST else None


def _tokens(code: str) -> list[str]:
    """None at all where the format has a part that is no digit and no plain sign."""
    tokens: list[str] = []
    end = 0
    for found in _TOKEN.finditer(code):
        if found.start() != end:
            return []
        end = found.end()
        quoted, escaped, width, plain = found.groups()
        literal = quoted if quoted is not None else escaped or plain
        if width:
            continue
        if literal is None:
            tokens.append(_ALWAYS if found.group() == "0" else _IF_ANY)
        elif set(literal) <= _LITERALS:
            tokens += literal
        else:
            return []
    return tokens if end == len(code) else []
