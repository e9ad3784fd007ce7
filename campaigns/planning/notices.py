"""What campaigns tell, in the portal and beyond."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from dialer import notices
from dialer.models import NoticeEvent

State = Campaign.State
_EVENTS: dict[str, NoticeEvent] = {
    State.PAUSED: NoticeEvent.CAMPAIGN_PAUSED,
    State.STOPPED: NoticeEvent.CAMPAIGN_STOPPED,
    State.FINISHED: NoticeEvent.CAMPAIGN_FINISHED,
}


def event_of(to: str, from_states: Iterable[str]) -> NoticeEvent:
    if to == State.RUNNING:
        return NoticeEvent.CAMPAIGN_STARTED if State.DRAFT in from_states else NoticeEvent.CAMPAIGN_RESUMED
    return _EVENTS[to]


def notify(campaign: Campaign, event: NoticeEvent, *, by: AbstractUser | None, now: datetime, text: str = "") -> None:
    """Within the transition's transaction. What the portal pauses by itself is trouble: a person has to look."""
    who = by.get_username() if by else None
    notices.notify(
        event,
        subject=campaign.name,
        text=" ".join(filter(None, [_("By %(user)s.") % {"user": who} if who else "", text])),
        url=campaign.get_absolute_url(),
        data={"campaign": {"id": campaign.pk, "name": campaign.name}, "by": who},
        now=now,
        is_trouble=event == NoticeEvent.CAMPAIGN_PAUSED and by is None,
    )
