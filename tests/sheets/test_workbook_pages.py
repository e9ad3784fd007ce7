"""What a workbook says beside its values, the same in every format: places, hidden things, errors, shown numbers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheets import limits
from sheets.packing import Unpacked
from sheets.reading import Choice, head, open_tables
from sheets.workbook import Sheet
from sheets.workbook_blocks import WorkbookBlocks
from sheets.workbook_lines import write_rows
from sheets.workbook_source import source_of
from tests.sheets.files import Desk
from tests.sheets.pages import Error, Page, Shown, Uncalculated
from tests.sheets.pages_ods import ods_of
from tests.sheets.pages_xls import xls_of
from tests.sheets.pages_xlsb import xlsb_of
from tests.sheets.pages_xlsx import xlsx_of

Writer = Callable[..., bytes]
WRITERS = {"xlsx": xlsx_of, "xlsb": xlsb_of, "xls": xls_of, "ods": ods_of}
every_format = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
A, B, C = "+447700900001", "+447700900002", "+447700900003"


@every_format
@pytest.mark.parametrize("at", [(0, 0), (0, 1), (4, 2), (2, 1)], ids=["A1", "B1", "C5", "B3"])
def test_a_table_keeps_its_rows_and_columns_wherever_it_begins(desk: Desk, write: Writer, at: tuple[int, int]) -> None:
    top, left = at
    content = write(Page([["phone", "sales rep"], [A, B], [C, B]], at=at))
    before = [""] * left
    assert desk.placed(content) == [
        (top + 1, [*before, "phone", "sales rep"]),
        (top + 2, [*before, A, B]),
        (top + 3, [*before, C, B]),
    ]


@every_format
def test_line_ends_in_cells_cut_no_row(desk: Desk, write: Writer) -> None:
    notes = ["old:\r+447700900999", "one\r\ntwo", 'said "no"\n, left', "\rx\r"]
    content = write(Page([["phone", "note", "name"], *([A, note, "Ann"] for note in notes)]))
    rows = [["phone", "note", "name"], *([A, note, "Ann"] for note in notes)]
    assert desk.placed(content) == list(enumerate(rows, start=1))


@every_format
def test_a_hidden_sheet_is_never_the_default(desk: Desk, write: Writer) -> None:
    pages = [Page([["phone"], [B]], name="Old", state="veryHidden"), Page([["phone"], [B]], name="H", state="hidden")]
    content = write(*pages, Page(name="Empty"), Page([["phone"], [A]], name="Now"))
    inspection = desk.inspect(content)
    assert [sheet.is_hidden for sheet in inspection.sheets] == [True, True, False, False]
    assert inspection.first_sheet == "Now"
    assert desk.rows(content) == [["phone"], [A]]
    assert desk.rows(content, sheet="Old") == [["phone"], [B]]


@every_format
def test_rows_on_hidden_sheets_alone_are_refused(desk: Desk, write: Writer) -> None:
    content = write(Page([["phone"], [A]], name="Old", state="hidden"), Page(name="Empty"))
    assert desk.refusal(content).startswith("Only hidden sheets contain rows.")


@every_format
def test_hidden_rows_are_counted_and_read_only_when_asked(desk: Desk, write: Writer) -> None:
    content = write(Page([["phone"], [A], [B], [None], [C]], at=(1, 0), hidden_rows=frozenset({2, 3, 4})))
    inspection = desk.inspect(content)
    assert inspection.sheet("").hidden_rows == 2
    assert desk.placed(content) == [(2, ["phone"]), (6, [C])]
    assert desk.rows(content, hidden_rows=True) == [["phone"], [A], [B], [C]]


@every_format
def test_the_head_goes_on_below_hidden_rows(desk: Desk, write: Writer) -> None:
    rows = [["phone"], *([f"07700900{n:03}"] for n in range(200))]
    content = write(Page(rows, hidden_rows=frozenset(range(1, 150))))
    inspection = desk.inspect(content)
    shown = head(desk.path, inspection, Choice(), scratch=desk.scratch)
    assert shown.rows == [["phone"], *rows[150:199]]
    assert inspection.sheet("").hidden_rows == 149


@every_format
def test_hidden_columns_are_named(desk: Desk, write: Writer) -> None:
    content = write(Page([["phone", "name", "mobile", "note"], [A, "Ann", B, "x"]], hidden_columns=frozenset({0, 3})))
    assert desk.inspect(content).sheet("").hidden_columns == (0, 3)
    assert desk.rows(content) == [["phone", "name", "mobile", "note"], [A, "Ann", B, "x"]]


@every_format
def test_an_error_is_no_empty_cell(desk: Desk, write: Writer) -> None:
    texts = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"]
    content = write(Page([["phone", "name"], *([Error(text), "Ann"] for text in texts), [A, Error()]]))
    assert desk.rows(content) == [["phone", "name"], *([text, "Ann"] for text in texts), [A, "#N/A"]]
    assert desk.inspect(content).sheet("").errors == 8


@pytest.mark.parametrize("write", [xlsx_of, ods_of], ids=["xlsx", "ods"])
def test_a_formula_without_a_value_is_no_empty_cell(desk: Desk, write: Writer) -> None:
    content = write(Page([["code", "phone"], ["44", Uncalculated()], [None, Uncalculated()]]))
    assert desk.rows(content) == [["code", "phone"], ["44", "#FORMULA!"], ["", "#FORMULA!"]]
    sheet = desk.inspect(content).sheet("")
    assert (sheet.without_value, sheet.errors, sheet.rows) == (2, 0, 3)


@pytest.mark.parametrize("write", [xlsx_of, ods_of], ids=["xlsx", "ods"])
def test_formulas_without_a_value_make_rows_of_their_own(desk: Desk, write: Writer) -> None:
    content = write(Page([["phone"], [Uncalculated()], [Uncalculated()]]))
    assert desk.rows(content) == [["phone"], ["#FORMULA!"], ["#FORMULA!"]]


@every_format
def test_a_number_is_read_as_its_format_shows_it(desk: Desk, write: Writer) -> None:
    shown = [
        Shown(331234567, "0000000000", "0331234567"),
        Shown(612345678, '0#" "##" "##" "##" "##', "06 12 34 56 78"),
        Shown(81234500001, '"+62 "0', "+62 81234500001"),
        Shown(81234500001.0, "\\+0", "+81234500001"),
        Shown(3331234567, "0000000000", "3331234567"),
        Shown(81234500003.5, "0000000000000", "0081234500004"),
        Shown(12345, "#,##0", "12,345"),
    ]
    content = write(Page([["phone"], *([cell] for cell in shown)]))
    want = ["0331234567", "06 12 34 56 78", "+62 81234500001", "+81234500001", "3331234567", "81234500003.5", "12345"]
    assert desk.rows(content) == [["phone"], *([text] for text in want)]


@every_format
def test_all_visible_sheets_are_read_one_after_the_other(desk: Desk, write: Writer) -> None:
    pages = [
        Page([["phone"], [A]], name="January"),
        Page([["phone"], [B]], name="Old", state="hidden"),
        Page(name="Empty"),
        Page([["phone"], [C]], name="February", hidden_rows=frozenset({1})),
    ]
    inspection = desk.inspect(write(*pages))
    found = []
    for name, table in open_tables(desk.path, inspection, Choice(hidden_rows=True), scratch=desk.scratch):
        with table:
            found += [(name, row) for block in table for row in block.rows]
    assert found == [("January", ["phone"]), ("January", [A]), ("February", ["phone"]), ("February", [C])]


@every_format
def test_a_stray_blank_far_to_the_right_adds_no_column(desk: Desk, write: Writer) -> None:
    last = 255 if write is xls_of else 16_383
    content = write(Page([["phone", "name"], [A, "Ann", *[None] * (last - 2), " "]]))
    assert desk.rows(content) == [["phone", "name"], [A, "Ann"]]


def test_a_stray_blank_does_not_take_the_memory_of_a_long_list(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WORKBOOK_MEMORY", 1024**3)
    rows = [["phone", "name"], *([f"+44770090{n:04}", "Ann"] for n in range(6_000))]
    far = '<row r="6002"><c r="XFD6002" t="inlineStr"><is><t> </t></is></c></row>'
    found = desk.rows(xlsx_of(Page(rows), extra=far))
    assert found == rows


@pytest.mark.parametrize("write", [xlsx_of, xlsb_of, ods_of], ids=["xlsx", "xlsb", "ods"])
def test_a_text_far_to_the_right_is_a_column(desk: Desk, write: Writer) -> None:
    content = write(Page([["phone", *[None] * 298, "x"], [A]]))
    assert "The file has 300 columns; the limit is 256." in desk.refusal(content)


@pytest.mark.parametrize("write", [xlsx_of, xlsb_of, xls_of], ids=["xlsx", "xlsb", "xls"])
@pytest.mark.parametrize("row", [1, 700])
def test_nul_in_a_cell_is_refused_with_its_row(desk: Desk, write: Writer, row: int) -> None:
    cell = "An_x0000_n" if write is xlsx_of else "An\x00n"
    rows = [["phone", "name"], *([A, cell if number == row else "Ann"] for number in range(1, 800))]
    text = desk.refusal(write(Page(rows)))
    assert text.startswith(f"Row {row + 1} of the sheet List contains a character that is not text (NUL).")


def test_a_protected_xls_is_refused_by_name(desk: Desk) -> None:
    assert desk.refusal(xls_of(Page([["phone"], [A]]), protected=True)).startswith("The workbook is protected")


def test_a_protected_ods_is_refused_by_name(desk: Desk) -> None:
    content = ods_of(Page([["phone"], [A]]), protected=True)
    assert desk.refusal(content).startswith("The workbook is protected")


@pytest.mark.parametrize("has_places", [True, False])
@pytest.mark.parametrize("prefix", ["", "x"])
def test_xlsx_written_otherwise(desk: Desk, prefix: str, has_places: bool) -> None:
    page = Page([["phone"], [A], [B], [Error()], [Shown(331234567, "0000000000", "")]], hidden_rows=frozenset({1}))
    content = xlsx_of(page, prefix=prefix, has_places=has_places)
    assert desk.rows(content) == [["phone"], [B], ["#N/A"], ["0331234567"]]


def test_what_was_kept_of_a_workbook_before_rows_could_be_hidden_is_understood() -> None:
    kept = {"name": "List", "rows": 3, "head": [["", ""], ["phone", "name"], [A, "Ann"]]}
    sheet = Sheet.from_json(kept)
    assert [(row.row, list(row.cells)) for row in sheet.shown(with_hidden=False)] == [
        (2, ["phone", "name"]),
        (3, [A, "Ann"]),
    ]
    assert (sheet.is_hidden, sheet.hidden_rows, sheet.hidden_columns) == (False, 0, ())


CELLS = st.one_of(
    st.none(),
    st.text(alphabet=st.sampled_from("ab,;\"'\r\n\t =+0é𝒳|"), max_size=6),
    st.integers(0, 10**14),
    st.floats(0, 10**9),
    st.booleans(),
    st.just(Error()),
)
PAGES = st.builds(
    Page,
    rows=st.lists(st.lists(CELLS, max_size=5), max_size=8),
    at=st.tuples(st.integers(0, 5), st.integers(0, 3)),
)


@pytest.mark.parametrize(("kind", "write"), [("xlsx", xlsx_of), ("xlsx", xlsb_of), ("xls", xls_of), ("ods", ods_of)])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(page=PAGES)
def test_rows_in_are_rows_out(tmp_path: Path, kind: str, write: Writer, page: Page) -> None:
    path = tmp_path / "workbook"
    path.write_bytes(write(page))
    with source_of(path, kind) as source:
        found = list(source.rows("List"))
    left = page.at[1]
    want = {row + 1: dict(cells) for row, cells in page.numbered() if any(map(_is_filled, dict(cells).values()))}
    assert [number for number, _cells in found] == list(want)
    for number, cells in found:
        assert not any(cells[:left])
        texts = {column: value for column, value in want[number].items() if isinstance(value, str)}
        assert texts == {column: cells[column] for column in texts}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.tuples(st.integers(1, 3), st.lists(st.text(max_size=8), min_size=1, max_size=4)), max_size=12))
def test_rows_come_back_as_they_were_handed_over(rows: list[tuple[int, list[str]]]) -> None:
    number, numbered = 0, []
    for step, cells in rows:
        number += step
        numbered.append((number, [cell.replace("\x00", "") for cell in cells]))
    target = StringIO()
    write_rows(iter(numbered), target)
    stream = Unpacked(BytesIO(target.getvalue().encode("utf-8", "surrogatepass")))
    found = [pair for block in WorkbookBlocks(stream) for pair in zip(block.line_numbers, block.rows, strict=True)]
    assert found == [(number, cells) for number, cells in numbered if any(map(str.strip, cells))]


def _is_filled(value: object) -> bool:
    return value is not None and value != ""
