"""What the portal tells: notifications on its pages, and messages to other systems and to mailboxes."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from dialer.models.audit import audited

SALT_LENGTH = 32


def new_salt() -> str:
    return get_random_string(SALT_LENGTH)


class NoticeEvent(models.TextChoices):
    """Everything that is told. The values are words of the webhooks' interface: they never change."""

    CAMPAIGN_STARTED = "campaign.started", _("campaign started")
    CAMPAIGN_PAUSED = "campaign.paused", _("campaign paused")
    CAMPAIGN_RESUMED = "campaign.resumed", _("campaign resumed")
    CAMPAIGN_STOPPED = "campaign.stopped", _("campaign stopped")
    CAMPAIGN_FINISHED = "campaign.finished", _("campaign finished")
    ACCOUNT_SUSPENDED = "account.suspended", _("account suspended")
    ACCOUNT_RESUMED = "account.resumed", _("account resumed")
    CALL_IN_DOUBT = "call.in_doubt", _("order in doubt")
    DELIVERY_FAILED = "delivery.failed", _("message not delivered")
    TEST = "test", _("test")


FOR_WEBHOOKS = [event for event in NoticeEvent if event not in (NoticeEvent.DELIVERY_FAILED, NoticeEvent.TEST)]
"""A message about undelivered messages would only be the next one; a test goes to its own target alone."""


class Level(models.TextChoices):
    INFO = "info", _("news")
    SUCCESS = "success", _("done")
    WARNING = "warning", _("needs attention")


class Notification(models.Model):
    """One line for everybody who works with the portal. Written by `notices/events`; deleted by `notices/bell`."""

    event = models.CharField(_("event"), max_length=30, choices=NoticeEvent)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    url = models.CharField(_("page"), max_length=300, blank=True, help_text=_("A path in the portal."))
    created_at = models.DateTimeField(_("when"), db_index=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        # Page: the newest of one level.
        indexes = [models.Index(fields=["level", "-id"], name="notification_by_level")]

    def __str__(self) -> str:
        return str(self.title)


class NoticesSeen(models.Model):
    """How far one person has read. `gaps` are ids below `up_to` of which nothing was to be seen then.

    A long transaction takes its id early and shows its row late: without the gaps it would never count as unread.

    Written by `notices/bell`.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    up_to = models.BigIntegerField(default=0)
    gaps = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        default_permissions = ()
        verbose_name = _("read notifications")
        verbose_name_plural = _("read notifications")

    def __str__(self) -> str:
        return str(self.up_to)

    def covers(self, notification: Notification) -> bool:
        return notification.pk <= self.up_to and notification.pk not in self.gaps


class WaitingDoubt(models.Model):
    """An order that became in doubt and is not told yet: many at once are one notification.

    Written by `notices/events`; deleted by `notices/bell`.
    """

    reference = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        verbose_name = _("pending in-doubt notification")
        verbose_name_plural = _("pending in-doubt notifications")

    def __str__(self) -> str:
        return str(self.reference)[:8]


class WebhookTargetQuerySet(models.QuerySet["WebhookTarget"]):
    def wanting(self, event: str) -> Self:
        return self.filter(is_active=True, events__contains=[event])


def check_target_url(url: str) -> None:
    """Raises ValidationError for an address that nothing would be sent to. Names are looked up when it is sent."""
    from dialer.support import webhook_address

    try:
        webhook_address.check(url)
    except webhook_address.Unreachable as exc:
        raise ValidationError(exc.message) from exc


# The salt is not kept in the history: who has it and the portal's key has the secret.
@audited(
    exclude=["salt", "old_salt", "trouble", "trouble_at"], obj_field=pghistory.ObjForeignKey(related_name="versions")
)
class WebhookTarget(models.Model):
    """A system elsewhere that is told. Its secret is made from `salt` and the portal's key; see notices.signing.

    Written by the admin; trouble by `notices/settle`, the salt by `notices/signing`.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    url = models.CharField(
        _("address"),
        max_length=500,
        validators=[check_target_url],
        help_text=_("https://… on the public Internet."),
    )
    events = ArrayField(
        models.CharField(max_length=30, choices=[(event.value, event.label) for event in FOR_WEBHOOKS]),
        verbose_name=_("events"),
    )
    is_active = models.BooleanField(_("active"), default=True)
    salt = models.CharField(max_length=SALT_LENGTH, default=new_salt, editable=False)
    old_salt = models.CharField(max_length=SALT_LENGTH, blank=True, editable=False)
    old_salt_until = models.DateTimeField(_("old secret valid until"), null=True, editable=False)
    rotated_at = models.DateTimeField(_("secret changed"), null=True, editable=False)
    trouble = models.CharField(_("trouble"), max_length=500, blank=True, editable=False)
    trouble_at = models.DateTimeField(_("failing since"), null=True, editable=False)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = WebhookTargetQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("webhook target")
        verbose_name_plural = _("webhook targets")

    def __str__(self) -> str:
        return str(self.name)


class NoticeMessageQuerySet(models.QuerySet["NoticeMessage"]):
    def waiting(self) -> Self:
        return self.filter(state=NoticeMessage.State.WAITING)

    def due(self, *, now: datetime) -> Self:
        """Not tried, to be tried again, or claimed by a worker that died. A target that is off waits."""
        return self.waiting().filter(Q(target=None) | Q(target__is_active=True), next_at__lte=now)


class NoticeMessage(models.Model):
    """One message to one target, or to the mailboxes (no target). Written with what it tells, sent afterwards.

    Written and claimed by `notices/outbox`, ended by `notices/settle`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("to be sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("abandoned")

    target = models.ForeignKey(
        WebhookTarget, on_delete=models.PROTECT, null=True, related_name="messages", verbose_name=_("target")
    )
    message_id = models.CharField(
        _("message id"), max_length=40, help_text=_("Stays the same when the message is repeated.")
    )
    event = models.CharField(_("event"), max_length=30, choices=NoticeEvent)
    body = models.TextField(_("body"), help_text=_("The exact bytes that are sent."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True)
    claim = models.UUIDField(null=True, editable=False)
    """Of the worker that sends it now; `next_at` is the end of its lease then."""
    status = models.PositiveSmallIntegerField(_("last status"), null=True)
    answer = models.CharField(_("last answer"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written"), db_index=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = NoticeMessageQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        constraints = [
            models.UniqueConstraint(fields=["target", "message_id"], name="uniq_message_per_target"),
            models.CheckConstraint(
                # Due messages are found by their time alone: one without would wait for ever.
                condition=Q(state="waiting", next_at__isnull=False, ended_at=None)
                | (~Q(state="waiting") & Q(next_at=None, claim=None, ended_at__isnull=False)),
                name="notice_message_waits_or_ended",
            ),
        ]
        indexes = [
            # Worker: what is due (notices.outbox.claim).
            models.Index(F("next_at"), name="notice_message_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return str(self.message_id)
