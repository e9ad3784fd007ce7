"""XLSX, XLS and ODS through a process of their own, which writes the chosen sheet as text."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from sheets import limits
from sheets.errors import FileRefused

_ROOT = Path(__file__).resolve().parent.parent
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    rows: int
    head: tuple[tuple[str, ...], ...]
    """The first rows, with long cells cut."""


def inspect_workbook(path: Path) -> tuple[Sheet, ...]:
    """Every sheet, in the file's order. Raises FileRefused."""
    _check_size(path)
    sheets = json.loads(_run("inspect", path))
    return tuple(Sheet(sheet["name"], sheet["rows"], tuple(map(tuple, sheet["head"]))) for sheet in sheets)


@contextmanager
def sheet_as_text(path: Path, sheet: str, *, scratch: Path) -> Iterator[Path]:
    """The sheet as CSV: UTF-8, \\n, one record per row, blank rows as blank lines. Raises FileRefused."""
    _check_size(path)
    with tempfile.NamedTemporaryFile(dir=scratch, prefix="sheet-") as target:
        _run("write", path, sheet, target.name, str(limits.MAX_UNPACKED))
        yield Path(target.name)


def _check_size(path: Path) -> None:
    """A compressed workbook says how large its parts are. Those that lie meet the limits of the process."""
    with path.open("rb") as file:
        head = file.read(65_536)
    if _ENCRYPTED in head or (head.startswith(b"\xd0\xcf") and _ENCRYPTED in path.read_bytes()[:4_194_304]):
        raise FileRefused(_("The workbook is protected with a password. Save it without one, and upload that."))
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
    if size > limits.MAX_UNPACKED:
        text = _("Unpacked, the workbook is larger than %(n)d MB. Save the list as CSV, and upload that.")
        raise FileRefused(text % {"n": limits.MAX_UNPACKED // 1024**2})


def _run(action: str, path: Path, *more: str) -> bytes:
    bounds = [str(limits.WORKBOOK_MEMORY), str(limits.WORKBOOK_SECONDS)]
    command = [sys.executable, "-m", "sheets.workbook_child", action, str(path), *bounds, *more]
    try:
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, timeout=2 * limits.WORKBOOK_SECONDS, check=False)
    except subprocess.TimeoutExpired as exc:
        raise FileRefused(_("Reading the workbook takes too long. Save the list as CSV, and upload that.")) from exc
    if done.returncode == 0:
        return done.stdout
    if done.returncode < 0 or b"MemoryError" in done.stderr or b"memory allocation" in done.stderr:
        raise FileRefused(_("The workbook needs too much memory or time. Save the list as CSV, and upload that."))
    raise FileRefused(_("The workbook is damaged, or is none. Open it, save it again as XLSX or CSV, and upload that."))
