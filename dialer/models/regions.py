"""Regions of a country whose own rules narrow those of the country: a state of the USA, a province."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dialer.models.audit import audited
from dialer.models.rules import WEEKDAYS, Purpose, digits_check, tidy_hours
from dialer.support import calling_hours

LONGEST_PREFIX = 7
"""Digits by which a number shows its region, country code included."""


def _hours(label: Any) -> models.CharField[str, str]:
    return models.CharField(label, max_length=100, blank=True, default="00:00-24:00")


@audited()
class RegionRule(models.Model):
    """Only narrows the rules of its country; a number belongs to a region by its first digits.

    Written by the admin, and by the migration 0003_defaults, which brings careful rules.
    """

    region = models.CharField(
        _("region"),
        max_length=6,
        validators=[RegexValidator(r"^[A-Z]{2}-[A-Z0-9]{1,3}$", _("An ISO 3166-2 code, such as US-AL."))],
        help_text=_("ISO 3166-2 code, such as US-AL."),
    )
    name = models.CharField(_("name"), max_length=100)
    purpose = models.CharField(
        _("purpose"),
        max_length=10,
        blank=True,
        choices=Purpose,
        help_text=_("Empty: every purpose without its own rule."),
    )
    prefixes = ArrayField(
        models.CharField(max_length=LONGEST_PREFIX, validators=[digits_check()]),
        verbose_name=_("numbers that begin with"),
        help_text=_("Country code and area code in digits, such as 1205, 1251."),
    )
    monday, tuesday, wednesday = _hours(_("Monday")), _hours(_("Tuesday")), _hours(_("Wednesday"))
    thursday, friday = _hours(_("Thursday")), _hours(_("Friday"))
    saturday, sunday = _hours(_("Saturday")), _hours(_("Sunday"))
    closed_on_holidays = models.BooleanField(
        _("closed on holidays"), default=False, help_text=_("No calls on the country's public holidays.")
    )
    attempts_per_day = models.PositiveSmallIntegerField(
        _("attempts in 24 hours"), default=0, help_text=_("0: as many as the country allows.")
    )
    source = models.CharField(
        _("source"), max_length=500, blank=True, help_text=_("Law, code of conduct or contract behind these rules.")
    )

    class Meta:
        ordering = ("region", "purpose")
        verbose_name = _("regional rule")
        verbose_name_plural = _("regional rules")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "purpose"],
                name="uniq_rule_per_region_and_purpose",
                violation_error_message=_("A rule for this region and purpose already exists."),
            ),
            models.CheckConstraint(condition=Q(region__regex=r"^[A-Z]{2}-[A-Z0-9]{1,3}$"), name="region_rule_form"),
        ]

    def __str__(self) -> str:
        return " · ".join(
            filter(None, (f"{self.name} ({self.region})", self.get_purpose_display() if self.purpose else ""))
        )

    @property
    def country(self) -> str:
        """ISO 3166."""
        country: str = self.region[:2]
        return country

    def clean(self) -> None:
        if wrong := tidy_hours(self, WEEKDAYS):
            raise ValidationError(wrong)

    def windows(self) -> tuple[calling_hours.Windows, ...]:
        """Monday first. Raises ValidationError, which `clean` has ruled out."""
        return tuple(calling_hours.parse_windows(getattr(self, name)) for name in WEEKDAYS)
