from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dialer.models.accounts import ProviderAccount


class RecordFile(models.Model):
    """A file of call records out of a provider's console: looked at first, applied when a person says so.

    Written by `reconcile/files`.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("waiting for inspection")
        READ = "read", _("checked")
        APPLYING = "applying", _("being applied")
        DONE = "done", _("applied")
        FAILED = "failed", _("failed")

    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("provider account")
    )
    file = models.FileField(_("file"), upload_to="records/", max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", help_text=_("Used for times without a time zone.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    error = models.CharField(_("error"), max_length=1000, blank=True)
    columns = models.JSONField(_("columns"), default=dict, help_text=_("Role of each column."))
    counts = models.JSONField(_("rows"), default=dict, help_text=_("Number of rows by result."))
    report = models.FileField(_("report"), upload_to="records/", max_length=200, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("file of call records")
        verbose_name_plural = _("files of call records")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["uploaded", "read", "applying", "done", "failed"]),
                name="record_file_legal_state",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("records:file", args=[self.pk])

    @property
    def is_moving(self) -> bool:
        return self.state in (self.State.UPLOADED, self.State.APPLYING)
