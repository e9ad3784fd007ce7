"""XML Spreadsheet 2003, which report programs save as .xls."""

from __future__ import annotations

import pytest

from tests.sheets.files import Desk

A, B, C = "+447700900001", "+447700900002", "+447700900003"
LIST = [["phone", "name"], [A, "Ann"], [B, "Bob"]]
SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"


def workbook(sheets: str, styles: str = "", declaration: str = '<?xml version="1.0"?>') -> str:
    return (
        f'{declaration}<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="{SPREADSHEET}" '
        f'xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="{SPREADSHEET}">'
        f"<Styles>{styles}</Styles>{sheets}</Workbook>"
    )


def worksheet(*rows: list[str], name: str = "List", after: str = "", columns: str = "") -> str:
    body = "".join(f"<Row>{''.join(map(string, row))}</Row>" for row in rows)
    return f'<Worksheet ss:Name="{name}"><Table>{columns}{body}</Table>{after}</Worksheet>'


def string(text: str) -> str:
    return f'<Cell><Data ss:Type="String">{text}</Data></Cell>'


def test_xml_spreadsheet(desk: Desk) -> None:
    content = workbook(worksheet(*LIST) + worksheet([C], name="Other"))
    inspection = desk.inspect(content)
    assert inspection.kind == "xml"
    assert [sheet.name for sheet in inspection.sheets] == ["List", "Other"]
    assert desk.rows(content) == LIST
    assert desk.rows(content, sheet="Other") == [[C]]


def test_xml_spreadsheet_with_places_and_types(desk: Desk) -> None:
    rows = (
        '<Row ss:Index="3"><Cell ss:Index="2"><Data ss:Type="String">phone</Data></Cell>'
        '<Cell ss:MergeAcross="1"><Data ss:Type="String">date</Data></Cell>'
        '<Cell><Data ss:Type="String">x</Data><Comment><ss:Data>note</ss:Data></Comment></Cell></Row>'
        '<Row><Cell ss:Index="2" ss:StyleID="z"><Data ss:Type="Number">331234567</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2026-03-31T00:00:00.000</Data></Cell>'
        '<Cell ss:Index="5"><Data ss:Type="Boolean">1</Data></Cell></Row>'
        '<Row><Cell ss:Index="2"><Data ss:Type="Error">#N/A</Data></Cell><Cell ss:Formula="=R[-1]C"></Cell></Row>'
        '<Row><Cell ss:Index="2"><Data ss:Type="Number">4.47700900001E+11</Data></Cell>'
        '<Cell><ss:Data ss:Type="String"><B>bold</B> text</ss:Data></Cell></Row>'
    )
    style = '<Style ss:ID="z"><NumberFormat ss:Format="0000000000"/></Style>'
    content = workbook(f'<Worksheet ss:Name="List"><Table>{rows}</Table></Worksheet>', style)
    assert desk.placed(content) == [
        (3, ["", "phone", "date", "", "x"]),
        (4, ["", "0331234567", "2026-03-31", "", "TRUE"]),
        (5, ["", "#N/A", "#FORMULA!"]),
        (6, ["", "447700900001", "bold text"]),
    ]
    sheet = desk.inspect(content).sheet("")
    assert (sheet.errors, sheet.without_value) == (1, 1)


def test_what_an_xml_spreadsheet_hides(desk: Desk) -> None:
    columns = '<Column ss:Index="2" ss:Hidden="1" ss:Span="1"/><Column ss:Hidden="0"/>'
    row = f'<Row ss:Hidden="1">{string(B)}</Row>'
    hidden = worksheet(
        [B], name="Old", after="<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
    )
    shown = worksheet(["phone", "a", "b"], [A], columns=columns).replace("</Table>", f"{row}</Table>")
    content = workbook(hidden + shown)
    inspection = desk.inspect(content)
    assert [sheet.is_hidden for sheet in inspection.sheets] == [True, False]
    assert inspection.sheet("").hidden_columns == (1, 2)
    assert inspection.sheet("").hidden_rows == 1
    assert desk.rows(content) == [["phone", "a", "b"], [A]]


def test_xml_spreadsheet_in_other_encodings(desk: Desk) -> None:
    rows = [["phone", "name"], [A, "Zoë"]]
    for encoding in ("utf-16", "iso-8859-1", "windows-1252"):
        declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
        assert desk.rows(workbook(worksheet(*rows), declaration=declaration).encode(encoding)) == rows


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
    ],
)
def test_declared_entities_are_refused(desk: Desk, declared: str) -> None:
    declaration = f'<?xml version="1.0"?><!DOCTYPE Workbook [{declared}]>'
    assert "damaged" in desk.refusal(workbook(worksheet(["&a;"]), declaration=declaration))


@pytest.mark.parametrize(
    "content",
    [
        workbook(worksheet(*LIST))[:-30],
        workbook(worksheet(*LIST)).replace("<Row>", '<Row ss:Index="99999999">', 1),
    ],
)
def test_a_damaged_xml_spreadsheet_is_refused(desk: Desk, content: str) -> None:
    assert "damaged" in desk.refusal(content)
