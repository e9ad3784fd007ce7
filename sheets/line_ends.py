"""Which line end a file has: the other one may stand in its cells, where people pasted text from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sheets.dialect import DELIMITERS, usual_width, widths_of

LINE_FEED, CARRIAGE_RETURN = "\n", "\r"


@dataclass(slots=True)
class LineEnds:
    """Counted over a whole file."""

    line_feeds: int = 0
    """Alone or after a carriage return."""
    returns: int = 0
    """Carriage returns without a line feed after them."""
    _was_return: bool = False

    def count(self, text: str) -> None:
        """The next piece of the file."""
        if not text:
            return
        self.line_feeds += text.count("\n")
        if self._was_return and text[0] == "\n":
            # A pair that was cut between two pieces: its first half was counted as alone.
            self.returns -= 1
        if "\r" in text:
            self.returns += text.count("\r") - text.count("\r\n")
        self._was_return = text[-1] == "\r"

    def lines_at(self, line_end: str) -> int:
        """About how many: the last one may have an end or none."""
        return (self.returns if line_end == CARRIAGE_RETURN else self.line_feeds) + 1

    @property
    def lines(self) -> int:
        """About how many: of the more frequent kind."""
        return max(self.line_feeds, self.returns) + 1


def line_end_of(ends: LineEnds, head: str) -> str:
    """By the whole file where it has one kind; else the one that makes the better table of its head."""
    if not ends.returns:
        return LINE_FEED
    if not ends.line_feeds:
        return CARRIAGE_RETURN
    at_feeds, at_returns = (_fit(re.split(pattern, head)) for pattern in (r"\r?\n", r"\r\n|\r"))
    if not at_feeds and not at_returns:  # one column
        return LINE_FEED if ends.line_feeds >= ends.returns else CARRIAGE_RETURN
    return LINE_FEED if at_feeds >= at_returns else CARRIAGE_RETURN


def _fit(lines: Sequence[str]) -> float:
    """Rows with the usual number of cells, with the delimiter that suits best; less where others are among them."""
    # A line end that is left is none.
    plain = [re.sub(r"[\r\n]", " ", line) for line in lines]
    fits = [0.0]
    for widths in (widths_of(plain, delimiter) for delimiter in DELIMITERS):
        if (usual := usual_width(widths)) > 1:
            fits.append(widths.count(usual) ** 2 / len(widths))
    return max(fits)
