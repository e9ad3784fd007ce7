"""Notifications on the portal's own pages: how many are new to a person, what was read, and many doubts as one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialer.models import Level, NoticeEvent, NoticesSeen, Notification, WaitingDoubt
from dialer.notices import events

# As long as the messages that went out with them (outbox.KEPT_FOR).
KEPT_FOR = timedelta(days=90)
DOUBTS_APART = timedelta(minutes=1)
"""No more than one notification of orders in doubt in this time."""
COUNT_LIMIT = 100
"""Counting stops here: the bell of somebody who never looks must not cost more and more."""
_GAPS_BELOW = 500
"""How far below the newest id a row may still show up late."""
_DELETED_AT_ONCE = 1000
# "doubt" in ASCII.
_DOUBTS_LOCK = 0x646F756274

# Ids are given before rows are committed, so one below the newest that a person saw may show up later: `gaps` keeps
# those that were missing then. Both halves stop at the cap, and read the primary key alone.
_UNREAD = """
    SELECT count(*) FROM (
        (SELECT n.id FROM dialer_notification n
          WHERE n.id > coalesce((SELECT s.up_to FROM dialer_noticesseen s WHERE s.user_id = %(user)s), 0)
          LIMIT %(cap)s)
        UNION ALL
        (SELECT n.id FROM dialer_noticesseen s CROSS JOIN unnest(s.gaps) gap JOIN dialer_notification n ON n.id = gap
          WHERE s.user_id = %(user)s)
        LIMIT %(cap)s
    ) unread
"""
# Two tabs, or a page left open since: what was read once stays read.
_MARK_READ = """
    INSERT INTO dialer_noticesseen AS seen (user_id, up_to, gaps)
    SELECT %(user)s, %(up_to)s, ARRAY(
        SELECT g.id FROM generate_series(greatest(%(up_to)s - %(below)s, 1), %(up_to)s) AS g (id)
         WHERE NOT EXISTS (SELECT FROM dialer_notification n WHERE n.id = g.id))
    ON CONFLICT (user_id) DO UPDATE SET up_to = excluded.up_to, gaps = excluded.gaps WHERE seen.up_to <= excluded.up_to
"""


def unread_count(user: AbstractUser) -> int:
    """How many notifications this person has not read, COUNT_LIMIT at most. One query, by primary key."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, {"user": user.pk, "cap": COUNT_LIMIT})
        (count,) = cursor.fetchone()
    return int(count)


def seen_state_of(user: AbstractUser) -> NoticesSeen:
    return NoticesSeen.objects.filter(user=user).first() or NoticesSeen(user=user)


def mark_read(user: AbstractUser, *, up_to: int) -> None:
    """Read are all up to the notification of this id: the newest that the person was shown, not the newest there is."""
    newest = Notification.objects.filter(pk__lte=up_to).values_list("pk", flat=True).order_by("-pk").first()
    if newest is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MARK_READ, {"user": user.pk, "up_to": newest, "below": _GAPS_BELOW})


def notify_of_waiting_doubts(*, now: datetime) -> int:
    """One notification for all orders that became in doubt since the last one; returns how many they are."""
    if not WaitingDoubt.objects.exists():
        return 0
    with transaction.atomic():
        # Two sweeps at the same time would notify twice within the minute. Held until the transaction ends.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_DOUBTS_LOCK])
            (is_ours_alone,) = cursor.fetchone()
        lately = Notification.objects.filter(event=NoticeEvent.CALL_IN_DOUBT, created_at__gt=now - DOUBTS_APART)
        if not is_ours_alone or lately.exists():
            return 0
        count, _rows = WaitingDoubt.objects.all().delete()
        if count:
            events.add_notification(
                NoticeEvent.CALL_IN_DOUBT,
                level=Level.WARNING,
                title=ngettext("%(n)d order is in doubt", "%(n)d orders are in doubt", count) % {"n": count},
                text=_("It is not known whether the provider accepted. Someone has to check."),
                url=reverse("dialer:in_doubt"),
                now=now,
            )
    return count


def delete_old_notifications(*, now: datetime) -> int:
    """Some at a time: the next sweep goes on."""
    old = Notification.objects.filter(created_at__lt=now - KEPT_FOR).order_by("created_at")
    return Notification.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_DELETED_AT_ONCE])).delete()[0]
