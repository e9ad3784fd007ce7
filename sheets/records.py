"""Lines to records one by one, where a quoted cell may hold line ends: slower, and sure about every line."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from sheets import limits
from sheets.odd_quoting import Mended
from sheets.row_shape import RowShape, cut

# In place of a line end that is none in this file. No text holds it: LineReader refuses NUL.
_STAND_IN = "\x00"
# Lines after which an open quotation mark need not be followed to its end to know that it swallows rows.
_SURE = 24


@dataclass(frozen=True, slots=True)
class Record:
    lines: int
    """Physical lines that it spans."""
    line: str
    """As it stands in the file, without its last line end."""
    cells: list[str]
    is_readable: bool = True


class _Unclosed(Exception):
    """A record that finds no end."""


class _NotYet(Exception):
    """A record whose end may be in lines that were not read yet."""


class Records:
    """The records of some lines. What a record that did not end had taken is in `left`, to be read again with more.

    Lines are text and end apart. Without a shape every record is believed that its quotation marks make.
    """

    def __init__(
        self,
        lines: list[tuple[str, str]],
        *,
        delimiter: str,
        is_last: bool,
        shape: RowShape | None = None,
        mended: Mended | None = None,
    ) -> None:
        self._waiting = deque(lines)
        self._delimiter = delimiter
        self._is_last = is_last
        self._shape = shape
        self._mended: Mended = mended or (lambda line: line)
        self._taken: list[tuple[str, str]] = []
        self._open_lines = self._open_span = 0
        """Lines from here on through which a quotation mark is known to stay open, and how many they were at first."""
        self.left: list[tuple[str, str]] = []
        self.cut = 0
        """Line ends of another kind that end a row all the same."""

    def __iter__(self) -> Iterator[Record]:
        """Every record, blank ones included. A line that no quoting makes sense of comes back unreadable."""
        while True:
            reader = csv.reader(self._lines(), delimiter=self._delimiter, skipinitialspace=True)
            try:
                for cells in reader:
                    if len(self._taken) > 1 and (self._shape is not None and self._shape.was_swallowed(self._texts())):
                        raise _Unclosed
                    yield from self._finished(cells)
                return
            except (_Unclosed, csv.Error):
                # Only the first line is lost to the open quotation mark; the others are read again.
                (first, _end), *others = self._taken
                self._waiting.extendleft(reversed(others))
                self._taken = []
                self._open_lines -= 1
                yield Record(1, first, [], is_readable=False)
            except _NotYet:
                self.left = self._taken
                return

    def _lines(self) -> Iterator[str]:
        while self._waiting or self._taken:
            # Inside of quotation marks after a line on which an earlier record was too: it would go as far, or nearly.
            if len(self._taken) == 1 and self._open_lines * 2 > self._open_span:
                raise _Unclosed
            is_sure = len(self._taken) == _SURE and self._shape and self._shape.are_rows(self._texts()[1:])
            if is_sure or len(self._taken) >= limits.LONGEST_RECORD:
                self._open_lines = self._open_span = len(self._taken)
                raise _Unclosed
            if not self._waiting:
                # It passes through csv.reader and comes out in __iter__, where the taken lines are given back.
                raise _Unclosed if self._is_last else _NotYet
            text, end = self._waiting.popleft()
            self._taken.append((text, end))
            yield self._mended(text).replace("\r", _STAND_IN).replace("\n", _STAND_IN) + end

    def _texts(self) -> list[str]:
        return [self._mended(text) for text, _end in self._taken]

    def _finished(self, cells: list[str]) -> Iterator[Record]:
        taken, self._taken = self._taken, []
        self._open_lines -= len(taken)
        line = "".join(map("".join, taken)).removesuffix(taken[-1][1])
        stray = next((char for char in "\r\n" for text, _end in taken if char in text), "")
        if not stray:
            yield Record(len(taken), line, cells)
        elif rows := self._rows_in(line, stray):
            yield from rows
        else:
            yield Record(len(taken), line, [cell.replace(_STAND_IN, stray) for cell in cells])

    def _rows_in(self, line: str, stray: str) -> list[Record]:
        """Where somebody put files with different line ends together, every piece of the line is a whole row."""
        pieces = line.split(stray)
        if self._shape is None or self._shape.width < 2 or any(piece.count('"') % 2 for piece in pieces):
            return []
        if not all(self._shape.fits(self._mended(piece)) for piece in pieces):
            return []
        self.cut += len(pieces) - 1
        return [Record(1, piece, cut(self._mended(piece), self._delimiter)) for piece in pieces]
