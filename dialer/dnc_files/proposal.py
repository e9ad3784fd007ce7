"""What the first rows of a do-not-call file say about its columns, and what only a person can say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.utils.translation import gettext as _

from dialer.dnc_files import words
from dialer.dnc_files.layout import Layout, Role
from dialer.dnc_files.shapes import are_numbers, column, folded_words, has_area_apart, usual_width
from sheets.blocks import Block
from sheets.column_names import Kind, kind_of
from sheets.columns import Doubt, phones_of
from sheets.dialect import fold, is_header, looks_like_number

SHORT_DIGITS = re.compile(r"\+?[0-9]{2,6}")
"""An area code or a prefix."""
NO_HEADER = -1
_WORDS = {
    Role.AREA_CODE: folded_words(words.AREA_CODE),
    Role.UNTIL: folded_words(words.UNTIL),
    Role.REASON: folded_words(words.REASON),
    Role.SOURCE: folded_words(words.SOURCE),
}
_PREFIX = folded_words(words.PREFIX)


@dataclass(frozen=True, slots=True)
class Proposal:
    layout: Layout
    doubts: tuple[str, ...] = ()
    """Why a person has to look, for people; empty where the file is clear."""
    holds_prefixes: bool = False
    is_empty: bool = False
    """The sheet holds no numbers at all: a cover or a note."""
    country: str = ""
    """ISO 3166; what the shape of the file speaks for, where no country was chosen."""


def propose(rows: Block, *, sheet: str, region: str, header_at: int | None = None) -> Proposal:
    """`rows` are the first of a sheet, `header_at` the place of its header where that is known, or NO_HEADER."""
    found = _header_place(rows) if header_at is None else header_at
    header = rows.rows[found] if found is not None and found != NO_HEADER else None
    start = _first_row(rows, found)
    body = rows.rows[start:]
    width = max(usual_width(body), len(header or ()))
    names = tuple(_name(header, place) for place in range(width))
    line = rows.line_numbers[found] if found is not None and header is not None else 0
    bare = Layout(sheet, line, names, (Role.IGNORE,) * width, begins_at=start)
    if width == 1:
        return _single(replace(bare, roles=(Role.NUMBER,)), body, region)
    return _by_header(bare, body, region) if header is not None else _by_cells(bare, body, region)


def _first_row(rows: Block, header: int | None) -> int:
    if header is not None:
        return header + 1
    # A title above rows that have no header.
    return next((place for place, cells in enumerate(rows.rows) if not is_header(cells)), 0)


def _header_place(rows: Block) -> int | None:
    """The row of names right above the first row with numbers; a title is narrower than the rows."""
    first = next((place for place, cells in enumerate(rows.rows) if not is_header(cells)), None)
    if first is None:
        digits = [any(SHORT_DIGITS.fullmatch(cell.strip()) for cell in cells) for cells in rows.rows]
        first = digits.index(True) if any(digits) else 1
    if first == 0 or first > len(rows.rows):
        return None
    width = usual_width(rows.rows[first:]) if rows.rows[first:] else len(rows.rows[first - 1])
    filled = sum(bool(cell.strip()) for cell in rows.rows[first - 1])
    named = any(kind_of(cell) is Kind.PHONE for cell in rows.rows[first - 1])
    return first - 1 if filled * 2 > width or named else None


def _name(header: Sequence[str] | None, place: int) -> str:
    name = header[place].strip() if header is not None and place < len(header) else ""
    return name or _("column %(n)d") % {"n": place + 1}


def _single(layout: Layout, body: Sequence[Sequence[str]], region: str) -> Proposal:
    cells = column(body, 0)
    if cells and sum(map(bool, map(SHORT_DIGITS.fullmatch, cells))) * 2 > len(cells):
        return _prefixes(layout)
    is_empty = not any(map(looks_like_number, cells)) and not any(are_numbers(cells, region=region))
    return Proposal(layout, is_empty=is_empty)


def _prefixes(layout: Layout) -> Proposal:
    text = _(
        "Most entries are short. Say whether they are area codes or prefixes: then every number that begins with one "
        "is blocked."
    )
    return Proposal(layout, (text,), holds_prefixes=True)


def _by_header(layout: Layout, body: Sequence[Sequence[str]], region: str) -> Proposal:
    roles = list(layout.roles)
    for place, name in enumerate(layout.names):
        for role, known in _WORDS.items():
            if fold(name) in known and role not in roles:
                roles[place] = role
                break
        if fold(name) in _PREFIX:
            roles[place] = Role.NUMBER
    free = ["" if role is not Role.IGNORE else name for name, role in zip(layout.names, roles, strict=True)]
    has_area = Role.AREA_CODE in roles
    check = _look_alike if has_area else partial(are_numbers, region=region)
    phones = phones_of(free, _without_taken(body, roles), are_numbers=check)
    taken, doubts = _chosen(phones.places, phones.doubt, phones.candidates, layout.names, is_named=Role.NUMBER in roles)
    roles = [Role.NUMBER if place in taken else role for place, role in enumerate(roles)]
    found = replace(layout, roles=tuple(roles))
    if Role.NUMBER not in roles:
        return _nothing(found, body, doubts, region)
    return Proposal(found, doubts)


def _look_alike(cells: list[str]) -> list[bool]:
    """Numbers whose area code stands in a column of its own are too short to be any by themselves."""
    return [looks_like_number(cell) for cell in cells]


def _without_taken(body: Sequence[Sequence[str]], roles: Sequence[Role]) -> list[list[str]]:
    return [
        ["" if place < len(roles) and roles[place] is not Role.IGNORE else cell for place, cell in enumerate(row)]
        for row in body
    ]


def _chosen(
    places: Sequence[int], doubt: Doubt, candidates: Sequence[int], names: Sequence[str], *, is_named: bool
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """A single column with numbers is taken whatever its name: blocking too many is the smaller mistake."""
    if places or is_named:
        return tuple(places), ()
    if len(candidates) == 1 and doubt in (Doubt.NOT_NAMED, Doubt.UNSURE_NAME):
        return tuple(candidates), ()
    shown = ", ".join(names[place] for place in candidates)
    if doubt is Doubt.DISAGREE:
        text = _("The column named like one with telephone numbers holds none. Choose among %(columns)s.")
    elif candidates:
        text = _("Several columns could hold the numbers: %(columns)s. Choose the right ones.")
    else:
        text = _("No column is named like one with telephone numbers, and none holds any. Choose it below.")
    return (), (text % {"columns": shown} if candidates else text,)


def _nothing(layout: Layout, body: Sequence[Sequence[str]], doubts: tuple[str, ...], region: str) -> Proposal:
    """No column was found: perhaps a sheet without any number."""
    is_empty = not any(looks_like_number(cell) for row in body for cell in row)
    return Proposal(layout, doubts, is_empty=is_empty)


def _by_cells(layout: Layout, body: Sequence[Sequence[str]], region: str) -> Proposal:
    """Without a header the cells decide."""
    width = len(layout.roles)
    if area := has_area_apart(body, region=region):
        return _area_apart(layout, area, region)
    found = [
        place
        for place in range(width)
        if (cells := column(body, place)) and sum(are_numbers(cells, region=region)) * 2 > len(cells)
    ]
    if len(found) == 1:
        roles = tuple(Role.NUMBER if place == found[0] else Role.IGNORE for place in range(width))
        return Proposal(replace(layout, roles=roles))
    if found:
        text = _("The file has no header, and %(n)d of its columns could be the numbers. Choose the right ones.")
        return Proposal(layout, (text % {"n": len(found)},))
    doubt = _("The file has no header, and no column holds telephone numbers. Choose it below.")
    return _nothing(layout, body, (doubt,), region)


def _area_apart(layout: Layout, area: tuple[int, int], region: str) -> Proposal:
    names = {area[0]: (Role.AREA_CODE, _("area code")), area[1]: (Role.NUMBER, _("number"))}
    found = replace(
        layout,
        roles=tuple(names[place][0] if place in names else Role.IGNORE for place in range(len(layout.roles))),
        names=tuple(names[place][1] if place in names else name for place, name in enumerate(layout.names)),
    )
    if region:
        return Proposal(found)
    text = _("Area codes and numbers stand in two columns, as in the US registry. Choose the country.")
    return Proposal(found, (text,), country="US")
