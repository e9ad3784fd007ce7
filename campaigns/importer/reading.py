"""How the stored file of a call list is read: what it is, and what a person chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from campaigns.importer.layout import ListLayout, Role, report_columns
from campaigns.importer.proposal import Proposal, propose
from campaigns.models import CallList
from sheets.inspection import Inspection, inspect_file
from sheets.reading import Beginning, Choice, Table, begin, open_table
from telephony.numbers.column_habits import Answers

NO_ANSWERS = Answers()


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
class ListReading:
    path: Path
    inspection: Inspection
    choice: Choice
    layout: ListLayout
    answers: Answers = NO_ANSWERS
    """What a person says about numbers that can be read in two ways."""

    @classmethod
    def of(cls, call_list: CallList) -> Self:
        """Of a list whose columns are chosen."""
        columns = call_list.columns
        return cls(
            path=path_of(call_list),
            inspection=Inspection.from_json(call_list.inspection),
            choice=choice_from(columns),
            layout=ListLayout.from_json(columns),
            answers=answers_from(columns.get("answers", {})),
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
            "header_line": self.choice.header_line,
            "hidden_rows": self.choice.hidden_rows,
            "answers": answers_as_json(self.answers),
        }


def answers_from(given: Mapping[str, Any]) -> Answers:
    """Of "all_national" and "own_code" each true, false or missing."""
    return Answers(is_all_national=given.get("all_national"), has_own_code=given.get("own_code"))


def answers_as_json(answers: Answers) -> dict[str, bool]:
    given = {"all_national": answers.is_all_national, "own_code": answers.has_own_code}
    return {code: answer for code, answer in given.items() if answer is not None}


def choice_from(columns: dict[str, Any]) -> Choice:
    header_line = columns.get("header_line")
    if header_line is None and columns.get("has_header") is False:
        header_line = 0  # as it was said before lines could be named
    return Choice(
        encoding=columns.get("encoding", ""),
        delimiter=columns.get("delimiter", ""),
        sheet=columns.get("sheet", ""),
        header_line=header_line,
        hidden_rows=columns.get("hidden_rows"),
    )


def beginning_of(call_list: CallList, choice: Choice) -> Beginning:
    """Raises sheets.errors.FileRefused where the choice does not fit the file."""
    inspection = Inspection.from_json(call_list.inspection)
    return begin(path_of(call_list), inspection, choice, scratch=scratch())


def propose_reading(call_list: CallList, choice: Choice, beginning: Beginning | None = None) -> Proposal:
    """What the file's first rows say about its columns. Raises sheets.errors.FileRefused."""
    inspection = Inspection.from_json(call_list.inspection)
    found = beginning or beginning_of(call_list, choice)
    proposal = propose(
        found.rows.rows,
        delimiter=choice.delimiter or inspection.delimiter,
        region=call_list.campaign.country,
        has_header=found.has_header,
        hidden=inspection.sheet(choice.sheet).hidden_columns if inspection.is_workbook else (),
    )
    # Rows that this campaign rejected and a person has corrected are read as they were read the first time.
    names = list(proposal.layout.names)
    own = names[: len(names) - len(report_columns(names))]
    if own == names:
        return proposal
    earlier = CallList.objects.filter(campaign_id=call_list.campaign_id, columns__names=own).order_by("-pk").first()
    if earlier is None:
        return proposal
    before = ListLayout.from_json(earlier.columns)
    roles = (*before.roles, *[Role.IGNORE] * (len(names) - len(own)))
    return Proposal(replace(proposal.layout, roles=roles, pack_rest=before.pack_rest, known_as=before.known_as))
