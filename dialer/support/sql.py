"""Values in the form that PostgreSQL reads fastest, and without what it cannot store."""

from __future__ import annotations

from collections.abc import Sequence

COPY_NULL = r"\N"
# The backslash first: the others' replacements contain one.
_COPY_ESCAPES = (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"), ("\x00", " "))


def as_array(numbers: Sequence[int]) -> str:
    """PostgreSQL's text form of an array: for tens of thousands of integers much faster than the driver's own."""
    return f"{{{','.join(map(str, numbers))}}}"


def escape_for_copy(texts: Sequence[str]) -> Sequence[str]:
    """The same texts as cells of COPY's text format. A NUL becomes a space: PostgreSQL cannot store it."""
    # One look at all texts together. Hardly any column has such a character, and `in` scans 200,000 texts in 2 ms,
    # a regular expression in 30 ms, `str.translate` on each in 360 ms.
    together = "".join(texts)
    for char, escape in _COPY_ESCAPES:
        if char in together:
            texts = [text.replace(char, escape) for text in texts]
    return texts
