"""What a file is, by its first bytes. Its name is not asked: people rename files."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from sheets import compound
from sheets.errors import FileRefused
from sheets.other_kinds import refused_as, refused_by_entries, refused_by_first_bytes, refused_by_streams
from sheets.packing import GZIP, PLAIN, ZIP, only_member, unpacked
from sheets.text_kinds import plain_kind
from sheets.wide import narrowed

TEXT, JSON, XLSX, XLS, ODS = "text", "json", "xlsx", "xls", "ods"
HTML, XML, MHTML = "html", "xml", "mhtml"
MARKUP = (HTML, XML, MHTML)
"""Tables in markup: web pages, XML Spreadsheet 2003, and web archives, which programs save with the ending .xls."""
WORKBOOKS = (XLSX, XLS, ODS, *MARKUP)
"""What has sheets, or tables that are offered like sheets."""
HEAD_BYTES = 4096
# The second is an archive with nothing in it, which begins with its end.
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"


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
        try:
            with zipfile.ZipFile(path) as archive:
                if workbook := _workbook_in(archive):
                    return Kind(workbook, PLAIN)
                only_member(archive)
        except (zipfile.BadZipFile, OSError) as exc:
            raise FileRefused(
                _("The archive or workbook is damaged. Save or compress the list again, then upload it.")
            ) from exc
        return Kind(_inner_kind(path, ZIP), ZIP)
    if head.startswith(compound.MAGIC):
        try:
            streams = compound.names_in(path)
        except compound.Damaged:
            return Kind(XLS, PLAIN)  # its reader says so
        if refusal := refused_by_streams(streams):
            raise refusal
        return Kind(XLS, PLAIN)
    return Kind(_plain_kind(head), PLAIN)


def _workbook_in(archive: zipfile.ZipFile) -> str:
    names = {name.replace("\\", "/") for name in archive.namelist()}
    if "[Content_Types].xml" in names and any(name.startswith("xl/workbook.") for name in names):
        return XLSX
    # It is read whole, and an archive may claim any size; the real one has 46 bytes.
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        kind = archive.read("mimetype")
        if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            return ODS
    if refusal := refused_by_entries(names):
        raise refusal
    return ""


def _inner_kind(path: Path, packing: str) -> str:
    with unpacked(path, packing) as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(_GZIP):
        raise FileRefused(_("The archive contains another archive. Compress the list only once."))
    if head.startswith(_ZIPS):
        # A workbook is a zip too; which one is only seen at its end, by the reader of workbooks.
        return XLSX
    if head.startswith(compound.MAGIC):
        return XLS
    return _plain_kind(head)


def _plain_kind(head: bytes) -> str:
    if refusal := refused_by_first_bytes(head):
        raise refusal
    kind = plain_kind(narrowed(head))
    if not kind:
        raise refused_as(_("an XML file without a table"))
    return kind
