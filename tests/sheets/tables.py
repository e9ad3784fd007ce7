"""A file read to its end, with what is said about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sheets.books import Books
from sheets.inspection import Inspection, inspect_file
from sheets.reading import Beginning, Choice, begin, open_table


@dataclass(frozen=True, slots=True)
class Read:
    inspection: Inspection
    beginning: Beginning
    header: list[str] | None
    rows: list[list[str]]
    """Without the header."""
    line_numbers: list[int]
    lines: list[str]
    unreadable: list[int]
    """Line numbers."""
    joined: list[tuple[int, int]]
    books: Books | None


def read(content: bytes | str, **choice: Any) -> Read:
    """Raises FileRefused."""
    with TemporaryDirectory() as folder:
        path, scratch = Path(folder) / "upload", Path(folder) / "scratch"
        scratch.mkdir()
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        inspection = Inspection.from_json(inspect_file(path, scratch=scratch).as_json())
        with open_table(path, inspection, Choice(**choice), scratch=scratch) as table:
            blocks = list(table.body())
            beginning = begin(path, inspection, Choice(**choice), scratch=scratch)
            assert beginning.header == table.header
            return Read(
                inspection,
                beginning,
                table.header,
                rows=[row for block in blocks for row in block.rows],
                line_numbers=[number for block in blocks for number in block.line_numbers],
                lines=[line for block in blocks for line in block.lines],
                unreadable=[block.line_numbers[place] for block in blocks for place in block.unreadable],
                joined=[span for block in blocks for span in block.joined],
                books=table.books,
            )


def phone(number: int) -> str:
    """Fictional, by counting."""
    return f"+447700900{number % 1000:03d}"
