"""What the page shows where a person says which column is what: the offer, the first rows and their verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.importer.consent import ConsentRules
from campaigns.importer.layout import Layout, Role
from campaigns.importer.reading import first_rows, propose_reading
from campaigns.importer.rows import repairs_of
from campaigns.importer.verdicts import judge
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
    Role.ORDER_ID: gettext_lazy("Order id"),
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
    layout: Layout
    doubts: tuple[str, ...]
    columns: list[ColumnOffer]
    sample: list[SampleRow]


def draft_of(
    call_list: CallList,
    choice: Choice,
    *,
    has_header: bool | None = None,
    saved: SavedMapping | None = None,
    roles: Mapping[str, Any] | None = None,
) -> Draft:
    """`roles` are those a person chose ("role_0" …), over a saved mapping, over what was recognised.

    Raises sheets.errors.FileRefused where the choice does not fit the file.
    """
    rows = first_rows(call_list, choice)
    proposal = propose_reading(call_list, choice, has_header=has_header)
    layout, doubts = proposal.layout, proposal.doubts
    if saved:
        layout, doubts = layout.with_saved(saved.header, saved.roles, pack_rest=saved.pack_rest), ()
    if roles:
        layout, doubts = _chosen(layout, roles), ()
    body = (rows.without_first() if layout.has_header else rows).first(SHOWN_ROWS)
    columns = [
        ColumnOffer(place, name, role.value)
        for place, (name, role) in enumerate(zip(layout.names, layout.roles, strict=True))
    ]
    return Draft(choice, layout, doubts, columns, _sample(body, layout, call_list.campaign))


def _chosen(layout: Layout, roles: Mapping[str, Any]) -> Layout:
    """A role that does not exist changes nothing: no browser sends one."""
    chosen = [
        Role(wanted) if (wanted := roles.get(f"role_{place}")) in ROLES else role
        for place, role in enumerate(layout.roles)
    ]
    return replace(layout, roles=tuple(chosen))


def _sample(block: Block, layout: Layout, campaign: Campaign) -> list[SampleRow]:
    rows = {
        number: SampleRow(number, [] if place in block.unreadable else _shown(cells, layout.width), line[:500])
        for place, (number, line, cells) in enumerate(zip(block.line_numbers, block.lines, block.rows, strict=True))
    }
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


def _shown(cells: Sequence[str], width: int) -> list[str]:
    short = [cell.strip()[:SHOWN_CHARACTERS] for cell in cells[:width]]
    return [*short, *[""] * (width - len(short))]


def save_mapping(layout: Layout, *, name: str, by: Any, now: Any) -> SavedMapping:
    return SavedMapping.objects.create(
        name=name,
        header=layout.signature,
        roles=[role.value for role in layout.roles],
        pack_rest=layout.pack_rest,
        created_by=by,
        created_at=now,
    )


def fitting(layout: Layout) -> SavedMapping | None:
    """A saved mapping that was made for a file of exactly this shape."""
    same = [row for row in SavedMapping.objects.all() if row.header == layout.signature]
    return next((row for row in same if len(row.roles) == layout.width), None)


def describe(call_list: CallList) -> list[tuple[str, str]]:
    """How a list was read, for people."""
    columns = call_list.columns
    if "roles" not in columns:
        return []
    layout = Layout.from_json(columns)
    told = [
        (str(ROLES[role]), ", ".join(layout.names[place] for place in layout.places(role)))
        for role in Role
        if role in layout.roles
    ]
    told.append((_("Header"), _("yes, the first line") if layout.has_header else _("none")))
    for name, label in (("encoding", _("Encoding")), ("delimiter", _("Delimiter")), ("sheet", _("Sheet"))):
        value = columns.get(name) or _proposed(call_list.inspection, name)
        if value:
            told.append((label, str(_READING_WORDS.get(name, {}).get(value, value))))
    return told


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
    "gb18030": gettext_lazy("GB 18030 (simplified Chinese)"),
    "big5": gettext_lazy("Big5 (traditional Chinese)"),
    "cp1252": gettext_lazy("Windows 1252 (Western European)"),
}
_READING_WORDS = {"encoding": ENCODING_NAMES, "delimiter": DELIMITER_NAMES}


def _proposed(inspection: dict[str, Any], name: str) -> str:
    if not inspection:
        return ""
    looked_at = Inspection.from_json(inspection)
    first = looked_at.encodings[0] if looked_at.encodings else ""
    return {"encoding": first, "delimiter": looked_at.delimiter, "sheet": looked_at.first_sheet}[name]
