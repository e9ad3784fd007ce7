from __future__ import annotations


class FileRefused(Exception):
    """This file cannot be read. The text says why and what to do, in one or two sentences."""
