"""The places where a room calls what stands to the right of it, or campaigns, which it must not import.

`dialer/apps.py` and `campaigns/apps.py` fill them, on one screen each, and nothing else does. Where the room order
lets a room call another by its name, it does so, and there is no hook.

    when                                       who is called                    in whose transaction
    an order changes its state                 order_kinds[kind].followers      the transition's
    an order is about to leave                 order_kinds[kind].last_look      none
    an open order is in another's way          open_order_describers[source]    the caller's
    orders may leave again after a stop        stop_release_listeners           the release's
    a rule or a do-not-call list changed       rule_change_listeners            none: after the commit
    records came that no single call claimed   record_settlers                  the records'
    calls got a result, or were closed         result_listeners                 the result's
    a page shows a call                        campaign_link_finders            none
    a change of rules is tried out             waiting_counters                 the caller's, which is undone
    a day's books are drawn up                 line_sources                     none
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from dialer.models import CallDetailRecord, CallRequest, Submission


class Follower(Protocol):
    """What else changes with an order's state. May move the order on by another transition (prove, cancel)."""

    def __call__(self, row: Any, /, *, now: datetime) -> None: ...


class Objection(Protocol):
    """What speaks against an order: policy.rules.Verdict."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...


class LastLook(Protocol):
    """Asks the policy once more about an order that is about to leave; what speaks against it, or None."""

    def __call__(self, row: Any, /, *, now: datetime) -> Objection | None: ...


@dataclass(frozen=True, slots=True)
class OrderKind:
    """A kind of order that the workers, the in-doubt desk and the sweep know."""

    model: type[Submission]
    last_look: LastLook
    followers: list[Follower] = field(default_factory=list)
    """Called in this order; the kind's own is the first, for it may prove an order that others would call in doubt."""


@dataclass(frozen=True, slots=True)
class BlockingOrder:
    """An open order that keeps its callee to itself, for a person to look at."""

    text: str
    url: str


class OpenOrderDescriber(Protocol):
    """The order of one attempt by the id of its row (Attempt.source_id)."""

    def __call__(self, source_id: int, /) -> BlockingOrder: ...


class StopReleaseListener(Protocol):
    """Wakes what waited while everything was stopped."""

    def __call__(self, now: datetime, /) -> None: ...


class RuleChangeListener(Protocol):
    """Looks again at the numbers that waited under the old rule."""

    def __call__(self) -> object: ...


class RecordSettler(Protocol):
    """Gives records to the orders they belong to; the pks of those records that belong to one of its kind."""

    def __call__(self, records: Sequence[CallDetailRecord], /, *, now: datetime) -> set[int]: ...


class ResultListener(Protocol):
    """Is told of every accepted call that got a result, another result, or was closed without one, as it is now."""

    def __call__(self, calls: Sequence[CallRequest], /, *, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class CampaignLink:
    text: str
    url: str


class CampaignLinkFinder(Protocol):
    """The campaign that ordered a call; None for a single call."""

    def __call__(self, call: CallRequest, /) -> CampaignLink | None: ...


class WaitingCounter(Protocol):
    """How many waiting numbers each rule of a book (policy.rulebook.Rulebook) holds back.

    At most so many of each campaign are looked at; under "" stand those that may be called.
    """

    def __call__(self, book: Any, /, *, now: datetime, most: int) -> Counter[str]: ...


class LineSource(Protocol):
    """Counts the orders of one kind between two moments; a reconcile.books.BooksLine for each account."""

    def __call__(self, *, start: datetime, end: datetime) -> list[Any]: ...


order_kinds: dict[str, OrderKind] = {}
open_order_describers: dict[str, OpenOrderDescriber] = {}
stop_release_listeners: list[StopReleaseListener] = []
rule_change_listeners: list[RuleChangeListener] = []
record_settlers: list[RecordSettler] = []
result_listeners: list[ResultListener] = []
campaign_link_finders: list[CampaignLinkFinder] = []
waiting_counters: list[WaitingCounter] = []
line_sources: list[LineSource] = []


def rules_changed() -> None:
    """Call it in the transaction of the change: the listeners hear of it when it is committed."""
    for listener in rule_change_listeners:
        transaction.on_commit(listener)
