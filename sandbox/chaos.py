"""Chance that comes again: the same seed and the same thing always give the same share of 1."""

from __future__ import annotations

import hashlib


def share(seed: int, *what: object) -> float:
    """From 0 to below 1. By what is asked and not by whose turn it is, so that the order of arrival does not matter."""
    digest = hashlib.blake2b(repr((seed, *what)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48
