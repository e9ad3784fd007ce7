"""Which column holds what: the words of the header and what stands in the cells, weighed against each other.

Pure functions over a header and the first rows. What a telephone number is, the caller knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sheets.column_names import Kind, Use, named

AreNumbers = Callable[[list[str]], list[bool]]
"""For cells that hold something: which of them can be telephone numbers."""
MANY = 0.5
"""The share of cells from which on a column holds numbers."""


class Doubt(StrEnum):
    """Why a person is to choose the column."""

    NONE = ""
    NOT_NAMED = "not_named"
    """No name is a telephone's; `candidates` are the columns whose cells are numbers."""
    DISAGREE = "disagree"
    """The column with the name (the first of `candidates`) holds no numbers, and another one does."""
    UNSURE_NAME = "unsure_name"
    """A name like "Number", and the cells do not settle it."""
    HIDDEN = "hidden"
    """The only column with the name is hidden in the workbook."""


@dataclass(frozen=True, slots=True)
class Phones:
    """`places`: the columns with the person's numbers, the first to be tried first; empty where a person chooses."""

    places: tuple[int, ...] = ()
    doubt: Doubt = Doubt.NONE
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it was found. `share` is that of the numbers among the cells that hold something."""

    place: int
    kind: Kind
    use: Use
    ordinal: int
    filled: int
    share: float

    @property
    def holds_numbers(self) -> bool:
        return self.filled > 0 and self.share >= MANY


def phones_of(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    are_numbers: AreNumbers,
    hidden: Collection[int] = (),
) -> Phones:
    """`rows` are the first under the header; `hidden` the places of hidden columns, which are never chosen here."""
    columns = [_looked_at(place, name, rows, are_numbers) for place, name in enumerate(header)]
    seen = [column for column in columns if column.place not in hidden]
    if telephones := sorted((column for column in seen if column.kind is Kind.PHONE), key=_order):
        return _of_named(telephones, seen)
    if any(column.kind is Kind.PHONE for column in columns):
        return Phones(doubt=Doubt.HIDDEN, candidates=_holding(seen))
    # Office is rarely a telephone, so that only its cells can make it one.
    if maybe := [
        column for column in seen if column.kind is Kind.MAYBE and (column.use is Use.MAIN or column.holds_numbers)
    ]:
        return _of_maybe(sorted(maybe, key=_order), seen)
    return Phones(doubt=Doubt.NOT_NAMED, candidates=_holding(seen))


def _order(column: Column) -> tuple[int, int, int]:
    return (column.use, column.ordinal, column.place)


def _of_named(telephones: list[Column], seen: list[Column]) -> Phones:
    """Names decide unless their cells hold something else while those of another column are numbers."""
    good = [column for column in telephones if column.holds_numbers]
    others = [column for column in seen if column.kind is not Kind.PHONE and _may_hold(column)]
    # "home" and "work" are telephones where one of the others is.
    beside = [column for column in others if column.use is not Use.MAIN]
    if good or not others:
        # A named column that is still empty stays: its numbers may begin below the sample.
        kept = [column for column in telephones if column.holds_numbers or not (column.filled and good)]
        return Phones(tuple(column.place for column in sorted([*kept, *beside], key=_order)))
    return Phones((), Doubt.DISAGREE, (telephones[0].place, *(column.place for column in others)))


def _of_maybe(maybe: list[Column], seen: list[Column]) -> Phones:
    good = [column for column in maybe if column.holds_numbers]
    rivals = [column for column in seen if column.kind is not Kind.MAYBE and _may_hold(column)]
    # Several that are all good must be number1, number2 …
    ordinals = {column.ordinal for column in good}
    is_series = 0 not in ordinals and len(ordinals) == len(good)
    if good and not rivals and (len(good) == 1 or is_series):
        return Phones(tuple(column.place for column in good))
    return Phones((), Doubt.UNSURE_NAME, tuple(column.place for column in [*good, *rivals] or maybe))


def _may_hold(column: Column) -> bool:
    return column.holds_numbers and column.kind in (Kind.UNKNOWN, Kind.MAYBE)


def _holding(columns: Sequence[Column]) -> tuple[int, ...]:
    return tuple(column.place for column in columns if _may_hold(column))


def _looked_at(place: int, name: str, rows: Sequence[Sequence[str]], are_numbers: AreNumbers) -> Column:
    kind, use, ordinal = named(name)
    cells = [row[place].strip() for row in rows if len(row) > place and row[place].strip()]
    asks = kind in (Kind.PHONE, Kind.MAYBE, Kind.UNKNOWN) and cells
    share = sum(are_numbers(cells)) / len(cells) if asks else 0.0
    return Column(place, kind, use, ordinal, len(cells), share)
