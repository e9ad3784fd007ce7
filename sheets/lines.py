"""Bytes to physical lines, many at a time. Never drops a byte: what cannot be read is refused with its place."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sheets import limits
from sheets.errors import FileRefused
from sheets.packing import Unpacked
from sheets.wide import without_mark

CHUNK_BYTES = 1024 * 1024
# A carriage return at the end of what was read so far may be the first half of \r\n.
_LINE_ENDS = {"": re.compile(r"\r\n|\n|\r(?!\Z)"), "\r": re.compile(r"\r\n|\r(?!\Z)")}


@dataclass(frozen=True, slots=True)
class Lines:
    texts: list[str]
    """Without their ends."""
    ends: list[str]
    """One for each, or a single one that all of them have."""
    is_last: bool = False

    def with_ends(self) -> list[tuple[str, str]]:
        ends = self.ends * len(self.texts) if len(self.ends) == 1 else self.ends
        return list(zip(self.texts, ends, strict=True))


class LineReader:
    """Hands out the lines of a stream in groups; the last group is marked, and may be empty.

    A `line_end` of \\n or \\r is that of the whole file: the other one alone is no line end, but stays in its cell.
    Without it, each of them ends a line; \\r\\n always does.
    """

    def __init__(self, stream: Unpacked, encoding: str, *, line_end: str = "") -> None:
        self._stream = stream
        self._encoding = encoding
        self._line_end = line_end
        self._lines = 0

    def __iter__(self) -> Iterator[Lines]:
        """Raises FileRefused at the first place that is no text."""
        rest = ""
        for text in self._texts():
            lines, rest = _split(rest + text, line_end=self._line_end)
            self._check(lines.texts)
            # A line that never ends would fill the memory before it could be refused.
            self._check([rest])
            self._lines += len(lines.texts)
            yield lines
        # The pattern left a last \r, because a \n might have followed it.
        texts, ends = ([rest.removesuffix("\r")], ["\r" if rest.endswith("\r") else ""]) if rest else ([], [""])
        yield Lines(texts, ends, is_last=True)

    def _texts(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self._encoding)(errors="strict")
        chunk = without_mark(self._stream.read(CHUNK_BYTES), self._encoding)
        while chunk:
            yield self._decoded(decoder, chunk)
            chunk = self._stream.read(CHUNK_BYTES)
        yield self._decoded(decoder, b"")

    def _decoded(self, decoder: codecs.IncrementalDecoder, chunk: bytes) -> str:
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as exc:
            line = self._lines + exc.object[: exc.start].count(b"\n") + 1
            text = _("From line %(line)d, the file is not %(encoding)s. Choose another encoding.")
            raise FileRefused(text % {"line": line, "encoding": self._encoding.upper()}) from exc
        if "\x00" in text:
            line = self._lines + text[: text.index("\x00")].count("\n") + 1
            text = _("Line %(line)d contains binary data, so this is not a CSV file. Save the list as “CSV UTF-8”.")
            raise FileRefused(text % {"line": line})
        return text

    def _check(self, texts: list[str]) -> None:
        if not texts or max(map(len, texts)) <= limits.MAX_LINE:
            return
        place = next(place for place, text in enumerate(texts) if len(text) > limits.MAX_LINE)
        text = _("Line %(line)d is longer than %(limit)d characters. Save the list with one row per line.")
        raise FileRefused(text % {"line": self._lines + place + 1, "limit": limits.MAX_LINE})


def _split(text: str, *, line_end: str) -> tuple[Lines, str]:
    """Complete lines, and what is left. str.splitlines would also cut at characters that are no line ends."""
    # Nearly all files have one kind of line end, and str.split is faster than the pattern for those that mix them.
    if "\r" not in text and line_end != "\r":
        *texts, rest = text.split("\n")
        return Lines(texts, ["\n"]), rest
    pairs = text.count("\r\n")
    if pairs == text.count("\n") and (line_end == "\n" or pairs == text.count("\r")):
        *texts, rest = text.split("\r\n")
        return Lines(texts, ["\r\n"]), rest
    if line_end == "\n":
        *texts, rest = text.split("\n")
        ends = ["\r\n" if line.endswith("\r") else "\n" for line in texts]
        return Lines([line.removesuffix("\r") for line in texts], ends or [""]), rest
    texts, ends, start = [], [], 0
    for found in _LINE_ENDS[line_end].finditer(text):
        texts.append(text[start : found.start()])
        ends.append(found.group())
        start = found.end()
    return Lines(texts, ends or [""]), text[start:]
