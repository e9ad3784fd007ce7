"""Uploads that are too large end while they stream: nothing of them is kept on disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class LargestUpload(FileUploadHandler):
    """Stands before the handlers that store. The request says so afterwards: `request.is_upload_too_large`."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._size += len(raw_data)
        if self._size > settings.PORTAL_UPLOAD_BYTES:
            self.request.is_upload_too_large = True  # type: ignore[union-attr]
            # The rest is read and thrown away, so that the browser gets its answer.
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The file itself comes from the handlers that store it."""
