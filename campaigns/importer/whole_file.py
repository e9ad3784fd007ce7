"""What all rows of a file together say about cells that can be read in two ways, and what a person may say."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from campaigns.importer.block_verdicts import Verdicts, WholeFile
from campaigns.importer.dates import DayOrder
from campaigns.importer.layout import ListLayout
from sheets.errors import FileRefused
from telephony.numbers.column_habits import Answers, Counts, decide

QUESTIONS = ("all_national", "own_code")
EXAMPLES = 3
_REFUSALS: dict[str, str | Promise] = {
    "dates": gettext_lazy("The column “%(column)s” contains dates, not telephone numbers. Choose another column."),
    "ids": gettext_lazy("The column “%(column)s” contains IDs, not telephone numbers. Choose another column."),
    "check_digits": gettext_lazy(
        "The column “%(column)s” contains numbers with check digits, like card or article numbers. Choose another "
        "column."
    ),
}


class Counted:
    """Grows with every block."""

    def __init__(self) -> None:
        self._counts: dict[int, Counts] = {}
        self._days = DayOrder()

    def add(self, verdicts: Verdicts) -> None:
        for place, counts in verdicts.counts.items():
            self._counts[place] = self._counts[place] + counts if place in self._counts else counts
        self._days += verdicts.days

    def whole_file(self, layout: ListLayout, *, region: str, answers: Answers) -> WholeFile:
        """Raises sheets.errors.FileRefused where a column holds no telephone numbers at all."""
        habits = {
            place: decide(counts, region=region, answers=answers) for place, counts in sorted(self._counts.items())
        }
        for place, habit in habits.items():
            if habit.refusal:
                raise FileRefused(_REFUSALS[habit.refusal] % {"column": layout.names[place][:60]})
        return WholeFile(habits, self._days, is_known=True)


def questions_of(whole: WholeFile) -> list[dict[str, Any]]:
    """At most one of each code, for CallList.report: code, how many rows wait for it, examples with their readings."""
    found: dict[str, dict[str, Any]] = {}
    for habit in whole.habits.values():
        for question in habit.questions:
            kept = found.setdefault(question.code, {"code": question.code, "count": 0, "examples": [], "any": False})
            kept["any"] |= question.is_any_code
            kept["count"] += question.count
            kept["examples"] = [*kept["examples"], *map(list, question.examples)][:EXAMPLES]
    return [found[code] for code in QUESTIONS if code in found]
