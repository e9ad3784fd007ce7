"""What people do with campaigns: only the legal transitions, each one conditional UPDATE.

DRAFT → RUNNING ⇄ PAUSED → STOPPED        RUNNING → STOPPED        RUNNING → FINISHED by itself
FINISHED → PAUSED when numbers of a refused chunk are given back
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign, CampaignEvent, Channel, Entry, ProviderTask
from campaigns.planning import notices
from campaigns.policy import account_fit, own_hours, safeguards
from campaigns.policy.evaluator import Evaluator
from dialer import hooks
from dialer.ledger import transitions
from dialer.ledger.enqueue import enqueue
from dialer.models import EventKind, NoticeEvent
from dialer.models import State as SubmissionState
from dialer.support import jobs
from dialer.support.permissions import require

State = Campaign.State
LIMITS = frozenset(
    {"purpose", "uses_ai", "hours_from", "hours_to", "weekdays", "budget", "budget_per_day"}
    | {"calls_per_minute", "concurrent_calls", "line_seconds", "priority"}
)
"""What may still be changed while a campaign is paused."""
RELATED = ("dnc_lists", "dids", "agent_phones", "retry_rules")
PUMP_JOB, PACE_JOB = "campaigns.tasks.pump", "campaigns.tasks.pace"
LEGAL_ACTIONS: dict[str, tuple[str, ...]] = {
    State.DRAFT: ("start",),
    State.RUNNING: ("pause", "stop"),
    State.PAUSED: ("resume", "stop"),
}
"""What the pages offer in each state; the transitions themselves decide."""


class TransitionRefused(Exception):
    """The campaign cannot do that now; the text says why and what to do."""


def create_campaign(
    *, campaign: Campaign, by: AbstractUser, now: datetime, related: dict[str, Any] | None = None
) -> Campaign:
    """Commits a new draft; `related` are its do-not-call lists, DIDs, agent phones and retry rules.

    Raises PermissionDenied, TransitionRefused for an account that cannot be used by its channel.
    """
    require(by, "campaigns.add_campaign")
    _must_fit(campaign)
    _must_leave_hours(campaign)
    campaign.created_by = by
    with transaction.atomic():
        campaign.save()
        _set_related(campaign, related or {})
        CampaignEvent.objects.create(campaign=campaign, state=State.DRAFT, at=now, by=by)
    return campaign


def edit_campaign(*, campaign: Campaign, by: AbstractUser, columns: dict[str, Any]) -> Campaign:
    """Changes a draft, or the limits of a paused campaign. Raises TransitionRefused, PermissionDenied."""
    require(by, "campaigns.change_campaign")
    related = {name: columns.pop(name) for name in RELATED if name in columns}
    states = [State.DRAFT, State.PAUSED] if LIMITS.issuperset(columns) else [State.DRAFT]
    with transaction.atomic():
        # Changed first and looked at then: a refusal takes the change back with the transaction.
        if not Campaign.objects.filter(pk=campaign.pk, state__in=states).update(**columns):
            raise TransitionRefused(_("The campaign has been started, so you cannot edit it. Pause it first."))
        campaign.refresh_from_db()
        if not LIMITS.issuperset(columns):
            _must_fit(campaign)
        _must_leave_hours(campaign)
        _set_related(campaign, related)
        hooks.rules_changed()
    return campaign


def _must_fit(campaign: Campaign) -> None:
    if wrong := account_fit.what_is_wrong(campaign):
        raise TransitionRefused(wrong)


def _must_leave_hours(campaign: Campaign) -> None:
    if wrong := own_hours.what_is_wrong(campaign):
        raise TransitionRefused(wrong)


def _set_related(campaign: Campaign, related: dict[str, Any]) -> None:
    for name in ("dnc_lists", "dids", "agent_phones"):
        if name in related:
            getattr(campaign, name).set(related[name])
    if "retry_rules" in related:
        campaign.retry_rules.all().delete()
        for rule in related["retry_rules"]:
            rule.campaign = campaign
            rule.save(force_insert=True)


def start_campaign(*, campaign: Campaign, by: AbstractUser, now: datetime) -> Campaign:
    """DRAFT → RUNNING. Raises TransitionRefused without numbers to call, PermissionDenied."""
    require(by, "campaigns.run_campaign")
    if waiting := campaign.call_lists.undecided().order_by("-pk").first():
        text = _("The call list %(name)s is %(state)s. Start when it is ready, or discard it.")
        raise TransitionRefused(text % {"name": waiting.name, "state": waiting.get_state_display()})
    if not campaign.entries.waiting().exists():
        raise TransitionRefused(_("There are no numbers to call. Upload a call list first."))
    _check_safeguards(campaign, now=now)
    return _move(campaign, from_states=[State.DRAFT], to=State.RUNNING, by=by, now=now, started_at=now)


def _check_safeguards(campaign: Campaign, *, now: datetime) -> None:
    """What a person has to settle before a campaign starts or goes on. Raises TransitionRefused."""
    if trouble := safeguards.pause_reason(campaign) or account_fit.no_phone_reason(campaign):
        raise TransitionRefused(trouble)
    if stale := Evaluator(campaign, now=now).stale_registry():
        raise TransitionRefused(stale.message)


def pause_campaign(*, campaign: Campaign, by: AbstractUser | None, now: datetime, reason: str = "") -> Campaign:
    """RUNNING → PAUSED. From the commit on, no claim of a chunk succeeds."""
    if by is not None:
        require(by, "campaigns.run_campaign")
    return _move(campaign, from_states=[State.RUNNING], to=State.PAUSED, by=by, now=now, detail=reason, trouble=reason)


def resume_campaign(*, campaign: Campaign, by: AbstractUser, now: datetime) -> Campaign:
    """PAUSED → RUNNING. A chunk that was not sent before the pause leaves at once. Raises TransitionRefused."""
    require(by, "campaigns.run_campaign")
    _check_safeguards(campaign, now=now)
    with transaction.atomic():
        campaign = _move(campaign, from_states=[State.PAUSED], to=State.RUNNING, by=by, now=now, trouble="")
        for task in ProviderTask.objects.pending().filter(campaign=campaign, not_before__lte=now):
            enqueue(task)
    return campaign


def stop_campaign(*, campaign: Campaign, by: AbstractUser, now: datetime) -> Campaign:
    """RUNNING or PAUSED → STOPPED: what was not handed over never will be, and says so."""
    require(by, "campaigns.run_campaign")
    reason = _("The campaign was stopped by %(user)s before this number was handed over.") % {"user": by.get_username()}
    with transaction.atomic():
        campaign = _move(
            campaign, from_states=[State.RUNNING, State.PAUSED], to=State.STOPPED, by=by, now=now, ended_at=now
        )
        # Locked: a chunk that a worker claims at this moment drops out of the query, and leaves as it was ordered.
        for task in ProviderTask.objects.pending().filter(campaign=campaign).select_for_update():
            transitions.cancel(task, now=now, code="campaign_stopped", reason=reason, by=by)
        campaign.entries.filter(state=Entry.State.WAITING).update(
            state=Entry.State.NOT_CALLED, reason_code="campaign_stopped", reason=reason
        )
    return campaign


def give_back(*, task: ProviderTask, by: AbstractUser, now: datetime) -> int:
    """Lets the numbers of a chunk that the provider never took wait for a new one; returns how many.

    A campaign that had finished is paused then, so that a person resumes it. Raises TransitionRefused,
    PermissionDenied.
    """
    require(by, "campaigns.run_campaign")
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().get(pk=task.campaign_id)
        if task.state != SubmissionState.REJECTED:
            raise TransitionRefused(_("Only numbers of a chunk that the provider did not accept can be called again."))
        if campaign.state == State.STOPPED:
            raise TransitionRefused(_("The campaign was stopped. Upload the numbers to a new campaign."))
        count = task.entries.filter(state=Entry.State.NOT_CALLED).update(
            state=Entry.State.WAITING, task=None, reason_code="", reason=""
        )
        if not count:
            raise TransitionRefused(_("This chunk has no numbers left to call."))
        task.add_event(EventKind.GIVEN_BACK, now=now, by=by, detail=str(count))
        if campaign.state == State.FINISHED:
            text = ngettext("%(n)d number was given back.", "%(n)d numbers were given back.", count)
            reopen(campaign, by=by, now=now, detail=text % {"n": count})
        elif campaign.state == State.RUNNING:
            enqueue_pump(campaign.pk)
    return int(count)


def reopen(campaign: Campaign, *, by: AbstractUser, now: datetime, detail: str) -> None:
    """FINISHED or PAUSED → PAUSED with numbers that wait again, so that a person resumes it."""
    states = [State.FINISHED, State.PAUSED]
    _move(campaign, from_states=states, to=State.PAUSED, by=by, now=now, detail=detail, ended_at=None)


def finish_if_done(campaign: Campaign, *, now: datetime) -> bool:
    """RUNNING → FINISHED once every list is read, nobody waits and every chunk is closed. No doubt is left behind.

    The caller holds the campaign's row, so that no list is added in between.
    """
    if (
        campaign.call_lists.undecided().exists()
        or campaign.entries.filter(state=Entry.State.WAITING).exists()
        or campaign.tasks.filter(closed_at=None).exists()
        or (not campaign.is_by_task and campaign.entries.still_open().exists())
    ):
        return False
    with transaction.atomic():
        finished = Campaign.objects.running().filter(pk=campaign.pk).update(state=State.FINISHED, ended_at=now)
        if finished:
            CampaignEvent.objects.create(campaign=campaign, state=State.FINISHED, at=now)
            notices.notify(campaign, NoticeEvent.CAMPAIGN_FINISHED, by=None, now=now)
    return bool(finished)


def pump_running(now: datetime) -> None:
    """The stop switch was released."""
    for campaign_id in Campaign.objects.running().values_list("pk", flat=True):
        enqueue_pump(campaign_id)


def enqueue_pump(campaign_id: int, *, at: datetime | None = None) -> None:
    """Defers the job that hands over what is next, in the caller's transaction; one waiting job is enough.

    A job for later has a lock of its own, so that it does not hold back one that could run now.
    """
    channel = Campaign.objects.values_list("channel", flat=True).get(pk=campaign_id)
    # People take its numbers one by one: there is nothing to pump.
    if channel == Channel.PREVIEW:
        return
    job = PUMP_JOB if channel == Channel.TASK else PACE_JOB
    lock = f"pump:{campaign_id}:later" if at else f"pump:{campaign_id}"
    jobs.defer_once(job, queue="dial", lock=lock, at=at, campaign_id=campaign_id)


def _move(
    campaign: Campaign,
    *,
    from_states: Iterable[str],
    to: str,
    by: AbstractUser | None,
    now: datetime,
    detail: str = "",
    **columns: Any,
) -> Campaign:
    with transaction.atomic():
        moved = Campaign.objects.filter(pk=campaign.pk, state__in=from_states).update(state=to, **columns)
        campaign.refresh_from_db()
        if not moved:
            text = _("You cannot do this because the campaign %(name)s is %(state)s.")
            raise TransitionRefused(text % {"name": campaign.name, "state": campaign.get_state_display()})
        CampaignEvent.objects.create(campaign=campaign, state=to, at=now, by=by, detail=detail[:1000])
        notices.notify(campaign, notices.event_of(to, from_states), by=by, now=now, text=detail)
        if to == State.RUNNING:
            enqueue_pump(campaign.pk)
    return campaign
