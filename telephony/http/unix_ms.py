"""Moments as providers count them: whole milliseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def to_ms(moment: datetime) -> int:
    """Of an aware moment; what is below a millisecond is cut off."""
    return int(moment.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """In UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
