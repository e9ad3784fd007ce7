"""Number ranges that regulators keep free for films, plays and documentation: no telephone rings there.

The portal accepts them although `phonenumbers` calls some invalid (+447700900001, +15555550100), because tests, the
demo and the sandbox use nothing else.

* United Kingdom: Ofcom, "Telephone numbers for use in TV and radio drama programmes".
* North America: the numbering committee's "555 NXX Assignment Guidelines", 555-0100 to 555-0199 in every area code.
* Australia: ACMA, "Phone numbers for use in TV shows, films and creative works"; valid to `phonenumbers` as they are.
"""

from __future__ import annotations

import re

_OFCOM = (
    r"11[3-8]4960\d{3}",  # Leeds, Sheffield, Nottingham, Leicester, Bristol, Reading
    r"1[2-6]14960\d{3}",  # Birmingham, Edinburgh, Glasgow, Liverpool, Manchester
    r"1914980\d{3}",  # Tyneside, Durham, Sunderland
    r"2079460\d{3}",  # London
    r"2896496\d{3}",  # Northern Ireland
    r"2920180\d{3}",  # Cardiff
    r"1632960\d{3}",  # no area
    r"7700900\d{3}",  # mobile
    r"8081570\d{3}",  # freephone
    r"9098790\d{3}",  # premium rate
    r"3069990\d{3}",  # UK-wide
)
_FICTIONAL = re.compile(rf"\+44(?:{'|'.join(_OFCOM)})|\+1[2-9]\d\d55501\d\d", re.ASCII)


def is_fictional(number: str) -> bool:
    """Whether an E.164 number with the plus sign lies in a range where nobody can be called."""
    return _FICTIONAL.fullmatch(number) is not None
