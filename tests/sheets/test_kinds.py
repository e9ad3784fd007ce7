"""What people upload in place of a list is refused by its name, with what to do."""

from __future__ import annotations

import pytest

from tests.sheets.files import Desk, zipped
from tests.sheets.pages_xls import compound

MAIL = "Received: from x\r\nFrom: a@example.com\r\nTo: b@example.com\r\nSubject: the list\r\nMIME-Version: 1.0\r\n"


@pytest.mark.parametrize(
    ("content", "kind", "advice"),
    [
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\nTEL:+447700900001\r\nEND:VCARD", "a vCard file", "Export the contacts as CSV"),
        (b"\xef\xbb\xbfBEGIN:VCARD\nVERSION:2.1", "a vCard file", "Export the contacts as CSV"),
        ("BEGIN:VCARD\nVERSION:2.1".encode("utf-16"), "a vCard file", "Export the contacts as CSV"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0", "a calendar", "one number per line"),
        (f"{MAIL}\r\nHello".encode(), "an e-mail", "attached list"),
        (f"{MAIL}Content-Type: multipart/related; boundary=x\r\n\r\n--x".encode(), "an e-mail", "attached list"),
        (compound(**{"__properties_version1.0": b"x"}), "an e-mail", "attached list"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF", "in the program that created it"),
        (b"\r\n%PDF-1.4", "PDF", "in the program that created it"),
        (zipped(**{"Index/Document_iwa": b"", "preview_jpg": b""}), "an Apple Numbers", "Export To, CSV or Excel"),
        (compound(WordDocument=b"x"), "a Word document", "as CSV or XLSX"),
        (compound(**{"PowerPoint Document": b"x"}), "a presentation", "as CSV or XLSX"),
        (zipped(**{"[Content\\Types]_xml": b"", "ppt/presentation_xml": b""}), "a presentation", "as CSV or XLSX"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), "an Office document", "as CSV or XLSX"),
        (b"-- phpMyAdmin SQL Dump\nCREATE TABLE x (\n", "an SQL dump", "as CSV from the database"),
        (b"INSERT INTO `people` VALUES (1);", "an SQL dump", "as CSV from the database"),
        (b"dn: cn=Ann,o=x\ntelephoneNumber: 1\n", "an LDIF file", "as CSV from your address book"),
        (b"ID;PWXL;N;E\r\nP;PGeneral\r\n", "SYLK", "as CSV or XLSX"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00", "BMP", "as CSV or XLSX"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "HEIC", "as CSV or XLSX"),
        (b"PAR1\x15\x04", "Parquet", "as CSV or XLSX"),
        (b"<?xml version='1.0'?><people><row/></people>", "an XML file without a table", "as CSV or XLSX"),
    ],
)
def test_other_files_are_refused_by_name(desk: Desk, content: bytes, kind: str, advice: str) -> None:
    text = desk.refusal(content)
    assert text.startswith(f"This is {kind}")
    assert advice in text


def test_a_protected_workbook_is_refused_by_name(desk: Desk) -> None:
    content = compound(EncryptedPackage=b"x" * 200_000, EncryptionInfo=b"x")
    assert desk.refusal(content).startswith("The workbook is protected with a password. Save it without a password")


@pytest.mark.parametrize(
    "content",
    [
        b"ID;Phone\n1;+447700900001\n",
        b"BMW owners,phone\nAnn,+447700900001\n",
        b"To: all agents\nphone\n+447700900001\n",
        b"dn,phone\n1,+447700900001\n",
        b"# people, no dump\nphone\n+447700900001\n",
        b"-- my list\nphone\n+447700900001\n",
    ],
)
def test_lists_that_begin_like_other_files_are_read(desk: Desk, content: bytes) -> None:
    assert desk.inspect(content).kind == "text"


@pytest.mark.parametrize("cut", [600, 1500, 3000, 5000])
@pytest.mark.parametrize("flip", [None, 30, 48, 76, 512 * 9 + 120])
def test_a_damaged_compound_file_is_refused(desk: Desk, cut: int, flip: int | None) -> None:
    content = bytearray(compound(Workbook=b"\x09\x08\x10\x00\x00\x06\x05\x00" + b"\x00" * 5000)[:cut])
    if flip is not None and flip < len(content):
        content[flip] ^= 0xFF
    assert desk.refusal(bytes(content)).startswith("The file is damaged or is not a workbook.")
