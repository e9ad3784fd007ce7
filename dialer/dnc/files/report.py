"""What became of the rows of a do-not-call file, for people."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from dialer.dnc.files.labels import note_of, reason_of
from dialer.dnc.files.layout import Reading, described
from dialer.models import DncImport


@dataclass(frozen=True, slots=True)
class Counted:
    label: str
    count: int
    code: str


@dataclass(frozen=True, slots=True)
class Report:
    reasons: list[Counted]
    notes: list[Counted]
    columns: list[tuple[str, str]]
    """How the file was read."""


def report_of(row: DncImport) -> Report:
    return Report(
        reasons=[Counted(reason_of(code), n, code) for code, n in row.report.get("reasons", {}).items()],
        notes=[Counted(note_of(code), n, code) for code, n in row.report.get("repairs", {}).items()],
        columns=_columns(row),
    )


def _columns(row: DncImport) -> list[tuple[str, str]]:
    if not row.columns:
        return []
    reading = Reading.from_json(row.columns)
    told = described(reading.layouts)
    lines = {str(layout.header_line) for layout in reading.layouts}
    told.append((_("Header"), _("line %(line)s") % {"line": ", ".join(sorted(lines))} if lines != {"0"} else _("none")))
    if sheets := [layout.sheet for layout in reading.layouts if layout.sheet]:
        told.append((_("Sheets"), ", ".join(sheets)))
    if reading.encoding:
        told.append((_("Encoding"), reading.encoding.upper()))
    if reading.holds_prefixes:
        told.append((_("Bare digits"), _("area codes or prefixes")))
    if row.country:
        told.append((_("National numbers"), _("read as numbers in %(country)s") % {"country": row.country}))
    return told
