"""Why a text is no number that we could call, in words for people, and whom a do-not-call wish in these words means."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

HELD = frozenset({"ambiguous", "amount_or_number", "old_number", "unknown_area"})
"""Codes of numbers that somebody has to decide about: they are not called, and not lost."""


class NumberError(ValueError):
    """Text that is not one number we could call. `code` is for machines, `message` and `suggestion` are for people.

    The text itself is not in the message: it may be somebody's number.
    """

    def __init__(
        self, code: str, message: str, suggestion: str, *, readings: Sequence[str] = (), meant: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.suggestion = suggestion
        self.readings = tuple(readings)
        """E.164 with the plus sign: what the digits may be, where that is open."""
        self.meant = tuple(dict.fromkeys([*readings, *meant]))
        """E.164: every number that the text may mean. A do-not-call wish holds for all of them."""

    def may_mean(self, numbers: Sequence[str]) -> NumberError:
        """The same with more numbers (E.164) that a wish in these words may be about."""
        return NumberError(
            self.code, self.message, self.suggestion, readings=self.readings, meant=(*self.meant, *numbers)
        )


MAY_HOLD_A_NUMBER = frozenset({"not_a_number", "fax", "amount", "reference", "decimal", "formula_without_value"})
"""Codes of texts that are not called, and that may name a person who wants not to be."""
_WRITE_IT_WHOLE = "Write the number with + and the country code."
_PROBLEMS = MappingProxyType(
    {
        "empty": ("There is no number in this cell.", "Enter a number, for example +447700900001."),
        "not_a_number": (
            "This is not a telephone number.",
            "Use digits only, with + and the country code in front, and one number at a time.",
        ),
        "scientific": (
            "A spreadsheet has changed this number to scientific notation, and digits are lost.",
            "Format the column as text in the spreadsheet, enter the full number and export again.",
        ),
        "extension": (
            "The number has an extension, which cannot be dialled.",
            "Remove the extension, or use the person's direct number.",
        ),
        "several_numbers": (
            "There are two or more numbers in one cell.",
            "Write one number per cell and put other numbers in separate columns.",
        ),
        "line_range": (
            "This is a range of numbers, not a single number.",
            "Enter the single number to call.",
        ),
        "date": (
            "This is a date or a span of years, not a telephone number.",
            "Check which column contains the numbers.",
        ),
        "reference": (
            "This looks like a reference or ID number, not a telephone number.",
            f"Check which column contains the numbers. If it is one: {_WRITE_IT_WHOLE}",
        ),
        "ip_address": ("This is an IP address, not a telephone number.", "Check which column contains the numbers."),
        "decimal": (
            "This is a decimal number or a coordinate, not a telephone number.",
            "Check which column contains the numbers, and format it as text.",
        ),
        "amount": ("This looks like an amount of money.", f"If it is a telephone number: {_WRITE_IT_WHOLE}"),
        "amount_or_number": (
            "This looks like an amount of money but may be a telephone number.",
            f"If it is a telephone number: {_WRITE_IT_WHOLE}",
        ),
        "placeholder": (
            "These look like placeholder digits: they count up or repeat.",
            "Enter the person's number.",
        ),
        "fax": ("The cell says that this is a fax number.", "Use the person's telephone number."),
        "error_cell": (
            "The spreadsheet has an error here instead of a number.",
            "Correct the formula in the spreadsheet and export again.",
        ),
        "formula_without_value": (
            "This formula has no calculated value.",
            "Open the file in a spreadsheet, recalculate and save it, then upload it again.",
        ),
        "too_short": ("The number has too few digits.", "Check that no digits are missing, including the area code."),
        "too_long": ("The number has too many digits.", "Check for a repeated country code or two joined numbers."),
        "no_country": (
            "It is not clear which country this number belongs to.",
            "Start with + and the country code, or choose the country of the list.",
        ),
        "emergency": ("This is an emergency number. The portal never dials it.", "Remove it from the list."),
        "invalid": (
            "This number is not possible in the country's numbering plan.",
            "Compare it with the source; a digit is probably wrong.",
        ),
        "unknown_area": (
            "The format is correct, but the portal does not know this area code; it may be new.",
            "Compare it with the source. If it is correct, it can be called after the next update of the numbering "
            "data.",
        ),
        "old_number": (
            "This number is from an old numbering plan and may belong to someone else now.",
            "Ask the person for the current number.",
        ),
    }
)
CODES = frozenset({*_PROBLEMS, "ambiguous"})


def problem(code: str, *, meant: Sequence[str] = (), readings: Sequence[str] = ()) -> NumberError:
    message, suggestion = _PROBLEMS[code]
    return NumberError(code, message, suggestion, meant=meant, readings=readings)


def ambiguous(readings: Sequence[str]) -> NumberError:
    """`readings` are E.164; which of them is meant, the digits alone do not say."""
    found = tuple(dict.fromkeys(readings))
    message = f"These digits can be read as {' or as '.join(found)}."
    return NumberError("ambiguous", message, "Write the number you mean with + and the country code.", readings=found)
