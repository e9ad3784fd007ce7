"""Workbooks and tables in markup through a process of their own, which writes the chosen sheet as text."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from django.utils.translation import gettext as _

from sheets import limits
from sheets.errors import FileRefused
from sheets.other_kinds import protected

_ROOT = Path(__file__).resolve().parent.parent
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_REFUSED = 3
XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class HeadRow:
    row: int
    """From 1, as the sheet counts."""
    is_hidden: bool
    """By hand or by a filter."""
    cells: tuple[str, ...]
    """From column A; long cells are cut."""


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    rows: int
    """The number of its last row; 0 for a sheet with nothing in it."""
    head: tuple[HeadRow, ...] = ()
    """The first rows with something in them; beyond hidden ones, at least as many that are not hidden."""
    columns: int = 0
    is_hidden: bool = False
    """Hidden or very hidden."""
    hidden_rows: int = 0
    """How many rows with something in them are hidden by hand or by a filter."""
    hidden_columns: tuple[int, ...] = ()
    """Places of the hidden columns, column A is 0."""
    errors: int = 0
    """Cells with an error, such as #N/A; that is also their text."""
    without_value: int = 0
    """Cells with a formula that was never calculated; their text is #FORMULA!."""

    def shown(self, *, with_hidden: bool) -> tuple[HeadRow, ...]:
        """The first rows as they are read."""
        return tuple(row for row in self.head if any(row.cells) and (with_hidden or not row.is_hidden))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        head = tuple(_head_row(row, number) for number, row in enumerate(data["head"], start=1))
        return cls(**{**data, "head": head, "hidden_columns": tuple(data.get("hidden_columns", ()))})


def _head_row(kept: dict[str, Any] | list[str], number: int) -> HeadRow:
    """Workbooks that were looked at before rows could be hidden were kept as cells alone, blank rows included."""
    if isinstance(kept, list):
        return HeadRow(number, False, tuple(kept))
    return HeadRow(kept["row"], kept["is_hidden"], tuple(kept["cells"]))


def inspect_workbook(path: Path, kind: str, *, scratch: Path) -> tuple[Sheet, ...]:
    """Every sheet, in the file's order. Raises FileRefused."""
    _check_size(path)
    return tuple(map(Sheet.from_json, json.loads(_read("inspect", path, kind, scratch=scratch))))


@contextmanager
def sheet_as_text(path: Path, kind: str, sheet: str, *, with_hidden: bool, scratch: Path) -> Iterator[Path]:
    """The sheet as `workbook_lines` writes it. Raises FileRefused."""
    _check_size(path)
    with tempfile.NamedTemporaryFile(dir=scratch, prefix="sheet-") as target:
        more = [sheet, target.name, str(limits.MAX_UNPACKED), "hidden" if with_hidden else ""]
        _read("write", path, kind, *more, scratch=scratch)
        yield Path(target.name)


def _check_size(path: Path) -> None:
    """A compressed workbook says how large its parts are. Those that lie meet the limits of the process."""
    with path.open("rb") as file:
        head = file.read(65_536)
    if _ENCRYPTED in head:
        raise protected()
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
    if size > limits.MAX_UNPACKED:
        text = _("The uncompressed workbook is larger than %(n)d MB. Save the list as CSV, then upload it.")
        raise FileRefused(text % {"n": limits.MAX_UNPACKED // 1024**2})


def _read(action: str, path: Path, kind: str, *more: str, scratch: Path) -> bytes:
    """Blank cells far to the right may be all that makes an XLSX too large: then it is read again without them."""
    try:
        return _run(action, path, kind, *more)
    except _TooLarge:
        if kind != XLSX:
            raise
        with tempfile.NamedTemporaryFile(dir=scratch, prefix="narrow-") as narrow:
            _run("narrow", path, kind, narrow.name, str(limits.MAX_UNPACKED))
            return _run(action, Path(narrow.name), kind, *more)


class _TooLarge(FileRefused):
    """For the memory or the time that its reader may take."""


def _run(action: str, path: Path, kind: str, *more: str) -> bytes:
    bounds = [str(limits.WORKBOOK_MEMORY), str(limits.WORKBOOK_SECONDS)]
    command = [sys.executable, "-m", "sheets.workbook_child", action, str(path), kind, *bounds, *more]
    try:
        # The child's own limit counts processor time; this one also ends a child that waits.
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, timeout=2 * limits.WORKBOOK_SECONDS, check=False)
    except subprocess.TimeoutExpired as exc:
        raise FileRefused(_("The workbook takes too long to read. Save the list as CSV, then upload it.")) from exc
    if done.returncode == 0:
        return done.stdout
    if done.returncode == _REFUSED:
        raise _refusal(json.loads(done.stdout))
    # Ended by a signal, as by its limit of time; or Rust's words before it aborts, for python-calamine.
    if done.returncode < 0 or b"MemoryError" in done.stderr or b"memory allocation" in done.stderr:
        raise _TooLarge(_("The workbook needs too much memory or time. Save the list as CSV, then upload it."))
    raise FileRefused(
        _("The file is damaged or is not a workbook. Open it, save it again as XLSX or CSV, then upload it.")
    )


def _refusal(found: dict[str, Any]) -> FileRefused:
    """Of an exception in the process that reads workbooks."""
    if found["code"] == "PasswordError":
        return protected()
    if found["code"] == "TooWide":
        text = _("The file has %(n)d columns; the limit is %(limit)d. Remove columns that you do not need.")
        return FileRefused(text % {"n": found["columns"], "limit": limits.MAX_COLUMNS})
    if found["code"] == "BrokenOff":
        text = _("The page ends within a table after %(row)d rows: part of it is missing. Export the list again.")
        return FileRefused(text % {"row": found["row"]})
    text = _(
        "Row %(row)d of the sheet %(sheet)s contains a character that is not text (NUL). Clear or retype that cell, "
        "then upload the workbook again."
    )
    return FileRefused(text % {"row": found["row"], "sheet": found["sheet"][:40]})
