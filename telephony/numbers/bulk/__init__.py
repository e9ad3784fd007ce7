"""Whole columns of telephone numbers: the same verdicts as telephony.numbers.e164.normalise, many at a time."""

from telephony.numbers.bulk.read_column import Column, read_column
from telephony.numbers.bulk.time_zones import known_zone_sets

__all__ = ["Column", "known_zone_sets", "read_column"]
