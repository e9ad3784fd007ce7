"""Files of numbers for do-not-call lists, and the rows that were not taken."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dialer.models.dnc import DncList


class DncImport(models.Model):
    """One file of numbers for a list. Stored and committed first, looked at and read by a job afterwards.

    UPLOADED → IMPORTING → DONE, by way of MAPPING where only a person can say which column holds the numbers.

    Written by `dnc/uploads` and `dnc/importer`.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("waiting to be read")
        MAPPING = "mapping", _("waiting for columns to be chosen")
        IMPORTING = "importing", _("being read")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        DISCARDED = "discarded", _("discarded")

    dnc_list = models.ForeignKey(
        DncList, on_delete=models.CASCADE, related_name="imports", verbose_name=_("do-not-call list")
    )
    file = models.FileField(_("file"), upload_to="dnc/", max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("National numbers are read as numbers in this country.")
    )
    expires_on = models.DateField(
        _("numbers valid until"), null=True, blank=True, help_text=_("The last day for rows without an end date.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    error = models.CharField(_("error"), max_length=1000, blank=True)
    inspection = models.JSONField(_("file format"), default=dict, help_text=_("sheets.inspection.Inspection"))
    columns = models.JSONField(
        _("reading settings"),
        default=dict,
        help_text=_("Encoding, delimiter, sheets, header and the role of each column."),
    )
    bytes_read = models.PositiveBigIntegerField(default=0)
    bytes_total = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    taken = models.PositiveIntegerField(_("rows read"), default=0)
    invalid = models.PositiveIntegerField(_("rows skipped"), default=0)
    added = models.PositiveIntegerField(_("numbers added"), default=0)
    longer = models.PositiveIntegerField(_("numbers extended"), default=0)
    known = models.PositiveIntegerField(_("already listed"), default=0)
    blocks = models.PositiveIntegerField(_("blocks added"), default=0)
    report = models.JSONField(_("report"), default=dict, help_text=_("Counts of skipped rows and repairs by reason."))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    finished_at = models.DateTimeField(_("read"), null=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("do-not-call import")
        verbose_name_plural = _("do-not-call imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["uploaded", "mapping", "importing", "done", "failed", "discarded"]),
                name="dnc_import_legal_state",
            ),
            models.CheckConstraint(condition=Q(rows=F("taken") + F("invalid")), name="dnc_import_rows_add_up"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("dnc:import", args=[self.pk])

    @property
    def is_settled(self) -> bool:
        """Nothing happens to it any more unless a person acts."""
        return self.state not in (self.State.UPLOADED, self.State.IMPORTING)


class DncReject(models.Model):
    """A row of which no number got into the list, with a reason that a supervisor can read.

    Written by the room `dnc`.
    """

    dnc_import = models.ForeignKey(
        DncImport,
        on_delete=models.CASCADE,
        related_name="rejects",
        db_index=False,
        db_constraint=False,
        verbose_name=_("do-not-call import"),
    )
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    line_number = models.PositiveIntegerField(_("line"))
    line = models.TextField(_("original line"))
    cells = models.JSONField(_("original cells"), default=list)
    code = models.CharField(_("reason code"), max_length=40)
    reason = models.CharField(_("reason"), max_length=300)
    suggestion = models.CharField(_("what to do"), max_length=300, blank=True)

    class Meta:
        ordering = ("id",)
        verbose_name = _("skipped row")
        verbose_name_plural = _("skipped rows")
        default_permissions = ()
        indexes = [models.Index(fields=["dnc_import", "id"], name="dnc_reject_by_import")]

    def __str__(self) -> str:
        return f"{self.line_number}: {self.code}"
