"""Which record tells of which order, where no id says it: by DID, callee and time, and only where nothing else fits.

An order can be told of twice: by one call record and by one row of its DID. Each is looked at among its own kind.
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
class Told:
    """A record that belongs to no order so far."""

    pk: int
    is_did_row: bool
    did: str
    callee: str
    started_at: datetime
    has_waited: bool = True
    """It is here for so long that the call's own record would have come, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
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

    def may_take(self, told: Told) -> bool:
        """Whether it lacks a record of this kind."""
        return not (self.has_did_row if told.is_did_row else self.has_call_record or self.has_call_id)


def fits(told: Told, order: Ordered) -> bool:
    if (told.did, told.callee) != (order.did, order.callee):
        return False
    return order.sent_at - EARLY <= told.started_at <= order.sent_at + order.delay + LATE


def options(told: Told, orders: Iterable[Ordered]) -> list[Ordered]:
    """The orders that this record may tell of."""
    return [order for order in orders if order.may_take(told) and fits(told, order)]


def fitted(records: Iterable[Told], orders: Iterable[Ordered]) -> list[int]:
    """The pks of those records that may tell of any of these orders."""
    by_numbers = _by_numbers(orders)
    return [told.pk for told in records if options(told, by_numbers[told.did, told.callee])]


def _by_numbers(orders: Iterable[Ordered]) -> dict[tuple[str, str], list[Ordered]]:
    found: dict[tuple[str, str], list[Ordered]] = defaultdict(list)
    for order in orders:
        found[order.did, order.callee].append(order)
    return found


def pairs(records: Iterable[Told], orders: Iterable[Ordered]) -> list[tuple[Told, Ordered]]:
    """What can be decided: one record of its kind fits one order, nothing else fits that, and it fits no other."""
    by_numbers = _by_numbers(orders)
    fitting = [(told, options(told, by_numbers[told.did, told.callee])) for told in records]
    of_order: dict[tuple[int, bool], list[Told]] = defaultdict(list)
    for told, found in fitting:
        for order in found:
            of_order[order.pk, told.is_did_row].append(told)
    return [
        (told, found[0])
        for told, found in fitting
        if len(found) == 1
        and len(of_order[found[0].pk, told.is_did_row]) == 1
        and _speaks_alone(told, found[0], others=of_order[found[0].pk, not told.is_did_row])
    ]


def _speaks_alone(told: Told, order: Ordered, *, others: list[Told]) -> bool:
    """Nothing of the other kind tells of another call; the order waits to be told of, or was told the same."""
    is_told = order.has_call_record if told.is_did_row else order.has_did_row
    told_at = order.call_record_at if told.is_did_row else order.did_row_at
    if is_told and not (told_at and _same_call(told.started_at, told_at)):
        return False
    if not is_told and not (order.is_open and (told.has_waited or not order.has_call_id)):
        return False
    # Two of the other kind are two calls, and nobody can say which of them this order made.
    return len(others) <= 1 and all(_same_call(told.started_at, other.started_at) for other in others)


def _same_call(one: datetime, other: datetime) -> bool:
    return abs(one - other) <= SAME_CALL
