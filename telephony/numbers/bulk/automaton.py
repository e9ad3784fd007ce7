"""Sets of digit strings as one table that NumPy runs over whole columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telephony.numbers.bulk.pattern_language import EMPTY, Node, after, may_end

PAD = 10
"""Stands behind the last digit of a row; changes no state."""
# The largest plan (North America) has 1,239; a pattern that multiplies states must not fill the memory.
_MOST_STATES = 200_000
Digits = NDArray[np.uint8]
"""One row per number, one digit (0 to 9, or PAD) per column."""


@dataclass(frozen=True, slots=True)
class Automaton:
    """Runs several patterns at once."""

    table: NDArray[np.int32]
    """State × 11 → state, flattened."""
    accepting: NDArray[np.int32]
    """State → place in `sets`."""
    sets: tuple[frozenset[int], ...]
    """Which patterns have matched the whole string."""

    dead: int = -1
    """The state from which nothing matches any more."""

    def run(self, digits: Digits) -> NDArray[np.int32]:
        """The state after each row."""
        state = np.zeros(len(digits), np.int32)
        # One step for all rows: as many calls of NumPy as a number has digits, however many rows there are.
        for column in digits.T:
            state = self.table[state * 11 + column]
        return state

    def matches(self, digits: Digits) -> NDArray[np.int32]:
        """For each row the place in `sets`."""
        return self.accepting[self.run(digits)]

    def prefixes(self, digits: Digits) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """How many beginnings of each row, the empty one not counted, match any pattern; how long the longest is."""
        is_match = np.array([bool(found) for found in self.sets])[self.accepting]
        state = np.zeros(len(digits), np.int32)
        count, length = np.zeros(len(digits), np.int32), np.zeros(len(digits), np.int32)
        for place, column in enumerate(digits.T, start=1):
            state = self.table[state * 11 + column]
            # Trunk digits and exits are short: after a few digits no row can match any more.
            if (state == self.dead).all():
                break
            is_hit = is_match[state] & (column != PAD)
            count += is_hit
            length[is_hit] = place
        return count, length


def build(patterns: Sequence[Node]) -> Automaton:
    """A state is what every pattern that is still possible may be followed by."""
    start = tuple((number, node) for number, node in enumerate(patterns) if node != EMPTY)
    states: dict[tuple[tuple[int, Node], ...], int] = {start: 0}
    waiting = [start]
    table: list[list[int]] = []
    # The list grows while it is walked, until no digit leads to a new state.
    for state in waiting:
        row = []
        for digit in range(10):
            following = tuple((number, rest) for number, node in state if (rest := after(node, digit)) != EMPTY)
            if following not in states:
                states[following] = len(states)
                waiting.append(following)
            row.append(states[following])
        # The eleventh column is PAD, which leads back to the same state.
        table.append([*row, states[state]])
        if len(states) > _MOST_STATES:
            raise MemoryError("the patterns need too many states")
    sets: dict[frozenset[int], int] = {}
    accepting = [
        sets.setdefault(frozenset(number for number, node in state if may_end(node)), len(sets)) for state in waiting
    ]
    return Automaton(np.array(table, np.int32).ravel(), np.array(accepting, np.int32), tuple(sets), states.get((), -1))
