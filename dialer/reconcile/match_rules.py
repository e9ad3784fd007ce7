"""Which record tells of which order, where no id says it: by DID, callee and time, and only where nothing else fits.

One order can have a call record and a row of its DID. Each kind is compared with its own kind first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

EARLY = timedelta(minutes=2)
"""The provider's clock may be behind ours."""
LATE = timedelta(minutes=10)
"""An order may wait at the provider, and with the agent's phone ringing first the callee's call begins later."""
SAME_CALL = timedelta(minutes=2)
"""Between a call record and a DID's row of one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedRecord:
    """A record that belongs to no order so far."""

    pk: int
    is_did_row: bool
    did: str
    callee: str
    started_at: datetime
    has_waited: bool = True
    """It is here for so long that the call's own record would have come, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """An order that may have made the provider call, whatever became of it."""

    pk: int
    did: str
    callee: str
    sent_at: datetime
    delay: timedelta = timedelta(0)
    is_open: bool = True
    """Its result is not known."""
    has_call_id: bool = False
    """A call record with another id is of another call."""
    call_record_at: datetime | None = None
    did_row_at: datetime | None = None
    has_call_record: bool = False
    has_did_row: bool = False
    reference: str = ""

    def may_take(self, record: UnmatchedRecord) -> bool:
        """Whether it lacks a record of this kind."""
        return not (self.has_did_row if record.is_did_row else self.has_call_record or self.has_call_id)


def fits(record: UnmatchedRecord, order: PlacedOrder) -> bool:
    if (record.did, record.callee) != (order.did, order.callee):
        return False
    return order.sent_at - EARLY <= record.started_at <= order.sent_at + order.delay + LATE


def matching_orders(record: UnmatchedRecord, orders: Iterable[PlacedOrder]) -> list[PlacedOrder]:
    """The orders that this record may tell of."""
    return [order for order in orders if order.may_take(record) and fits(record, order)]


def records_with_orders(records: Iterable[UnmatchedRecord], orders: Iterable[PlacedOrder]) -> list[int]:
    """The pks of those records that may tell of any of these orders."""
    by_numbers = _by_numbers(orders)
    return [record.pk for record in records if matching_orders(record, by_numbers[record.did, record.callee])]


def _by_numbers(orders: Iterable[PlacedOrder]) -> dict[tuple[str, str], list[PlacedOrder]]:
    found: dict[tuple[str, str], list[PlacedOrder]] = defaultdict(list)
    for order in orders:
        found[order.did, order.callee].append(order)
    return found


def certain_pairs(
    records: Iterable[UnmatchedRecord], orders: Iterable[PlacedOrder]
) -> list[tuple[UnmatchedRecord, PlacedOrder]]:
    """What can be decided: one record of its kind fits one order, nothing else fits that, and it fits no other."""
    by_numbers = _by_numbers(orders)
    fitting = [(record, matching_orders(record, by_numbers[record.did, record.callee])) for record in records]
    # Counted the other way round, too: an order that two records fit is decided for neither.
    of_order: dict[tuple[int, bool], list[UnmatchedRecord]] = defaultdict(list)
    for record, found in fitting:
        for order in found:
            of_order[order.pk, record.is_did_row].append(record)
    return [
        (record, found[0])
        for record, found in fitting
        if len(found) == 1
        and len(of_order[found[0].pk, record.is_did_row]) == 1
        and _is_certain(record, found[0], others=of_order[found[0].pk, not record.is_did_row])
    ]


def _is_certain(record: UnmatchedRecord, order: PlacedOrder, *, others: list[UnmatchedRecord]) -> bool:
    """Nothing of the other kind tells of another call; the order has no record yet, or one of the same call."""
    has_other_kind = order.has_call_record if record.is_did_row else order.has_did_row
    other_kind_at = order.call_record_at if record.is_did_row else order.did_row_at
    if has_other_kind and not (other_kind_at and is_same_call(record.started_at, other_kind_at)):
        return False
    if not has_other_kind and not (order.is_open and (record.has_waited or not order.has_call_id)):
        return False
    # Two of the other kind are two calls, and nobody can say which of them this order made.
    return len(others) <= 1 and all(is_same_call(record.started_at, other.started_at) for other in others)


def is_same_call(one: datetime, other: datetime) -> bool:
    return abs(one - other) <= SAME_CALL
