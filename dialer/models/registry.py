"""Answers of do-not-call registries: the files as they came, and what each says about each number."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dialer.models.rules import country_check


class RegistryEvidence(models.Model):
    """Proof that a do-not-call registry was asked: its result file, kept, with who received it and when.

    Written by `policy/registry_evidence`; what its file held by `policy/registry_files`.
    """

    class State(models.TextChoices):
        KEPT = "kept", _("stored only: allows no calls")
        UPLOADED = "uploaded", _("waiting to be read")
        READING = "reading", _("being read")
        READ = "read", _("read")
        FAILED = "failed", _("failed")

    class Says(models.TextChoices):
        """What it means that a number is in the file."""

        COLUMN = "column", _("a column says whether each number is listed")
        CLEAN = "clean", _("these numbers are not listed and may be called")
        LISTED = "listed", _("these numbers are listed and must not be called")

    country = models.CharField(_("country"), max_length=2, validators=[country_check()])
    received_on = models.DateField(_("received on"), help_text=_("The date of the registry's answer."))
    file = models.FileField(_("result file"), upload_to="registry/", max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("bytes"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    says = models.CharField(_("meaning of the file"), max_length=6, choices=Says, default=Says.COLUMN)
    number_column = models.CharField(_("number column"), max_length=100, blank=True)
    result_column = models.CharField(_("result column"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.UPLOADED)
    error = models.CharField(_("error"), max_length=1000, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    clean = models.PositiveIntegerField(_("numbers that may be called"), default=0)
    listed = models.PositiveIntegerField(_("listed numbers"), default=0)
    unread = models.PositiveIntegerField(_("unreadable rows"), default=0)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        ordering = ("-received_on", "-id")
        verbose_name = _("registry evidence")
        verbose_name_plural = _("registry evidence")
        indexes = [models.Index(fields=["country", "-received_on"], name="evidence_by_country")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["kept", "uploaded", "reading", "read", "failed"]), name="evidence_legal_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.received_on}"

    @property
    def is_settled(self) -> bool:
        return self.state not in (self.State.UPLOADED, self.State.READING)


class RegistryAnswer(models.Model):
    """The last answer of one country's registry about one number. A million come in one file.

    Written by `policy/registry_files`.
    """

    country = models.CharField(
        _("country"), max_length=2, help_text=_("Country of the profile that requires the registry.")
    )
    identity = models.BigIntegerField(
        _("number"), help_text=_("Wire digits; the same for every way of writing the number.")
    )
    received_on = models.DateField(_("received on"))
    is_listed = models.BooleanField(_("listed"))
    # As with the entries of do-not-call lists, a million rows at once are not checked key by key.
    evidence = models.ForeignKey(
        RegistryEvidence,
        on_delete=models.PROTECT,
        related_name="answers",
        db_index=False,
        db_constraint=False,
        verbose_name=_("registry evidence"),
    )

    class Meta:
        verbose_name = _("registry answer")
        verbose_name_plural = _("registry answers")
        default_permissions = ()
        constraints = [
            # The number first: it is looked up at every dial.
            models.UniqueConstraint(fields=["identity", "country"], name="uniq_registry_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.received_on}"
