"""What can be done with a file's rows without the database, so that it runs ahead in a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from campaigns.importer import rows as reasons
from campaigns.importer.block_verdicts import NOTHING_YET, Accepted, WholeFile, judge
from campaigns.importer.consent import ConsentRules
from campaigns.importer.copy_lines import EntryLines
from campaigns.importer.layout import Role
from campaigns.importer.opt_outs import numbers_opted_out
from campaigns.importer.reading import ListReading, scratch
from campaigns.importer.row_spool import Spool
from campaigns.importer.rows import Rejected, RowError
from campaigns.importer.seen_phones import SeenNumbers
from campaigns.importer.whole_file import Counted, questions_of
from campaigns.models import CallList
from sheets.blocks import Block
from telephony.numbers.phone_identity import identities


@dataclass(slots=True)
class EntryBatch:
    first: Accepted
    """Rows whose number comes for the first time in the file."""
    lines: list[str]
    """EntryLines of these."""
    unheard_of: dict[tuple[str, ...], str]
    """EntryLines.unheard_of, up to this batch."""
    rejected: list[Rejected]
    joined: tuple[tuple[int, int], ...]
    """First and last line of rows that take several."""
    bytes_read: int
    bytes_total: int

    def hold_back(self, held_back: Mapping[int, RowError]) -> None:
        """Moves numbers that are not to be called to the rejected rows."""
        if not held_back:
            return
        rows = self.first
        is_held = np.isin(rows.callees, np.fromiter(held_back, np.int64, len(held_back)))
        for place in np.flatnonzero(is_held).tolist():
            error = held_back[int(rows.callees[place])]
            callee = int(rows.callees[place])
            self.rejected.append(error.reject(int(rows.line_numbers[place]), rows.lines[place], callee))
        self.lines = [line for line, held in zip(self.lines, is_held.tolist(), strict=True) if not held]
        self.first = rows.select(~is_held)


class Preparation:
    """One pass over the file of a call list. What one row leaves open waits until every row was counted."""

    def __init__(self, call_list: CallList, *, zone_sets: Mapping[tuple[str, ...], int], now: datetime) -> None:
        self._reading = ListReading.of(call_list)
        self._region = call_list.campaign.country
        self._consent = ConsentRules.of(call_list.campaign, now=now)
        self._seen = SeenNumbers()
        self._opted_out = np.zeros(0, np.int64)
        """Identity keys."""
        self._counted = Counted()
        self._lines = EntryLines(
            campaign_id=call_list.campaign_id, call_list_id=call_list.pk, zone_sets=zone_sets, now=now
        )
        self.questions: list[dict[str, Any]] = []
        """What a person can say about the columns, when all batches were made; see `whole_file.questions_of`."""

    def batches(self) -> Iterator[EntryBatch]:
        """Raises sheets.errors.FileRefused."""
        layout = self._reading.layout
        if Role.OPT_OUT in layout.roles:
            # A wish may stand below a row of the same person that says nothing, so it is looked for beforehand.
            with self._reading.open() as table:
                self._opted_out = numbers_opted_out(table.body(), layout, region=self._region)
        with Spool(scratch()) as waiting, self._reading.open() as table:
            for rows in table.body():
                yield self._batch(rows, waiting, bytes_read=table.position, bytes_total=table.size)
            whole = self._counted.whole_file(layout, region=self._region, answers=self._reading.answers)
            self.questions = questions_of(whole)
            for rows in waiting.blocks():
                yield self._batch(rows, None, whole=whole, bytes_read=table.size, bytes_total=table.size)

    def _without_opted_out(self, rows: Accepted) -> tuple[Accepted, list[Rejected]]:
        if not len(self._opted_out):
            return rows, []
        is_out = np.isin(identities(rows.callees), self._opted_out)
        error = reasons.opted_out_elsewhere()
        rejected = [
            error.reject(int(rows.line_numbers[place]), rows.lines[place], int(rows.callees[place]))
            for place in np.flatnonzero(is_out).tolist()
        ]
        return rows.select(~is_out), rejected

    def _batch(
        self,
        block: Block,
        waiting: Spool | None,
        *,
        whole: WholeFile = NOTHING_YET,
        bytes_read: int,
        bytes_total: int,
    ) -> EntryBatch:
        verdicts = judge(block, self._reading.layout, region=self._region, consent=self._consent, whole=whole)
        if waiting is not None:
            self._counted.add(verdicts)
            waiting.put(block, [place for place, _error in verdicts.open])
        rows, heeded = self._without_opted_out(verdicts.accepted)
        earlier = self._seen.first_lines(rows.callees, rows.line_numbers)
        repeated = [
            reasons.duplicate(int(earlier[place])).reject(
                int(rows.line_numbers[place]), rows.lines[place], int(rows.callees[place])
            )
            for place in np.flatnonzero(earlier).tolist()
        ]
        first = rows.select(earlier == 0)
        return EntryBatch(
            first,
            self._lines.lines_of(first),
            # A copy: this thread goes on adding while the other one stores the batch.
            dict(self._lines.unheard_of),
            [*verdicts.rejected, *heeded, *repeated],
            block.joined,
            bytes_read,
            bytes_total,
        )
