"""A callee said no: nobody here calls them for as long as the rules of their country say."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from dialer.ledger import open_orders
from dialer.models import CallRequest, EventKind
from dialer.support.permissions import require


def note_refusal(*, call: CallRequest, by: AbstractUser, now: datetime) -> bool:
    """Notes it once, for a call that has ended; False where there is nothing to note. Raises PermissionDenied.

    Another word than an opt-out, which holds for ever: a refusal is of this offer, and its rest ends.
    """
    require(by, "dialer.add_dncentry")
    with transaction.atomic():
        locked = CallRequest.objects.select_for_update(of=("self",)).get(pk=call.pk)
        is_noted = locked.events.filter(kind=EventKind.REFUSED).exists()
        if is_noted or not open_orders.note_refusal(CallRequest.kind, call.pk):
            return False
        locked.add_event(EventKind.REFUSED, now=now, by=by)
    return True
