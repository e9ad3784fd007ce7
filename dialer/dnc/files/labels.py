"""What the codes of do-not-call files mean, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from dialer.dnc.end_days import LATER, UNREADABLE
from dialer.dnc.files.row_reader import ALL_MEANT, BOTH_READINGS, ENDED, NO_NUMBER, NUMBER_ALONE, OPEN_QUOTE, WIDE_BLOCK
from telephony.numbers.e164 import REPAIRS
from telephony.numbers.number_blocks import PROBLEMS as BLOCK_PROBLEMS
from telephony.numbers.number_errors import problem

NOTES: Mapping[str, Any] = {
    BOTH_READINGS: gettext_lazy("The digits can be read as two numbers. Both are blocked."),
    ALL_MEANT: gettext_lazy("The cell contains several numbers. All are blocked."),
    NUMBER_ALONE: gettext_lazy("Text next to the number was ignored."),
    UNREADABLE: gettext_lazy("The end date cannot be read, so the entry has no end date."),
    LATER: gettext_lazy("The end date can be read in two ways. The later date applies."),
    ENDED: gettext_lazy("The end date is in the past."),
}
"""Of what was taken and is not simply what stands there."""
_REASONS: Mapping[str, Any] = {
    OPEN_QUOTE: gettext_lazy("A quotation mark is never closed"),
    NO_NUMBER: gettext_lazy("No number"),
    WIDE_BLOCK: gettext_lazy("Block of a whole area, needs confirmation"),
}


def note_of(code: str) -> str:
    """What was done with a row, or with its number, in one sentence."""
    return str(NOTES[code] if code in NOTES else REPAIRS.get(code, code.replace("_", " ")))


def reason_of(code: str) -> str:
    """Why rows were not taken."""
    if code in _REASONS:
        return str(_REASONS[code])
    message = BLOCK_PROBLEMS[code][0] if code in BLOCK_PROBLEMS else problem(code).message
    return message.rstrip(".")
