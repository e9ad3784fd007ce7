"""What follows for entries, attempts and campaigns from a chunk's state and from the provider's records."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from campaigns import services
from campaigns.holds import NOBODY_LEFT
from campaigns.models import Campaign, Entry, ProviderTask
from dialer import attempts, ledger
from dialer.attempts import Holder
from dialer.models import CallDetailRecord, Disposition, EventKind, State
from telephony import e164


def follow_task(task: ProviderTask, *, now: datetime) -> None:
    """Runs in the transaction of every transition of a chunk."""
    match task.state:
        case State.ACCEPTED if task.closed_at:
            _close_entries(task, _("A supervisor stated that the provider took this task."), now=now)
        case State.ACCEPTED:
            _open_entries(task).update(state=Entry.State.ORDERED, reason_code="", reason="")
            _mark_doubt(task, in_doubt=False)
            close_if_done(task, now=now)
        case State.IN_DOUBT if call_id := _known_call(task):
            # Its records overtook the answer that never came: no doubt, then.
            text = _("Record %(call)s of one of its numbers had come before.")
            ledger.prove(task, now=now, evidence=text % {"call": call_id})
            return
        case State.IN_DOUBT:
            _open_entries(task).update(state=Entry.State.IN_DOUBT, reason_code=task.reason_code, reason=task.reason)
            _mark_doubt(task, in_doubt=True)
            _pause(task, _("It is not known whether the provider took chunk %(n)d. Settle it at the in-doubt desk."))
        case State.REJECTED:
            _not_called(task, now=now)
            _pause_unless_told(task, _("The provider refused chunk %(n)d: %(why)s"))
        case State.CANCELLED if task.campaign.is_over:
            _not_called(task, now=now)
        case State.CANCELLED:
            _give_back(task, now=now)
            _pause_unless_told(task, _("Chunk %(n)d could not be sent: %(why)s"))
    if task.is_settled:
        services.enqueue_pump(task.campaign_id)


def _open_entries(task: ProviderTask):  # type: ignore[no-untyped-def]
    return Entry.objects.filter(task=task, state__in=[Entry.State.ORDERED, Entry.State.IN_DOUBT])


def _known_call(task: ProviderTask) -> str:
    """The provider's id of a call that this chunk made; "" while no record of it has come."""
    known = Entry.objects.filter(task=task, state=Entry.State.DONE).exclude(provider_call_id="")
    return known.values_list("provider_call_id", flat=True).first() or ""


def _pause_unless_told(task: ProviderTask, text: str) -> None:
    """Not where a person or a rule decided it."""
    if task.resolved_by_id is None and task.reason_code != NOBODY_LEFT:
        _pause(task, text)


def _pause(task: ProviderTask, text: str) -> None:
    """Only while others wait: a last chunk in trouble has nothing left to hold back."""
    campaign = task.campaign
    if not campaign.entries.waiting().exists():
        return
    reason = (text % {"n": task.number, "why": task.reason})[:1000]
    try:
        services.pause_campaign(campaign=campaign, by=None, now=task.settled_at, reason=reason)
    except services.TransitionRefused:
        # A person paused or stopped it just before. That must not undo the settlement of what was sent.
        Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.PAUSED, trouble="").update(trouble=reason)


def _not_called(task: ProviderTask, *, now: datetime) -> None:
    _free_callees(task, now=now, counts=False)
    _open_entries(task).update(
        state=Entry.State.NOT_CALLED, reason_code=task.reason_code, reason=task.reason or _("The order was refused.")
    )


def _give_back(task: ProviderTask, *, now: datetime) -> None:
    """Nothing of this chunk left the portal, so its numbers wait again."""
    _free_callees(task, now=now, counts=False)
    _open_entries(task).update(state=Entry.State.WAITING, task=None, reason_code=task.reason_code, reason=task.reason)


def _close_entries(task: ProviderTask, reason: str, *, now: datetime) -> None:
    _free_callees(task, now=now)
    _open_entries(task).update(
        state=Entry.State.DONE, disposition=Disposition.UNKNOWN, reason_code="no_record", reason=reason
    )


def _free_callees(task: ProviderTask, *, now: datetime, counts: bool = True) -> None:
    attempts.close(Entry.SOURCE, Entry.objects.filter(task=task).values("pk"), now=now, counts=counts)


def _mark_doubt(task: ProviderTask, *, in_doubt: bool) -> None:
    attempts.mark_doubt(Entry.SOURCE, Entry.objects.filter(task=task).values("pk"), in_doubt=in_doubt)


def settle_entry(record: CallDetailRecord, *, now: datetime) -> str:
    """Gives a record to the entry whose order id it carries; its chunk's reference, or "" when there is none."""
    if not record.order_id:
        return ""
    entry = Entry.objects.filter(order_id=record.order_id, task__account_id=record.account_id).first()
    if entry is None or entry.task_id is None:
        return ""
    # Records of one chunk take turns: two last ones side by side would each see the other's entry still open.
    task = ProviderTask.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=entry.task_id)
    entry.refresh_from_db()
    if task.state == State.IN_DOUBT:
        text = _("Record %(call)s carries order id %(order)s of this chunk.")
        ledger.prove(task, now=now, evidence=text % {"call": record.provider_call_id, "order": record.order_id})
    _take_result(entry, record, now=now)
    close_if_done(task, now=now)
    return task.reference


def _take_result(entry: Entry, record: CallDetailRecord, *, now: datetime) -> None:
    """The provider may dial one entry several times: an answer outweighs the other calls, else the latest counts."""
    if entry.provider_call_id not in ("", record.provider_call_id) and _outweighs(entry, record):
        return
    Entry.objects.filter(pk=entry.pk).update(
        state=Entry.State.DONE,
        disposition=record.disposition,
        provider_call_id=record.provider_call_id,
        talk_seconds=record.talk_seconds,
        ended_at=record.ended_at,
        reason_code=record.hangup_code,
        reason=record.hangup_reason,
    )
    attempts.close(Entry.SOURCE, [entry.pk], now=now, abandoned=record.abandoned)


def _outweighs(entry: Entry, record: CallDetailRecord) -> bool:
    """Whether what is known of an earlier call of this entry says more than this record."""
    answered = (entry.disposition == Disposition.ANSWERED, record.disposition == Disposition.ANSWERED)
    if answered[0] != answered[1]:
        return answered[0]
    return bool(entry.ended_at and record.ended_at and record.ended_at < entry.ended_at)


def close_if_done(task: ProviderTask, *, now: datetime) -> bool:
    """Closes an accepted chunk once every entry has its result; the last one finishes the campaign."""
    open_entries = Entry.objects.filter(task=OuterRef("pk"), state__in=[Entry.State.ORDERED, Entry.State.IN_DOUBT])
    done = ProviderTask.objects.still_open().filter(~Exists(open_entries), pk=task.pk, state=State.ACCEPTED)
    if not done.update(closed_at=now):
        return False
    task.add_event(EventKind.RESULT, now=now, detail=_("Every number of this chunk has its result."))
    services.enqueue_pump(task.campaign_id)
    return True


def close_silent(*, now: datetime, settled_before: datetime) -> int:
    """Accepted chunks whose last results never came within their window: unknown, and their callees are free."""
    silent = ProviderTask.objects.still_open().filter(state=State.ACCEPTED, settled_at__lt=settled_before)
    for task in silent:
        with transaction.atomic():
            _close_entries(task, _("No record came from the provider in time."), now=now)
            ProviderTask.objects.still_open().filter(pk=task.pk).update(closed_at=now)
            task.add_event(EventKind.CLOSED, now=now, detail=_("No more records came from the provider in time."))
            services.enqueue_pump(task.campaign_id)
    return len(silent)


def cancel_stopped(*, now: datetime) -> int:
    """Chunks that came back unsent after their campaign was stopped."""
    stranded = ProviderTask.objects.pending().filter(campaign__state=Campaign.State.STOPPED)
    reason = _("The campaign was stopped before this chunk could be sent.")
    return sum(ledger.cancel(task, now=now, code="campaign_stopped", reason=reason) for task in stranded)


def describe_entry(pk: int) -> Holder:
    entry = Entry.objects.select_related("campaign").get(pk=pk)
    text = _("%(callee)s in campaign %(campaign)s") % {
        "callee": e164.mask(entry.callee),
        "campaign": entry.campaign.name,
    }
    return Holder(text=text, url=entry.task.get_absolute_url() if entry.task else entry.campaign.get_absolute_url())
