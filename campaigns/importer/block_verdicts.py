"""One block of rows → which are accepted, with what is stored of them, and which are not, with the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from campaigns.importer import rows as reasons
from campaigns.importer import time_zones
from campaigns.importer.consent import ConsentRules, dates_of, purposes_of, refuse_without
from campaigns.importer.dates import DayOrder
from campaigns.importer.layout import ListLayout, Role
from campaigns.importer.limits import MAX_EXTERNAL_ID, MAX_EXTRA, MAX_OTHER
from campaigns.importer.opt_outs import opted_out_of
from campaigns.importer.pasted_cells import without_guard
from campaigns.importer.rows import OPEN, REPAIR_BITS, Rejected, RowError
from campaigns.importer.telephones import Numbers, numbers_of
from sheets.reading import Block
from telephony.numbers.column_habits import Counts, Habits
from telephony.numbers.number_facts import Facts

_KEPT = (Role.NAME, Role.TIME_ZONE, Role.CONSENT_REF, Role.CONSENT_DATE, Role.PRIORITY, Role.PURPOSE)
"""Roles whose cells go into Entry.extra under the role's name."""


@dataclass(slots=True)
class Accepted:
    """Parallel columns of the rows that were accepted, in the file's order."""

    line_numbers: NDArray[np.int32]
    callees: NDArray[np.int64]
    """Wire digits as an integer."""
    facts: NDArray[np.int32]
    """Place in `fact_sets`."""
    repairs: NDArray[np.int32]
    """REPAIR_BITS."""
    lines: list[str]
    """As they stand in the file: what is found to be a duplicate later is rejected with its line."""
    external_ids: list[str]
    """Empty where the file has no such column, as are `others` and `extras`."""
    others: list[str]
    extras: list[str]
    """JSON objects; "" for a row that has nothing to keep."""
    purposes: list[str]
    consented: list[str]
    """ISO dates; "" for a row without one."""
    fact_sets: list[Facts]

    def __len__(self) -> int:
        return len(self.callees)

    def select(self, chosen: NDArray[np.bool_]) -> Accepted:
        if chosen.all():
            return self
        places = np.flatnonzero(chosen).tolist()

        def picked(texts: list[str]) -> list[str]:
            return [texts[place] for place in places] if texts else []

        return Accepted(
            line_numbers=self.line_numbers[chosen],
            callees=self.callees[chosen],
            facts=self.facts[chosen],
            repairs=self.repairs[chosen],
            lines=picked(self.lines),
            external_ids=picked(self.external_ids),
            others=picked(self.others),
            extras=picked(self.extras),
            purposes=picked(self.purposes),
            consented=picked(self.consented),
            fact_sets=self.fact_sets,
        )


@dataclass(frozen=True)
class WholeFile:
    """What all rows together say: cells that one row leaves open are decided by it."""

    habits: Mapping[int, Habits] = field(default_factory=dict)
    """How the numbers of a column are written, by its place."""
    days: DayOrder = field(default_factory=DayOrder)
    is_known: bool = False
    """The file was read to its end; what is open now stays undecided."""


NOTHING_YET = WholeFile()


@dataclass(slots=True)
class Verdicts:
    accepted: Accepted
    rejected: list[Rejected]
    open: list[tuple[int, RowError]]
    """Places in the block that the whole file decides, with what is open; none when it is known."""
    counts: dict[int, Counts]
    """By place of a column with numbers: how its cells can be read."""
    days: DayOrder


@dataclass(slots=True)
class _Errors:
    """The first thing that is wrong with a row decides."""

    of_row: dict[int, RowError] = field(default_factory=dict)

    def add(self, place: int, error: RowError) -> None:
        self.of_row.setdefault(place, error)

    def add_all(self, errors: Mapping[int, RowError]) -> None:
        for place, error in errors.items():
            self.of_row.setdefault(place, error)


def judge(
    block: Block, layout: ListLayout, *, region: str, consent: ConsentRules, whole: WholeFile = NOTHING_YET
) -> Verdicts:
    """`region` is the country (ISO 3166) that national numbers belong to."""
    errors = _Errors()
    short = _square(block, layout.width, errors)
    # Behind the row's shape, because cells may have shifted, and before all else: a wish counts even where the
    # number is wrong.
    errors.add_all(opted_out_of(block, layout))
    others = _texts(block, layout.place(Role.OTHER))
    _refuse_too_long(others, MAX_OTHER, "other_too_long", errors)
    external_ids = _texts(block, layout.place(Role.ORDER_ID))
    _refuse_too_long(external_ids, MAX_EXTERNAL_ID, "order_id_too_long", errors)
    extras, packed = _extras(block, layout, errors)
    if layout.pack_rest:
        others = _packed(others, packed)
        _refuse_too_long(others, MAX_OTHER, "other_too_long", errors)
    numbers = numbers_of(block, layout, region=region, habits=whole.habits)
    errors.add_all(numbers.errors)
    for place in short:
        numbers.bits[place] |= REPAIR_BITS["short_row"]
    purposes = purposes_of(_cells(block, layout.place(Role.PURPOSE)), errors.of_row)
    if named := _cells(block, layout.place(Role.TIME_ZONE)):
        told = time_zones.apply(named, numbers.column, trust=consent.area_codes(purposes))
        numbers.bits[told.unknown] |= REPAIR_BITS["zone_unknown"]
        numbers.bits[told.elsewhere] |= REPAIR_BITS["zone_elsewhere"]
    texts = {"external_ids": external_ids, "others": others, "extras": extras, "purposes": purposes}
    days, consented = _consented(block, layout, numbers, consent, whole, purposes, errors)
    return _split(block, numbers, errors, texts | {"consented": consented}, days=days, is_known=whole.is_known)


def _consented(
    block: Block,
    layout: ListLayout,
    numbers: Numbers,
    rules: ConsentRules,
    whole: WholeFile,
    purposes: list[str],
    errors: _Errors,
) -> tuple[DayOrder, list[str]]:
    """What the column with the dates tells of itself, and the day of each row's consent."""
    cells = _cells(block, layout.place(Role.CONSENT_DATE))
    dates = dates_of(cells, order=whole.days, today=rules.today)
    refs = _cells(block, layout.place(Role.CONSENT_REF))
    errors.add_all(refuse_without(rules, numbers.column, refs=refs, dates=dates, purposes=purposes))
    return DayOrder.of(cells), dates.days


def _square(block: Block, width: int, errors: _Errors) -> list[int]:
    """Makes every row as wide as the layout; returns the places of those that were shorter."""
    short = []
    for place, cells in enumerate(block.rows):
        if len(cells) == width:
            continue
        if place in block.unreadable:
            errors.add(place, reasons.open_quote())
        # One cell too many means an unquoted delimiter: what stands in the number's column may be its neighbour's.
        elif any(cell.strip() for cell in cells[width:]):
            errors.add(place, reasons.too_many_cells(len(cells), width))
        elif len(cells) < width:
            short.append(place)
        block.rows[place] = [*cells[:width], *[""] * (width - len(cells))]
    return short


def _cells(block: Block, place: int | None) -> list[str]:
    return [] if place is None else [cells[place].strip() for cells in block.rows]


def _texts(block: Block, place: int | None) -> list[str]:
    return [] if place is None else [_text(cells[place]) for cells in block.rows]


def _refuse_too_long(cells: list[str], limit: int, code: str, errors: _Errors) -> None:
    # In nearly every block no cell is too long, and max finds that out without a loop in Python.
    if not cells or max(map(len, cells)) <= limit:
        return
    name = _("pass-through value") if code == "other_too_long" else _("order ID")
    for place, cell in enumerate(cells):
        if len(cell) > limit:
            errors.add(place, reasons.too_long(code, name, found=len(cell), limit=limit))


def _extras(block: Block, layout: ListLayout, errors: _Errors) -> tuple[list[str], list[dict[str, str]]]:
    """What is kept of each row as JSON text, and its unknown columns as a dictionary."""
    kept = [(layout.names[place], place) for place in layout.places(Role.KEEP)]
    named = [(role.value, layout.places(role)) for role in _KEPT if role in layout.roles]
    if not kept and not named:
        return [], []
    texts, rest = [], []
    for place, cells in enumerate(block.rows):
        known = {role: text for role, places in named if (text := " ".join(_text(cells[n]) for n in places).strip())}
        columns = {name: cell for name, n in kept if (cell := _text(cells[n]))}
        text = _json({**known, **({"columns": columns} if columns else {})})
        if len(text) > MAX_EXTRA:
            name = _("text of the columns that are kept")
            errors.add(place, reasons.too_long("row_too_long", name, found=len(text), limit=MAX_EXTRA))
        texts.append(text)
        rest.append(columns)
    return texts, rest


def _text(cell: str) -> str:
    return without_guard(cell.strip())


def _json(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) if values else ""


def _packed(others: list[str], rest: list[dict[str, str]]) -> list[str]:
    """The pass-through value with the other columns in it; a value of its own goes in under "other"."""
    if not rest:
        return others
    own: Sequence[str] = others or [""] * len(rest)
    return [_json({**({"other": value} if value else {}), **columns}) for value, columns in zip(own, rest, strict=True)]


def _split(
    block: Block, numbers: Numbers, errors: _Errors, texts: dict[str, list[str]], *, days: DayOrder, is_known: bool
) -> Verdicts:
    column = numbers.column
    everything = Accepted(
        line_numbers=np.asarray(block.line_numbers, np.int32),
        callees=column.callees,
        facts=column.facts,
        repairs=numbers.bits,
        lines=list(block.lines),
        fact_sets=column.fact_sets,
        **texts,
    )
    if not errors.of_row:
        return Verdicts(everything, [], [], numbers.counts, days)
    is_accepted = np.ones(len(block.rows), np.bool_)
    is_accepted[list(errors.of_row)] = False
    waiting = [] if is_known else [(n, error) for n, error in sorted(errors.of_row.items()) if error.code in OPEN]
    for place, _error in waiting:
        del errors.of_row[place]
    rejected = [
        error.reject(block.line_numbers[place], block.lines[place], int(column.callees[place]))
        for place, error in sorted(errors.of_row.items())
    ]
    return Verdicts(everything.select(is_accepted), rejected, waiting, numbers.counts, days)
