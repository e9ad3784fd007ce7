"""Which encodings a text file may have. Never guesses alone: what is not certain is offered to a person."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from sheets.candidates import MANY_BYTES, ONE_BYTE, Candidates
from sheets.errors import FileRefused
from sheets.line_ends import LineEnds
from sheets.packing import Unpacked
from sheets.wide import WIDE, marked, unmarked

NAMES = ("utf-8", *WIDE, *MANY_BYTES, *ONE_BYTE)
"""Every encoding that is read."""
_OTHER_NAMES = {
    **dict.fromkeys(("gbk", "gb2312", "cp936", "hz"), "gb18030"),
    **dict.fromkeys(("cp950", "big5hkscs"), "big5"),
    **dict.fromkeys(("shift_jis", "shift_jisx0213", "shift_jis_2004"), "cp932"),
    **dict.fromkeys(("euc_kr", "johab"), "cp949"),
    **dict.fromkeys(("iso8859-1", "ascii"), "cp1252"),
    **{"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"},
    **{"iso8859-11": "cp874", "tis-620": "cp874", "iso8859-9": "cp1254"},
}
_CHUNK = 1024 * 1024
_HEAD = 4096
_SAMPLE_CHARACTERS = 200
Opener = Callable[[], AbstractContextManager[Unpacked]]


@dataclass(frozen=True, slots=True)
class Encodings:
    found: tuple[str, ...]
    """They decode the whole file into letters; the best first."""
    is_certain: bool
    size: int
    ends: LineEnds
    samples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Where several are possible, the same two telling lines in each, cut short."""


def canonical(name: str) -> str:
    """One of NAMES for any usual name of it, such as windows-1251 or Shift_JIS; "" for what is not read."""
    try:
        found = codecs.lookup(name.strip()).name
    except LookupError:
        return ""
    found = _OTHER_NAMES.get(found, found)
    return found if found in NAMES else ""


def find_encodings(opened: Opener) -> Encodings:
    """Reads the whole file, in one pass where it is UTF-8. Raises FileRefused."""
    with opened() as stream:
        head = stream.read(_HEAD)
    # A mark, zero bytes in a pattern, valid UTF-8: none of them happens by chance. Only what is left is weighed.
    if name := marked(head):
        scan = _Scan(name, opened)
        if scan.error:
            raise scan.refused(name)
        return Encodings((name,), is_certain=True, size=scan.size, ends=scan.ends)
    if wide := unmarked(head):
        scan = _Scan(wide, opened)
        if not scan.error:
            # The head may end inside a character: an incremental decoder waits for the rest of it.
            text = codecs.getincrementaldecoder(wide)(errors="strict").decode(head)
            telling = sorted(text.splitlines(), key=str.isascii)[:2]
            samples = {wide: tuple(line[:_SAMPLE_CHARACTERS] for line in telling)}
            return Encodings((wide,), is_certain=False, size=scan.size, ends=scan.ends, samples=samples)
    scan = _Scan("utf-8", opened)
    if not scan.error:
        return Encodings(("utf-8",), is_certain=True, size=scan.size, ends=scan.ends)
    candidates = Candidates()
    with opened() as stream:
        while chunk := stream.read(_CHUNK):
            candidates.see(chunk)
        size = stream.position
    found = [] if candidates.is_rather_utf8() else candidates.best_first()
    if not found:
        raise scan.refused("UTF-8")
    lines = candidates.telling_lines(2)
    samples = {
        name: tuple(line.decode(name, errors="replace")[:_SAMPLE_CHARACTERS] for line in lines) for name in found
    }
    return Encodings(tuple(found), is_certain=False, size=size, ends=candidates.ends, samples=samples)


class _Scan:
    """One strict pass over the file."""

    def __init__(self, encoding: str, opened: Opener) -> None:
        self.size = 0
        self.ends = LineEnds()
        self.error: UnicodeDecodeError | None = None
        self._offset = 0
        decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
        with opened() as stream:
            while self.error is None:
                chunk = stream.read(_CHUNK)
                self.size += len(chunk)
                try:
                    self.ends.count(decoder.decode(chunk, final=not chunk))
                except UnicodeDecodeError as exc:
                    # The decoder puts what was left of the last chunk in front of this one.
                    self._offset = self.size - len(exc.object) + exc.start
                    self.ends.count(exc.object[: exc.start].decode("latin-1"))
                    self.error = exc
                if not chunk:
                    break

    def refused(self, name: str) -> FileRefused:
        assert self.error is not None
        text = _(
            "Line %(line)d is not %(encoding)s: byte 0x%(byte)02X at offset %(offset)d cannot be read. Open the list "
            "in the program that created it, save it as “CSV UTF-8” and upload it again."
        )
        byte = self.error.object[self.error.start]
        values = {"line": self.ends.lines, "encoding": name.upper(), "byte": byte, "offset": self._offset}
        return FileRefused(text % values)
