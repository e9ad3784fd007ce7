from __future__ import annotations

import re

from telephony.numbers import e164

# Not within words, ids or decimals: those are needed to find the fault, and are nobody's number.
_NUMBER = re.compile(r"(?<!\w)(?<!\d\.)\+?\d{8,15}(?!\w|\.\d)")


def mask_numbers(text: str) -> str:
    """Telephone numbers within a text masked: what a provider answered may name one."""
    return _NUMBER.sub(lambda found: e164.mask(found[0]), text)
