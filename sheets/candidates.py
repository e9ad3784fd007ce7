"""The encodings other than UTF-8 that a file may have, and which of them are likely: one pass for all of them."""

from __future__ import annotations

import unicodedata
from functools import cache

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from sheets import limits
from sheets.errors import FileRefused
from sheets.likelihood import likelihood
from sheets.line_ends import LineEnds

MANY_BYTES = ("gb18030", "big5", "cp932", "euc_jp", "cp949")
"""No second byte of theirs is a line end."""
ONE_BYTE = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("koi8-r", "mac-roman", "iso8859-2", "iso8859-15"),
)
# Each possible encoding is weighed character by character in Python, so that is done for a part of the file.
_SAMPLE = 24 * 1024
_SAMPLE_LINES = 500
_LONGEST = 4 * limits.MAX_LINE
"""Bytes of a line of as many characters as are possible."""
_ASCII = bytes(range(128))
_NO_TEXT = ("Cc", "Cn", "Co", "Cs")
_LEAST_LIKELY = 0.1
_VOICE = 0.02


class Candidates:
    """Sees a file piece by piece."""

    def __init__(self) -> None:
        self.ends = LineEnds()
        self._possible = list(MANY_BYTES)
        self._high: set[int] = set()
        self._telling: list[bytes] = []
        self._sampled = 0
        self._rest = b""

    def see(self, chunk: bytes) -> None:
        """Raises FileRefused where a line does not end."""
        # Line ends are the same bytes in every encoding of the two tables.
        self.ends.count(chunk.decode("latin-1"))
        # A one-byte encoding is possible if it has a letter for each byte that occurs: one set, not fourteen decodings.
        self._high.update(chunk.translate(None, _ASCII))
        # bytes.splitlines cuts at \r and \n alone; str.splitlines would cut at more.
        lines = (self._rest + chunk).splitlines()
        self._rest = b"" if chunk.endswith((b"\n", b"\r")) else lines.pop()
        if len(self._rest) > _LONGEST:
            text = _("A line is longer than %(limit)d characters. Save the list with one row per line.")
            raise FileRefused(text % {"limit": limits.MAX_LINE})
        self._look_at([line for line in lines if not line.isascii()])

    def _look_at(self, lines: list[bytes]) -> None:
        """Lines with bytes beyond ASCII; a header and numbers say nothing about the encoding."""
        for line in lines[:_SAMPLE_LINES]:
            if self._sampled < _SAMPLE:
                self._telling.append(line)
                self._sampled += len(line)
        # None of MANY_BYTES has a state that lasts beyond a line, so the lines that are ASCII may be left out.
        whole = b"\n".join(lines)
        self._possible = [name for name in self._possible if _decodes(whole, name)]

    def _look_at_rest(self) -> None:
        rest, self._rest = self._rest, b""
        if not rest.isascii():
            self._look_at([rest])

    def is_rather_utf8(self) -> bool:
        """Most lines that are not ASCII are UTF-8, which no other encoding is by chance: the file is damaged."""
        self._look_at_rest()
        return sum(_decodes(line, "utf-8") for line in self._telling) * 2 > len(self._telling)

    def best_first(self) -> list[str]:
        """Those that decode the whole file into letters, without those that make the same text as a better one."""
        self._look_at_rest()
        sample = b"\n".join(self._telling)[:_SAMPLE]
        plausible = [*self._possible, *(name for name in ONE_BYTE if self._high <= _letters(name))]
        texts = {name: sample.decode(name, errors="ignore") for name in plausible}
        likely = {name: likelihood(text, name) for name, text in texts.items() if _is_text(text)}
        # charset-normalizer only decides between those that are about equally likely: its vote is small.
        if likely and (best := from_bytes(sample, cp_isolation=[*likely]).best()):
            likely = {name: value + _VOICE * (_plain(name) == _plain(best.encoding)) for name, value in likely.items()}
        names = sorted((name for name in likely if likely[name] >= _LEAST_LIKELY), key=lambda name: -likely[name])
        return list(dict.fromkeys(map(self._usual_name, names)))

    def _usual_name(self, name: str) -> str:
        """The first encoding of one byte a character that is the same, as far as this file uses it."""
        used = bytes(self._high)
        alike = (one for one in ONE_BYTE if self._high <= _letters(one) and used.decode(one) == used.decode(name))
        return next(alike, name) if name in ONE_BYTE else name

    def telling_lines(self, count: int) -> list[bytes]:
        """Those with the most different bytes, in the file's order."""
        ranked = sorted(range(len(self._telling)), key=lambda place: -len(set(self._telling[place]) - set(_ASCII)))
        return [self._telling[place] for place in sorted(ranked[:count])]


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _is_text(text: str) -> bool:
    return not any(unicodedata.category(char) in _NO_TEXT and char not in "\t\n" for char in set(text))


@cache
def _letters(name: str) -> frozenset[int]:
    """The bytes beyond ASCII that stand for something people write."""
    decoded = {byte: bytes([byte]).decode(name, errors="ignore") for byte in range(128, 256)}
    # KOI8-R has box drawings where other encodings have letters; nobody draws boxes in a list.
    return frozenset(byte for byte, char in decoded.items() if char and _is_text(char) and not "─" <= char <= "▟")


def _plain(name: str) -> str:
    return name.replace("-", "_").lower()
