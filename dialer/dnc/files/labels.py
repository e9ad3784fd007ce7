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
    BOTH_READINGS: gettext_lazy("The digits may be two numbers. Both are blocked."),
    ALL_MEANT: gettext_lazy("The cell holds several numbers. All are blocked."),
    NUMBER_ALONE: gettext_lazy("What stands beside the number was left out."),
    UNREADABLE: gettext_lazy("The day on which the wish ends cannot be read, so it holds for ever."),
    LATER: gettext_lazy("The day on which the wish ends has two readings. The later one counts."),
    ENDED: gettext_lazy("The day on which the wish ends is over already."),
}
"""Of what was taken and is not simply what stands there."""
_REASONS: Mapping[str, Any] = {
    OPEN_QUOTE: gettext_lazy("A quotation mark is never closed"),
    NO_NUMBER: gettext_lazy("There is no number"),
    WIDE_BLOCK: gettext_lazy("A block of a whole area, not taken unasked"),
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
