"""Files to start a call list from. Each is read by the importer without a question."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from campaigns.importer.product_layouts import VICIDIAL
from dialer.web.csv_stream import BYTE_ORDER_MARK

A, B = "+447700900001", "+447700900002"
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class ListTemplate:
    name: str
    label: str | Promise
    file_name: str
    content_type: str
    write: Callable[[Rows], bytes]
    rows: Rows

    def content(self) -> bytes:
        return self.write(self.rows)


def _csv(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


_XLSX_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _xlsx(rows: Rows) -> bytes:
    """The smallest workbook with one sheet of text cells, so that no spreadsheet turns a number into a float."""
    body = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{body}</sheetData></worksheet>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**_XLSX_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, _XML + text)
    return file.getvalue()


_VICIDIAL_LEADS = (
    {"vendor_lead_code": "A-1", "phone_code": "44", "phone_number": "7700900001", "first_name": "Ann"},
    {"vendor_lead_code": "A-2", "phone_code": "44", "phone_number": "7700900002", "first_name": "Bob"},
)
TEMPLATES = {
    template.name: template
    for template in (
        ListTemplate(
            "minimal",
            gettext_lazy("Minimal: numbers only (CSV)"),
            "call-list-minimal.csv",
            CSV_TYPE,
            _csv,
            [["phone"], [A], [B]],
        ),
        ListTemplate(
            "standard",
            gettext_lazy("Standard (CSV)"),
            "call-list-standard.csv",
            CSV_TYPE,
            _csv,
            [
                ["phone", "order_id", "name", "other", "time_zone", "consent_ref"],
                [A, "A-1", "Ann Example", "anything", "Europe/London", "web form 17"],
                [B, "A-2", "Bob Example", "", "", ""],
            ],
        ),
        ListTemplate(
            "vicidial",
            gettext_lazy("VICIdial-compatible (CSV)"),
            "call-list-vicidial.csv",
            CSV_TYPE,
            _csv,
            [VICIDIAL.names, *([lead.get(name, "") for name in VICIDIAL.names] for lead in _VICIDIAL_LEADS)],
        ),
        ListTemplate(
            "huawei",
            gettext_lazy("Huawei AICC (Excel)"),
            "call-list-huawei.xlsx",
            XLSX_TYPE,
            _xlsx,
            [
                ["sessionId", "called", "caller", "callData", "customField", "recycleTime", "priority"],
                ["A-1", "[{'calledNo':447700900001}]", "442079460001", "anything", "", "", "1"],
                ["A-2", "[{'calledNo':447700900002}]", "442079460001", "", "", "", "1"],
            ],
        ),
    )
}
