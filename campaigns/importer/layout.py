"""Which column of a call list is what, and how that is found out from a header's words or a file's shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from sheets import column_words
from sheets.column_names import Kind, kind_of, named
from sheets.dialect import fold


class Role(StrEnum):
    """What a column is for."""

    PHONE = "phone"
    NEXT_PHONE = "next_phone"
    """Another number of the same person, for rows in which the columns before it hold none."""
    COUNTRY = "country"
    """Where the row's national numbers belong: a country's name, letters or calling code."""
    OPT_OUT = "opt_out"
    """Says of each row whether the person does not want to be called."""
    COUNTRY_CODE = "country_code"
    """Digits of the calling code, in front of numbers that lack it."""
    ORDER_ID = "order_id"
    OTHER = "other"
    """Passed through to the provider and back."""
    NAME = "name"
    TIME_ZONE = "time_zone"
    CONSENT_REF = "consent_ref"
    CONSENT_DATE = "consent_date"
    PRIORITY = "priority"
    PURPOSE = "purpose"
    """Why this callee is called: the rules differ by it."""
    KEEP = "keep"
    """Kept with the entry under the column's own name."""
    IGNORE = "ignore"


EXPORTED = {
    "phone": Role.PHONE,
    "order_id": Role.ORDER_ID,
    "name": Role.NAME,
    "other": Role.OTHER,
    "time_zone": Role.TIME_ZONE,
    "consent_ref": Role.CONSENT_REF,
    "consent_date": Role.CONSENT_DATE,
    "priority": Role.PRIORITY,
    "purpose": Role.PURPOSE,
}
"""The columns with which every export of accepted rows begins; what follows them was kept, whatever it is called."""
SEVERAL = (Role.NEXT_PHONE, Role.OPT_OUT, Role.NAME, Role.KEEP, Role.IGNORE)
"""Roles that more than one column may have; the names are joined with a space."""
_ROLES = {
    Kind.COUNTRY: (Role.COUNTRY, column_words.COUNTRY),
    Kind.CALLING_CODE: (Role.COUNTRY_CODE, column_words.CALLING_CODE),
    Kind.ORDER_ID: (Role.ORDER_ID, column_words.ORDER_ID),
    Kind.OTHER: (Role.OTHER, column_words.OTHER),
    Kind.TIME_ZONE: (Role.TIME_ZONE, column_words.TIME_ZONE),
    Kind.CONSENT_REF: (Role.CONSENT_REF, column_words.CONSENT_REF),
    Kind.CONSENT_DATE: (Role.CONSENT_DATE, column_words.CONSENT_DATE),
    Kind.PRIORITY: (Role.PRIORITY, column_words.PRIORITY),
    Kind.PURPOSE: (Role.PURPOSE, column_words.PURPOSE),
}
"""Roles of one column: where two have such a name, the one with the earlier word wins and the other is kept."""


@dataclass(frozen=True, slots=True)
class ListLayout:
    """How the columns of one file are read."""

    names: tuple[str, ...]
    """As they stand in the file's header, else made up."""
    roles: tuple[Role, ...]
    """One per column."""
    has_header: bool
    pack_rest: bool = False
    """The kept columns also go into the pass-through value, as JSON."""
    known_as: str = ""
    """The product whose exports look like this, where one was recognised."""

    @property
    def width(self) -> int:
        return len(self.roles)

    def place(self, role: Role) -> int | None:
        """The column with that role; the first of several. Columns count from 0."""
        return self.roles.index(role) if role in self.roles else None

    def places(self, role: Role) -> list[int]:
        return [place for place, found in enumerate(self.roles) if found is role]

    @property
    def phones(self) -> list[int]:
        """The columns of the person's numbers in the order in which they are tried."""

        def order(place: int) -> tuple[int, int, int]:
            _kind, use, ordinal = named(self.names[place])
            return (use, ordinal, place)

        return [*self.places(Role.PHONE), *sorted(self.places(Role.NEXT_PHONE), key=order)]

    @property
    def signature(self) -> list[str]:
        """What two files of one shape have in common."""
        return [fold(name) for name in self.names] if self.has_header else []

    def with_saved(self, header: Sequence[str], roles: Sequence[str], *, pack_rest: bool) -> Self:
        """The roles of a saved mapping, by name where both files have a header, else by place; the rest is kept."""
        if self.has_header and header:
            by_name = dict(zip(header, roles, strict=True))
            found = [Role(by_name.get(name, Role.KEEP)) for name in self.signature]
        else:
            found = [Role(role) for role in [*roles, *[Role.KEEP] * self.width][: self.width]]
        return replace(self, roles=tuple(found), pack_rest=pack_rest)

    def with_phones(self, places: Sequence[int]) -> Self:
        """The numbers in these columns and in no others, the first to be tried first."""
        kept: list[Role] = [Role.KEEP if role in (Role.PHONE, Role.NEXT_PHONE) else role for role in self.roles]
        for place in reversed(places):
            kept[place] = Role.PHONE if place == places[0] else Role.NEXT_PHONE
        return replace(self, roles=tuple(kept))

    def as_json(self) -> dict[str, Any]:
        return {
            "names": list(self.names),
            "roles": [role.value for role in self.roles],
            "has_header": self.has_header,
            "pack_rest": self.pack_rest,
            "known_as": self.known_as,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            names=tuple(data["names"]),
            roles=tuple(Role(role) for role in data["roles"]),
            has_header=bool(data["has_header"]),
            pack_rest=bool(data.get("pack_rest")),
            known_as=str(data.get("known_as", "")),
        )


def roles_of(header: Sequence[str], phones: Sequence[int] = ()) -> list[Role]:
    """A role for every column of a header; `phones` are the places of the numbers, the first to be tried first."""
    if tuple(header[: len(EXPORTED)]) == tuple(EXPORTED):
        return [*EXPORTED.values(), *[Role.KEEP] * (len(header) - len(EXPORTED))]
    kinds = [kind_of(name) for name in header]
    roles: list[Role] = [Role.KEEP] * len(kinds)
    for kind, (role, words) in _ROLES.items():
        if places := [place for place, found in enumerate(kinds) if found is kind]:
            roles[_surest(header, places, words)] = role
    for place in (place for place, kind in enumerate(kinds) if kind is Kind.OPT_OUT):
        roles[place] = Role.OPT_OUT
    for place in _names(header, kinds):
        roles[place] = Role.NAME
    for place in report_columns(header):
        roles[place] = Role.IGNORE
    for place in phones:
        roles[place] = Role.PHONE if place == phones[0] else Role.NEXT_PHONE
    return roles


def _surest(header: Sequence[str], places: list[int], words: column_words.Words) -> int:
    known = [fold(word) for group in words.values() for word in group.split(",")]
    # Backwards, so that of two columns of one name the first stays.
    names = {fold(header[place]): place for place in reversed(places)}
    return next((names[word] for word in known if word in names), places[0])


def _names(header: Sequence[str], kinds: Sequence[Kind]) -> list[int]:
    """A full name alone, or first and last name in the file's order; "name" beside a surname is a first name."""
    full = [place for place, kind in enumerate(kinds) if kind is Kind.FULL_NAME]
    firsts = [place for place, kind in enumerate(kinds) if kind is Kind.FIRST_NAME]
    surnames = [place for place, kind in enumerate(kinds) if kind is Kind.SURNAME]
    if surnames and not firsts and (plain := [place for place in full if fold(header[place]) == "name"]):
        return sorted([plain[0], *surnames])
    return full[:1] or sorted([*firsts[:1], *surnames])


def report_columns(header: Sequence[str]) -> range:
    """The places of what a file of rejected rows has behind its own columns."""
    size = len(column_words.REPORT_COLUMNS)
    is_report = len(header) > size and tuple(map(str.strip, header[-size:])) == column_words.REPORT_COLUMNS
    return range(len(header) - size, len(header)) if is_report else range(0)
