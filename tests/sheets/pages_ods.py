"""Pages as ODS."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.sheets.pages import Error, Page, Shown, Uncalculated

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = "".join(f' xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text", "style", "manifest"))
_CALC = ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
_KIND = "application/vnd.oasis.opendocument.spreadsheet"


def ods_of(*pages: Page, protected: bool = False) -> bytes:
    style = (
        '<style:style style:name="{0}" style:family="table"><style:table-properties table:display="{1}"/></style:style>'
    )
    content = (
        f"<office:document-content{_SPACES}{_CALC}><office:automatic-styles>"
        f"{style.format('shown', 'true')}{style.format('hidden', 'false')}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{''.join(map(_table, pages))}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
    if protected:
        entry += (
            '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
        )
        content = "\x01\x02 not to be read"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in (
            ("mimetype", _KIND),
            ("content.xml", content),
            ("META-INF/manifest.xml", f"<manifest:manifest{_SPACES}>{entry}</manifest:manifest>"),
        ):
            archive.writestr(zipfile.ZipInfo(name), text)
    return file.getvalue()


def _table(page: Page) -> str:
    width = page.at[1] + max((len(row) for row in page.rows), default=0)
    columns = "".join(
        f'<table:table-column table:visibility="{"collapse" if column in page.hidden_columns else "visible"}"/>'
        for column in range(width)
    )
    rows, following = "", 0
    for row, cells in page.numbered():
        if row > following:
            rows += (
                f'<table:table-row table:number-rows-repeated="{row - following}"><table:table-cell/></table:table-row>'
            )
        hidden = ' table:visibility="filter"' if row in page.hidden_rows else ""
        rows += f"<table:table-row{hidden}>{_row(cells)}</table:table-row>"
        following = row + 1
    style = "shown" if page.state == "visible" else "hidden"
    return f'<table:table table:name={quoteattr(page.name)} table:style-name="{style}">{columns}{rows}</table:table>'


def _row(cells: list[tuple[int, Any]]) -> str:
    out, following = "", 0
    for column, value in cells:
        if column > following:
            out += f'<table:table-cell table:number-columns-repeated="{column - following}"/>'
        out += _cell(value)
        following = column + 1
    return out


def _cell(value: Any) -> str:
    match value:
        case bool():
            return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
        case int() | float():
            return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'
        case Error(text):
            return (
                '<table:table-cell table:formula="of:=[.A1]" office:value-type="string" office:string-value="" '
                f'calcext:value-type="error"><text:p>{text}</text:p></table:table-cell>'
            )
        case Uncalculated():
            return '<table:table-cell table:formula="of:=[.A1]"/>'
        case Shown(number, _code, text):
            return (
                f'<table:table-cell office:value-type="float" office:value="{number!r}"><text:p>{text}</text:p>'
                "</table:table-cell>"
            )
    text = escape(value, {"\r": "&#13;"})
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
