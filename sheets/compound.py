"""Compound files (OLE2), as far as old workbooks need them: the names of the streams, and one stream's bytes."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_BYTES = 512
_ENTRY_BYTES = 128
_SMALL_BYTES = 64
_LAST_SECTOR = 0xFFFFFFFA
"""Numbers from here on are no sectors."""
# A workbook has a dozen or so; a made-up directory may be as large as the file.
MOST_ENTRIES = 100_000


class Damaged(Exception):
    """The compound file contradicts itself."""


@dataclass(frozen=True, slots=True)
class Stream:
    name: str
    first: int
    size: int


class CompoundFile:
    """Raises Damaged."""

    def __init__(self, content: bytes | mmap.mmap) -> None:
        if content[: len(MAGIC)] != MAGIC or len(content) < _HEADER_BYTES:
            raise Damaged
        self._content = content
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        # Sectors of 512 or 4,096 bytes, small ones of 64: the format knows no others.
        if shift not in (9, 12) or small_shift != 6:
            raise Damaged
        self._sector = 1 << shift
        # Directory; the size from which a stream lies in whole sectors; the table of the small ones.
        first_entry, self._small_limit, first_small = struct.unpack_from("<I4xII", content, 48)
        self._next = self._table()
        directory = b"".join(self._chain(first_entry))
        self.streams = tuple(_entries(directory))
        self._next_small = _numbers(b"".join(self._chain(first_small)))
        root = struct.unpack_from("<I", directory, 116)[0] if len(directory) >= _ENTRY_BYTES else _LAST_SECTOR
        self._first_small_sector = root
        self._small = b""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(stream.name for stream in self.streams)

    def read(self, name: str) -> bytes:
        """Names differ in case between programs. Raises KeyError where there is no such stream."""
        stream = next((stream for stream in self.streams if stream.name.lower() == name.lower()), None)
        if stream is None:
            raise KeyError(name)
        if stream.size >= self._small_limit:
            return b"".join(self._chain(stream.first))[: stream.size]
        return b"".join(self._small_chain(stream.first))[: stream.size]

    def _table(self) -> tuple[int, ...]:
        """Which sector follows which."""
        (following, count) = struct.unpack_from("<II", self._content, 68)
        numbers = list(struct.unpack_from("<109I", self._content, 76))
        # The header has room for 109 sectors of the table. Further ones name more and, last, the next of their kind.
        # A made-up count ends with the file.
        for _sector in range(min(count, len(self._content) // self._sector)):
            *more, following = _numbers(self._at(following))
            numbers += more
        return _numbers(b"".join(self._at(number) for number in numbers if number < _LAST_SECTOR))

    def _at(self, number: int) -> bytes:
        # The header takes the place of the first sector.
        start = (number + 1) * self._sector
        return self._content[start : start + self._sector]

    def _chain(self, number: int) -> Iterator[bytes]:
        seen = 0
        while number < _LAST_SECTOR:
            seen += 1
            # A chain with more sectors than there are runs in a circle.
            if number >= len(self._next) or seen > len(self._next):
                raise Damaged
            yield self._at(number)
            number = self._next[number]

    def _small_chain(self, number: int) -> Iterator[bytes]:
        self._small = self._small or b"".join(self._chain(self._first_small_sector))
        seen = 0
        while number < _LAST_SECTOR:
            seen += 1
            if number >= len(self._next_small) or seen > len(self._next_small):
                raise Damaged
            yield self._small[number * _SMALL_BYTES : (number + 1) * _SMALL_BYTES]
            number = self._next_small[number]


def _numbers(sectors: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sectors) // 4}I", sectors[: len(sectors) // 4 * 4])


def _entries(directory: bytes) -> Iterator[Stream]:
    for start in range(0, min(len(directory), MOST_ENTRIES * _ENTRY_BYTES) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        length, kind = struct.unpack_from("<HB", directory, start + 64)
        # Storage, stream and root; 0 is an entry that is free.
        if kind in (1, 2, 5):
            # The length counts the two bytes of the NUL behind the name.
            name = directory[start : start + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            first, size = struct.unpack_from("<II", directory, start + 116)
            yield Stream(name, first, size)


def names_in(path: Path) -> frozenset[str]:
    """Raises Damaged."""
    # Names are asked of files of any size: mapped, only the directory's sectors are read.
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            return CompoundFile(content).names
        except struct.error as exc:
            raise Damaged from exc
