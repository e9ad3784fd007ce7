"""What people do with orders in doubt and with suspended accounts. Each owns its transaction."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from dialer import notices
from dialer.ledger import transitions
from dialer.ledger.enqueue import enqueue
from dialer.models import NoticeEvent, ProviderAccount, State, Submission
from dialer.support.permissions import require


def resolve(*, submission: Submission, called: bool, by: AbstractUser, reason: str, now: datetime) -> bool:
    """Ends a doubt on a person's word. False when it was no longer in doubt. Raises PermissionDenied."""
    require(by, "dialer.resolve_callrequest")
    return transitions.resolve(submission, called=called, by=by, reason=reason, now=now)


def resume_account(*, account: ProviderAccount, by: AbstractUser, now: datetime) -> int:
    """Lets a suspended account send again; returns how many waiting orders leave. Raises PermissionDenied."""
    require(by, "dialer.resume_provideraccount")
    with transaction.atomic():
        suspended = ProviderAccount.objects.suspended().filter(pk=account.pk)
        if not suspended.update(suspended_at=None, suspended_reason=""):
            return 0
        notices.notify_of_account(NoticeEvent.ACCOUNT_RESUMED, account, now=now)
        count = 0
        for model in transitions.kinds():
            for row in model.objects.claimable(now=now).filter(model.may_leave(), account=account):
                enqueue(row)
                count += 1
        return count


def in_doubt_count() -> int:
    return sum(model.objects.filter(state=State.IN_DOUBT).count() for model in transitions.kinds())
