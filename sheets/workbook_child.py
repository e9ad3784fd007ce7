"""Reads a workbook in a process of its own, whose memory and time are limited: `python -m sheets.workbook_child`.

A few bytes of XLSX can ask for billions of cells. Here the process ends, not the portal.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from python_calamine import PasswordError

from sheets.markup import BrokenOff
from sheets.workbook_lines import NoText, write_rows
from sheets.workbook_rows import SheetRows, TooWide
from sheets.workbook_source import source_of
from sheets.xlsx_narrow import write_narrow

HEAD_ROWS, HEAD_CHARACTERS = 50, 200
REFUSED = 3
"""The process ends with it where a sheet cannot be a list; what it says about it is JSON."""


def main(action: str, path: str, kind: str, memory: str, seconds: str, *more: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    if action == "narrow":
        _limit_size(more[1])
        write_narrow(Path(path), Path(more[0]))
        return 0
    name = ""
    try:
        with source_of(Path(path), kind) as source:
            if action == "write":
                name, target, limit, with_hidden = more
                rows = source.rows(name)
                hidden_rows = set() if with_hidden else rows.marks.hidden_rows
                shown = (row for row in rows if row[0] - 1 not in hidden_rows)
                _limit_size(limit)
                with Path(target).open("w", encoding="utf-8", newline="") as file:
                    write_rows(shown if hidden_rows else rows, file)
                return 0
            found = []
            for name in source.names:
                rows = source.rows(name)
                marks = rows.marks
                head, columns, hidden = _head(rows)
                found.append(
                    {
                        "name": name,
                        "rows": rows.last_row if head else 0,
                        "columns": columns,
                        "head": head,
                        "is_hidden": name in source.hidden,
                        "hidden_rows": hidden,
                        "hidden_columns": sorted(marks.hidden_columns),
                        "errors": marks.errors,
                        "without_value": marks.without_value,
                    }
                )
            json.dump(found, sys.stdout)
    except (NoText, TooWide, BrokenOff, PasswordError) as refusal:
        json.dump({"code": type(refusal).__name__, "sheet": name, **vars(refusal)}, sys.stdout)
        return REFUSED
    return 0


def _head(rows: SheetRows) -> tuple[list[dict[str, Any]], int, int]:
    """The first rows, with and without hidden ones; the columns of all of them; how many rows are hidden in all."""
    head: list[dict[str, Any]] = []
    columns = hidden = shown = 0
    for number, cells in rows:
        if not any(map(str.strip, cells)):
            continue
        is_hidden = number - 1 in rows.marks.hidden_rows
        if len(head) < HEAD_ROWS or (shown < HEAD_ROWS and not is_hidden):
            if any("\x00" in cell for cell in cells):
                raise NoText(number)
            head.append({"row": number, "is_hidden": is_hidden, "cells": [cell[:HEAD_CHARACTERS] for cell in cells]})
            columns = max(columns, len(cells))
        hidden += is_hidden
        shown += not is_hidden
        # Where rows are hidden, all of them are read, because the hidden ones with something in them are counted.
        if shown >= HEAD_ROWS and not rows.marks.hidden_rows:
            break
    return head, columns, hidden


def _limit_size(limit: str) -> None:
    """Of what this process writes, in bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
