"""Text in two or four bytes a character: UTF-16 and UTF-32, with or without a byte order mark."""

from __future__ import annotations

import codecs

from sheets.packing import Unpacked

# Those of UTF-32 first: FF FE 00 00 begins like UTF-16.
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
# Of every other byte: delimiters, digits and line ends have one in every script.
_FEWEST_ZEROS = 0.2


def marked(head: bytes) -> str:
    """The encoding that a byte order mark names."""
    return next((name for bom, name in BOMS if head.startswith(bom)), "")


def without_mark(head: bytes, encoding: str) -> bytes:
    return head.removeprefix(next((bom for bom, name in BOMS if name == encoding), b""))


def unmarked(head: bytes) -> str:
    """By the places of zero bytes, which plain text has none of."""
    if len(head) < 4 or b"\x00" not in head:
        return ""
    # No character needs the fourth byte of UTF-32, and hardly any the third.
    quarters = [_zeros(head[place::4]) for place in range(4)]
    if quarters[3] == 1.0 and quarters[2] > 0.9 and quarters[0] < 0.1:
        return "utf-32-le"
    if quarters[0] == 1.0 and quarters[1] > 0.9 and quarters[3] < 0.1:
        return "utf-32-be"
    even, odd = _zeros(head[0::2]), _zeros(head[1::2])
    if odd > _FEWEST_ZEROS and even * 10 < odd:
        return "utf-16-le"
    return "utf-16-be" if even > _FEWEST_ZEROS and odd * 10 < even else ""


def _zeros(some: bytes) -> float:
    return some.count(0) / len(some)


def narrowed(head: bytes) -> bytes:
    """The first bytes of a file as UTF-8, if they are wide; else as they are."""
    encoding = marked(head) or unmarked(head)
    if encoding not in WIDE:
        return head
    whole = without_mark(head, encoding)
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(whole).encode("utf-8", "replace")


class AsUtf8:
    """Reads a stream of UTF-8, UTF-16 or UTF-32 as UTF-8 without a mark."""

    def __init__(self, stream: Unpacked) -> None:
        self._stream = stream
        self._is_begun = False
        self._decoder: codecs.IncrementalDecoder | None = None

    def read(self, size: int = -1) -> bytes:
        """Nothing only at the end, as with every stream. Raises UnicodeDecodeError."""
        while True:
            data = self._stream.read(size)
            is_end = not data and size != 0
            if not self._is_begun:
                self._is_begun = True
                encoding = marked(data) or unmarked(data)
                if encoding in WIDE:
                    self._decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
                data = without_mark(data, encoding)
            if self._decoder is None:
                return data
            text = self._decoder.decode(data, final=is_end)
            if text or not data:
                return text.encode("utf-8", "surrogatepass")
