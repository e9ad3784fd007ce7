"""Prices and limits of the whole portal."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dialer.models.audit import audited
from dialer.models.fields import currency_check
from dialer.models.rules import country_check


@audited()
class Price(models.Model):
    """What a minute to a country costs, for estimates; bills come from the providers. Written by the admin."""

    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[country_check()],
        help_text=_("Empty: every country without its own price."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[currency_check()],
        help_text=_("Applies to accounts with this currency. Empty: the portal's currency."),
    )
    per_minute = models.DecimalField(
        _("price per minute"), max_digits=9, decimal_places=4, validators=[MinValueValidator(0)]
    )

    class Meta:
        ordering = ("country", "currency")
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "currency"],
                name="uniq_price_per_country_and_currency",
                violation_error_message=_("A price for this country and currency already exists."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.country or _('all other countries')}: {self.per_minute} {self.currency}".strip()


@audited()
class PortalRules(models.Model):
    """Limits of the whole portal; one row. Written by the admin."""

    approval_above = models.PositiveIntegerField(
        _("approval above"),
        default=0,
        help_text=_(
            "Campaigns with more numbers than this need a second person's approval. 0: approval is never needed."
        ),
    )
    minutes_per_call = models.DecimalField(
        _("assumed minutes per call"),
        max_digits=5,
        decimal_places=2,
        default=2,
        validators=[MinValueValidator(0)],
        help_text=_("Call length used to estimate costs."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD", validators=[currency_check()])

    class Meta:
        verbose_name = _("portal-wide rules")
        verbose_name_plural = _("portal-wide rules")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="only_one_set_of_portal_rules")]

    def __str__(self) -> str:
        return str(_("Portal-wide rules"))

    @classmethod
    def current(cls) -> PortalRules:
        return cls.objects.get_or_create(pk=1)[0]
