"""Who holds a callee: opening an attempt, and saying which order is in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dialer.models import Attempt, CallRequest


@dataclass(frozen=True, slots=True)
class Holder:
    """An open order, for a person to look at."""

    text: str
    url: str


_sources: dict[str, Callable[[int], Holder]] = {}


def register_source(source: str, describe: Callable[[int], Holder]) -> None:
    """Tells how to show the rows of one source of attempts ("call", "entry")."""
    _sources[source] = describe


def holder_of(callee: str) -> Holder | None:
    """The order that keeps this callee (E.164) to itself, if any."""
    attempt = Attempt.objects.still_open().filter(callee=callee).first()
    return attempt and _sources[attempt.source](attempt.source_id)


def describe_call(pk: int) -> Holder:
    call = CallRequest.objects.select_related("did").get(pk=pk)
    return Holder(text=f"{call.describe()} ({call.get_state_display()})", url=call.get_absolute_url())
