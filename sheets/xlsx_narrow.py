"""An XLSX without the blank cells far to the right.

One in column XFD makes the reader of values hold 16,384 cells for every row.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from sheets.xlsx_parts import parts_of
from sheets.xlsx_rows import CHUNK_BYTES, by_rows, head_of

# Beyond IV, which is the 256th column.
_FAR = rb"""<%bc\s[^>]*?\br=["'](?:[A-Z]{3}|[J-Z][A-Z]|I[W-Z])[0-9]+["'][^>]*?(?:/>|>.*?</%bc>)"""
_STRING_INDEX = re.compile(rb"""\bt=["']s["'].*?v>([0-9]+)<""", re.DOTALL)
_TEXT = re.compile(rb"t(?:\s[^>]*)?>([^<]*)<")
_VALUE = re.compile(rb"<(?:\w+:)?[vf][\s>]")
_SHARED = "xl/sharedstrings.xml"
_STRING = re.compile(rb"<(?:\w+:)?si(?:\s[^>]*)?>(.*?)</(?:\w+:)?si>|<(?:\w+:)?si\s*/>", re.DOTALL)


def write_narrow(path: Path, target: Path) -> None:
    """Raises what its parts raise where the file is damaged."""
    # Stored, not compressed: it is read once and thrown away.
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
        sheets = set(parts_of(source).sheets.values())
        blanks = _blank_strings(source)
        for info in source.infolist():
            if info.filename in sheets:
                # The size is not known before the last piece, and may be beyond 2 GB.
                with copy.open(info.filename, "w", force_zip64=True) as part:
                    for piece in _narrowed(source, info.filename, blanks):
                        part.write(piece)
            else:
                copy.writestr(info.filename, source.read(info))


def _blank_strings(archive: zipfile.ZipFile) -> frozenset[int]:
    """Places of the shared strings with nothing but blanks."""
    part = next((name for name in archive.namelist() if name.lower().replace("\\", "/") == _SHARED), "")
    if not part:
        return frozenset()
    found = _STRING.finditer(archive.read(part))
    return frozenset(place for place, text in enumerate(found) if _is_blank(text.group(1) or b""))


def _is_blank(written: bytes) -> bool:
    return not any(text.strip() for text in _TEXT.findall(written))


def _narrowed(archive: zipfile.ZipFile, part: str, blanks: frozenset[int]) -> Iterator[bytes]:
    def kept(found: re.Match[bytes]) -> bytes:
        cell = found.group()
        if index := _STRING_INDEX.search(cell):
            return b"" if int(index.group(1)) in blanks else cell
        return b"" if not _VALUE.search(cell) and _is_blank(cell) else cell

    with archive.open(part) as stream:
        pieces = iter(lambda: stream.read(CHUNK_BYTES), b"")
        head, prefix, rest = head_of(pieces)
        yield head
        name = re.escape(prefix)
        far = re.compile(_FAR % (name, name), re.DOTALL)
        for chunk in by_rows(rest, pieces, b"<" + prefix + b"row"):
            yield far.sub(kept, chunk)
