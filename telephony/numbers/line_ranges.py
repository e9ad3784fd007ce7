"""Numbers that are written by their ends only: "021-5551234-36", "030 123456/78", "021 5551234 / 5551235".

Whether they are ranges of lines, an extension that is dialled through, or grouping, the text alone does not say; a wish
not to be called means every number that it may be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LINES = re.compile(r"(?P<main>.*[0-9]{5,})\s*(?P<sign>[-/]|s/d|sd\.?|to)\s*(?P<end>[0-9]{1,2})", re.IGNORECASE)
_GROUPED = re.compile(r"(?P<main>[+(0-9][0-9 ().-]*[0-9])\s*(?P<sign>/)\s*(?P<end>[0-9]{1,3})")
_MOST_LINES = 100
_LAST_DIGIT = re.compile(r"[0-9]")


def main_of_lines(text: str) -> str:
    """The first number of a range of lines ("021-5551234-36"); "" where it is none."""
    found = _LINES.fullmatch(text)
    return found["main"].strip() if found else ""


def main_of_grouped_lines(text: str) -> str:
    """The same where the digits stand in groups ("030 12 34 56 / 78"): a range if that much is a number already."""
    found = _GROUPED.fullmatch(text)
    return found["main"].strip() if found else ""


def numbers_of_lines(text: str) -> list[str]:
    """All that a range may mean: its first line, those up to its last, and the digits as one number."""
    found = _LINES.fullmatch(text) or _GROUPED.fullmatch(text)
    if found is None:
        return []
    main, end = found["main"].strip(), found["end"]
    size = len(end)
    first = int(re.sub(r"[^0-9]", "", main)[-size:])
    last = min(int(end), first + _MOST_LINES)
    lines = [with_tail(main, f"{line:0{size}}") for line in (*range(first + 1, last), int(end)) if line > first]
    whole = [main + end] if found["sign"] in "-/" else []
    return [main, *lines, *whole]


def completed(parts: Sequence[str]) -> list[str]:
    """For each number after the first, itself with what the first has in front of as many digits."""
    return [with_tail(parts[0], re.sub(r"[^0-9]", "", part)) for part in parts[1:]]


def with_tail(text: str, tail: str) -> str:
    """`text` with its last digits replaced; "" where it has no more digits than these."""
    places = [found.start() for found in _LAST_DIGIT.finditer(text)]
    return text[: places[-len(tail)]].rstrip(" -./") + tail if 0 < len(tail) < len(places) else ""
