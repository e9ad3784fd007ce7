from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign
from campaigns.models.entry import Entry
from dialer.models import CallRequest, Disposition

RETRIED = (Disposition.NO_ANSWER, Disposition.BUSY, Disposition.FAILED, Disposition.VOICEMAIL, Disposition.CANCELLED)
"""Results after which a number may be called again by itself. An answer is a result, and so is not knowing."""


class RetryRule(models.Model):
    """After which result a number of a campaign is called again, when, and how often in all."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="retry_rules", verbose_name=_("campaign")
    )
    disposition = models.CharField(_("after"), max_length=10, choices=[(value.value, value.label) for value in RETRIED])
    wait_minutes = models.PositiveIntegerField(
        _("wait (minutes)"), default=60, validators=[MinValueValidator(1), MaxValueValidator(60 * 24 * 30)]
    )
    most_calls = models.PositiveSmallIntegerField(
        _("maximum calls"),
        default=3,
        validators=[MinValueValidator(2), MaxValueValidator(20)],
        help_text=_("In total, including the first call."),
    )

    class Meta:
        ordering = ("id",)
        verbose_name = _("retry rule")
        verbose_name_plural = _("retry rules")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "disposition"], name="uniq_retry_rule"),
            models.CheckConstraint(
                condition=models.Q(disposition__in=[value.value for value in RETRIED]), name="retry_rule_legal_result"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disposition}: {self.wait_minutes} min, {self.most_calls}"


class PacedCall(models.Model):
    """Which entry a call was ordered for, in which pass. One entry may have several, one after the other."""

    call = models.OneToOneField(CallRequest, on_delete=models.PROTECT, primary_key=True, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="paced_calls", db_index=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="paced_calls")
    pass_number = models.PositiveSmallIntegerField(default=1)
    estimated_cost = models.DecimalField(max_digits=10, decimal_places=4, default=0)

    class Meta:
        verbose_name = _("paced call")
        verbose_name_plural = _("paced calls")
        indexes = [
            # Page: the last calls of a campaign.
            models.Index(fields=["campaign", "-call"], name="paced_call_by_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}"
