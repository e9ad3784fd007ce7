"""Delimited text: encodings, line ends, quoting; nothing is lost, whatever the bytes are."""

from __future__ import annotations

import tracemalloc

import pytest

from sheets import limits
from sheets.errors import FileRefused
from sheets.reading import Choice, head
from tests.sheets.files import Desk

CHINESE = "phone,姓名\n+447700900001,王小明\n+447700900002,陈静\n+447700900003,李伟\n"
TAIWANESE = "phone,姓名\n+447700900001,陳大文\n+447700900002,黃小明\n+447700900003,劉美麗\n"
WESTERN = "phone,name\n+447700900001,José Ñandú\n+447700900002,Françoise Müller\n"


@pytest.mark.parametrize(
    ("content", "encoding", "is_certain"),
    [
        (CHINESE.encode(), "utf-8", True),
        (b"\xef\xbb\xbf" + CHINESE.encode(), "utf-8", True),
        (b"\xff\xfe" + CHINESE.encode("utf-16-le"), "utf-16-le", True),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-16-be", True),
        (CHINESE.encode("utf-16-le"), "utf-16-le", False),
        (CHINESE.encode("utf-16-be"), "utf-16-be", False),
        (CHINESE.encode("gb18030"), "gb18030", False),
        (TAIWANESE.encode("big5"), "big5", False),
        (WESTERN.encode("cp1252"), "cp1252", False),
    ],
)
def test_the_encoding_is_found_and_what_is_not_certain_is_said(
    desk: Desk, content: bytes, encoding: str, is_certain: bool
) -> None:
    inspection = desk.inspect(content)
    assert (inspection.encodings[0], inspection.is_certain) == (encoding, is_certain)
    rows = desk.rows(content)
    texts = {"gb18030": CHINESE, "big5": TAIWANESE, "cp1252": WESTERN}
    assert rows == [line.split(",") for line in texts.get(encoding, CHINESE).splitlines()]


def test_another_encoding_can_be_chosen(desk: Desk) -> None:
    assert desk.rows(TAIWANESE.encode("big5"), encoding="gb18030") != desk.rows(TAIWANESE.encode("big5"))


def test_a_byte_that_is_no_text_is_refused_with_its_place(desk: Desk) -> None:
    text = desk.refusal(b"phone\n447700900001\n" + b"a\xff\x9fb\x98\xd8\x81c\xf0\n")
    assert text.startswith("Line 3 is not UTF-8: byte 0xFF at offset 20 cannot be read.")


def test_a_damaged_byte_in_a_utf8_file_is_refused_with_its_place(desk: Desk) -> None:
    """Other encodings would read it, and every name in it wrong."""
    text = desk.refusal((CHINESE * 3).encode() + b"+447700900004,\xc3\n")
    assert text.startswith("Line 13 is not UTF-8: byte 0xC3")


def test_a_byte_order_mark_that_lies_is_refused(desk: Desk) -> None:
    assert "Line 1 is not UTF-16-LE" in desk.refusal(b"\xff\xfea\x00\x00\xd8")


def test_zero_bytes_are_refused_with_their_line(desk: Desk) -> None:
    assert "Line 2 contains binary data" in desk.refusal("phone\n44770\x00900001\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end(desk: Desk, end: str) -> None:
    assert desk.numbered(end.join(["phone,name", "1,a", "", "2,b"])) == [(1, "phone,name"), (2, "1,a"), (4, "2,b")]


def test_mixed_line_ends_and_characters_that_only_look_like_line_ends(desk: Desk) -> None:
    a, b, c = (f"+44770090000{n}" for n in range(3))
    content = f"phone,name\r\n{a},a\x0bb\n{b},c\u2028d\r{c},e\x85f\n"
    assert desk.rows(content) == [["phone", "name"], [a, "a\x0bb"], [b, "c\u2028d"], [c, "e\x85f"]]


def test_quoted_cells_keep_their_line_ends_and_the_line_on_which_they_begin(desk: Desk) -> None:
    content = 'name,phone\r\n"Ann\r\nLee",1\r\nBob,2\r\n"C ""D"" E",3'
    assert desk.rows(content) == [["name", "phone"], ["Ann\r\nLee", "1"], ["Bob", "2"], ['C "D" E', "3"]]
    assert [number for number, _line in desk.numbered(content)] == [1, 2, 4, 5]
    assert desk.numbered(content)[1][1] == '"Ann\r\nLee",1'


def test_a_quoted_cell_across_two_blocks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_ROWS", 3)
    lines = ["name,phone", "a,1", 'b,"2', "and", 'more"', "c,3", "d,4"]
    assert [row[0] for row in desk.rows("\n".join(lines))] == ["name", "a", "b", "c", "d"]
    assert [number for number, _line in desk.numbered("\n".join(lines))] == [1, 2, 3, 6, 7]


def test_an_open_quotation_mark_costs_its_own_line_only(desk: Desk) -> None:
    lines = ["phone,name", '1,"Ann', *(f"{n},x" for n in range(2, 3000))]
    blocks = desk.blocks("\n".join(lines))
    found = {number for block in blocks for number in block.line_numbers}
    assert found == set(range(1, 3001))
    unreadable = [block.line_numbers[place] for block in blocks for place in block.unreadable]
    assert unreadable == [2]


def test_a_cell_that_no_reader_takes_costs_its_own_line_only(desk: Desk) -> None:
    blocks = desk.blocks(f"phone,note\n1,{'x' * 200_000}\n2,y\n")
    (block,) = blocks
    assert list(block.unreadable) == [1]
    assert block.rows[2] == ["2", "y"]


@pytest.mark.parametrize("content", ["", "\n\n", " , ,\n", "\ufeff", "\r\n"])
def test_nothing_in_the_file(desk: Desk, content: str) -> None:
    assert desk.refusal(content).startswith("The file is empty.")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_consistently(desk: Desk, delimiter: str) -> None:
    content = f"name{delimiter}phone\nSmith{delimiter}1\nJones{delimiter}2\n"
    assert desk.inspect(content).delimiter == delimiter


def test_commas_in_the_values_do_not_win_over_the_delimiter(desk: Desk) -> None:
    assert desk.inspect("phone;name\n1;Smith, Ann\n2;Jones, Bob\n").delimiter == ";"
    row = '1|Smith|Ann|d|{"a": 1, "b": 2}|'
    assert desk.inspect("\n".join([row] * 3)).delimiter == "|"


def test_ragged_rows_and_repeated_names_are_as_they_stand(desk: Desk) -> None:
    assert desk.rows("a,a,b\n1\n1,2,3,4\n1,2,\n") == [["a", "a", "b"], ["1"], ["1", "2", "3", "4"], ["1", "2", ""]]


def test_the_head_is_read_alone(desk: Desk) -> None:
    content = "phone\n" + "".join(f"{n}\n" for n in range(100_000))
    inspection = desk.inspect(content)
    block = head(desk.path, inspection, Choice(), scratch=desk.scratch, rows=5)
    assert block.rows == [["phone"], ["0"], ["1"], ["2"], ["3"]]
    assert inspection.lines == 100_002


def test_too_many_columns_are_refused(desk: Desk) -> None:
    assert "10001 columns; the limit is 256" in desk.refusal("phone" + ",x" * 10_000)


def test_a_cell_of_fifty_megabytes_is_refused_before_it_is_held(desk: Desk) -> None:
    content = b"phone,note\n1," + b"x" * 50_000_000
    tracemalloc.start()
    try:
        text = desk.refusal(content)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "Line 2 is longer than 1048576 characters." in text
    assert peak < 20_000_000


@pytest.mark.parametrize("choice", [{"encoding": "utf-7"}, {"delimiter": "xx"}, {"sheet": "none"}])
def test_a_choice_that_does_not_fit_is_refused(desk: Desk, choice: dict[str, str]) -> None:
    with pytest.raises(FileRefused):
        desk.blocks("phone\n1\n", **choice)


def test_a_wrong_encoding_is_refused_where_it_fails(desk: Desk) -> None:
    with pytest.raises(FileRefused, match="From line 2, the file is not UTF-8"):
        desk.blocks(WESTERN.encode("cp1252"), encoding="utf-8")
