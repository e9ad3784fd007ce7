from __future__ import annotations

import codecs
import io

import pytest

from campaigns.importer import decode
from campaigns.importer.decode import TextFile
from campaigns.importer.errors import FileRefused
from campaigns.importer.limits import MAX_LINE
from tests.campaigns.importer.files import lines_of

TEXT = "phone,name\n+447700900001,Zoë\n+447700900002,陳大文\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with BOM", "utf-16 little", "utf-16 big"],
)
def test_it_reads_utf8_and_what_a_bom_announces(content: bytes) -> None:
    assert lines_of(content) == TEXT.splitlines(keepends=True)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_ends_a_line(line_end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (1, 2, 3, 64):
        monkeypatch.setattr(decode, "CHUNK_BYTES", size)
        assert lines_of(f"a{line_end}{line_end}b{line_end}c") == [f"a{line_end}", line_end, f"b{line_end}", "c"]


def test_line_separators_inside_a_cell_end_no_line() -> None:
    assert lines_of("a\u2028b\x0bc\x85d\n") == ["a\u2028b\x0bc\x85d\n"]


@pytest.mark.parametrize("chunk", [1, 7, 256 * 1024])
def test_what_is_not_utf8_is_refused_with_line_and_offset(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "CHUNK_BYTES", chunk)
    content = "phone,name\r\n+447700900001,Zoë\r\n+447700900002,".encode() + b"Jos\xe9\r\n"
    with pytest.raises(FileRefused, match=rf"Line 3 is not UTF-8: byte 0xE9 at offset {content.index(0xE9)} "):
        lines_of(content)


def test_a_character_cut_off_at_the_end_is_refused() -> None:
    with pytest.raises(FileRefused, match="Line 2 is not UTF-8: byte 0xC3 at offset 6"):
        lines_of(b"phone\n\xc3")


@pytest.mark.parametrize("magic", [b"PK\x03\x04rest of a zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"])
def test_a_workbook_is_told_apart(magic: bytes) -> None:
    with pytest.raises(FileRefused, match=r"This is a workbook, not a CSV file.*CSV UTF-8"):
        lines_of(magic)


def test_binary_data_is_no_list() -> None:
    with pytest.raises(FileRefused, match="Line 2 holds binary data"):
        lines_of(b"phone\n+44\x007700\n")


def test_utf16_without_a_bom_is_refused_not_guessed() -> None:
    with pytest.raises(FileRefused, match="binary data"):
        lines_of("phone\n".encode("utf-16-le"))


def test_an_endless_line_is_refused() -> None:
    with pytest.raises(FileRefused, match=f"Line 2 is longer than {MAX_LINE} characters"):
        lines_of(b"phone\n" + b"1" * (MAX_LINE + 1))


def test_it_counts_bytes_and_lines_for_the_progress_display() -> None:
    content = codecs.BOM_UTF8 + TEXT.encode()
    text = TextFile(io.BytesIO(content))
    assert len(list(text)) == text.lines == 3
    assert text.bytes_read == len(content)
