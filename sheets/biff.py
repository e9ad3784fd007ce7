"""Records of old workbooks (BIFF): the file's own list of things, one after the other."""

from __future__ import annotations

import struct
from collections.abc import Iterator

# BIFF8 and 5, 4, 3 and 2: a file of any of them may still be called .xls.
BEGIN = frozenset({0x0809, 0x0409, 0x0209, 0x0009})
END = 0x000A
HEADER_BYTES = 4


def records(content: bytes, start: int = 0) -> Iterator[tuple[int, bytes, int]]:
    """Number, data and the place after it. Ends where the file does."""
    end = len(content)
    while start + HEADER_BYTES <= end:
        number, length = struct.unpack_from("<HH", content, start)
        start += HEADER_BYTES
        # A length beyond the end gives less data; whoever unpacks it raises struct.error, which means damage.
        yield number, content[start : start + length], start + length
        start += length


def substream(content: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one sheet, without those of the charts inside it."""
    depth = 0
    for number, data, _after in records(content, start):
        if number in BEGIN:
            depth += 1
        elif number == END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield number, data
