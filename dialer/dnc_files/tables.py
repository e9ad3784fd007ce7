"""The stored file as sheets of rows: what it is, its first rows, and all of them, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from dialer.dnc_files.layout import Layout, Reading
from sheets.blocks import Block
from sheets.inspection import Inspection, inspect_file
from sheets.kinds import JSON
from sheets.reading import Choice, head, open_table


def scratch() -> Path:
    folder = Path(settings.PORTAL_SCRATCH_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def look_at(path: Path) -> Inspection:
    """Reads the whole file once. Raises FileRefused."""
    return inspect_file(path, scratch=scratch())


def sheets_of(inspection: Inspection) -> list[str]:
    """Names of the sheets with rows; one empty name for files without sheets."""
    return [sheet.name for sheet in inspection.sheets if sheet.rows] if inspection.is_workbook else [""]


def has_header(inspection: Inspection) -> bool:
    """JSON objects always bring the names of their columns."""
    return inspection.kind == JSON


def first_rows(path: Path, inspection: Inspection, choice: Choice) -> Block:
    """Raises FileRefused where the choice does not fit the file."""
    return head(path, inspection, choice, scratch=scratch())


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of one sheet."""

    layout: Layout
    block: Block
    position: int
    """Bytes read so far of all sheets together."""
    size: int


def parts_of(path: Path, inspection: Inspection, reading: Reading) -> Iterator[Part]:
    """Raises FileRefused."""
    before = 0
    for layout in reading.layouts:
        skip = layout.begins_at
        with open_table(path, inspection, reading.choice(layout), scratch=scratch()) as table:
            for block in table:
                rows = without_first(block, skip)
                skip -= min(skip, len(block.rows))
                yield Part(layout, rows, before + table.position, before + table.size)
            before += table.size


def without_first(block: Block, rows: int) -> Block:
    """Without titles and header."""
    for _row in range(min(rows, len(block.rows))):
        block = block.without_first()
    return block
