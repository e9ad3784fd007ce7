"""What became of the rows, in numbers: rows = accepted + duplicates + do not call + held + invalid, always."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from campaigns.importer.block_verdicts import Accepted
from campaigns.importer.rows import DO_NOT_CALL, DUPLICATES, HELD, REPAIR_BITS, Rejected

SHOWN_REPAIRS = 5
"""Examples of each repair that the report keeps."""


@dataclass(slots=True)
class Report:
    accepted: int = 0
    repaired: int = 0
    """Of the accepted."""
    no_zone: int = 0
    """Of the accepted: nothing tells where the phone is."""
    opted_out: int = 0
    """Of those not to be called: the file itself says so."""
    joined: int = 0
    """Rows that take several lines of the file, because a quoted cell holds line ends."""
    joined_lines: list[tuple[int, int]] = field(default_factory=list)
    """First and last line of the first of them."""
    reasons: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    kinds: Counter[int] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)
    """Line numbers of the first rows with each repair."""

    @property
    def rows(self) -> int:
        return self.accepted + self.reasons.total()

    @property
    def duplicates(self) -> int:
        return sum(self.reasons[code] for code in DUPLICATES)

    @property
    def held(self) -> int:
        """Rows that a person has to decide about."""
        return sum(self.reasons[code] for code in HELD)

    def add_accepted(self, rows: Accepted) -> None:
        self.accepted += len(rows)
        self.repaired += int(np.count_nonzero(rows.repairs))
        for code, bit in REPAIR_BITS.items():
            places = np.flatnonzero(rows.repairs & bit)
            if not len(places):
                continue
            self.repairs[code] += len(places)
            examples = self.examples.setdefault(code, [])
            room = SHOWN_REPAIRS - len(examples)
            examples.extend(rows.line_numbers[places[:room]].tolist())
        # Rows share a few sets of facts, so each set is counted once and not each row looked at.
        size = len(rows.fact_sets)
        counts: list[int] = np.bincount(rows.facts, minlength=size).tolist()
        for facts, count in zip(rows.fact_sets, counts, strict=True):
            if count:
                self.countries[facts.country] += count
                self.kinds[facts.kind.value] += count
                self.no_zone += 0 if facts.zones else count

    def add_joined(self, spans: Sequence[tuple[int, int]]) -> None:
        self.joined += len(spans)
        self.joined_lines += spans[: SHOWN_REPAIRS - len(self.joined_lines)]

    def add_rejected(self, rows: Iterable[Rejected]) -> None:
        for row in rows:
            self.reasons[row.code] += 1
            self.opted_out += row.is_opt_out

    def counts(self) -> dict[str, int]:
        """Columns of CallList."""
        duplicates, do_not_call, held = self.duplicates, self.reasons[DO_NOT_CALL], self.held
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "repaired": self.repaired,
            "duplicates": duplicates,
            "do_not_call": do_not_call,
            "held": held,
            "invalid": self.reasons.total() - duplicates - do_not_call - held,
        }

    def details(self) -> dict[str, Any]:
        """CallList.report: counts by code, the most frequent first."""
        return {
            "reasons": dict(self.reasons.most_common()),
            "repairs": dict(self.repairs.most_common()),
            "examples": self.examples,
            "countries": dict(self.countries.most_common()),
            "kinds": {str(kind): count for kind, count in self.kinds.most_common()},
            "no_zone": self.no_zone,
            "opted_out": self.opted_out,
            "joined": self.joined,
            "joined_lines": self.joined_lines,
        }
