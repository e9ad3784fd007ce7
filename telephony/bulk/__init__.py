"""Whole columns of telephone numbers: the same verdicts as telephony.e164.normalise, many at a time."""

from telephony.bulk.columns import Column, read_column

__all__ = ["Column", "read_column"]
