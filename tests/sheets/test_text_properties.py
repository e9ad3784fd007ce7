"""Random tables, written as programs write them, in every dialect, encoding and line end: rows out are rows in."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheets.encodings import NAMES
from tests.sheets.tables import phone, read

LETTERS = {
    "cp1250": "Łódźřšá",
    "cp1251": "Москваё",
    "cp1252": "Ñandúéçß",
    "cp1253": "ΑθήναΜ",
    "cp1254": "ŞişliığÇ",
    "cp1255": "שרהלוי",
    "cp1256": "محمدعلي",
    "cp1257": "Rīgaņšė",
    "cp1258": "Đăngơư",
    "cp874": "สมชายใจดี",
    "koi8-r": "Москваё",
    "mac-roman": "Ñandúéçß",
    "iso8859-2": "Łódźřšá",
    "iso8859-15": "Œuvreéà",
    "cp932": "田中太郎ソ表アｱ",
    "euc_jp": "田中太郎さアソ",
    "cp949": "김철수서울똠",
    "gb18030": "王小明北京龍",
    "big5": "陳大文功許蓋",
}
MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


@st.composite
def tables(draw: st.DrawFn, encoding: str, *, extra: str) -> list[list[str]]:
    """Numbers in one column and text in the others, without digits: no piece of a cell could be a row.

    Without =, which behind a delimiter and in front of a quotation mark begins a cell of another kind (odd_quoting).
    """
    alphabet = LETTERS.get(encoding, "éЖ王😀") + "abc ',;|\t\"#." + extra
    cells = st.text(st.sampled_from(alphabet), max_size=9)
    width, place = draw(st.integers(2, 5)), draw(st.integers(0, 1))
    rows = [[draw(cells) for _ in range(width)] for _ in range(draw(st.integers(1, 8)))]
    return [[*row[:place], phone(number), *row[place + 1 :]] for number, row in enumerate(rows)]


def written(rows: list[list[str]], *, delimiter: str, end: str, quoting: int) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


def plain(rows: list[list[str]], quoting: int) -> list[list[str]]:
    """Blanks before an unquoted cell belong to nobody."""
    return rows if quoting == csv.QUOTE_ALL else [[cell.lstrip(" ") for cell in row] for row in rows]


@pytest.mark.parametrize("encoding", NAMES)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_rows_out_are_rows_in(encoding: str, data: st.DataObject) -> None:
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    delimiter = data.draw(st.sampled_from([",", ";", "\t", "|"]))
    quoting = data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    # The csv module leaves a line end that is not its own unquoted; then only cells of one line are sure to come back.
    # In a handful of rows nobody can tell another line end inside a cell from an end; test_text_lines has longer files.
    extra = end
    rows = data.draw(tables(encoding, extra=extra))
    header = [f"column {chr(97 + place)}" for place in range(len(rows[0]))]
    text = written([header, *rows], delimiter=delimiter, end=end, quoting=quoting)
    content = MARKS.get(encoding, b"") + text.encode(encoding)
    found = read(content, encoding=encoding, delimiter=delimiter, header_line=1)
    assert found.header == header
    assert plain(found.rows, quoting) == plain(rows, quoting)
    assert found.unreadable == []
    assert found.books is not None
    assert found.books.agree
    assert (found.books.rows, found.books.blank) == (len(rows) + 1, 0)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_dialect_is_found_and_no_row_is_lost(data: st.DataObject) -> None:
    """Without a word of a person; cells without delimiters, as no program could tell."""
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    delimiter = data.draw(st.sampled_from([",", ";", "\t", "|"]))
    cells = st.text(st.sampled_from("abcé王 '.\""), max_size=9)
    rows = [[data.draw(cells), phone(row), data.draw(cells)] for row in range(data.draw(st.integers(2, 9)))]
    title = data.draw(st.sampled_from([[], ["Customers"], ["# made by a program"], [f"sep={delimiter}"]]))
    text = written([["who", "phone", "note"], *rows], delimiter=delimiter, end=end, quoting=csv.QUOTE_ALL)
    found = read("".join(f"{line}{end}" for line in title) + text)
    assert (found.inspection.delimiter, found.header) == (delimiter, ["who", "phone", "note"])
    assert found.rows == rows
    assert found.inspection.header_line == len(title) + 1
