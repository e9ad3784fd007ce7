"""Physical lines to records: a quoted cell may hold line ends, so a record may span lines."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_RECORD = 1_000
"""Physical lines. Beyond it a quotation mark was left open, and the rest of the file would end up in one cell."""


@dataclass(frozen=True, slots=True)
class Record:
    line_number: int
    """Physical line on which it starts, from 1."""
    line: str
    """As it stands in the file, without its last line end."""
    cells: tuple[str, ...]
    is_readable: bool = True


class _Unclosed(Exception):
    """A record that found no end."""


class _Source:
    """Hands lines to the csv reader and remembers those of the record being read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.line_number = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= LONGEST_RECORD:
            raise _Unclosed
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            if self.taken:
                raise _Unclosed
            raise StopIteration
        self.taken.append(line)
        return line

    def finish(self, cells: list[str]) -> Record:
        return self._record("".join(self.taken), tuple(cells), lines=len(self.taken))

    def give_up(self) -> Record:
        """Only the first line is lost to the open quotation mark; the others are read again."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        return self._record(first, (), lines=1, is_readable=False)

    def _record(self, text: str, cells: tuple[str, ...], *, lines: int, is_readable: bool = True) -> Record:
        record = Record(self.line_number, text.rstrip("\r\n"), cells, is_readable)
        self.line_number += lines
        self.taken = []
        return record


def records_of(lines: Iterable[str], *, delimiter: str) -> Iterator[Record]:
    """Every record of the file, blank ones included. A line that no quoting makes sense of comes back unreadable."""
    source = _Source(lines)
    while True:
        reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True)
        try:
            for cells in reader:
                yield source.finish(cells)
            return
        except (_Unclosed, csv.Error):
            yield source.give_up()
