"""One look at a do-not-call file: how it would be read, and whether a person has to say something first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from dialer.dnc.files import stored_file
from dialer.dnc.files.layout import Layout, Reading, Role, choice_of
from dialer.dnc.files.proposal import Proposal, propose
from dialer.dnc.files.row_meaning import Rules
from dialer.dnc.files.row_reader import WIDE_BLOCK, read_rows
from sheets.blocks import Block
from sheets.dialect import fold
from sheets.errors import FileRefused
from sheets.inspection import Inspection
from sheets.reading import Beginning


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person said so far; what is empty is as it was found."""

    encoding: str = ""
    delimiter: str = ""
    header_lines: Mapping[str, int] | None = None
    """Sheet → line of its header, 0 for none."""
    sheets: tuple[str, ...] = ()
    roles: Mapping[str, tuple[Role, ...]] | None = None
    """Sheet → a role for each column."""
    number_columns: tuple[str, ...] = ()
    """Names of the columns with numbers, or their places from 1, instead of those that were found."""
    holds_prefixes: bool | None = None
    allows_wide: bool = False


@dataclass(frozen=True, slots=True)
class SheetSeen:
    layout: Layout
    first: Beginning
    """The first rows, and what stands above them."""
    is_read: bool

    @property
    def body(self) -> Block:
        return self.first.body


@dataclass(frozen=True, slots=True)
class Look:
    reading: Reading
    sheets: tuple[SheetSeen, ...]
    doubts: tuple[str, ...]
    """Sentences for people; empty where the file is read without asking."""
    country: str = ""
    """What the file's shape speaks for, where no country was chosen."""


def look(path: Path, inspection: Inspection, *, region: str, chosen: Chosen | None = None) -> Look:
    """Raises sheets.errors.FileRefused where the choice does not fit the file."""
    said = chosen or Chosen()
    found = [_proposal(path, inspection, name, region, said) for name in stored_file.sheets_of(inspection)]
    seen = tuple(
        SheetSeen(_with_roles(proposal.layout, said), first, _is_read(proposal, said)) for proposal, first in found
    )
    read = [sheet for sheet in seen if sheet.is_read]
    if not read and not said.sheets:
        raise FileRefused(_("This file contains no telephone numbers. Upload a list with one number per line."))
    proposed_prefixes = any(proposal.holds_prefixes for proposal, _first in found)
    reading = Reading(
        layouts=tuple(sheet.layout for sheet in read),
        encoding=said.encoding,
        delimiter=said.delimiter,
        holds_prefixes=proposed_prefixes if said.holds_prefixes is None else said.holds_prefixes,
        allows_wide=said.allows_wide,
    )
    doubts = []
    if not inspection.is_certain and not said.encoding:
        doubts.append(_("The file is not UTF-8. Choose the encoding that shows the rows below correctly."))
    for proposal, _first in found:
        if _is_read(proposal, said):
            doubts += _open_doubts(proposal, said)
    doubts += _doubts_of_rows(read, reading, region)
    country = next((proposal.country for proposal, _first in found if proposal.country), "")
    return Look(reading, seen, tuple(dict.fromkeys(doubts)), country)


def _open_doubts(proposal: Proposal, said: Chosen) -> tuple[str, ...]:
    """What a person has not answered yet."""
    is_answered = said.holds_prefixes is not None if proposal.holds_prefixes else said.roles or said.number_columns
    return () if is_answered else proposal.doubts


def _proposal(path: Path, inspection: Inspection, sheet: str, region: str, said: Chosen) -> tuple[Proposal, Beginning]:
    header_line = (said.header_lines or {}).get(sheet)
    choice = choice_of(said.encoding, said.delimiter, sheet, header_line)
    first = stored_file.first_rows(path, inspection, choice)
    hidden = stored_file.hidden_columns(inspection, sheet)
    return propose(first, sheet=sheet, region=region, hidden=hidden), first


def _with_roles(layout: Layout, said: Chosen) -> Layout:
    """As a person chose them. Raises FileRefused where the sheet has no column of that name or number."""
    wanted = said.number_columns
    if not wanted:
        roles = (said.roles or {}).get(layout.sheet)
        # Roles that were chosen for another number of columns, as with another separator, fit none of these.
        return replace(layout, roles=roles) if roles and len(roles) == len(layout.roles) else layout
    places = {str(place + 1): place for place in range(len(layout.names))}
    places |= {fold(name): place for place, name in enumerate(layout.names)}
    missing = next((name for name in wanted if name not in places and fold(name) not in places), None)
    if missing is not None:
        text = _("There is no column %(name)s. Available columns: %(columns)s.")
        raise FileRefused(text % {"name": missing[:40], "columns": ", ".join(layout.names)[:400]})
    chosen = {places.get(name, places.get(fold(name))) for name in wanted}
    others = (Role.IGNORE if role is Role.NUMBER else role for role in layout.roles)
    return replace(layout, roles=tuple(Role.NUMBER if place in chosen else role for place, role in enumerate(others)))


def _is_read(proposal: Proposal, said: Chosen) -> bool:
    """A sheet without any number is a cover; a person may say otherwise."""
    return proposal.layout.sheet in said.sheets if said.sheets else not proposal.is_empty


def _doubts_of_rows(sheets: list[SheetSeen], reading: Reading, region: str) -> list[str]:
    """What the first rows would be rejected for, where one word of a person mends it."""
    rules = rules_of(reading, region=region, now=datetime.now(UTC))
    meant = [read_rows(sheet.body, sheet.layout, rules) for sheet in sheets]
    rows = sum(found.rows for found in meant)
    codes = [row.code for found in meant for row in found.rejected]
    doubts = []
    if not region and codes.count("no_country") * 2 > rows:
        doubts.append(_("Most numbers have no country code. Choose their country."))
    elif not region and any(found.repairs["plus_added"] for found in meant):
        # Read without a country they are only what begins with a code: the wish of somebody else would be kept.
        doubts.append(
            _(
                "Numbers without a plus sign may or may not begin with a country code. Choose the country for numbers "
                "without a code. If a number can be read both ways, both readings are blocked."
            )
        )
    if WIDE_BLOCK in codes:
        doubts.append(
            _("The list contains blocks of whole areas. Confirm that you want to block every number in them.")
        )
    return doubts


def rules_of(
    reading: Reading, *, region: str, now: datetime, expires_on: date | None = None, source: str = ""
) -> Rules:
    return Rules(
        region=region,
        expires_on=expires_on,
        source=source,
        holds_prefixes=reading.holds_prefixes,
        allows_wide=reading.allows_wide,
        now=now,
    )
