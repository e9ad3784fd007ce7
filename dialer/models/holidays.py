"""Days on which other hours hold, or none: what is in the list, and which years of a calendar were taken into it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dialer.models.audit import audited
from dialer.models.rules import country_check


@audited()
class Holiday(models.Model):
    """A day without calls. Written by the admin and by `policy/public_holidays`."""

    country = models.CharField(_("country"), max_length=2, validators=[country_check()])
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=200, blank=True)

    class Meta:
        ordering = ("country", "day")
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "day"],
                name="uniq_holiday_per_country",
                violation_error_message=_("This day is already a holiday."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.day} {self.name}".strip()


class HolidayYear(models.Model):
    """A year of a country whose public holidays were added once. What people take out again stays out.

    Written by `policy/public_holidays`.
    """

    country = models.CharField(_("country"), max_length=2, validators=[country_check()])
    year = models.PositiveSmallIntegerField(_("year"))
    filled_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("year of holidays")
        verbose_name_plural = _("years of holidays")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["country", "year"], name="uniq_holiday_year")]

    def __str__(self) -> str:
        return f"{self.country} {self.year}"
