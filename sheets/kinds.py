"""What a file is, by its first bytes. Its name is not asked: people rename files."""

from __future__ import annotations

import codecs
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from sheets.errors import FileRefused
from sheets.packing import GZIP, PLAIN, ZIP, only_member, unpacked
from sheets.wide import narrowed

TEXT, JSON, XLSX, XLS, ODS = "text", "json", "xlsx", "xls", "ods"
WORKBOOKS = (XLSX, XLS, ODS)
HEAD_BYTES = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3", "SQLite"),
)
_JSON = re.compile(rb"\s*(\{\s*[\"}]|\[\s*[{\]])")
_MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml|table|head|body)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kind:
    kind: str
    packing: str


def kind_of(path: Path) -> Kind:
    """Raises FileRefused for what is no table."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(_GZIP):
        return Kind(_inner_kind(path, GZIP), GZIP)
    if head.startswith(_ZIPS):
        return _of_zip(path)
    return Kind(_plain_kind(head), PLAIN)


def _of_zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            if workbook := _workbook_in(archive):
                return Kind(workbook, PLAIN)
            only_member(archive)
    except (zipfile.BadZipFile, OSError) as exc:
        raise FileRefused(
            _("The archive or workbook is damaged. Save or pack the list again, and upload that.")
        ) from exc
    return Kind(_inner_kind(path, ZIP), ZIP)


def _workbook_in(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        if any(name.startswith("xl/workbook.") for name in names):
            return XLSX
        raise _refused_as(_("an Office document without tables"))
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        kind = archive.read("mimetype")
        if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            return ODS
        raise _refused_as(_("an Office document without tables"))
    return ""


def _inner_kind(path: Path, packing: str) -> str:
    with unpacked(path, packing) as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(_GZIP):
        raise FileRefused(_("The archive holds another archive. Pack the list once."))
    if head.startswith(_ZIPS):
        # A workbook is a zip too; which one is only seen at its end, by the reader of workbooks.
        return XLSX
    return _plain_kind(head)


def _plain_kind(head: bytes) -> str:
    if head.startswith(_OLE):
        return XLS
    for start, name in _OTHERS:
        if head.startswith(start):
            raise _refused_as(name)
    text = narrowed(head).removeprefix(codecs.BOM_UTF8)
    if _MARKUP.match(text):
        raise _refused_as(_("a web page or XML file"))
    return JSON if _JSON.match(text) else TEXT


def _refused_as(name: str) -> FileRefused:
    text = _("This is %(kind)s, not a list. Save the list as CSV or XLSX, and upload that.")
    return FileRefused(text % {"kind": name})
