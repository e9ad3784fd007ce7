"""Rows that wait for the end of the file, on disk: a whole list may have to wait."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from sheets.blocks import Block


class Spool:
    """Opened with `with`; what was put in comes out once, in the same blocks. The file has no name and ends with us."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        file = tempfile.TemporaryFile("w+", encoding="utf-8", dir=self._folder, prefix="open-rows-")
        self._file = self._stack.enter_context(file)
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def put(self, block: Block, places: Sequence[int]) -> None:
        """Some rows of a block."""
        if not places:
            return
        numbers = [int(block.line_numbers[place]) for place in places]
        columns = [numbers, [block.lines[place] for place in places], [block.rows[place] for place in places]]
        self._file.write(json.dumps(columns, ensure_ascii=False) + "\n")

    def blocks(self) -> Iterator[Block]:
        self._file.seek(0)
        for line in self._file:
            numbers, lines, rows = json.loads(line)
            yield Block(numbers, lines, rows)
