"""Where the header is: below titles, comments, sep= lines and cover sheets; and a person who says otherwise."""

from __future__ import annotations

import pytest

from sheets.errors import FileRefused
from sheets.inspection import Inspection
from sheets.reading import Choice, begin, head, open_table
from tests.sheets.files import Desk, xlsx
from tests.sheets.tables import phone, read

BODY = [["Ann", "Leeds", phone(101)], ["Bob", "York", phone(102)]]
NAMES = ["name", "city", "phone"]
ROWS = "\n".join(",".join(row) for row in BODY)


def text_of(*above: str) -> str:
    return "\n".join([*above, ROWS, ""])


@pytest.mark.parametrize(
    ("above", "line", "skipped"),
    [
        (["name,city,phone"], 1, []),
        (["Customers of March 2026", "", "name,city,phone"], 3, [1]),
        (["Customers of March 2026,,", "name,city,phone"], 2, [1]),
        (["Customers", "Exported,28.11.2026,", "name,city,phone"], 3, [1, 2]),
        (["# exported by a CRM 2026-11-28", "name,city,phone"], 2, [1]),
        (["# one", "#two", "#", "name,city,phone"], 4, [1, 2, 3]),
        (['"# quoted, with a comma"', "name,city,phone"], 2, [1]),
        (["sep=,", "name,city,phone"], 2, [1]),
        (["sep=,", "# and a comment", "Title", "name,city,phone"], 4, [1, 2, 3]),
        (["Person,,Contact", "name,city,phone"], 2, [1]),
        (["Table 1", "name,city,phone"], 2, [1]),
        (["", "", "name,city,phone"], 3, []),
        (["name,city,phone", "Zed,Bath,n/a"], 1, []),
        (["#,city,phone"], 1, []),
    ],
)
def test_the_header_is_found_below_what_is_no_row(above: list[str], line: int, skipped: list[int]) -> None:
    found = read(text_of(*above))
    assert (found.inspection.header_line, found.beginning.header_line) == (line, line)
    assert found.header == above[line - 1].split(",")
    assert found.rows[-2:] == BODY
    assert len(found.rows) == len(above) - line + 2
    assert list(found.beginning.skipped.line_numbers) == skipped
    assert found.books is not None
    assert found.books.skipped == len(skipped)


@pytest.mark.parametrize("above", [[], ["# made by hand"], ["sep=,"], ["", "# x", ""]])
def test_a_file_without_header_loses_no_row(above: list[str]) -> None:
    found = read(text_of(*above))
    assert (found.header, found.beginning.header_line, found.rows) == (None, 0, BODY)


def test_a_title_above_rows_without_header_is_a_row_that_will_be_told() -> None:
    found = read(text_of("Customers of March 2026"))
    assert found.header is None
    assert found.rows == [["Customers of March 2026"], *BODY]


def test_no_row_with_a_number_is_ever_taken_for_a_title() -> None:
    """Three rows without header, of which only the second looks like one."""
    found = read(f"Ann,{phone(1)},{phone(2)}\nBob,none,none\nCy,{phone(3)},{phone(4)}\nDi,{phone(5)},{phone(6)}\n")
    assert found.header is None
    assert len(found.rows) == 4


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_sep_line_names_the_delimiter(delimiter: str) -> None:
    named = "\\t" if delimiter == "\t" else delimiter
    confusing = "\n".join([f"sep={named}", f"note{delimiter}phone", f"a,b;c|d\te{delimiter}{phone(1)}"])
    for line in (f"sep={named}", f"SEP={delimiter}", f'"sep={named}"'):
        found = read("\r\n".join([line, f"name{delimiter}phone", f"Ann{delimiter}{phone(1)}", ""]))
        assert found.inspection.delimiter == delimiter
        assert (found.header, found.rows) == (["name", "phone"], [["Ann", phone(1)]])
    assert read(confusing).inspection.delimiter == delimiter


@pytest.mark.parametrize("line", ["sep", "sep=", "sepia", "sep=;;x", "xsep=;"])
def test_what_only_looks_like_a_sep_line_is_none(line: str) -> None:
    assert read(f"{line},note\n{phone(1)},x\n").header == [*line.split(","), "note"]


def test_one_column() -> None:
    assert read(f"# mine\nphone\n{phone(1)}\n").header == ["phone"]
    assert read(f"#phone\n{phone(1)}\n").header == ["#phone"]
    found = read(f"Opt-outs\n\nphone\n{phone(1)}\n{phone(2)}\n")
    assert (found.header, found.rows) == (["phone"], [[phone(1)], [phone(2)]])
    assert read(f"phone\nnone\n{phone(1)}\n").rows == [["none"], [phone(1)]]


def test_a_narrow_title_above_a_narrow_table() -> None:
    found = read(f"Opt-outs,March\n\nphone,reason\n{phone(1)},asked\n")
    assert (found.header, found.rows) == (["phone", "reason"], [[phone(1), "asked"]])


def test_a_table_of_short_codes_has_the_first_wide_row_as_header() -> None:
    found = read("Report\nid,city\n1,Leeds\n2,York\n")
    assert (found.header, found.rows) == (["id", "city"], [["1", "Leeds"], ["2", "York"]])


def test_a_person_says_where_the_header_is() -> None:
    text = text_of("Person,,Contact", "name,city,phone")
    first = read(text, header_line=1)
    assert (first.header, first.rows) == (["Person", "", "Contact"], [NAMES, *BODY])
    none = read(text, header_line=0)
    assert (none.header, none.rows[:2]) == (None, [["Person", "", "Contact"], NAMES])
    third = read(text, header_line=3)
    assert (third.header, third.rows) == (BODY[0], BODY[1:])
    assert list(third.beginning.skipped.line_numbers) == [1, 2]


def test_without_a_header_comments_are_still_no_rows() -> None:
    assert read(text_of("sep=,", "# x", "name,city,phone"), header_line=0).rows == [NAMES, *BODY]


def test_a_header_of_several_lines_can_be_named_by_any_of_them() -> None:
    text = f'Title\n"na\nme",phone\nAnn,{phone(1)}\n'
    for line in (2, 3):
        assert read(text, header_line=line).header == ["na\nme", "phone"]


@pytest.mark.parametrize("line", [2, 7, -1, 10_000])
def test_a_line_without_a_row_is_no_header(line: int) -> None:
    with pytest.raises(FileRefused, match=f"Line {line} cannot be used as the header."):
        read(text_of("Title", "", "name,city,phone"), header_line=line)


def test_the_header_comes_first_for_whoever_looks_at_it_himself(desk: Desk) -> None:
    content = text_of("Customers", "", "name,city,phone")
    assert desk.rows(content) == [NAMES, *BODY]
    inspection = desk.inspect(content)
    first = head(desk.path, inspection, Choice(header_line=1), scratch=desk.scratch)
    assert first.rows == [["Customers"], NAMES, *BODY]
    assert head(desk.path, inspection, Choice(), scratch=desk.scratch, rows=2).rows == [NAMES, BODY[0]]
    beginning = begin(desk.path, inspection, Choice(), scratch=desk.scratch, rows=2)
    assert (beginning.header, beginning.body.rows, beginning.skipped.lines) == (NAMES, [BODY[0]], ["Customers"])


def test_json_has_its_keys_whatever_line_is_chosen() -> None:
    for line in (None, 0, 3):
        found = read('[{"phone": "1", "name": "Ann"}]', header_line=line)
        assert (found.header, found.rows) == (["phone", "name"], [["1", "Ann"]])
        assert found.books is None


def test_a_header_far_down_is_found_where_it_is_chosen() -> None:
    text = "\n".join(["Title"] * 80 + ["name,phone", *(f"n{row},{phone(row)}" for row in range(80))])
    found = read(text, header_line=81)
    assert (found.header, len(found.rows)) == (["name", "phone"], 80)


def test_merged_titles_of_a_workbook() -> None:
    rows = [["Renewals", None, None], [], ["Person", None, "Contact"], NAMES, *BODY]
    found = read(xlsx(("List", rows)))
    assert (found.header, found.rows, found.line_numbers) == (NAMES, BODY, [5, 6])
    assert (found.inspection.header_line, found.beginning.header_line) == (4, 4)
    assert list(found.beginning.skipped.line_numbers) == [1, 3]
    assert read(xlsx(("List", rows)), header_line=3).header == ["Person", "", "Contact"]


@pytest.mark.parametrize(
    "cover",
    [
        [["Renewals"], ["Made by", "Sales"], ["On", "2026-11-28"]],
        [["Read me first"]],
        [["How to use this file"], ["Call us", phone(7)], ["Thank you"], ["And good luck"]],
    ],
)
def test_a_cover_sheet_is_not_what_is_read(cover: list[list[str]]) -> None:
    content = xlsx(("Cover", cover), ("List", [NAMES, *BODY]))
    found = read(content)
    assert (found.inspection.first_sheet, found.rows) == ("List", BODY)
    assert read(content, sheet="Cover", header_line=0).rows[0] == [
        *cover[0],
        *[""] * (max(map(len, cover)) - len(cover[0])),
    ]


def test_the_first_of_two_tables_is_read() -> None:
    assert read(xlsx(("A", [NAMES, *BODY]), ("B", [NAMES, *BODY, *BODY]))).inspection.first_sheet == "A"


def test_where_no_sheet_has_a_table_the_first_with_rows_is_read() -> None:
    assert read(xlsx(("Empty", []), ("A", [["x"]]), ("B", [["y"]]))).inspection.first_sheet == "A"


def test_an_inspection_of_before_finds_the_header_as_well(desk: Desk) -> None:
    content = f"Customers\r\rname,phone\rAnn,{phone(1)}\r"
    data = desk.inspect(content).as_json()
    for name in ("line_end", "header_line", "odd_quoting", "samples"):
        del data[name]
    inspection = Inspection.from_json(data)
    with open_table(desk.path, inspection, Choice(), scratch=desk.scratch) as table:
        assert [block.rows for block in table.body()] == [[["Ann", phone(1)]]]
        assert table.header == ["name", "phone"]
