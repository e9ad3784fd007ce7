"""Rows as lines of PostgreSQL's COPY text format. No database here: they are written while the last batch is stored."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from campaigns.importer.block_verdicts import Accepted
from campaigns.importer.rows import Rejected
from campaigns.importer.seen_phones import SeenTexts
from dialer.support.sql import COPY_NULL, escape_for_copy
from telephony.http.unix_ms import to_ms

_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,32}")
_ZONES = 8
"""Place of zones_id in EntryLines.COLUMNS."""


class EntryLines:
    """Lines of campaigns_entry for one call list. The order id stands first, so that it can be exchanged."""

    COLUMNS = "order_id, campaign_id, call_list_id, line_number, callee, repairs, country, kind, zones_id"

    def __init__(
        self, *, campaign_id: int, call_list_id: int, zone_sets: Mapping[tuple[str, ...], int], now: datetime
    ) -> None:
        self._prefix = f"{campaign_id}\t{call_list_id}"
        self._zone_sets = zone_sets
        self.unheard_of: dict[tuple[str, ...], str] = {}
        """Sets of zones without an id yet → what stands in the lines instead; see `with_zone_ids`."""
        self._ids = OrderIds(now=now)

    @classmethod
    def columns(cls, rows: Accepted) -> str:
        texts = (
            ("external_id", rows.external_ids),
            ("other", rows.others),
            ("purpose", rows.purposes),
            ("consented_on", rows.consented),
            ("extra", rows.extras),
        )
        return ", ".join([cls.COLUMNS, *(name for name, column in texts if column)])

    def lines_of(self, rows: Accepted) -> list[str]:
        facts = [f"{facts.country}\t{facts.kind.value}\t{self._zones(facts.zones)}" for facts in rows.fact_sets]
        parts: list[Iterable[object]] = [
            self._ids.ids_for(rows),
            rows.line_numbers.tolist(),
            rows.callees.tolist(),
            rows.repairs.tolist(),
            [facts[place] for place in rows.facts.tolist()],
            # Only the file's own texts can hold what COPY reads as something else.
            *(escape_for_copy(column) for column in (rows.external_ids, rows.others) if column),
            *([rows.purposes] if rows.purposes else []),
            *([[text or COPY_NULL for text in rows.consented]] if rows.consented else []),
        ]
        if rows.extras:
            parts.append([text or COPY_NULL for text in escape_for_copy(rows.extras)])
        line = f"%s\t{self._prefix}" + "\t%s" * (len(parts) - 1) + "\n"
        return [line % row for row in zip(*parts, strict=True)]

    def _zones(self, zones: tuple[str, ...]) -> int | str:
        if not zones:
            return COPY_NULL
        known = self._zone_sets.get(zones)
        return known or self.unheard_of.setdefault(zones, f"zones {len(self.unheard_of)}")


def with_zone_ids(lines: Sequence[str], ids: Mapping[str, int]) -> list[str]:
    """The same lines, with ids where sets of zones had none when they were written."""
    changed = []
    for line in lines:
        # No further: the file's own texts follow.
        cells = line.split("\t", _ZONES + 1)
        cells[_ZONES] = str(ids.get(cells[_ZONES], cells[_ZONES]))
        changed.append("\t".join(cells))
    return changed


class OrderIds:
    """The file's own ids, the first time each comes, where the provider can carry them: records are joined on them.

    Otherwise 32 hexadecimal digits that grow with time, so that their index grows at its end.
    """

    def __init__(self, *, now: datetime) -> None:
        # Twelve digits of time and fourteen of chance. The last six count to sixteen million, a list to one.
        self._prefix = f"{to_ms(now):012x}{secrets.token_hex(7)}"
        self._made = 0
        self._used = SeenTexts()

    def ids_for(self, rows: Accepted) -> list[str]:
        if not rows.external_ids:
            return [self.make() for _row in range(len(rows))]
        is_first = self._used.new_ones(rows.external_ids).tolist()
        fits = _PLAIN_ID.fullmatch
        return [
            text if first and fits(text) else self.make()
            for first, text in zip(is_first, rows.external_ids, strict=True)
        ]

    def make(self) -> str:
        self._made += 1
        return f"{self._prefix}{self._made:06x}"


def with_other_ids(lines: Sequence[str], taken: set[str]) -> list[str]:
    """The same lines, with new order ids where theirs are taken."""
    exchanged = []
    for line in lines:
        order_id, tab, rest = line.partition("\t")
        exchanged.append(f"{secrets.token_hex(16)}{tab}{rest}" if order_id in taken else line)
    return exchanged


def ids_of(lines: Sequence[str]) -> list[str]:
    return [line.partition("\t")[0] for line in lines]


REJECTED_COLUMNS = "call_list_id, line_number, callee, is_opt_out, line, reason_code, reason, suggestion"


def rejected_lines(call_list_id: int, rows: Iterable[Rejected]) -> list[str]:
    """Ordered by line, so that the id is in the order of the file too (the pages page by it)."""
    line = f"{call_list_id}\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n"
    return [
        line
        % (
            row.line_number,
            row.callee or COPY_NULL,
            row.is_opt_out,
            *escape_for_copy((row.line, row.code, row.reason, row.suggestion)),
        )
        for row in sorted(rows, key=lambda row: row.line_number)
    ]
