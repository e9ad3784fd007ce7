"""Tables in web pages and web archives, which people know as "the Excel export"."""

from __future__ import annotations

import quopri

import pytest

from sheets import limits
from tests.sheets.files import Desk, gzipped, zipped

A, B, C = "+447700900001", "+447700900002", "+447700900003"
LIST = [["phone", "name"], [A, "Ann"], [B, "Bob"]]


def table(*rows: list[str], cell: str = "td") -> str:
    body = "".join(f"<tr>{''.join(f'<{cell}>{text}</{cell}>' for text in row)}</tr>" for row in rows)
    return f"<table border=1>{body}</table>"


def page(body: str, head: str = '<meta charset="utf-8">') -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "content",
    [
        page(table(*LIST)),
        "\n  " + table(*LIST, cell="th"),
        "<h3>Renewals</h3>" + table(*LIST),
        "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'x.dtd'>" + page(table(*LIST)),
        '<?xml version="1.0" encoding="utf-8"?>' + page(table(*LIST)),
        "<!-- made by a report program -->" + page(table(*LIST)),
        page(table(*LIST)).replace("table", "TABLE").replace("tr>", "TR>").replace("td>", "Td>"),
        page("<table><tr><td>phone<td>name<tr><td>" + A + "<td>Ann<tr><td>" + B + "<td>Bob</table>"),
        page("<table><thead><tr><th>phone</th><th>name</th></tr></thead><tbody><tr><td>" + A + "</td><td>Ann</td></tr>"
             "</tbody><tfoot><tr><td>" + B + "</td><td>Bob</td></tr></tfoot></table>"),
    ],
)  # fmt: skip
def test_a_web_page_is_read_as_its_table(desk: Desk, content: str) -> None:
    assert desk.rows(content) == LIST
    assert desk.inspect(content).kind == "html"


def test_the_largest_table_is_the_list_and_others_can_be_chosen(desk: Desk) -> None:
    content = page(table(["Menu"], ["Home"]) + table(*LIST) + table(["Sum", "2"]))
    assert [sheet.name for sheet in desk.inspect(content).sheets] == ["Table 1", "Table 2", "Table 3"]
    assert desk.rows(content) == LIST
    assert desk.rows(content, sheet="Table 3") == [["Sum", "2"]]


def test_a_table_in_a_cell_of_another_is_one_of_its_own(desk: Desk) -> None:
    content = page(f"<table><tr><td>Report {table(*LIST)} of May</td><td>x</td></tr></table>")
    assert desk.rows(content) == LIST
    assert desk.rows(content, sheet="Table 1") == [["Report of May", "x"]]


def test_cells_that_span_keep_the_others_in_their_columns(desk: Desk) -> None:
    content = page(
        "<table><tr><td colspan=3>May</td></tr><tr><td rowspan='2'>Ann</td><td>home</td><td>1</td></tr>"
        "<tr><td>work</td><td>2</td></tr><tr><td>Bob</td><td>home</td><td>3</td></tr></table>"
    )
    assert desk.placed(content, header_line=0) == [
        (1, ["May", "", ""]),
        (2, ["Ann", "home", "1"]),
        (3, ["", "work", "2"]),
        (4, ["Bob", "home", "3"]),
    ]


def test_the_text_of_a_cell_is_what_a_reader_sees(desk: Desk) -> None:
    cells = [
        "&nbsp;",
        "  Zo&euml; &amp;\n Ann ",
        "one<br>two<br/>three",
        "<p>one</p><p>two</p>",
        "<b>07700</b> <i>900001</i><script>var x = 1</script><style>td{}</style>",
        "&#x2b;44&#160;7700",
        "<a href='tel:x'>call</a>",
        "a < b",
    ]
    shown = ["", "Zoë & Ann", "one\ntwo\nthree", "one\ntwo", "07700 900001", "+44 7700", "call", "a < b"]
    assert desk.rows(page(table(["x"] * 8, cells))) == [["x"] * 8, shown]


def test_a_number_that_the_page_shortens_is_read_in_full(desk: Desk) -> None:
    content = page("<table><tr><td x:num='447700900001'>4.477E+11</td><td x:num='1.5'>1.5</td></tr></table>")
    assert desk.rows(content) == [["447700900001", "1.5"]]


def test_rows_that_the_page_hides_are_hidden(desk: Desk) -> None:
    content = page(
        f"<table><tr><td>phone</td></tr><tr style='DISPLAY : none'><td>{A}</td></tr><tr hidden><td>{B}</td></tr>"
        f"<tr><td>{C}</td></tr></table>"
    )
    assert desk.inspect(content).sheet("").hidden_rows == 2
    assert desk.rows(content) == [["phone"], [C]]
    assert desk.rows(content, hidden_rows=True) == [["phone"], [A], [B], [C]]


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("cp1252", "<meta http-equiv='Content-Type' content='text/html; charset=iso-8859-1'>"),
        ("cp1251", "<meta charset=windows-1251>"),
        ("cp932", "<meta charset='Shift_JIS'>"),
        ("gb18030", "<meta charset=gb2312>"),
        ("utf-16", ""),
        ("utf-8-sig", "<meta charset=iso-8859-1>"),
        ("utf-8", ""),
    ],
)
def test_the_encoding_is_the_one_that_the_page_names(desk: Desk, encoding: str, head: str) -> None:
    name = {"cp1252": "Zoë €", "cp1251": "Анна", "cp932": "山田太郎", "gb18030": "张伟"}.get(encoding, "Zoë Анна 山田")
    assert desk.rows(page(table(["phone", "name"], [A, name]), head).encode(encoding)) == [["phone", "name"], [A, name]]


def test_an_encoding_that_is_not_named_is_recognised(desk: Desk) -> None:
    names = ["Анна Иванова", "Борис Петров", "Мария Кузнецова", "Наталья Смирнова"]
    content = page(table(["phone", "name"], *([A, name] for name in names)), "").encode("cp1251")
    assert [row[1] for row in desk.rows(content)[1:]] == names


def test_bytes_that_are_not_the_named_encoding_are_refused(desk: Desk) -> None:
    assert desk.refusal(page(table(*LIST, ["x", "Zoë"])).encode("latin-1")).startswith("The file is damaged")


@pytest.mark.parametrize("content", [page("<p>Please sign in</p>"), page(table(["", " "])), "<html><body>"])
def test_a_web_page_without_a_table_is_refused(desk: Desk, content: str) -> None:
    text = desk.refusal(content)
    assert text.startswith("This is a web page without a table")
    assert "sign in there" in text


@pytest.mark.parametrize("end", [-60, -45, -40, -30, -20])
def test_a_page_that_breaks_off_is_refused(desk: Desk, end: int) -> None:
    assert desk.refusal(page(table(*LIST))[:end]).startswith("The page ends within a table after ")


def test_a_page_need_not_close_its_table(desk: Desk) -> None:
    assert desk.rows(page(table(*LIST).removesuffix("</table>"))) == LIST


@pytest.mark.parametrize(
    "content",
    [
        page("<table>" * 20_000 + f"<tr><td>{A}</td></tr>"),
        page(f"<table><tr><td colspan=999999999>{A}</td></tr><tr><td rowspan=99999999>{B}</td></tr></table>"),
    ],
    ids=["nested", "spanned"],
)
def test_hostile_pages_end(desk: Desk, content: str) -> None:
    assert A in desk.rows(content)[0]


def test_a_page_that_takes_too_long_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WORKBOOK_SECONDS", 1)
    content = page("<table>" + "<tr><td>x</td></tr>" * 2_000_000)
    assert "Save the list as CSV, then upload it." in desk.refusal(content)


def test_packed_pages(desk: Desk) -> None:
    content = page(table(*LIST)).encode()
    assert desk.rows(gzipped(content)) == LIST
    assert desk.rows(zipped(list_xls=content)) == LIST


@pytest.mark.parametrize("content", ["<unknown>,phone\nx,+447700900001\n", "<3 you,phone\nx,1\n", "a <table>,phone\n"])
def test_text_with_a_bracket_is_text(desk: Desk, content: str) -> None:
    assert desk.inspect(content).kind == "text"


def test_a_web_archive(desk: Desk) -> None:
    names = (
        "<xml><x:ExcelWorkbook><x:ExcelWorksheet><x:Name>May &amp; June</x:Name>"
        '<x:WorksheetSource HRef="sheet001.htm"/></x:ExcelWorksheet></x:ExcelWorkbook></xml>'
    )
    parts = [("book.htm", page(f"<!--[if gte mso 9]>{names}<![endif]-->")), ("sheet001.htm", page(table(*LIST)))]
    content = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="=_x"\r\n\r\nThis is a web archive.\r\n'
    for place, text in parts:
        body = quopri.encodestring(text.encode()).decode().replace("\n", "\r\n")
        content += (
            f"--=_x\r\nContent-Location: file:///C:/x/{place}\r\nContent-Transfer-Encoding: quoted-printable\r\n"
            f'Content-Type: text/html; charset="utf-8"\r\n\r\n{body}\r\n'
        )
    content += "--=_x--\r\n"
    inspection = desk.inspect(content)
    assert inspection.kind == "mhtml"
    assert [sheet.name for sheet in inspection.sheets] == ["May & June"]
    assert desk.rows(content) == LIST
