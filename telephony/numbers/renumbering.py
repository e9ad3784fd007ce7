"""Numbers of old numbering plans: brought up to date where the rule is one to one, held where they may be a stranger's.

Each rule tells when it came into force; the sources are the regulators' notices as the trade press gave them.

* Mexico, 3 August 2019: the 1 behind 52 and the prefixes 01, 044, 045 in front of ten digits are gone.
* Brazil, July 2012 to November 2016: a 9 in front of mobile numbers that begin with 6, 8 or 9. Those that begin with 7
  were trunk radio, which kept its eight digits.
* Benin, 30 November 2024: 01 in front of every number.
* Viet Nam, 15 September 2018: eleven-digit mobile numbers have ten digits. In 2017 area codes of fixed lines changed;
  old ones of Saigon (8 + eight digits) have the form of today's mobile numbers 081 to 085.
* Colombia, 1 September 2021: 60 in front of the area code of fixed lines.
* Côte d'Ivoire, 31 January 2021, and Manila, 6 October 2019: more digits, which depend on the operator.
* Kosovo, 2016: mobile numbers that were under Monaco's 377 have 383 now.
"""

from __future__ import annotations

import re

_VIETNAM_MOBILE = {
    **dict(zip(("120", "121", "122", "126", "128"), ("70", "79", "77", "76", "78"), strict=True)),
    **dict(zip(("123", "124", "125", "127", "129"), ("83", "84", "85", "81", "82"), strict=True)),
    **{f"16{digit}": f"3{digit}" for digit in range(2, 10)},
    **{"186": "56", "188": "58", "199": "59"},
}
_MEXICO = re.compile(r"(?:1|01|044|045)([2-9][0-9]{9})")
_BRAZIL = re.compile(r"([1-9][0-9])([689][0-9]{7})")
_BRAZIL_RADIO = re.compile(r"([1-9][0-9])(7[0-9]{7})")
_COLOMBIA = re.compile(r"[1245678][0-9]{7}")
_SAIGON = re.compile(r"8[1-5][0-9]{7}")
_KOSOVO = re.compile(r"4[45][0-9]{6}")
# Calling code → national numbers (without trunk digit) of a plan that nobody can bring up to date from the digits.
_GONE = {225: re.compile(r"[0-9]{8}"), 63: re.compile(r"2[0-9]{7}")}
CHANGED = frozenset({52, 55, 229, 84, 57})


def up_to_date(calling_code: int, national: str) -> str | None:
    """Today's national number of an old one without trunk digit; None where no rule makes one."""
    match calling_code:
        case 52 if found := _MEXICO.fullmatch(national):
            return found[1]
        case 55 if found := _BRAZIL.fullmatch(national):
            return f"{found[1]}9{found[2]}"
        case 229 if len(national) == 8:
            return f"01{national}"
        case 84 if len(national) == 10 and national[:3] in _VIETNAM_MOBILE:
            return _VIETNAM_MOBILE[national[:3]] + national[3:]
        case 57 if _COLOMBIA.fullmatch(national):
            return f"60{national}"
    return None


def is_gone(calling_code: int, national: str) -> bool:
    """An old number whose new digits depend on what the digits do not tell."""
    pattern = _GONE.get(calling_code)
    return pattern is not None and pattern.fullmatch(national) is not None


def may_be_anothers(number: str, text: str) -> tuple[str, ...]:
    """Valid numbers (E.164) that are perhaps an old spelling of another phone: whom it may mean, itself first.

    `text` is the number as it was written, with its spaces: an old area code of Saigon stands apart.
    """
    if number.startswith("+377") and _KOSOVO.fullmatch(number[4:]):
        return (number, f"+383{number[4:]}")
    if number.startswith("+55") and (radio := _BRAZIL_RADIO.fullmatch(number[3:])):
        return (number, f"+55{radio[1]}9{radio[2]}")
    if number.startswith("+84") and _SAIGON.fullmatch(number[3:]) and _has_area_apart(text, "8"):
        return (number, f"+8428{number[4:]}")
    return ()


def _has_area_apart(text: str, area: str) -> bool:
    """Whether the area code stands by itself: “08 3812 3456”, “+84 (8) 3812 3456”."""
    groups = re.findall(r"[0-9]+", text)
    groups = [group for group in groups[:3] if group not in ("84", "0084", "0")]
    return len(groups) > 1 and groups[0].lstrip("0") == area
