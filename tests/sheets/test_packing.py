from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from sheets import limits
from tests.sheets.files import Desk, gzipped, zipped

LIST = b"phone,name\n1,Ann\n"
ROWS = [["phone", "name"], ["1", "Ann"]]


def test_one_packed_file_is_read(desk: Desk) -> None:
    assert desk.rows(gzipped(LIST)) == ROWS
    assert desk.rows(zipped(list_csv=LIST)) == ROWS
    assert desk.inspect(zipped(list_csv=LIST)).packing == "zip"


def test_clutter_does_not_count(desk: Desk) -> None:
    content = zipped(**{"list_csv": LIST, "__MACOSX/x": b"", ".DS_Store": b"", "folder/": b""})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/list.csv", LIST)
        archive.writestr("__MACOSX/a/._list.csv", b"x")
        archive.writestr("a/.DS_Store", b"x")
    assert desk.rows(file.getvalue()) == ROWS
    assert content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (zipped(a_csv=LIST, b_csv=LIST), "The archive contains 2 files (a.csv, b.csv)."),
        (zipped(), "The archive contains 0 files"),
        (zipped(a_zip=zipped(list_csv=LIST)), "The archive contains another archive."),
        (gzipped(gzipped(LIST)), "The archive contains another archive."),
        (gzipped(LIST * 1000)[:-20], "The archive is damaged or incomplete."),
        (b"\x1f\x8bnonsense", "The archive is damaged or incomplete."),
    ],
)
def test_other_archives_are_refused(desk: Desk, content: bytes, sentence: str) -> None:
    assert desk.refusal(content).startswith(sentence)


def test_a_protected_archive_is_refused(desk: Desk) -> None:
    content = bytearray(zipped(list_csv=LIST))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert "protected with a password" in desk.refusal(bytes(content))


@pytest.mark.parametrize("pack", [gzipped, lambda content: zipped(list_csv=content)], ids=["gzip", "zip"])
def test_a_bomb_is_refused_by_what_really_comes_out(desk: Desk, pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED", 5_000_000)
    bomb = pack(b"447700900001\n" * 1_000_000)
    assert len(bomb) < 100_000
    assert "The uncompressed file is larger than" in desk.refusal(bomb)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"\n <!DOCTYPE html><html>", "a web page"),
        (b"<?xml version='1.0'?>", "an XML file without a table"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"{\\rtf1", "RTF"),
    ],
)
def test_what_is_no_list_is_named(desk: Desk, content: bytes, kind: str) -> None:
    text = desk.refusal(content)
    assert text.startswith(f"This is {kind}")
    assert "CSV or XLSX" in text


def test_the_name_in_gzip_does_not_matter(desk: Desk) -> None:
    file = io.BytesIO()
    with gzip.GzipFile("../../x.exe", "wb", fileobj=file) as stream:
        stream.write(LIST)
    assert desk.rows(file.getvalue()) == ROWS
