"""Which encodings a text file may have. Never guesses alone: what is not certain is offered to a person."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from sheets.errors import FileRefused
from sheets.packing import Unpacked

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CANDIDATES = ("gb18030", "big5", "cp1252")
NAMES = ("utf-8", "utf-16-le", "utf-16-be", *CANDIDATES)
"""Every encoding that is read."""
_CHUNK = 1024 * 1024
_SAMPLE = 64 * 1024
_HEAD = 4096
Opener = Callable[[], AbstractContextManager[Unpacked]]


@dataclass(frozen=True, slots=True)
class Encodings:
    found: tuple[str, ...]
    """They decode the whole file; the best first."""
    is_certain: bool
    lines: int
    size: int


def find_encodings(opened: Opener) -> Encodings:
    """Reads the whole file, in one pass where it is UTF-8. Raises FileRefused."""
    with opened() as stream:
        head = stream.read(_HEAD)
    for bom, name in BOMS:
        if head.startswith(bom):
            scan = _Scan(name, opened)
            if scan.error:
                raise scan.refused(name)
            return Encodings((name,), is_certain=True, lines=scan.lines, size=scan.size)
    if wide := _wide(head):
        scan = _Scan(wide, opened)
        if not scan.error:
            return Encodings((wide,), is_certain=False, lines=scan.lines, size=scan.size)
    scan = _Scan("utf-8", opened)
    if not scan.error:
        return Encodings(("utf-8",), is_certain=True, lines=scan.lines, size=scan.size)
    return _offered(scan, opened)


def _offered(utf8: _Scan, opened: Opener) -> Encodings:
    scans = {name: _Scan(name, opened) for name in CANDIDATES}
    possible = [name for name, scan in scans.items() if not scan.error]
    if not possible:
        raise utf8.refused("UTF-8")
    likely = [match.encoding for match in from_bytes(_telling_bytes(opened), cp_isolation=list(CANDIDATES))]
    found = [name for name in likely if name in possible]
    found += [name for name in possible if name not in found]
    first = scans[found[0]]
    return Encodings(tuple(found), is_certain=False, lines=first.lines, size=first.size)


def _wide(head: bytes) -> str:
    """UTF-16 without a byte order mark: every other byte of plain text is zero."""
    if len(head) < 4 or b"\x00" not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd * 3 > half and even * 10 < half:
        return "utf-16-le"
    return "utf-16-be" if even * 3 > half and odd * 10 < half else ""


def _telling_bytes(opened: Opener) -> bytes:
    """Lines with bytes beyond ASCII; a header and numbers say nothing about the encoding."""
    sample = b""
    with opened() as stream:
        while len(sample) < _SAMPLE and (chunk := stream.read(_CHUNK)):
            sample += b"\n".join([line for line in chunk.split(b"\n") if not line.isascii()][:2_000])
    return sample[:_SAMPLE]


class _Scan:
    """One strict pass over the file."""

    def __init__(self, encoding: str, opened: Opener) -> None:
        self.size = 0
        self.lines = 0
        self.error: UnicodeDecodeError | None = None
        self._offset = 0
        self._line_feeds = self._carriage_returns = 0
        decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
        with opened() as stream:
            while self.error is None:
                chunk = stream.read(_CHUNK)
                self.size += len(chunk)
                self._decode(decoder, chunk)
                if not chunk:
                    break
        self.lines = max(self._line_feeds, self._carriage_returns) + 1

    def _decode(self, decoder: codecs.IncrementalDecoder, chunk: bytes) -> None:
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as exc:
            # The decoder puts what was left of the last chunk in front of this one.
            self._offset = self.size - len(exc.object) + exc.start
            before = exc.object[: exc.start]
            self._line_feeds += before.count(b"\n")
            self._carriage_returns += before.count(b"\r")
            self.error = exc
            return
        self._line_feeds += text.count("\n")
        self._carriage_returns += text.count("\r")

    def refused(self, name: str) -> FileRefused:
        assert self.error is not None
        text = _(
            "Line %(line)d is not %(encoding)s: byte 0x%(byte)02X at offset %(offset)d cannot be read. Open the list "
            "in the program it came from, save it as “CSV UTF-8”, and upload that."
        )
        line = max(self._line_feeds, self._carriage_returns) + 1
        byte = self.error.object[self.error.start]
        return FileRefused(text % {"line": line, "encoding": name.upper(), "byte": byte, "offset": self._offset})
