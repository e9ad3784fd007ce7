"""What the first rows of a file say about its columns. An offer: a person may change every part of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from campaigns.importer import known
from campaigns.importer.layout import Layout, Role, roles_of
from campaigns.importer.pasted_cells import without_guard
from sheets.dialect import is_header
from telephony.bulk import read_column


@dataclass(frozen=True, slots=True)
class Proposal:
    layout: Layout
    doubts: tuple[str, ...] = ()
    """Why a person should look twice, for people; empty where the header says it all."""

    @property
    def is_complete(self) -> bool:
        """The numbers' column is known."""
        return self.layout.place(Role.PHONE) is not None


def propose(rows: Sequence[Sequence[str]], *, delimiter: str, region: str, has_header: bool | None = None) -> Proposal:
    """`rows` are the first of a file, `has_header` what a person says about it, `region` the campaign's country."""
    if not rows:
        return Proposal(Layout((), (), has_header=False))
    if is_header(list(rows[0])) if has_header is None else has_header:
        return _by_header(rows[0])
    width = _usual_width(rows)
    if shape := known.shape_of(rows, delimiter=delimiter):
        return _by_shape(shape, width)
    return _by_numbers(rows, width=width, region=region)


def _by_header(header: Sequence[str]) -> Proposal:
    roles = roles_of(header)
    if len(header) == 1:
        roles = [Role.PHONE]
    layout = Layout(_names(header), tuple(roles), has_header=True, known_as=known.product_of(header))
    if Role.PHONE in roles:
        return Proposal(layout)
    return Proposal(layout, (_("No column is named like one with telephone numbers. Choose it below."),))


def _names(header: Sequence[str]) -> tuple[str, ...]:
    """No two alike, because the columns that are kept are kept by name."""
    found: list[str] = []
    for place, cell in enumerate(header):
        name = without_guard(cell.strip()) or made_up(place)
        found.append(name if name not in found else f"{name} ({place + 1})")
    return tuple(found)


def _by_shape(shape: known.ByShape, width: int) -> Proposal:
    names = (*shape.names, *(made_up(place) for place in range(len(shape.names), width)))[:width]
    roles = tuple(shape.roles.get(name, Role.KEEP) for name in names)
    text = _("The file has no header. Its shape is that of %(product)s; check the columns.") % {
        "product": shape.product
    }
    return Proposal(Layout(names, roles, has_header=False, known_as=shape.product), (text,))


def _by_numbers(rows: Sequence[Sequence[str]], *, width: int, region: str) -> Proposal:
    """The one column of a file without header whose cells can be telephone numbers."""
    bare = Layout(tuple(map(made_up, range(width))), (Role.KEEP,) * width, has_header=False)
    found = [0] if width == 1 else [n for n in range(width) if _holds_numbers(rows, n, region=region)]
    if not found:
        return Proposal(bare, (_("The file has no header, and no column holds telephone numbers."),))
    roles = tuple(Role.PHONE if place == found[0] else Role.KEEP for place in range(width))
    layout = replace(bare, roles=roles)
    if width == 1:
        return Proposal(layout)
    if len(found) == 1:
        return Proposal(layout, (_("The file has no header. Check the columns."),))
    text = _("The file has no header, and %(n)d of its columns could be the numbers. Choose the right one.")
    return Proposal(bare, (text % {"n": len(found)},))


def made_up(place: int) -> str:
    return _("column %(n)d") % {"n": place + 1}


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    counts = Counter(map(len, rows))
    return max(counts, key=lambda width: (counts[width], width))


def _holds_numbers(rows: Sequence[Sequence[str]], place: int, *, region: str) -> bool:
    cells = [row[place] for row in rows if len(row) > place and row[place].strip()]
    return bool(cells) and len(read_column(cells, region=region).errors) * 2 <= len(cells)
