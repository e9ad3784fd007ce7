"""Reads a workbook in a process of its own, whose memory and time are limited: `python -m sheets.workbook_child`.

A few bytes of XLSX can ask for billions of cells. Here the process ends, not the portal.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

EXACT = 2**53
"""Spreadsheets keep numbers as floats: beyond this, digits are lost."""
HEAD_ROWS, HEAD_COLUMNS, HEAD_CHARACTERS = 20, 300, 200


def main(action: str, path: str, memory: str, seconds: str, *more: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    with Path(path).open("rb") as file:
        workbook = CalamineWorkbook.from_filelike(file)
        if action == "inspect":
            json.dump([_inspected(workbook, name) for name in workbook.sheet_names], sys.stdout)
        else:
            _write(workbook, *more)


def _inspected(workbook: CalamineWorkbook, name: str) -> dict[str, Any]:
    sheet = workbook.get_sheet_by_name(name)
    rows = sheet.end[0] + 1 if sheet.end else 0
    head = [
        [_text(value)[:HEAD_CHARACTERS] for value in row[:HEAD_COLUMNS]]
        for row in sheet.to_python(skip_empty_area=False, nrows=HEAD_ROWS)
    ]
    is_blank = rows <= HEAD_ROWS and not any(map(any, head))
    return {"name": name, "rows": 0 if is_blank else rows, "head": head}


def _write(workbook: CalamineWorkbook, name: str, target: str, limit: str) -> None:
    sheet = workbook.get_sheet_by_name(name)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        # Also the empty ones at the top: line numbers are those of the sheet.
        for row in sheet.iter_rows():
            cells = [_text(value) for value in row]
            if any(cells):
                writer.writerow(cells)
            else:
                file.write("\n")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else "" if value is None else str(value)


def _number(value: float) -> str:
    """In full digits where all of them are known; else in scientific notation, which no number is taken from."""
    if abs(value) >= EXACT:
        return f"{value:.6E}"
    return str(int(value)) if value == int(value) else repr(value)


if __name__ == "__main__":
    main(*sys.argv[1:])
