"""For what a call was ordered, where another part of the portal ordered it; for its page."""

from __future__ import annotations

from collections.abc import Callable

from dialer.ledger.open_orders import Holder
from dialer.models import CallRequest

Origin = Callable[[CallRequest], Holder | None]
_origins: list[Origin] = []


def register(origin: Origin) -> None:
    _origins.append(origin)


def origin_of(call: CallRequest) -> Holder | None:
    """Its campaign, say; None for a call that somebody placed by itself."""
    found = (origin(call) for origin in _origins)
    return next((holder for holder in found if holder), None)
