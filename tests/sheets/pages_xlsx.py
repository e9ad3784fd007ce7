"""Pages as XLSX."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.sheets.pages import Error, Page, Shown, Uncalculated, all_codes, letters, style_of

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def xlsx_of(*pages: Page, prefix: str = "", has_places: bool = True, extra: str = "") -> bytes:
    """`prefix` stands before every tag of a sheet; without `has_places`, rows and cells do not say where they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(pages, prefix, has_places, extra).items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _parts(pages: Sequence[Page], prefix: str, has_places: bool, extra: str) -> dict[str, str]:
    numbered = list(enumerate(pages, start=1))
    sheets = "".join(
        f'<sheet name={quoteattr(page.name)} sheetId="{n}" state="{page.state}" r:id="rId{n}"/>' for n, page in numbered
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": root_relation("xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": sheet_relations(len(pages), "xml"),
        "xl/styles.xml": _styles(pages),
    }
    return parts | {
        f"xl/worksheets/sheet{n}.xml": _sheet(all_codes(pages), page, prefix, has_places, extra) for n, page in numbered
    }


def root_relation(target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="{target}"/></Relationships>'
    )


def sheet_relations(sheets: int, ending: str) -> str:
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.{ending}"/>'
        for n in range(1, sheets + 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


def _styles(pages: Sequence[Page]) -> str:
    codes = list(enumerate(all_codes(pages), start=164))
    formats = "".join(f'<numFmt numFmtId="{n}" formatCode={quoteattr(code)}/>' for n, code in codes)
    styles = "".join(f'<xf numFmtId="{n}"/>' for n in [0, *(n for n, _code in codes)])
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
        f"<cellXfs>{styles}</cellXfs></styleSheet>"
    )


def _sheet(codes: Sequence[str], page: Page, prefix: str, has_places: bool, extra: str) -> str:
    p = f"{prefix}:" if prefix else ""
    columns = "".join(f'<{p}col min="{n + 1}" max="{n + 1}" hidden="1"/>' for n in sorted(page.hidden_columns))
    rows = ""
    for row, cells in page.numbered():
        hidden = ' hidden="1"' if row in page.hidden_rows else ""
        place = f' r="{row + 1}"' if has_places else ""
        body = "".join(
            _cell(p, f' r="{letters(column)}{row + 1}"' if has_places else "", value, style_of(codes, value))
            for column, value in cells
        )
        rows += f"<{p}row{place}{hidden}>{body}</{p}row>"
    namespace = f"xmlns:{prefix}" if prefix else "xmlns"
    columns = f"<{p}cols>{columns}</{p}cols>" if columns else ""
    return f'<{p}worksheet {namespace}="{_MAIN}">{columns}<{p}sheetData>{rows}{extra}</{p}sheetData></{p}worksheet>'


def _cell(p: str, place: str, value: Any, style: int) -> str:
    match value:
        case bool():
            return f'<{p}c{place} t="b"><{p}v>{int(value)}</{p}v></{p}c>'
        case int() | float():
            return f"<{p}c{place}><{p}v>{value!r}</{p}v></{p}c>"
        case Error(text):
            return f'<{p}c{place} t="e"><{p}f>1/0</{p}f><{p}v>{text}</{p}v></{p}c>'
        case Uncalculated():
            return f"<{p}c{place}><{p}f>A1&amp;B1</{p}f><{p}v/></{p}c>"
        case Shown(number):
            return f'<{p}c{place} s="{style}"><{p}v>{number!r}</{p}v></{p}c>'
    text = escape(value, {"\r": "&#13;"})
    return f'<{p}c{place} t="inlineStr"><{p}is><{p}t xml:space="preserve">{text}</{p}t></{p}is></{p}c>'
