"""Lines to records one by one, where a quoted cell may hold line ends: slower, and sure about every line."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from sheets import limits


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
    """The records of some lines. What a record that did not end had taken is in `left`, to be read again with more."""

    def __init__(self, lines: list[str], *, delimiter: str, is_last: bool) -> None:
        self._waiting = deque(lines)
        self._delimiter = delimiter
        self._is_last = is_last
        self._taken: list[str] = []
        self.left: list[str] = []

    def __iter__(self) -> Iterator[Record]:
        """Every record, blank ones included. A line that no quoting makes sense of comes back unreadable."""
        while True:
            reader = csv.reader(self._lines(), delimiter=self._delimiter, skipinitialspace=True)
            try:
                for cells in reader:
                    yield self._finished(cells)
                return
            except (_Unclosed, csv.Error):
                yield self._given_up()
            except _NotYet:
                self.left = self._taken
                return

    def _lines(self) -> Iterator[str]:
        while self._waiting or self._taken:
            if len(self._taken) >= limits.LONGEST_RECORD:
                raise _Unclosed
            if not self._waiting:
                raise _Unclosed if self._is_last else _NotYet
            self._taken.append(self._waiting.popleft())
            yield self._taken[-1]

    def _finished(self, cells: list[str]) -> Record:
        record = Record(len(self._taken), "".join(self._taken).rstrip("\r\n"), cells)
        self._taken = []
        return record

    def _given_up(self) -> Record:
        """Only the first line is lost to the open quotation mark; the others are read again."""
        first, *others = self._taken
        self._waiting.extendleft(reversed(others))
        self._taken = []
        return Record(1, first.rstrip("\r\n"), [], is_readable=False)
