"""How a do-not-call file is read: which sheets, where their header is, and which column is what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from django.utils.translation import gettext_lazy

from sheets.reading import Choice

ADDED_COLUMNS = ("line", "reason", "code", "suggestion")
"""Behind the original columns of rows that were not taken; read again, they are nothing."""


class Role(StrEnum):
    """What a column is for."""

    NUMBER = "number"
    """Several columns may have it: all their numbers are blocked."""
    AREA_CODE = "area_code"
    """Stands in front of the numbers."""
    REASON = "reason"
    SOURCE = "source"
    UNTIL = "until"
    IGNORE = "ignore"


ROLE_NAMES: dict[str, Any] = {
    Role.NUMBER: gettext_lazy("Number"),
    Role.AREA_CODE: gettext_lazy("Area code"),
    Role.REASON: gettext_lazy("Reason"),
    Role.SOURCE: gettext_lazy("Source"),
    Role.UNTIL: gettext_lazy("Valid until"),
    Role.IGNORE: gettext_lazy("Leave out"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one sheet."""

    sheet: str
    """"" for files that have no sheets."""
    header_line: int
    """The line (or row) of the header. 0 where there is none."""
    names: tuple[str, ...]
    """As they stand in the header, else made up."""
    roles: tuple[Role, ...]
    """One per column."""

    def place(self, role: Role) -> int | None:
        """The column with that role, counted from 0."""
        return self.roles.index(role) if role in self.roles else None

    @property
    def numbers(self) -> list[int]:
        return [place for place, role in enumerate(self.roles) if role is Role.NUMBER]

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "header_line": self.header_line,
            "names": list(self.names),
            "roles": [role.value for role in self.roles],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        roles = tuple(Role(role) for role in data["roles"])
        return cls(**{**data, "names": tuple(data["names"]), "roles": roles})


@dataclass(frozen=True, slots=True)
class Reading:
    """DncImport.columns."""

    layouts: tuple[Layout, ...]
    """Of the sheets that are read."""
    encoding: str = ""
    delimiter: str = ""
    holds_prefixes: bool = False
    """Digits alone stand for every number that begins with them: a list of area codes."""
    allows_wide: bool = False
    """A person has said that blocks of whole areas are meant."""

    def choice(self, layout: Layout) -> Choice:
        return choice_of(self.encoding, self.delimiter, layout.sheet, layout.header_line)

    def as_json(self) -> dict[str, Any]:
        return {
            "layouts": [layout.as_json() for layout in self.layouts],
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "holds_prefixes": self.holds_prefixes,
            "allows_wide": self.allows_wide,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**{**data, "layouts": tuple(map(Layout.from_json, data["layouts"]))})


def choice_of(encoding: str, delimiter: str, sheet: str, header_line: int | None) -> Choice:
    """Hidden rows are read, too: somebody who filters a list does not take the wishes in it back."""
    return Choice(encoding=encoding, delimiter=delimiter, sheet=sheet, header_line=header_line, hidden_rows=True)


def described(layouts: Sequence[Layout]) -> list[tuple[str, str]]:
    """Role and the names of the columns that have it, for people; each once."""
    found: dict[str, dict[str, None]] = {}
    for layout in layouts:
        for name, role in zip(layout.names, layout.roles, strict=True):
            if role is not Role.IGNORE:
                found.setdefault(role, {})[name] = None
    return [(str(ROLE_NAMES[role]), ", ".join(found[role])) for role in Role if role in found]
