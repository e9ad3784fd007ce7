"""Bytes to text lines. Never guesses and never drops a byte: what cannot be read is refused with its place."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from campaigns.importer.errors import FileRefused
from campaigns.importer.limits import MAX_LINE

CHUNK_BYTES = 256 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How XLSX and ODS (a zip), and XLS (an OLE container) begin."""
# A carriage return at the end of what was read so far may be the first half of \r\n.
_LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")


class TextFile:
    """The physical lines of an open file, line ends kept. `bytes_read` and `lines` tell how far it has got."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.bytes_read = 0
        self.lines = 0
        self.encoding = self._begin()

    def _begin(self) -> str:
        head = self._file.read(8)
        if head.startswith(_WORKBOOKS):
            raise FileRefused(
                _("This is a workbook, not a CSV file. Open it, choose “Save as”, then “CSV UTF-8”, and upload that.")
            )
        bom, encoding = next(((bom, name) for bom, name in _BOMS if head.startswith(bom)), (b"", "utf-8"))
        self._file.seek(len(bom))
        self.bytes_read = len(bom)
        return encoding

    def __iter__(self) -> Iterator[str]:
        """Raises FileRefused at the first place that is no text."""
        rest = ""
        texts = self._texts()
        while True:
            try:
                text = next(texts, None)
            except UnicodeDecodeError as exc:
                raise self._undecodable(exc, rest) from exc
            if text is None:
                break
            rest += text
            start = 0
            for line_end in _LINE_END.finditer(rest):
                yield self._line(rest[start : line_end.end()])
                start = line_end.end()
            rest = rest[start:]
            self._check_length(rest)
        if rest:
            yield self._line(rest)

    def _texts(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)(errors="strict")
        while chunk := self._file.read(CHUNK_BYTES):
            self.bytes_read += len(chunk)
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)

    def _line(self, line: str) -> str:
        self._check_length(line)
        self.lines += 1
        if "\x00" in line:
            text = _("Line %(line)d holds binary data, so this is no CSV file. Save the list as “CSV UTF-8”.")
            raise FileRefused(text % {"line": self.lines})
        return line

    def _check_length(self, line: str) -> None:
        if len(line) > MAX_LINE:
            text = _("Line %(line)d is longer than %(limit)d characters. Save the list with one row per line.")
            raise FileRefused(text % {"line": self.lines + 1, "limit": MAX_LINE})

    def _undecodable(self, exc: UnicodeDecodeError, rest: str) -> FileRefused:
        # The decoder puts what was left of the last chunk in front of this one.
        offset = self.bytes_read - len(exc.object) + exc.start
        before = rest + exc.object[: exc.start].decode(self.encoding, errors="replace")
        text = _(
            "Line %(line)d is not UTF-8: byte 0x%(byte)02X at offset %(offset)d cannot be read. Open the list in the "
            "program it came from, save it as “CSV UTF-8”, and upload that."
        )
        line = self.lines + len(_LINE_END.findall(before + ".")) + 1
        return FileRefused(text % {"line": line, "byte": exc.object[exc.start], "offset": offset})
