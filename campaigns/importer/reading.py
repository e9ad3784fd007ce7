"""How the stored file of a call list is read: what it is, and what a person chose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from campaigns.importer.layout import Layout
from campaigns.importer.proposal import Proposal, propose
from campaigns.models import CallList
from sheets.inspection import Inspection, inspect_file
from sheets.reading import Block, Choice, Table, head, open_table


def scratch() -> Path:
    folder = Path(settings.PORTAL_SCRATCH_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def path_of(call_list: CallList) -> Path:
    return Path(call_list.file.path)


def inspect(call_list: CallList) -> Inspection:
    """Looks at the whole file once. Raises sheets.errors.FileRefused."""
    return inspect_file(path_of(call_list), scratch=scratch())


@dataclass(frozen=True, slots=True)
class Reading:
    path: Path
    inspection: Inspection
    choice: Choice
    layout: Layout

    @classmethod
    def of(cls, call_list: CallList) -> Self:
        """Of a list whose columns are chosen."""
        columns = call_list.columns
        return cls(
            path=path_of(call_list),
            inspection=Inspection.from_json(call_list.inspection),
            choice=choice_from(columns),
            layout=Layout.from_json(columns),
        )

    def open(self) -> Table:
        """Raises sheets.errors.FileRefused."""
        return open_table(self.path, self.inspection, self.choice, scratch=scratch())

    def as_json(self) -> dict[str, Any]:
        """CallList.columns."""
        return {
            **self.layout.as_json(),
            "encoding": self.choice.encoding,
            "delimiter": self.choice.delimiter,
            "sheet": self.choice.sheet,
        }


def choice_from(columns: dict[str, Any]) -> Choice:
    return Choice(
        encoding=columns.get("encoding", ""), delimiter=columns.get("delimiter", ""), sheet=columns.get("sheet", "")
    )


def first_rows(call_list: CallList, choice: Choice, *, rows: int = 50) -> Block:
    """Raises sheets.errors.FileRefused where the choice does not fit the file."""
    inspection = Inspection.from_json(call_list.inspection)
    return head(path_of(call_list), inspection, choice, scratch=scratch(), rows=rows)


def is_header_known(inspection: Inspection) -> bool | None:
    """JSON objects always bring the names of their columns."""
    return True if inspection.kind == "json" else None


def propose_reading(call_list: CallList, choice: Choice, *, has_header: bool | None = None) -> Proposal:
    """What the file's first rows say about its columns."""
    inspection = Inspection.from_json(call_list.inspection)
    return propose(
        first_rows(call_list, choice).rows,
        delimiter=choice.delimiter or inspection.delimiter,
        region=call_list.campaign.country,
        has_header=is_header_known(inspection) or has_header,
    )
