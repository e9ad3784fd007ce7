from __future__ import annotations

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign


def upload_path(call_list: CallList, filename: str) -> str:
    """Never the uploader's file name: it stays in a column."""
    return f"call_lists/{call_list.sha256[:2]}/{call_list.sha256}-{call_list.campaign_id}"


class CallListQuerySet(models.QuerySet["CallList"]):
    def undecided(self) -> Self:
        """Neither callable nor given up: a worker or a person has still to do something."""
        return self.filter(state__in=[State.UPLOADED, State.MAPPING, State.IMPORTING, State.CHECKED])

    def being_read(self) -> Self:
        """A worker's turn."""
        return self.filter(state__in=[State.UPLOADED, State.IMPORTING])

    def dropped(self) -> Self:
        """Whose rows, where some are left, are rubbish."""
        return self.filter(state__in=CallList.DROPPED)

    def of_file(self, sha256: str) -> Self:
        """Uploads of the same bytes that were not dropped."""
        return self.filter(sha256=sha256).exclude(state__in=CallList.DROPPED)


class CallList(models.Model):
    """One uploaded file, from the upload to its numbers being called or dropped.

    UPLOADED → MAPPING (a person looks at the columns) → IMPORTING → CHECKED (a person looks at the report) → READY
    FAILED, CANCELLED, DISCARDED and UNDONE keep the row and its counts, but no number of the file.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("waiting for inspection")
        MAPPING = "mapping", _("waiting for columns to be chosen")
        IMPORTING = "importing", _("being read")
        CHECKED = "checked", _("waiting for your decision")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        DISCARDED = "discarded", _("discarded")
        UNDONE = "undone", _("withdrawn")

    DROPPED = (State.FAILED, State.CANCELLED, State.DISCARDED, State.UNDONE)

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="call_lists", verbose_name=_("campaign")
    )
    file = models.FileField(_("file"), upload_to=upload_path, max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    error = models.CharField(_("error"), max_length=1000, blank=True)
    inspection = models.JSONField(_("file format"), default=dict, help_text=_("sheets.inspection.Inspection"))
    columns = models.JSONField(
        _("reading settings"), default=dict, help_text=_("Encoding, delimiter, sheet and the role of each column.")
    )
    called_within_days = models.PositiveSmallIntegerField(
        _("skip numbers called in the last days"), default=0, validators=[MaxValueValidator(365)]
    )
    skip_other_campaigns = models.BooleanField(_("skip numbers in another running campaign"), default=False)
    bytes_read = models.PositiveBigIntegerField(default=0)
    bytes_total = models.PositiveBigIntegerField(default=0, help_text=_("Uncompressed, as counted by bytes_read."))
    rows = models.PositiveIntegerField(_("rows"), default=0)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    repaired = models.PositiveIntegerField(_("repaired"), default=0)
    duplicates = models.PositiveIntegerField(_("duplicates"), default=0)
    do_not_call = models.PositiveIntegerField(_("on a do-not-call list"), default=0)
    held = models.PositiveIntegerField(
        _("held"), default=0, help_text=_("Rows that need a decision; they are not called.")
    )
    invalid = models.PositiveIntegerField(_("invalid"), default=0)
    tries = models.PositiveSmallIntegerField(
        _("tries"), default=0, help_text=_("How often the sweep has restarted the import.")
    )
    report = models.JSONField(
        _("health report"), default=dict, help_text=_("Counts by reason, repair, country, line type and time zone.")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    reading_since = models.DateTimeField(_("reading started"), null=True)
    finished_at = models.DateTimeField(_("read"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("Who last confirmed, cancelled, discarded or withdrew the list."),
    )
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = CallListQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("call list")
        verbose_name_plural = _("call lists")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        *("uploaded", "mapping", "importing", "checked", "ready"),
                        *("failed", "cancelled", "discarded", "undone"),
                    ]
                ),
                name="call_list_known_state",
            ),
            models.CheckConstraint(
                condition=Q(rows=F("accepted") + F("duplicates") + F("do_not_call") + F("held") + F("invalid")),
                name="call_list_rows_add_up",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("campaigns:call_list_detail", args=[self.pk])

    @property
    def rejected(self) -> int:
        return int(self.duplicates + self.do_not_call + self.held + self.invalid)

    @property
    def is_settled(self) -> bool:
        """Nothing happens to it any more unless a person acts."""
        return self.state not in (State.UPLOADED, State.IMPORTING)

    @property
    def is_dropped(self) -> bool:
        return self.state in self.DROPPED


State = CallList.State


class SavedMapping(models.Model):
    """Which column is what, kept under a name for the next file of the same shape."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    header = models.JSONField(
        _("header"), default=list, help_text=_("Normalised column names; empty if the file has none.")
    )
    roles = models.JSONField(_("roles"), help_text=_("One of importer.layout.Role per column."))
    pack_rest = models.BooleanField(_("send other columns in the pass-through value"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("saved by")
    )
    created_at = models.DateTimeField(_("saved"))

    class Meta:
        ordering = ("name",)
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")

    def __str__(self) -> str:
        return str(self.name)
