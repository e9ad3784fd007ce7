"""One switch for everything. From its commit on no claim of an order succeeds; see SubmissionQuerySet.claimable."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils.translation import gettext as _

from dialer import hooks
from dialer.ledger import sweep, transitions
from dialer.models import CallRequest, State, StopEvent, StopSwitch
from dialer.support.permissions import require


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """What no switch can take back: orders that had left before it."""

    sending: int
    """Being sent at this moment."""
    open: int
    """Taken by a provider, their end not heard of yet."""
    in_doubt: int

    @property
    def total(self) -> int:
        return self.sending + self.open + self.in_doubt


def on_the_way() -> OnTheWay:
    counts: Counter[str] = Counter()
    for model in transitions.kinds():
        # Each state apart, by its own partial index: orders that ended are the most by far, and in none of them.
        for state in (State.SENDING, State.ACCEPTED, State.IN_DOUBT):
            counts[state] += model.objects.still_open().filter(state=state).count()
    return OnTheWay(sending=counts[State.SENDING], open=counts[State.ACCEPTED], in_doubt=counts[State.IN_DOUBT])


def stop_everything(*, by: AbstractUser, reason: str, now: datetime) -> OnTheWay:
    """Nothing leaves any more; says what had left already. Pressed twice, the first press counts.

    Single calls that wait are cancelled: nobody wants them to ring when the switch is released. Campaigns go on then.
    Raises PermissionDenied.
    """
    require(by, "dialer.stop_everything")
    with transaction.atomic():
        switch, _made = StopSwitch.objects.get_or_create(pk=1)
        off = StopSwitch.objects.filter(pk=switch.pk, stopped_at=None)
        if not off.update(stopped_at=now, stopped_by=by, reason=reason[:300]):
            return on_the_way()
    # Only now, with the switch committed, is the rest looked at: it must not keep anybody waiting.
    left = on_the_way()
    StopEvent.objects.create(is_on=True, at=now, by=by, reason=reason[:300], on_the_way=left.total)
    why = _("%(user)s stopped all orders before this one was sent.") % {"user": by.get_username()}
    for call in CallRequest.objects.pending():
        transitions.cancel(call, now=now, code="stopped", reason=why, by=by)
    return left


def release(*, by: AbstractUser, reason: str, now: datetime) -> bool:
    """Orders may leave again. False when nothing was stopped. Raises PermissionDenied."""
    require(by, "dialer.release_stop")
    with transaction.atomic():
        on = StopSwitch.objects.filter(stopped_at__isnull=False)
        if not on.update(stopped_at=None, stopped_by=None, reason=""):
            return False
        StopEvent.objects.create(is_on=False, at=now, by=by, reason=reason[:300])
        sweep.wake_waiting(now)
        for listener in hooks.stop_release_listeners:
            listener(now)
    return True
