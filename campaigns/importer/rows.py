"""What can become of a row: accepted, perhaps repaired, or rejected with a reason. Nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony import e164
from telephony.numbering import Facts

REPAIRS = MappingProxyType(
    {
        **e164.REPAIRS,
        "short_row": gettext_lazy("Cells missing at the end of the row were read as empty."),
        "code_column": gettext_lazy("The calling code of its own column was put in front."),
        "zone_unknown": gettext_lazy(
            "The time zone names no place that is known, so every zone of the number counts. Write one such as "
            "Asia/Jakarta; EST, CET or GMT+7 tell a clock and no place."
        ),
        "zone_elsewhere": gettext_lazy(
            "The time zone is in another country than the number, so the calling hours of both must allow the call."
        ),
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


class RowError(Exception):
    """Why one row cannot be taken."""

    def __init__(self, code: str, reason: str, suggestion: str) -> None:
        super().__init__(reason)
        self.code, self.reason, self.suggestion = code, reason, suggestion

    @classmethod
    def of_number(cls, error: e164.NumberError) -> RowError:
        return cls(error.code, error.message, error.suggestion)

    def reject(self, line_number: int, line: str, callee: int | None = None) -> Rejected:
        return Rejected(line_number, line, self.code, self.reason, self.suggestion, callee or None)


def open_quote() -> RowError:
    return RowError(
        "open_quote",
        _("A quotation mark is opened on this line and never closed, or a cell is too long."),
        _("Close the quotation mark, or remove it."),
    )


def too_many_cells(found: int, width: int) -> RowError:
    return RowError(
        "too_many_cells",
        _("The row has %(n)d cells where %(width)d are expected, so its values may have shifted.")
        % {"n": found, "width": width},
        _("Put cells that hold the delimiter into quotation marks."),
    )


def too_long(code: str, name: str, *, found: int, limit: int) -> RowError:
    reason = _("The %(name)s has %(n)d characters; %(limit)d are possible.")
    return RowError(code, reason % {"name": name, "n": found, "limit": limit}, _("Shorten it."))


def several_numbers() -> RowError:
    return RowError(
        "several_numbers",
        _("The cell holds more than one number."),
        _("Write one number per row."),
    )


def unknown_code(code: str) -> RowError:
    return RowError(
        "unknown_code",
        _("“%(code)s” is no calling code.") % {"code": code[:20]},
        _("Write its digits, such as 44, or a country's two letters, such as GB."),
    )


def premium() -> RowError:
    return RowError(
        "premium",
        _("This is a premium-rate number: a call to it costs whatever its owner asks."),
        _("Use another number of this person."),
    )


def never_called(facts: Facts) -> RowError | None:
    """Numbers that are valid and are still not dialled from a list."""
    return premium() if facts.kind.name == "PREMIUM" else None


# Duplicates and do-not-call: valid numbers that are held back, each counted apart.
DUPLICATES = ("duplicate", "duplicate_in_campaign", "duplicate_elsewhere", "called_recently")
DO_NOT_CALL = "do_not_call"


def duplicate(line_number: int) -> RowError:
    text = _("The same number stands on line %(line)d of this file.")
    return RowError("duplicate", text % {"line": line_number}, _("Nothing to do: it is called once."))


def duplicate_in_campaign(line_number: int, list_name: str) -> RowError:
    text = _("This number is in the campaign already: line %(line)d of %(list)s.")
    values = {"line": line_number, "list": list_name[:150]}
    return RowError("duplicate_in_campaign", text % values, _("Nothing to do: it is called once."))


def duplicate_elsewhere(campaign: str) -> RowError:
    text = _("This number is in another running campaign: %(campaign)s.")
    suggestion = _("Wait until that campaign has ended, or allow such numbers when you choose the columns.")
    return RowError("duplicate_elsewhere", text % {"campaign": campaign[:150]}, suggestion)


def called_recently(when: str, days: int) -> RowError:
    text = _("This number was last called on %(when)s, within the last %(days)d days.")
    suggestion = _("Upload it again later, or choose a shorter time when you choose the columns.")
    return RowError("called_recently", text % {"when": when, "days": days}, suggestion)


def do_not_call(list_name: str, why: str) -> RowError:
    text = _("This number is on the do-not-call list %(list)s.") % {"list": list_name[:100]}
    reason = f"{text} {why[:150]}".strip()
    return RowError(DO_NOT_CALL, reason, _("It is not called. Only an administrator can take it off the list."))
