"""What people upload in place of a list, by name, with what to do instead."""

from __future__ import annotations

import re
from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sheets.errors import FileRefused
from sheets.text_kinds import readable

_FIRST_BYTES = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"\x00\x01\x00\x00Standard", "Microsoft Access"),
)
_PATTERNS = (
    (re.compile(rb"BM.{4}\x00{4}", re.DOTALL), "BMP"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "WebP"),
    (re.compile(rb".{4}ftyp(heic|heif|mif1|avif)", re.DOTALL), "HEIC"),
    (re.compile(rb"ID;P(WXL|CALC|SCALC)"), "SYLK"),
)
_FIELDS = r"([\w-]+:[^\n]*\n([ \t][^\n]*\n)*)*"
# Two fields of a mail's head, in any order: one alone, such as "Date:", may begin a list.
_MAIL = re.compile(
    rf"(?=\s*{_FIELDS}(from|subject|date|mime-version):)\s*{_FIELDS}(received|to|message-id|delivered-to|return-path):",
    re.IGNORECASE,
)
_WORDS = (
    (re.compile(r"\s*BEGIN:VCARD", re.IGNORECASE), "vcard"),
    (re.compile(r"\s*BEGIN:VCALENDAR", re.IGNORECASE), "calendar"),
    (_MAIL, "e-mail"),
    (re.compile(r"\s*(dn:{1,2} \S|version: 1\s*\ndn:)"), "ldif"),
    (re.compile(r"\s*(--|/\*|#)[^\n]*(sql|dump)[\s\S]*(insert\s+into|create\s+table)\s", re.IGNORECASE), "sql"),
    (re.compile(r"\s*(insert\s+into|create\s+table)\s", re.IGNORECASE), "sql"),
    # Readers of PDF allow that many bytes of something else before it.
    (re.compile(r"[\s\S]{0,1024}?%PDF-\d"), "pdf"),
)
_NAMES = {
    "vcard": (gettext_lazy("a vCard file"), gettext_lazy("Export the contacts as CSV from your address book.")),
    "calendar": (gettext_lazy("a calendar"), gettext_lazy("Upload a list with one number per line.")),
    "e-mail": (
        gettext_lazy("an e-mail"),
        gettext_lazy("Save the attached list as a separate file and upload that file."),
    ),
    "ldif": (gettext_lazy("an LDIF file"), gettext_lazy("Export the contacts as CSV from your address book.")),
    "sql": (
        gettext_lazy("an SQL dump"),
        gettext_lazy("Export the table as CSV from the database and upload the export."),
    ),
    "pdf": ("PDF", gettext_lazy("Save the list as CSV or XLSX in the program that created it, then upload it.")),
    "numbers": (
        gettext_lazy("an Apple Numbers, Pages or Keynote document"),
        gettext_lazy("In Numbers, choose File, Export To, CSV or Excel, then upload the export."),
    ),
    "word": (gettext_lazy("a Word document"), None),
    "slides": (gettext_lazy("a presentation"), None),
    "office": (gettext_lazy("an Office document without tables"), None),
}
_STREAMS = (
    ("__properties_version1.0", "e-mail"),
    ("WordDocument", "word"),
    ("PowerPoint Document", "slides"),
)


def refused_as(kind: str, advice: str = "") -> FileRefused:
    advice = advice or _("Save the list as CSV or XLSX, then upload it.")
    return FileRefused(_("This is %(kind)s, not a list. %(advice)s") % {"kind": kind, "advice": advice})


def protected() -> FileRefused:
    return FileRefused(_("The workbook is protected with a password. Save it without a password, then upload it."))


def _refused(name: str) -> FileRefused:
    kind, advice = _NAMES[name]
    return refused_as(str(kind), str(advice or ""))


def refused_by_first_bytes(head: bytes) -> FileRefused | None:
    for start, name in _FIRST_BYTES:
        if head.startswith(start):
            return refused_as(name)
    for pattern, name in _PATTERNS:
        if pattern.match(head):
            return refused_as(name)
    text = readable(head)
    return next((_refused(name) for words, name in _WORDS if words.match(text)), None)


def refused_by_streams(names: Collection[str]) -> FileRefused | None:
    """Of a compound file: old Office documents, messages of Outlook, and new workbooks with a password."""
    if "EncryptedPackage" in names:
        return protected()
    return next((_refused(kind) for name, kind in _STREAMS if name in names), None)


def refused_by_entries(names: Collection[str]) -> FileRefused | None:
    """Of a zip: documents that are archives, but no workbooks."""
    if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        return _refused("numbers")
    if "[Content_Types].xml" in names:
        folders = {name.partition("/")[0] for name in names}
        return _refused("word" if "word" in folders else "slides" if "ppt" in folders else "office")
    return _refused("office") if "mimetype" in names else None
