"""What the first rows of a file say about its columns. An offer: a person may change every part of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from campaigns.importer import product_layouts
from campaigns.importer.countries import is_country
from campaigns.importer.layout import ListLayout, Role, roles_of
from campaigns.importer.pasted_cells import unwrapped, without_guard
from campaigns.importer.rows import HELD
from sheets.column_names import Kind, kind_of
from sheets.columns import AreNumbers, Doubt, Phones, phones_of
from sheets.dialect import is_header
from telephony.numbers.bulk import read_column

NUMBERS_ALL_THE_SAME = frozenset(
    {*HELD, "extension", "several_numbers", "emergency", "line_range", "premium", "error_cell", "formula_without_value"}
)
"""Codes of cells that are refused, and still tell of a column of telephone numbers, or of nothing else."""


@dataclass(frozen=True, slots=True)
class Proposal:
    layout: ListLayout
    doubts: tuple[str, ...] = ()
    """Why a person should look twice, for people; empty where the header says it all."""

    @property
    def is_complete(self) -> bool:
        """The numbers' column is known."""
        return self.layout.place(Role.PHONE) is not None


def propose(
    rows: Sequence[Sequence[str]],
    *,
    delimiter: str,
    region: str,
    has_header: bool | None = None,
    hidden: Collection[int] = (),
) -> Proposal:
    """`rows` are the first of a file, `has_header` what a person says about it, `region` the campaign's country.

    `hidden` are the places of columns that the workbook hides.
    """
    if not rows:
        return Proposal(ListLayout((), (), has_header=False))
    if is_header(list(rows[0])) if has_header is None else has_header:
        return _by_header(rows[0], rows[1:], region=region, hidden=hidden)
    counts = Counter(map(len, rows))
    width = max(counts, key=lambda width: (counts[width], width))
    if shape := product_layouts.shape_of(rows, delimiter=delimiter):
        names = (*shape.names, *(made_up(place) for place in range(len(shape.names), width)))[:width]
        roles = tuple(shape.roles.get(name, Role.KEEP) for name in names)
        text = _("The file has no header. It looks like an export from %(product)s; check the columns.") % {
            "product": shape.product
        }
        return Proposal(ListLayout(names, roles, has_header=False, known_as=shape.product), (text,))
    # The one column of a file without header whose cells can be telephone numbers.
    bare = ListLayout(tuple(map(made_up, range(width))), (Role.KEEP,) * width, has_header=False)
    nameless = phones_of([""] * width, rows, are_numbers=are_numbers(region), hidden=hidden)
    found = (0,) if width == 1 else nameless.candidates
    if not found:
        return Proposal(bare, (_("The file has no header, and no column contains telephone numbers."),))
    roles = tuple(Role.PHONE if place == found[0] else Role.KEEP for place in range(width))
    layout = replace(bare, roles=roles)
    if width == 1:
        return Proposal(layout)
    if len(found) == 1:
        return Proposal(layout, (_("The file has no header. Check the columns."),))
    text = _("The file has no header, and %(n)d columns could contain the numbers. Choose the right one.")
    return Proposal(bare, (text % {"n": len(found)},))


def are_numbers(region: str) -> AreNumbers:
    """Which cells can be telephone numbers in a list of that country."""

    def check(cells: list[str]) -> list[bool]:
        errors = read_column(unwrapped(cells)[0], region=region).errors
        return [place not in errors or errors[place].code in NUMBERS_ALL_THE_SAME for place in range(len(cells))]

    return check


def _by_header(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, region: str, hidden: Collection[int]
) -> Proposal:
    names = _names(header)
    if len(header) == 1 and kind_of(header[0]) is not Kind.OPT_OUT:
        found = Phones((0,))
    else:
        found = phones_of(header, rows, are_numbers=are_numbers(region), hidden=hidden)
    roles = roles_of(header, found.places)
    # A “country code” is GB in one list and 44 in the next: the cells say which.
    for place, role in enumerate(roles):
        cells = [cell for row in rows if len(row) > place and (cell := row[place].strip())]
        letters = sum(map(is_country, cells))
        if role is Role.COUNTRY and cells and not letters and Role.COUNTRY_CODE not in roles:
            if all(cell.lstrip("+").replace(".0", "").isdigit() for cell in cells):
                roles[place] = Role.COUNTRY_CODE
        elif role is Role.COUNTRY_CODE and letters == len(cells) > 0 and Role.COUNTRY not in roles:
            roles[place] = Role.COUNTRY
    layout = ListLayout(names, tuple(roles), has_header=True, known_as=product_layouts.product_of(header))
    return Proposal(layout, _doubts(found, names))


def _doubts(found: Phones, names: Sequence[str]) -> tuple[str, ...]:
    named = [f"“{names[place]}”" for place in found.candidates]
    match found.doubt:
        case Doubt.NONE:
            return ()
        case Doubt.DISAGREE:
            text = _("The column %(column)s is named like a telephone column, but the numbers are in %(others)s.")
            text = text % {"column": named[0], "others": ", ".join(named[1:5])}
        case Doubt.UNSURE_NAME:
            text = _("%(columns)s may contain telephone numbers or other numbers.")
            text = text % {"columns": ", ".join(named[:5])}
        case Doubt.HIDDEN:
            text = _("The telephone column is hidden in the workbook, so it is not used automatically.")
        case Doubt.NOT_NAMED:
            text = _("No column name suggests telephone numbers.")
            if named:
                text += " " + _("%(columns)s may contain them.") % {"columns": ", ".join(named[:5])}
    return (text + " " + _("Choose the column below."),)


def _names(header: Sequence[str]) -> tuple[str, ...]:
    """No two alike, because the columns that are kept are kept by name."""
    found: list[str] = []
    for place, cell in enumerate(header):
        name = without_guard(cell.strip()) or made_up(place)
        found.append(name if name not in found else f"{name} ({place + 1})")
    return tuple(found)


def made_up(place: int) -> str:
    return _("column %(n)d") % {"n": place + 1}
