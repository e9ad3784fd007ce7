"""Rows that wait for the end of the file, on disk: a whole list may have to wait."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from sheets.blocks import Block


class Spool:
    """Opened with `with`; what was put in comes out once, in the same blocks. The file has no name and ends with us."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", dir=folder, prefix="open-rows-")
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def put(self, block: Block, places: Sequence[int]) -> None:
        """Some rows of a block."""
        if not places:
            return
        numbers = [int(block.line_numbers[place]) for place in places]
        columns = [numbers, [block.lines[place] for place in places], [block.rows[place] for place in places]]
        self._file.write(json.dumps(columns, ensure_ascii=False) + "\n")
        self.rows += len(places)

    def blocks(self) -> Iterator[Block]:
        self._file.seek(0)
        for line in self._file:
            numbers, lines, rows = json.loads(line)
            yield Block(numbers, lines, rows)
