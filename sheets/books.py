"""Where every line of a text file went: nothing may be missing in the sum."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Books:
    """Kept while a file is read, and complete when all of it was; of a workbook, its rows are the lines."""

    lines: int = 0
    """Physical lines of the file."""
    rows: int = 0
    """Records with something in them, the header and unreadable ones among them."""
    breaks: int = 0
    """Line ends inside the cells of rows."""
    blank: int = 0
    """Lines of records with nothing in them."""
    skipped: int = 0
    """Lines above the header, and the notes of the program that wrote the file."""

    @property
    def agree(self) -> bool:
        return self.lines == self.rows + self.breaks + self.blank + self.skipped
