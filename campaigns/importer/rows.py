"""One record → accepted (perhaps repaired) or rejected with a reason. Nothing else can become of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.importer.columns import Layout
from campaigns.importer.limits import MAX_EXTERNAL_ID, MAX_OTHER
from campaigns.importer.records import Record
from telephony import e164

REPAIRS = {**e164.REPAIRS, "short_row": gettext_lazy("Cells missing at the end of the row were read as empty.")}
"""What each code in Accepted.repairs means, for people."""


@dataclass(frozen=True, slots=True)
class Accepted:
    line_number: int
    line: str
    callee: str
    """E.164 with the plus sign."""
    external_id: str = ""
    other: str = ""
    repairs: tuple[str, ...] = ()
    """Keys of REPAIRS, in the order they were made."""


@dataclass(frozen=True, slots=True)
class Rejected:
    line_number: int
    line: str
    code: str
    reason: str
    suggestion: str = ""
    is_duplicate: bool = False


class _RowError(Exception):
    def __init__(self, code: str, reason: str, suggestion: str) -> None:
        super().__init__(reason)
        self.code, self.reason, self.suggestion = code, reason, suggestion


def judge(record: Record, layout: Layout, *, region: str) -> Accepted | Rejected | None:
    """None for a blank line. `region` is the country (ISO 3166) that national numbers belong to."""
    if record.is_readable and not any(cell.strip() for cell in record.cells):
        return None
    try:
        return _accept(record, layout, region=region)
    except e164.NumberError as exc:
        return Rejected(record.line_number, record.line, exc.code, exc.message, exc.suggestion)
    except _RowError as exc:
        return Rejected(record.line_number, record.line, exc.code, exc.reason, exc.suggestion)


def _accept(record: Record, layout: Layout, *, region: str) -> Accepted:
    _check_shape(record, layout)
    external_id = _cell(record, layout.order_id)
    other = _cell(record, layout.other)
    _check_length(other, MAX_OTHER, "other_too_long")
    _check_length(external_id, MAX_EXTERNAL_ID, "order_id_too_long")
    parsed = e164.normalise(_cell(record, layout.phone), region=region)
    repairs = parsed.repairs if len(record.cells) >= layout.width else (*parsed.repairs, "short_row")
    return Accepted(record.line_number, record.line, parsed.number, external_id, other, repairs)


def _check_shape(record: Record, layout: Layout) -> None:
    if not record.is_readable:
        raise _RowError(
            "open_quote",
            _("A quotation mark is opened on this line and never closed, or a cell is too long."),
            _("Close the quotation mark, or remove it."),
        )
    # One cell too many means an unquoted delimiter: what stands in the number's column may belong to its neighbour.
    if any(cell.strip() for cell in record.cells[layout.width :]):
        raise _RowError(
            "too_many_cells",
            _("The row has %(n)d cells where %(width)d are expected, so its values may have shifted.")
            % {"n": len(record.cells), "width": layout.width},
            _("Put cells that hold the delimiter into quotation marks."),
        )


def _check_length(value: str, limit: int, code: str) -> None:
    if len(value) <= limit:
        return
    name = _("pass-through value") if code == "other_too_long" else _("order id")
    reason = _("The %(name)s has %(n)d characters; %(limit)d are possible.")
    raise _RowError(code, reason % {"name": name, "n": len(value), "limit": limit}, _("Shorten it."))


def _cell(record: Record, column: int | None) -> str:
    return record.cells[column].strip() if column is not None and column < len(record.cells) else ""


def duplicate(row: Accepted, *, line_number: int, list_name: str = "") -> Rejected:
    """The row comes a second time: first seen on that line of this file, or of the list named."""
    if list_name:
        code, text = "duplicate_in_campaign", _("This number is in the campaign already: line %(line)d of %(list)s.")
    else:
        code, text = "duplicate", _("The same number stands on line %(line)d of this file.")
    reason = text % {"line": line_number, "list": list_name[:150]}
    return Rejected(row.line_number, row.line, code, reason, _("Nothing to do: it is called once."), is_duplicate=True)
