"""Another pass over a campaign's numbers, those whose outcome a person chooses."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import RETRIED, Campaign, Channel, Entry
from campaigns.models.entry import EPOCH
from campaigns.planning import services
from campaigns.planning.progress import Progress
from dialer.models import Disposition
from dialer.support.permissions import require

NOT_CALLED = Entry.State.NOT_CALLED.value
OUTCOMES: tuple[str, ...] = (*(value.value for value in RETRIED), Disposition.UNKNOWN.value, NOT_CALLED)
"""Not those who answered: whoever wants to call these again says so with a campaign of its own."""


def count_outcomes(campaign: Campaign, progress: Progress) -> dict[str, int]:
    """How many numbers ended with each outcome that may be called again; empty where no other pass is possible now."""
    if campaign.channel == Channel.TASK or campaign.state not in (Campaign.State.PAUSED, Campaign.State.FINISHED):
        return {}
    counts = {outcome: progress.dispositions[outcome] for outcome in OUTCOMES if outcome != NOT_CALLED}
    counts[NOT_CALLED] = progress.not_called
    return {outcome: count for outcome, count in counts.items() if count}


def start_pass(*, campaign: Campaign, outcomes: Collection[str], by: AbstractUser, now: datetime) -> int:
    """Lets the numbers with these outcomes wait for a new pass; returns how many. The rules judge each again.

    A campaign that had finished is paused then, so that a person resumes it. Raises TransitionRefused,
    PermissionDenied.
    """
    require(by, "campaigns.run_campaign")
    results = [outcome for outcome in outcomes if outcome in OUTCOMES and outcome != NOT_CALLED]
    ended = Q(state=Entry.State.DONE, disposition__in=results)
    if NOT_CALLED in outcomes:
        ended |= Q(state=Entry.State.NOT_CALLED)
    with transaction.atomic():
        held = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if held.channel == Channel.TASK:
            raise services.TransitionRefused(
                _("The provider dials these numbers. Create a new campaign to call them again.")
            )
        if held.state not in (Campaign.State.PAUSED, Campaign.State.FINISHED):
            raise services.TransitionRefused(_("Pause the campaign first."))
        number = held.pass_number + 1
        # A second spelling is the phone of another entry, which is called under that one.
        count: int = held.entries.filter(ended, is_second_spelling=False).update(
            state=Entry.State.WAITING,
            pass_number=number,
            calls=0,
            disposition="",
            reason_code="",
            reason="",
            not_before=EPOCH,
        )
        if not count:
            raise services.TransitionRefused(_("No number of the campaign has this result."))
        Campaign.objects.filter(pk=held.pk).update(pass_number=F("pass_number") + 1)
        text = ngettext(
            "Pass %(number)d: %(n)d number is called again.", "Pass %(number)d: %(n)d numbers are called again.", count
        ) % {"number": number, "n": count}
        services.reopen(held, by=by, now=now, detail=text)
    return count
