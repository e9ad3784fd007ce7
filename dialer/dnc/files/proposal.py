"""What the first rows of a do-not-call file say about its columns, and what only a person can say."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.utils.translation import gettext as _

from dialer.dnc.files import column_words
from dialer.dnc.files.cell_shapes import are_numbers, column, folded_words, has_area_apart, is_block, usual_width
from dialer.dnc.files.layout import ADDED_COLUMNS, Layout, Role
from sheets.beginning import Beginning
from sheets.column_names import Kind, kind_of
from sheets.columns import Doubt, phones_of
from sheets.dialect import fold, looks_like_number

SHORT_DIGITS = re.compile(r"\+?[0-9]{2,6}")
"""An area code or a prefix."""
_WORDS = {
    Role.AREA_CODE: folded_words(column_words.AREA_CODE),
    Role.UNTIL: folded_words(column_words.UNTIL),
    Role.REASON: folded_words(column_words.REASON),
    Role.SOURCE: folded_words(column_words.SOURCE),
}
_PREFIX = folded_words(column_words.PREFIX)


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


def propose(found: Beginning, *, sheet: str, region: str, hidden: Collection[int] = ()) -> Proposal:
    """`found` are the first rows of a sheet, `region` is the country of its national numbers (ISO 3166) or "".

    `hidden` are the places of hidden columns, which are never chosen here.
    """
    header, body = found.header, found.body.rows
    width = max(usual_width(body), len(header or ()))
    names = []
    for place in range(width):
        name = header[place].strip() if header is not None and place < len(header) else ""
        names.append(name or _("column %(n)d") % {"n": place + 1})
    bare = Layout(sheet, found.header_line, tuple(names), (Role.IGNORE,) * width)
    if width == 1:
        return _single(replace(bare, roles=(Role.NUMBER,)), body, region)
    if header is not None:
        return _by_header(bare, body, region, hidden)
    return _by_cells(bare, body, region)


def is_no_header(row: Sequence[str]) -> bool:
    """Area codes and blocks, which are too short for numbers, above others of their kind."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return bool(cells) and all(SHORT_DIGITS.fullmatch(cell) or is_block(cell, region="") for cell in cells)


def _single(layout: Layout, body: Sequence[Sequence[str]], region: str) -> Proposal:
    cells = column(body, 0)
    if cells and sum(map(bool, map(SHORT_DIGITS.fullmatch, cells))) * 2 > len(cells):
        text = _(
            "Most entries are short. If they are area codes or prefixes, say so: every number that begins with one is "
            "then blocked."
        )
        return Proposal(layout, (text,), holds_prefixes=True)
    is_empty = not any(map(looks_like_number, cells)) and not any(are_numbers(cells, region=region))
    return Proposal(layout, is_empty=is_empty)


def _by_header(layout: Layout, body: Sequence[Sequence[str]], region: str, hidden: Collection[int]) -> Proposal:
    roles = list(layout.roles)
    own = layout.names[: -len(ADDED_COLUMNS)] if layout.names[-len(ADDED_COLUMNS) :] == ADDED_COLUMNS else layout.names
    for place, name in enumerate(own):
        for role, known in _WORDS.items():
            if fold(name) in known and role not in roles:
                roles[place] = role
                break
        if fold(name) in _PREFIX:
            roles[place] = Role.NUMBER
    # "DNC number" is a number here; a column of yes and no is none. The cells tell them apart.
    free = [
        "" if role is not Role.IGNORE or kind_of(name) is Kind.OPT_OUT else name
        for name, role in zip(own, roles, strict=False)
    ]
    has_area = Role.AREA_CODE in roles
    check = _look_alike if has_area else partial(are_numbers, region=region)
    unclaimed = [
        ["" if place < len(roles) and roles[place] is not Role.IGNORE else cell for place, cell in enumerate(row)]
        for row in body
    ]
    phones = phones_of(free, unclaimed, are_numbers=check, hidden=hidden)
    taken, doubts = _chosen(phones.places, phones.doubt, phones.candidates, layout.names, is_named=Role.NUMBER in roles)
    roles = [Role.NUMBER if place in taken else role for place, role in enumerate(roles)]
    found = replace(layout, roles=tuple(roles))
    if Role.NUMBER not in roles:
        return _nothing(found, body, doubts, region)
    return Proposal(found, doubts)


def _look_alike(cells: list[str]) -> list[bool]:
    """Numbers whose area code stands in a column of its own are too short to be any by themselves."""
    return [looks_like_number(cell) for cell in cells]


def _chosen(
    places: Sequence[int], doubt: Doubt, candidates: Sequence[int], names: Sequence[str], *, is_named: bool
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """A single column with numbers is taken whatever its name: blocking too many is the smaller mistake."""
    if places or is_named:
        return tuple(places), ()
    if len(candidates) == 1 and doubt in (Doubt.NOT_NAMED, Doubt.UNSURE_NAME):
        return tuple(candidates), ()
    shown = ", ".join(names[place] for place in candidates)
    if doubt is Doubt.HIDDEN:
        text = _("The telephone column is hidden in the workbook. Choose the right columns.")
    elif doubt is Doubt.DISAGREE:
        text = _("The column that is named like a telephone column contains no numbers. Choose from %(columns)s.")
    elif candidates:
        text = _("Several columns could contain the numbers: %(columns)s. Choose the right ones.")
    else:
        text = _("No column name suggests telephone numbers, and no column contains any. Choose the column below.")
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
        text = _("The file has no header, and %(n)d columns could contain the numbers. Choose the right ones.")
        return Proposal(layout, (text % {"n": len(found)},))
    doubt = _("The file has no header, and no column contains telephone numbers. Choose the column below.")
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
    text = _("Area codes and numbers are in two separate columns, as in the US registry. Choose the country.")
    return Proposal(found, (text,), country="US")
