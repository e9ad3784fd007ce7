"""International prefixes: what people dial in front of a country code, where they live.

`phonenumbers` knows most of them. What it lacks stands in `_MORE`: Indonesia's carriers 001, 007 and 01017, which its
own freephone ranges 001-803 and 007-803 show to exist.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from phonenumbers import PhoneMetadata

EVERYWHERE = "00"
"""The prefix that the International Telecommunication Union recommends; people write it in every country."""
_MORE = {"ID": ("001", "007", "01017")}
_LONGEST = 10
# Dialled in front of a number to show or hide the caller's own: no part of it.
_SHOW_OR_HIDE = {"AU": ("1831", "1832")}


def without_caller_wish(digits: str, region: str) -> str:
    """Digits without the code that shows or hides the caller's number in this region."""
    prefix = next((code for code in _SHOW_OR_HIDE.get(region, ()) if digits.startswith(code)), "")
    return digits[len(prefix) :]


def prefixes_of(digits: str, region: str | None) -> list[str]:
    """Every beginning of the digits that may be an international prefix there, the shortest first."""
    found = {EVERYWHERE} if digits.startswith(EVERYWHERE) else set()
    if region is not None:
        found |= {prefix for prefix in more_prefixes(region) if digits.startswith(prefix)}
        pattern = _pattern(region)
        if pattern is not None:
            # The library's patterns take the longest; here every length at which one fits is a reading.
            lengths = range(1, min(len(digits), _LONGEST) + 1)
            found |= {digits[:length] for length in lengths if pattern.fullmatch(digits[:length])}
    return sorted(found, key=len)


def more_prefixes(region: str) -> tuple[str, ...]:
    """Those that the library lacks."""
    return _MORE.get(region, ())


@cache
def _pattern(region: str) -> re.Pattern[str] | None:
    metadata: Any = PhoneMetadata.metadata_for_region(region, None)
    prefix = metadata.international_prefix if metadata is not None else None
    return re.compile(prefix) if prefix else None
