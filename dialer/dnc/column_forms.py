"""The page on which a person says how a do-not-call file is read: its form, and what the first rows would become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.dnc.files.first_look import Chosen, Look, SheetSeen
from dialer.dnc.files.labels import note_of
from dialer.dnc.files.layout import ROLE_NAMES, Layout, Role
from dialer.dnc.files.row_meaning import Meant, Rules, Texts
from dialer.dnc.files.row_reader import read_rows
from dialer.dnc.forms import COUNTRY
from dialer.web.country import clean_country
from dialer.web.formats import grouped
from sheets.inspection import Inspection

SHOWN_ROWS, SHOWN_HEADERS, SHOWN_CHARACTERS, SHOWN_SHEETS = 8, 20, 60, 12
DELIMITERS: list[tuple[str, Any]] = [
    (",", gettext_lazy("comma")),
    (";", gettext_lazy("semicolon")),
    ("\t", gettext_lazy("tab")),
    ("|", gettext_lazy("vertical bar")),
]
NUMBERS, PREFIXES = "numbers", "prefixes"


class DncColumnsForm(forms.Form):
    """Only what there is to choose is asked. The columns' roles and headers stand beside each sheet."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), required=False)
    delimiter = forms.ChoiceField(label=gettext_lazy("Column separator"), required=False, choices=DELIMITERS)
    country = forms.CharField(**COUNTRY)
    holds = forms.ChoiceField(
        label=gettext_lazy("Bare digits are"),
        required=False,
        choices=[
            (NUMBERS, gettext_lazy("numbers")),
            (PREFIXES, gettext_lazy("area codes or prefixes: block all numbers that begin with them")),
        ],
    )
    allows_wide = forms.BooleanField(
        label=gettext_lazy("Block whole areas: every number in them is blocked"), required=False
    )

    def __init__(self, data: QueryDict | None = None, *, inspection: Inspection, country: str) -> None:
        initial = {"delimiter": inspection.delimiter, "country": country, "holds": NUMBERS}
        super().__init__(data, initial=initial)
        self._inspection = inspection
        choices = [(name, _with_sample(name, inspection)) for name in inspection.encodings]
        if inspection.is_certain:
            del self.fields["encoding"]
        else:
            self.fields["encoding"].choices = [("", _("Choose …")), *choices]
        if not inspection.delimiter:
            del self.fields["delimiter"]

    def clean_country(self) -> str:
        return clean_country(self.cleaned_data["country"])

    def country_chosen(self) -> str:
        """What was entered where it is a country; else what was proposed."""
        if not self.is_bound:
            return str(self.initial["country"])
        self.is_valid()
        return str(self.cleaned_data.get("country", ""))

    def chosen(self, sheets: Sequence[str]) -> Chosen | None:
        """None where nothing was chosen yet."""
        if not self.is_bound:
            return None
        self.is_valid()
        said = self.cleaned_data
        data: Mapping[str, Any] = self.data
        headers = {name: int(line) for n, name in enumerate(sheets) if (line := data.get(f"header_{n}", "")).isdigit()}
        wanted = tuple(name for n, name in enumerate(sheets) if len(sheets) == 1 or f"sheet_{n}" in data)
        return Chosen(
            encoding=said.get("encoding", ""),
            delimiter=said.get("delimiter", ""),
            header_lines=headers,
            sheets=wanted,
            roles={name: roles for n, name in enumerate(sheets) if (roles := _roles(data, n))},
            holds_prefixes=said.get("holds") == PREFIXES,
            allows_wide=bool(said.get("allows_wide")),
        )


def _with_sample(name: str, inspection: Inspection) -> str:
    """An encoding by its name and how a telling line of the file reads in it."""
    line = next(iter(inspection.samples.get(name, ())), "").strip()
    shown = name.upper().replace("_", "-")
    return f"{shown}: {line[:SHOWN_CHARACTERS]}" if line else shown


def _roles(data: Mapping[str, Any], sheet: int) -> tuple[Role, ...]:
    """Of one sheet's columns. A role that does not exist is none: no browser sends one."""
    known = set(Role)
    found = []
    while (role := data.get(f"role_{sheet}_{len(found)}")) is not None:
        found.append(Role(role) if role in known else Role.IGNORE)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class SampleRow:
    line_number: int
    cells: list[str]
    line: str
    blocked: list[str]
    """Numbers (E.164) and blocks."""
    notes: list[str]
    reason: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class ColumnShown:
    name: str
    field: str
    role: str


@dataclass(frozen=True, slots=True)
class SheetShown:
    place: int
    title: str
    is_read: bool
    header_choices: list[tuple[str, str]]
    header_line: str
    columns: list[ColumnShown]
    rows: list[SampleRow]
    several: bool

    role_choices = list(ROLE_NAMES.items())


def shown(found: Look, rules: Rules) -> list[SheetShown]:
    sheets = []
    for place, sheet in enumerate(found.sheets[:SHOWN_SHEETS]):
        layout = sheet.layout
        columns = [
            ColumnShown(name, f"role_{place}_{n}", role.value)
            for n, (name, role) in enumerate(zip(layout.names, layout.roles, strict=True))
        ]
        sheets.append(
            SheetShown(
                place=place,
                title=layout.sheet,
                is_read=sheet.is_read,
                header_choices=list(_headers(sheet)),
                header_line=str(layout.header_line),
                columns=columns,
                rows=_sample(sheet, layout, rules),
                several=len(found.sheets) > 1,
            )
        )
    return sheets


def _headers(sheet: SheetSeen) -> Iterator[tuple[str, str]]:
    yield "0", _("no header")
    above, rows = sheet.first.skipped, sheet.first.rows
    lines = [*zip(above.line_numbers, above.rows, strict=True), *zip(rows.line_numbers, rows.rows, strict=True)]
    for number, cells in lines[:SHOWN_HEADERS]:
        if number:
            text = " · ".join(cell.strip() for cell in cells if cell.strip())[:SHOWN_CHARACTERS]
            yield str(number), _("line %(line)s: %(text)s") % {"line": grouped(number), "text": text}


def _sample(sheet: SheetSeen, layout: Layout, rules: Rules) -> list[SampleRow]:
    body = sheet.body.first(SHOWN_ROWS)
    meant = read_rows(body, layout, rules) if layout.numbers else Meant(0, Texts())
    blocked: dict[int, list[str]] = {}
    for place, callee in zip(meant.places, meant.callees, strict=True):
        blocked.setdefault(place, []).append(f"+{callee}")
    for place, block in meant.blocks:
        blocked.setdefault(place, []).append(block.written)
    rejected = {row.place: row for row in meant.rejected}
    width = len(layout.roles)
    return [
        SampleRow(
            line_number=number,
            cells=[]
            if place in body.unreadable
            else [cell.strip()[:SHOWN_CHARACTERS] for cell in [*cells, *[""] * width][:width]],
            line=line[:500],
            blocked=blocked.get(place, []),
            notes=[note_of(code) for code in meant.told.get(place, ())],
            reason=rejected[place].reason if place in rejected else "",
            suggestion=rejected[place].suggestion if place in rejected else "",
        )
        for place, (number, line, cells) in enumerate(zip(body.line_numbers, body.lines, body.rows, strict=True))
    ]
