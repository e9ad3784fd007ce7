"""What can become of a row: accepted, perhaps repaired, or rejected with a reason. Nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from telephony.numbers import e164, number_errors
from telephony.numbers.number_facts import Facts

REPAIRS = MappingProxyType(
    {
        **e164.REPAIRS,
        "short_row": gettext_lazy("Missing cells at the end of the row were read as empty."),
        "code_column": gettext_lazy("The calling code from its own column was added."),
        "zone_unknown": gettext_lazy(
            "The time zone is not a known place, so all possible zones of the number apply. Use a name such as "
            "Asia/Jakarta; EST, CET or GMT+7 do not identify a place."
        ),
        "zone_elsewhere": gettext_lazy(
            "The time zone is in a different country from the number, so the calling hours of both must allow the call."
        ),
        "next_phone": gettext_lazy("The number comes from another column because the preferred columns are empty."),
        "first_of_several": gettext_lazy("The cell contains several numbers; the first one was used."),
    }
)
"""What each repair is, for people."""

# Bits of Entry.repairs. They are stored: new repairs take the next bit, none is ever moved.
REPAIR_BITS = MappingProxyType(
    {
        "full_width": 1,
        "invisible": 2,
        "apostrophe": 4,
        "tel_prefix": 8,
        "decimal_zero": 16,
        "punctuation": 32,
        "international_prefix": 64,
        "plus_added": 128,
        "country_added": 256,
        "trunk_digit": 512,
        "short_row": 1024,
        "code_column": 2048,
        "zone_unknown": 4096,
        "zone_elsewhere": 8192,
        "next_phone": 16384,
        "first_of_several": 32768,
        "formula_text": 1 << 16,
        "label": 1 << 17,
        "old_spelling": 1 << 18,
        "zero_restored": 1 << 19,
        "own_code_by_column": 1 << 20,
        "foreign_code_by_column": 1 << 21,
        "prefix_by_column": 1 << 22,
        "national_by_column": 1 << 23,
        "country_by_row": 1 << 24,
        "own_code_by_answer": 1 << 25,
        "national_by_answer": 1 << 26,
    }
)


def repairs_of(bits: int) -> list[str]:
    """What was repaired, for people."""
    return [str(REPAIRS[code]) for code, bit in REPAIR_BITS.items() if bits & bit]


@dataclass(frozen=True, slots=True)
class Rejected:
    line_number: int
    line: str
    code: str
    reason: str
    suggestion: str = ""
    callee: int | None = None
    """Wire digits as an integer, where the row has a valid number."""
    is_opt_out: bool = False
    """The file itself says that this person does not want to be called."""


class RowError(Exception):
    """Why one row cannot be taken."""

    def __init__(
        self,
        code: str,
        reason: str,
        suggestion: str,
        *,
        is_opt_out: bool = False,
        readings: tuple[str, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.code, self.reason, self.suggestion = code, reason, suggestion
        self.is_opt_out = is_opt_out
        self.readings = readings
        """E.164: what the digits may be, where that is open."""

    @classmethod
    def of_number(cls, error: e164.NumberError) -> RowError:
        return cls(error.code, error.message, error.suggestion, readings=error.readings)

    def reject(self, line_number: int, line: str, callee: int | None = None) -> Rejected:
        return Rejected(
            line_number, line, self.code, self.reason, self.suggestion, callee or None, is_opt_out=self.is_opt_out
        )


def open_quote() -> RowError:
    return RowError(
        "open_quote",
        _("A quotation mark on this line is never closed, or a cell is too long."),
        _("Close the quotation mark, or remove it."),
    )


def too_many_cells(found: int, width: int) -> RowError:
    return RowError(
        "too_many_cells",
        ngettext(
            "The row has %(n)d cell instead of %(width)d, so its values may have shifted.",
            "The row has %(n)d cells instead of %(width)d, so its values may have shifted.",
            found,
        )
        % {"n": found, "width": width},
        _("Put cells that contain the delimiter in quotation marks."),
    )


def too_long(code: str, name: str, *, found: int, limit: int) -> RowError:
    reason = _("The %(name)s has %(n)d characters; the limit is %(limit)d.")
    return RowError(code, reason % {"name": name, "n": found, "limit": limit}, _("Shorten it."))


def several_numbers() -> RowError:
    return RowError(
        "several_numbers",
        _("The cell contains more than one number."),
        _("Write one number per row."),
    )


def unknown_code(code: str) -> RowError:
    return RowError(
        "unknown_code",
        _("“%(code)s” is not a calling code.") % {"code": code[:20]},
        _("Write its digits, such as 44, or a two-letter country code, such as GB."),
    )


def unknown_country(name: str) -> RowError:
    return RowError(
        "unknown_country",
        _("“%(name)s” is not a known country, or the name is ambiguous.") % {"name": name[:40]},
        _("Use the two-letter code, such as GB, or write the number with a plus sign and its country code."),
    )


def premium() -> RowError:
    return RowError(
        "premium",
        _("This is a premium-rate number; its owner sets the price of the call."),
        _("Use another number for this person."),
    )


def never_called(facts: Facts) -> RowError | None:
    """Numbers that are valid and are still not dialled from a list."""
    return premium() if facts.kind.name == "PREMIUM" else None


HELD = number_errors.HELD
"""Codes of rows that a person has to decide about: not called, and counted apart from the invalid ones."""

OPEN = frozenset({"ambiguous", "amount_or_number", "consent_date_ambiguous"})
"""Codes of rows that the whole file may still decide."""

# Duplicates and do-not-call: valid numbers that are held back, each counted apart.
DUPLICATES = ("duplicate", "duplicate_in_campaign", "duplicate_elsewhere", "called_recently")
DO_NOT_CALL = "do_not_call"


def opted_out(column: str, value: str) -> RowError:
    text = _("The column “%(column)s” says “%(value)s”: this person does not want calls.")
    suggestion = _("It will not be called. Add the number to the opt-out list so that no other list calls it either.")
    values = {"column": column[:60], "value": value[:40]}
    return RowError(DO_NOT_CALL, text % values, suggestion, is_opt_out=True)


def opted_out_elsewhere() -> RowError:
    return RowError(
        DO_NOT_CALL,
        _("Another row in this file says that this person does not want calls."),
        _("It will not be called. If this is a mistake, correct the other row."),
    )


def duplicate(line_number: int) -> RowError:
    text = _("The same number is on line %(line)d of this file.")
    return RowError("duplicate", text % {"line": line_number}, _("No action needed: it will be called once."))


def duplicate_in_campaign(line_number: int, list_name: str) -> RowError:
    text = _("This number is already in the campaign: line %(line)d of %(list)s.")
    values = {"line": line_number, "list": list_name[:150]}
    return RowError("duplicate_in_campaign", text % values, _("No action needed: it will be called once."))


def duplicate_elsewhere(campaign: str) -> RowError:
    text = _("This number is in another running campaign: %(campaign)s.")
    suggestion = _("Wait until that campaign ends, or allow such numbers when you choose the columns.")
    return RowError("duplicate_elsewhere", text % {"campaign": campaign[:150]}, suggestion)


def called_recently(when: str, days: int) -> RowError:
    text = _("This number was last called on %(when)s, within the last %(days)d days.")
    suggestion = _("Upload it again later, or set a shorter period when you choose the columns.")
    return RowError("called_recently", text % {"when": when, "days": days}, suggestion)


def do_not_call(list_name: str, why: str) -> RowError:
    text = _("This number is on the do-not-call list %(list)s.") % {"list": list_name[:100]}
    reason = f"{text} {why[:150]}".strip()
    return RowError(DO_NOT_CALL, reason, _("It will not be called. Only an administrator can remove it from the list."))
