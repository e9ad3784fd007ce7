"""The stored file as sheets of rows: what it is, its first rows, and all of them, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings

from dialer.dnc.files.layout import Layout, Reading
from dialer.dnc.files.proposal import is_no_header
from sheets.blocks import Block
from sheets.inspection import Inspection, inspect_file
from sheets.reading import Beginning, Choice, begin, open_table


def scratch() -> Path:
    folder = Path(settings.PORTAL_SCRATCH_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def look_at(path: Path) -> Inspection:
    """Reads the whole file once. Raises FileRefused."""
    return inspect_file(path, scratch=scratch())


def sheets_of(inspection: Inspection) -> list[str]:
    """Names of the visible sheets with rows; one empty name for files without sheets."""
    return [sheet.name for sheet in inspection.visible_sheets] if inspection.is_workbook else [""]


def hidden_columns(inspection: Inspection, sheet: str) -> tuple[int, ...]:
    """Places of the columns that are hidden in the workbook."""
    return inspection.sheet(sheet).hidden_columns if inspection.is_workbook else ()


def first_rows(path: Path, inspection: Inspection, choice: Choice) -> Beginning:
    """Raises FileRefused where the choice does not fit the file."""
    found = begin(path, inspection, choice, scratch=scratch())
    if choice.header_line is None and found.header and is_no_header(found.header):
        return begin(path, inspection, replace(choice, header_line=0), scratch=scratch())
    return found


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
        with open_table(path, inspection, reading.choice(layout), scratch=scratch()) as table:
            for block in table.body():
                yield Part(layout, block, before + table.position, before + table.size)
            before += table.size
