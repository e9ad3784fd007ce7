"""What ends orders that nobody ends: leases that ran out, times that passed, jobs that were lost."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.ledger import transitions
from dialer.ledger.enqueue import enqueue, lock_of
from dialer.models import State, Submission
from telephony.contract.errors import OutcomeUnknown


def expire_leases(model: type[Submission], *, now: datetime) -> int:
    """SENDING whose process died: nobody knows whether the provider got it, so it is in doubt, not pending."""
    lost = OutcomeUnknown(
        _("The worker stopped while sending. The provider may have accepted the order."), code="lease_expired"
    )
    # Settled as any other outcome, by the token of the claim: an answer that comes later still proves the order.
    rows = model.objects.filter(state=State.SENDING, lease_expires_at__lt=now).select_related("account")
    return sum(transitions.settle(row, lost, now=now) for row in rows)


def expire_unsent(model: type[Submission], *, now: datetime) -> int:
    """PENDING beyond its time: told to the supervisor instead of sent as a surprise."""
    rows = model.objects.pending().filter(expires_at__lte=now).select_related("account")
    return sum(transitions.cancel(row, now=now, code="expired", reason=_expiry_reason(row)) for row in rows)


def _expiry_reason(row: Submission) -> str:
    if row.account.suspended_at:
        why = _("the account %(name)s is suspended: %(reason)s") % {
            "name": row.account.name,
            "reason": row.account.suspended_reason,
        }
    else:
        why = row.reason or _("no worker was free to send it")
    return _("Not sent in time; nothing was sent: %(why)s") % {"why": why}


def wake_waiting(now: datetime) -> None:
    """Gives every due order its job: the stop switch was released, or a rule changed."""
    for model in transitions.kinds():
        enqueue_forgotten(model, now=now)


def enqueue_forgotten(model: type[Submission], *, now: datetime) -> int:
    """Gives due orders a job again whose job was lost. A second job would find nothing to claim."""
    # What is beyond that comes with the next sweep, five seconds later.
    due = model.objects.claimable(now=now).filter(model.may_leave())[:1000]
    if not due:
        return 0
    with_job = set(
        ProcrastinateJob.objects.filter(
            status__in=["todo", "doing"], queueing_lock__startswith=f"dispatch:{model.kind}:"
        ).values_list("queueing_lock", flat=True)
    )
    forgotten = [row for row in due if lock_of(row) not in with_job]
    for row in forgotten:
        enqueue(row)
    return len(forgotten)
