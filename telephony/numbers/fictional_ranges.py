"""Number ranges that regulators keep free for films, plays and documentation: no telephone rings there.

The portal accepts them although `phonenumbers` calls some invalid (+447700900001, +15555550100), because tests, the
demo and the sandbox use nothing else.

* United Kingdom: Ofcom, "Telephone numbers for use in TV and radio drama programmes".
* North America: the numbering committee's "555 NXX Assignment Guidelines", 555-0100 to 555-0199 in every area code.
* Australia: ACMA, "Phone numbers for use in TV shows, films and creative works"; valid to `phonenumbers` as they are.
"""

from __future__ import annotations

import re

from telephony.contract.vocabulary import NumberKind

_OFCOM = {
    r"11[3-8]4960\d{3}": NumberKind.FIXED,  # Leeds, Sheffield, Nottingham, Leicester, Bristol, Reading
    r"1[2-6]14960\d{3}": NumberKind.FIXED,  # Birmingham, Edinburgh, Glasgow, Liverpool, Manchester
    r"1914980\d{3}": NumberKind.FIXED,  # Tyneside, Durham, Sunderland
    r"2079460\d{3}": NumberKind.FIXED,  # London
    r"2896496\d{3}": NumberKind.FIXED,  # Northern Ireland
    r"2920180\d{3}": NumberKind.FIXED,  # Cardiff
    r"1632960\d{3}": NumberKind.FIXED,  # no area
    r"7700900\d{3}": NumberKind.MOBILE,
    r"8081570\d{3}": NumberKind.TOLL_FREE,
    r"9098790\d{3}": NumberKind.PREMIUM,
    r"3069990\d{3}": NumberKind.UAN,  # UK-wide
}
_RANGES = [(re.compile(rf"\+44{digits}", re.ASCII), kind) for digits, kind in _OFCOM.items()]
_RANGES.append((re.compile(r"\+1[2-9]\d\d55501\d\d", re.ASCII), NumberKind.FIXED_OR_MOBILE))
_FICTIONAL = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _kind in _RANGES), re.ASCII)


def is_fictional(number: str) -> bool:
    """Whether an E.164 number with the plus sign lies in a range where nobody can be called."""
    return _FICTIONAL.fullmatch(number) is not None


def fictional_kind(number: str) -> NumberKind | None:
    """What kind of line a fictional number plays; None for every other number."""
    return next((kind for pattern, kind in _RANGES if pattern.fullmatch(number)), None)
