"""The XML of an XLSX sheet in pieces that end where a row ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

CHUNK_BYTES = 1024 * 1024
_ROWS_BEGIN = re.compile(rb"<(\w+:)?sheetData(?=[\s/>])")


def head_of(pieces: Iterator[bytes]) -> tuple[bytes, bytes, bytes]:
    """What stands before the rows, the prefix of all tags, and what of the rows was read with it."""
    head = b""
    for piece in pieces:
        head += piece
        if found := _ROWS_BEGIN.search(head):
            return head[: found.start()], found.group(1) or b"", head[found.start() :]
    return head, b"", b""


def by_rows(rest: bytes, pieces: Iterator[bytes], row: bytes) -> Iterator[bytes]:
    """Pieces that begin at a row, the first one excepted."""
    for piece in pieces:
        cut = rest.rfind(row)
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        rest += piece
    yield rest
