"""Values in the form that PostgreSQL reads fastest."""

from __future__ import annotations

from collections.abc import Sequence


def as_array(numbers: Sequence[int]) -> str:
    """PostgreSQL's text form of an array: for tens of thousands of integers much faster than the driver's own."""
    return f"{{{','.join(map(str, numbers))}}}"
