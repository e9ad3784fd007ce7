"""What the page shows where a person says which column is what: the offer, the first rows and their verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.importer.block_verdicts import judge
from campaigns.importer.consent import ConsentRules
from campaigns.importer.layout import ListLayout, Role
from campaigns.importer.reading import beginning_of, choice_from, propose_reading
from campaigns.importer.rows import repairs_of
from campaigns.models import CallList, Campaign, SavedMapping
from sheets.blocks import Block
from sheets.inspection import Inspection
from sheets.reading import Choice

SHOWN_ROWS = 10
SHOWN_CHARACTERS = 60
"""Of a cell; the whole of it is in the file."""
ROLES: dict[str, str | Promise] = {
    Role.PHONE: gettext_lazy("Number"),
    Role.NEXT_PHONE: gettext_lazy("Next number"),
    Role.COUNTRY: gettext_lazy("Country"),
    Role.OPT_OUT: gettext_lazy("Do not call"),
    Role.COUNTRY_CODE: gettext_lazy("Calling code"),
    Role.ORDER_ID: gettext_lazy("Order ID"),
    Role.OTHER: gettext_lazy("Pass-through value"),
    Role.NAME: gettext_lazy("Name"),
    Role.TIME_ZONE: gettext_lazy("Time zone"),
    Role.CONSENT_REF: gettext_lazy("Consent reference"),
    Role.CONSENT_DATE: gettext_lazy("Consent date"),
    Role.PRIORITY: gettext_lazy("Priority"),
    Role.PURPOSE: gettext_lazy("Purpose of the call"),
    Role.KEEP: gettext_lazy("Keep"),
    Role.IGNORE: gettext_lazy("Leave out"),
}


@dataclass(frozen=True, slots=True)
class ColumnOffer:
    place: int
    name: str
    role: str

    @property
    def field(self) -> str:
        return f"role_{self.place}"


@dataclass(frozen=True, slots=True)
class SampleRow:
    line_number: int
    cells: list[str]
    """As many as there are columns, cut short; empty where the row cannot be cut into cells."""
    line: str
    callee: str = ""
    """E.164 where the row would be accepted."""
    repairs: tuple[str, ...] = ()
    reason: str = ""
    suggestion: str = ""
    readings: tuple[str, ...] = ()
    """E.164: what the digits may be, where the whole column decides."""


@dataclass(frozen=True, slots=True)
class Draft:
    """How the list would be read now."""

    choice: Choice
    layout: ListLayout
    doubts: tuple[str, ...]
    columns: list[ColumnOffer]
    sample: list[SampleRow]
    header_line: int
    """0 where no line names the columns."""
    skipped: list[tuple[int, str]]
    """Lines above the header, with their numbers; they are not read."""


def draft_of(
    call_list: CallList,
    choice: Choice,
    *,
    saved: SavedMapping | None = None,
    roles: Mapping[str, Any] | None = None,
) -> Draft:
    """`roles` are those a person chose ("role_0" …), over a saved mapping, over what was recognised.

    Raises sheets.errors.FileRefused where the choice does not fit the file.
    """
    beginning = beginning_of(call_list, choice)
    proposal = propose_reading(call_list, choice, beginning)
    layout, doubts = proposal.layout, proposal.doubts
    if saved:
        layout, doubts = layout.with_saved(saved.header, saved.roles, pack_rest=saved.pack_rest), ()
    if roles:
        # A role that does not exist changes nothing: no browser sends one.
        chosen = [
            Role(wanted) if (wanted := roles.get(f"role_{place}")) in ROLES else role
            for place, role in enumerate(layout.roles)
        ]
        layout, doubts = replace(layout, roles=tuple(chosen)), ()
    columns = [
        ColumnOffer(place, name, role.value)
        for place, (name, role) in enumerate(zip(layout.names, layout.roles, strict=True))
    ]
    sample = _sample(beginning.body.first(SHOWN_ROWS), layout, call_list.campaign)
    skipped = list(zip(beginning.skipped.line_numbers, beginning.skipped.lines, strict=True))[:SHOWN_ROWS]
    return Draft(choice, layout, doubts, columns, sample, beginning.header_line, skipped)


def _sample(block: Block, layout: ListLayout, campaign: Campaign) -> list[SampleRow]:
    rows = {}
    for place, (number, line, cells) in enumerate(zip(block.line_numbers, block.lines, block.rows, strict=True)):
        short = [cell.strip()[:SHOWN_CHARACTERS] for cell in cells[: layout.width]]
        shown = [] if place in block.unreadable else [*short, *[""] * (layout.width - len(short))]
        rows[number] = SampleRow(number, shown, line[:500])
    if len(layout.places(Role.PHONE)) != 1:
        return list(rows.values())
    consent = ConsentRules.of(campaign, now=timezone.now())
    verdicts = judge(block, layout, region=campaign.country, consent=consent)
    accepted = verdicts.accepted
    for number, callee, bits in zip(accepted.line_numbers.tolist(), accepted.callees, accepted.repairs, strict=True):
        rows[number] = replace(rows[number], callee=f"+{callee}", repairs=tuple(repairs_of(int(bits))))
    for row in verdicts.rejected:
        rows[row.line_number] = replace(rows[row.line_number], reason=row.reason, suggestion=row.suggestion)
    for place, error in verdicts.open:
        number = block.line_numbers[place]
        rows[number] = replace(rows[number], reason=error.reason, readings=error.readings)
    return list(rows.values())


def save_mapping(layout: ListLayout, *, name: str, by: Any, now: Any) -> SavedMapping:
    return SavedMapping.objects.create(
        name=name,
        header=layout.signature,
        roles=[role.value for role in layout.roles],
        pack_rest=layout.pack_rest,
        created_by=by,
        created_at=now,
    )


def fitting(layout: ListLayout) -> SavedMapping | None:
    """A saved mapping that was made for a file of exactly this shape."""
    same = [row for row in SavedMapping.objects.all() if row.header == layout.signature]
    return next((row for row in same if len(row.roles) == layout.width), None)


def describe(call_list: CallList) -> list[tuple[str, str]]:
    """How a list was read, for people."""
    columns = call_list.columns
    if "roles" not in columns:
        return []
    layout = ListLayout.from_json(columns)
    told = [
        (str(ROLES[role]), ", ".join(layout.names[place] for place in layout.places(role)))
        for role in Role
        if role in layout.roles
    ]
    told.append((_("Header"), _header_told(call_list) if layout.has_header else _("none")))
    proposed = {}
    if call_list.inspection:
        # What nobody chose was read as proposed.
        inspection = Inspection.from_json(call_list.inspection)
        encoding = inspection.encodings[0] if inspection.encodings else ""
        proposed = {"encoding": encoding, "delimiter": inspection.delimiter, "sheet": inspection.first_sheet}
    for name, label in (("encoding", _("Encoding")), ("delimiter", _("Delimiter")), ("sheet", _("Sheet"))):
        value = columns.get(name) or proposed.get(name)
        if value:
            told.append((label, str(_READING_WORDS.get(name, {}).get(value, value))))
    if hidden := left_out(call_list):
        told.append((_("Hidden rows"), _("%(n)d left out") % {"n": hidden}))
    answered = columns.get("answered", {})
    for code, answer in columns.get("answers", {}).items():
        words = _("yes") if answer else _("no")
        told.append((str(ANSWERS[code]), " · ".join(filter(None, [words, answered.get(code, "")]))))
    return told


ANSWERS: dict[str, str | Promise] = {
    "all_national": gettext_lazy("All numbers are in this country"),
    "own_code": gettext_lazy("Digits that begin with the country code include it"),
}


def _header_told(call_list: CallList) -> str:
    line = choice_from(call_list.columns).header_line
    if line is None and not call_list.columns.get("sheet"):
        line = call_list.inspection.get("header_line")
    return _("line %(line)d") % {"line": line} if line else _("yes")


def left_out(call_list: CallList) -> int:
    """How many rows were not read because the workbook hides them."""
    if not call_list.inspection:
        return 0
    inspection, choice = Inspection.from_json(call_list.inspection), choice_from(call_list.columns)
    return 0 if choice.hidden_rows or not inspection.is_workbook else inspection.sheet(choice.sheet).hidden_rows


DELIMITER_NAMES: dict[str, str | Promise] = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("vertical bar"),
}

ENCODING_NAMES: dict[str, str | Promise] = {
    "utf-8": gettext_lazy("UTF-8"),
    "utf-16-le": gettext_lazy("UTF-16 (little endian)"),
    "utf-16-be": gettext_lazy("UTF-16 (big endian)"),
    "utf-32-le": gettext_lazy("UTF-32 (little endian)"),
    "utf-32-be": gettext_lazy("UTF-32 (big endian)"),
    "gb18030": gettext_lazy("GB 18030 (simplified Chinese)"),
    "big5": gettext_lazy("Big5 (traditional Chinese)"),
    "cp932": gettext_lazy("Shift-JIS (Japanese)"),
    "euc_jp": gettext_lazy("EUC-JP (Japanese)"),
    "cp949": gettext_lazy("EUC-KR (Korean)"),
    "cp1252": gettext_lazy("Windows 1252 (Western European)"),
    "cp1250": gettext_lazy("Windows 1250 (Central European)"),
    "cp1251": gettext_lazy("Windows 1251 (Cyrillic)"),
    "cp1253": gettext_lazy("Windows 1253 (Greek)"),
    "cp1254": gettext_lazy("Windows 1254 (Turkish)"),
    "cp1255": gettext_lazy("Windows 1255 (Hebrew)"),
    "cp1256": gettext_lazy("Windows 1256 (Arabic)"),
    "cp1257": gettext_lazy("Windows 1257 (Baltic)"),
    "cp1258": gettext_lazy("Windows 1258 (Vietnamese)"),
    "cp874": gettext_lazy("Windows 874 (Thai)"),
    "koi8-r": gettext_lazy("KOI8-R (Russian)"),
    "mac-roman": gettext_lazy("Mac Roman (Western European)"),
    "iso8859-2": gettext_lazy("ISO 8859-2 (Central European)"),
    "iso8859-15": gettext_lazy("ISO 8859-15 (Western European)"),
}
_READING_WORDS = {"encoding": ENCODING_NAMES, "delimiter": DELIMITER_NAMES}
