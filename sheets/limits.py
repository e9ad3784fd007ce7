"""What one file may hold. Upload pages state these; they are enforced while the file streams."""

from __future__ import annotations

MAX_COLUMNS = 256
MAX_LINE = 1024 * 1024
"""Characters of one physical line."""
MAX_UNPACKED = 1024**3
"""Bytes of a file once it is unpacked, or of a workbook written as text."""
LONGEST_RECORD = 1_000
"""Physical lines. Beyond it a quotation mark was left open, and the rest of the file would end up in one cell."""
SAMPLE_LINES = 50
"""Rows from which the delimiter and the columns are recognised."""
BLOCK_ROWS = 25_000
BLOCK_CELLS = 150_000
BLOCK_CHARACTERS = 8 * 1024 * 1024
"""A block ends at whichever comes first: what it takes in memory is its cells, not its rows."""
WORKBOOK_MEMORY = 3 * 1024**3
"""Bytes of address space for the process that reads a workbook."""
WORKBOOK_SECONDS = 300


def rows_at_once(columns: int) -> int:
    """Rows of a block in a table of that width."""
    return max(min(BLOCK_ROWS, BLOCK_CELLS // max(columns, 1)), 1)
