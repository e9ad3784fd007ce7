"""For what a call was ordered, where another part of the portal ordered it; for its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dialer.models import CallRequest


@dataclass(frozen=True, slots=True)
class CampaignLink:
    text: str
    url: str


LinkFinder = Callable[[CallRequest], CampaignLink | None]
_finders: list[LinkFinder] = []


def register(finder: LinkFinder) -> None:
    _finders.append(finder)


def campaign_link_of(call: CallRequest) -> CampaignLink | None:
    """None for a single call, which no campaign ordered."""
    return next((link for find in _finders if (link := find(call))), None)
