"""What a registry writes beside a number, and in which column."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from dialer.dnc.files import column_words
from dialer.dnc.files.cell_shapes import column, folded_words
from dialer.dnc.files.layout import Layout
from sheets.blocks import Block
from sheets.dialect import fold
from sheets.errors import FileRefused

_LISTED, _CLEAN = folded_words(column_words.IS_LISTED), folded_words(column_words.IS_CLEAN)
_ANSWERS, _SAYS_LISTED = folded_words(column_words.RESULT), folded_words(column_words.SAYS_LISTED)
_YES, _NO = folded_words(column_words.YES), folded_words(column_words.NO)


@dataclass(frozen=True, slots=True)
class Answers:
    place: int
    says_listed: bool
    """The column's name says that the number is listed, so that “yes” and “no” can be understood."""

    def read_cell(self, cell: str) -> bool | None:
        """Whether the number is listed; None where the cell says neither."""
        word = fold(cell)
        if word in _LISTED:
            return True
        if word in _CLEAN:
            return False
        if self.says_listed and word in _YES:
            return True
        return False if self.says_listed and word in _NO else None


def answers_of(layout: Layout, first: Block, *, named: str = "") -> Answers:
    """The column with the answers. Raises FileRefused where there is none, or its first cells say nothing."""
    names = [fold(name) for name in layout.names]
    others = [place for place in range(len(names)) if place not in layout.numbers]
    if named:
        wanted = [place for place in others if names[place] == fold(named)]
    else:
        wanted = [place for place in others if names[place] in _ANSWERS or names[place] in _SAYS_LISTED]
    # Under a name that says nothing, every cell has to be an answer.
    share = 0.5 if wanted or named else 1
    for place in wanted if wanted or named else others:
        found = Answers(place, says_listed=names[place] in _SAYS_LISTED)
        cells = column(first.rows, place)
        if cells and sum(found.read_cell(cell) is not None for cell in cells) >= share * len(cells):
            return found
    text = _(
        "No column says whether each number is listed (“listed” or “not listed”, or yes and no under a name such as "
        "Listed). Name the column, or choose what it means if a number is in the file."
    )
    raise FileRefused(text)
