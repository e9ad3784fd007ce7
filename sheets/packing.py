"""gzip, and zip with one file in it, unpacked as they are read."""

from __future__ import annotations

import gzip
import io
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from sheets import limits
from sheets.errors import FileRefused

GZIP, ZIP, PLAIN = "gzip", "zip", ""
# macOS and Windows put these into archives without being asked.
_NOT_LISTS = ("__MACOSX/", ".DS_Store", "Thumbs.db")


class Unpacked(io.RawIOBase):
    """Counts the bytes that really come out: what an archive says of its size may be a lie."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.position = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read(size)
        # NotImplementedError: a method of compression that zipfile lacks.
        except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, NotImplementedError) as exc:
            raise FileRefused(
                _("The archive is damaged or incomplete. Compress the list again, then upload it.")
            ) from exc
        self.position += len(data)
        if self.position > limits.MAX_UNPACKED:
            text = _("The uncompressed file is larger than %(n)d MB. Split the list into several files.")
            raise FileRefused(text % {"n": limits.MAX_UNPACKED // 1024**2})
        return data

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def unpacked(path: Path, packing: str) -> Iterator[Unpacked]:
    """The file's own bytes, streamed. Raises FileRefused."""
    if packing == GZIP:
        with gzip.open(path) as stream:
            yield Unpacked(cast("BinaryIO", stream))
    elif packing == ZIP:
        with zipfile.ZipFile(path) as archive, archive.open(only_member(archive)) as stream:
            yield Unpacked(cast("BinaryIO", stream))
    else:
        with path.open("rb") as stream:
            yield Unpacked(stream)


@contextmanager
def as_file(path: Path, packing: str, *, scratch: Path) -> Iterator[Path]:
    """A file of its own, for readers that need one."""
    if packing == PLAIN:
        yield path
        return
    with tempfile.NamedTemporaryFile(dir=scratch, prefix="unpacked-") as target:
        with unpacked(path, packing) as stream:
            shutil.copyfileobj(stream, target)
        target.flush()
        yield Path(target.name)


def only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [
        info
        for info in archive.infolist()
        if not (
            info.is_dir() or info.filename.startswith(_NOT_LISTS) or PurePosixPath(info.filename).name in _NOT_LISTS
        )
    ]
    if len(members) != 1:
        names = ", ".join(PurePosixPath(info.filename).name[:40] for info in members[:5])
        text = _("The archive contains %(n)d files (%(names)s). Compress a single list.")
        raise FileRefused(text % {"n": len(members), "names": names or "–"})
    (member,) = members
    if member.flag_bits & 1:
        raise FileRefused(_("The archive is protected with a password. Compress the list without a password."))
    return member
