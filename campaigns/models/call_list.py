from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign
from campaigns.models.task import ProviderTask
from dialer.models import Disposition, E164Field
from dialer.models.fields import e164_check


def upload_path(call_list: CallList, filename: str) -> str:
    """Never the uploader's file name: it stays in a column."""
    return f"call_lists/{call_list.sha256[:2]}/{call_list.sha256}-{call_list.campaign_id}"


class CallListQuerySet(models.QuerySet["CallList"]):
    def unsettled(self) -> Self:
        """Still to be read to its end."""
        return self.filter(state__in=[CallList.State.UPLOADED, CallList.State.IMPORTING])


class CallList(models.Model):
    """One uploaded file. Stored and committed first, read by a job afterwards."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("waiting to be read")
        IMPORTING = "importing", _("being read")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="call_lists", verbose_name=_("campaign")
    )
    file = models.FileField(_("file"), upload_to=upload_path, max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    error = models.CharField(_("error"), max_length=1000, blank=True)
    bytes_read = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    repaired = models.PositiveIntegerField(_("of these repaired"), default=0)
    duplicates = models.PositiveIntegerField(_("duplicates"), default=0)
    invalid = models.PositiveIntegerField(_("invalid"), default=0)
    columns = models.JSONField(_("columns found"), default=dict)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    finished_at = models.DateTimeField(_("read"), null=True)

    objects = CallListQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("call list")
        verbose_name_plural = _("call lists")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["uploaded", "importing", "ready", "failed"]), name="call_list_legal_state"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaigns:call_list_detail", args=[self.pk])

    @property
    def rejected(self) -> int:
        return self.duplicates + self.invalid

    @property
    def is_settled(self) -> bool:
        return self.state in (self.State.READY, self.State.FAILED)


class EntryQuerySet(models.QuerySet["Entry"]):
    def waiting(self) -> Self:
        """May be handed to the provider: of a list that was read to its end, not yet in a task."""
        return self.filter(state=Entry.State.WAITING, call_list__state=CallList.State.READY)


class Entry(models.Model):
    """One callee of a campaign."""

    SOURCE = "entry"
    """This table's word in Attempt.source."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ORDERED = "ordered", _("handed over")
        IN_DOUBT = "in_doubt", _("in doubt")
        DONE = "done", _("done")
        NOT_CALLED = "not_called", _("not called")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="entries", verbose_name=_("campaign"))
    call_list = models.ForeignKey(
        CallList, on_delete=models.CASCADE, related_name="entries", verbose_name=_("call list")
    )
    line_number = models.PositiveIntegerField(_("line"))
    callee = E164Field(_("callee"))
    order_id = models.CharField(
        _("order id"), max_length=32, unique=True, help_text=_("Comes back in the provider's records.")
    )
    external_id = models.CharField(_("id in the file"), max_length=200, blank=True)
    other = models.CharField(_("pass-through value"), max_length=1024, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    reason_code = models.CharField(_("reason code"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    task = models.ForeignKey(
        ProviderTask,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("provider task"),
    )
    disposition = models.CharField(_("result"), max_length=10, choices=Disposition, blank=True)
    provider_call_id = models.CharField(_("provider's call id"), max_length=100, blank=True)
    talk_seconds = models.PositiveIntegerField(_("talk time"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            e164_check("callee", name="entry_callee_e164"),
            models.UniqueConstraint(fields=["campaign", "callee"], name="uniq_callee_per_campaign"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "ordered", "in_doubt", "done", "not_called"]),
                name="entry_legal_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="not_called") | ~Q(reason=""), name="entry_not_called_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ordered", "in_doubt"]) | Q(task__isnull=False), name="entry_ordered_in_task"
            ),
        ]
        indexes = [
            # Worker: the next chunk of a campaign (chunking.next_chunk).
            models.Index(fields=["campaign", "id"], name="entry_waiting", condition=Q(state="waiting")),
            # Pages: progress by state and result.
            models.Index(fields=["campaign", "state", "disposition"], name="entry_progress"),
        ]

    def __str__(self) -> str:
        return self.order_id


class RejectedRow(models.Model):
    """A row of a call list that is never dialled, with the reason a supervisor can read."""

    call_list = models.ForeignKey(
        CallList, on_delete=models.CASCADE, related_name="rejected_rows", verbose_name=_("call list")
    )
    line_number = models.PositiveIntegerField(_("line"))
    line = models.TextField(_("original line"))
    reason_code = models.CharField(_("reason code"), max_length=40)
    reason = models.CharField(_("reason"), max_length=300)
    suggestion = models.CharField(_("what to do"), max_length=300, blank=True)

    class Meta:
        ordering = ("line_number", "id")
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        indexes = [models.Index(fields=["call_list", "line_number"], name="rejected_row_by_line")]

    def __str__(self) -> str:
        return f"{self.line_number}: {self.reason_code}"
