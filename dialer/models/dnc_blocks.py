"""Blocks of numbers that must never be dialled: an area code, a prefix, the hundred lines of one exchange."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from dialer.models.audit import audited
from dialer.models.dnc import DncList

DIGITS = 15
"""The longest number of E.164. Shorter ones are filled up with zeros, so that one range holds a whole prefix."""


@audited()
class DncBlock(models.Model):
    """Every identity key (telephony.numbers.phone_identity) from `first` to `last`: wire digits, filled up to fifteen.

    Written by `dnc/blocks`.
    """

    dnc_list = models.ForeignKey(
        DncList, on_delete=models.CASCADE, related_name="blocks", verbose_name=_("do-not-call list")
    )
    first = models.BigIntegerField(_("first number"))
    last = models.BigIntegerField(_("last number"))
    # For people; the two ends say what is blocked.
    written = models.CharField(_("block"), max_length=40, help_text=_("+1202555XXXX, or +1202* for a prefix."))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True, help_text=_("Where the request came from."))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added"))
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True, help_text=_("Empty: no end date."))

    class Meta:
        ordering = ("first", "last", "id")
        verbose_name = _("do-not-call block")
        verbose_name_plural = _("do-not-call blocks")
        # Whoever may add and take off numbers may do so with blocks.
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(first__gte=10 ** (DIGITS - 1), last__lt=10**DIGITS, first__lte=F("last")),
                name="dnc_block_range",
                violation_error_message=_("A block begins with its country code and ends after its first number."),
            ),
            models.UniqueConstraint(
                fields=["dnc_list", "first", "last"],
                name="uniq_block_per_dnc_list",
                violation_error_message=_("This block is already on the list."),
            ),
        ]
        indexes = [
            # Asked at every dial: which blocks hold this number? Blocks may lie within each other.
            GistIndex(Func(F("first"), F("last"), Value("[]"), function="int8range"), name="dnc_block_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.dnc_list_id}/{self.pk}"
