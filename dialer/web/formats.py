"""Numbers as people read them, on pages and in the choices of forms."""

from __future__ import annotations

import phonenumbers
from django.utils.formats import number_format

NOTHING = "–"


def number(value: float) -> str:
    return number_format(value, use_l10n=True, force_grouping=True)


def grouped(value: float | str | None) -> str:
    """A count with its thousands apart: 12,480."""
    return NOTHING if value is None or value == "" else number(float(value) if isinstance(value, str) else value)


def phone(number: str | None) -> str:
    """E.164 grouped for reading (+44 7700 900001); what is no number stays as it is."""
    if not number:
        return NOTHING
    if not str(number).removeprefix("+").isdigit():
        return str(number)  # a block of numbers: its X are no letters on a keypad
    try:
        parsed = phonenumbers.parse(str(number), None)
    except phonenumbers.NumberParseException:
        return str(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
