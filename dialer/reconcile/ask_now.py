"""Asking the provider about one order, because a person wants to know now."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialer.models import RecordCursor, Submission
from dialer.reconcile import cursors, pull


class AskedAlready(Exception):
    """The account was asked a moment ago, does not answer, or cannot be asked; the text says it, and when again."""


def ask_provider(order: Submission, *, now: datetime) -> None:
    """Has the records of the order's account read as soon as its limits allow. Raises AskedAlready."""
    cursors.ensure_cursors()
    found = list(RecordCursor.objects.filter(account_id=order.account_id))
    if not found:
        raise AskedAlready(_("This provider offers no call records."))
    free = [cursor for cursor in found if cursors.free_at(cursor) <= now]
    if not free:
        again = min((cursors.free_at(cursor) for cursor in found), default=now)
        seconds = int((again - now).total_seconds()) + 1
        text = ngettext(
            "The provider was asked a moment ago. You can ask again in %(n)d second.",
            "The provider was asked a moment ago. You can ask again in %(n)d seconds.",
            seconds,
        )
        raise AskedAlready(text % {"n": seconds})
    for cursor in free:
        pull.enqueue_pull(cursor.pk, kind=order.kind, reference=order.reference)
