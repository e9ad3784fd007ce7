"""Phones that a file has had so far, as sorted arrays: 12 bytes a phone, a million in 12 MB."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from telephony.numbers.phone_identity import identities


class SeenNumbers:
    """Phone, by its identity key → the line on which it stood first, in whichever spelling."""

    def __init__(self) -> None:
        self._keys = np.zeros(0, np.int64)
        self._lines = np.zeros(0, np.int32)

    def __len__(self) -> int:
        return len(self._keys)

    def first_lines(self, callees: NDArray[np.int64], lines: NDArray[np.int32]) -> NDArray[np.int32]:
        """For each number the line on which the file has its phone already, 0 where this is the first time.

        Remembers them; the numbers (wire digits as integers) of one call are in the file's order. The first spelling is
        the one that is called, and no rule prefers another: either rings the phone.
        """
        unique, first, back = np.unique(identities(callees), return_index=True, return_inverse=True)
        places = np.searchsorted(self._keys, unique)
        is_known = np.zeros(len(unique), np.bool_)
        inside = places < len(self._keys)
        is_known[inside] = self._keys[places[inside]] == unique[inside]
        earlier = lines[first].astype(np.int32)
        earlier[is_known] = self._lines[places[is_known]]
        found = earlier[back]
        found[first[~is_known]] = 0
        new = ~is_known
        self._keys = np.insert(self._keys, places[new], unique[new])
        self._lines = np.insert(self._lines, places[new], lines[first][new])
        return found


class SeenTexts:
    """Texts that were there before, by 64-bit hash: a false "yes" is possible, a false "no" is not."""

    def __init__(self) -> None:
        self._hashes = np.zeros(0, np.int64)

    def new_ones(self, texts: list[str]) -> NDArray[np.bool_]:
        """Which of them come for the first time; remembers them."""
        # Python salts the hash of a text, so nobody can write a file of collisions.
        hashes = np.fromiter(map(hash, texts), np.int64, len(texts))
        unique, first = np.unique(hashes, return_index=True)
        places = np.searchsorted(self._hashes, unique)
        inside = places < len(self._hashes)
        is_new = np.ones(len(unique), np.bool_)
        is_new[inside] = self._hashes[places[inside]] != unique[inside]
        result = np.zeros(len(texts), np.bool_)
        result[first[is_new]] = True
        self._hashes = np.insert(self._hashes, places[is_new], unique[is_new])
        return result
