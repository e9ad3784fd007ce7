"""What administrators decide about a country: when, how often and with which consent people are called there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dialer.models.audit import audited
from dialer.support import calling_hours

MAX_REST_DAYS = 3650
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Purpose(models.TextChoices):
    """Why somebody is called; rules differ by it."""

    MARKETING = "marketing", _("marketing")
    SERVICE = "service", _("service")
    COLLECTION = "collection", _("collection")


class ConsentRule(models.TextChoices):
    NEVER = "never", _("not needed")
    FOR_AI = "for_ai", _("needed when a voice robot talks")
    ALWAYS = "always", _("always needed")


def country_check() -> RegexValidator:
    return RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, such as GB, ID or HK."))


def digits_check() -> RegexValidator:
    return RegexValidator(
        r"^[1-9][0-9]{0,14}$", _("Digits as they are dialled from abroad, without the plus sign: 91140.")
    )


def _hours(label: Any) -> models.CharField:
    return models.CharField(label, max_length=100, blank=True, default="09:00-20:00")


def tidy_hours(row: models.Model, names: Iterable[str]) -> dict[str, ValidationError]:
    """Writes the hours in one form; what is wrong with them, by name."""
    wrong = {}
    for name in names:
        try:
            setattr(row, name, calling_hours.as_text(calling_hours.parse_windows(getattr(row, name))))
        except ValidationError as exc:
            wrong[name] = exc
    return wrong


@audited()
class CountryProfile(models.Model):
    """Who may be called in a country, when and how often. The most special profile applies, alone.

    Written by the admin, and by migrations that bring careful rules.
    """

    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[country_check()],
        help_text=_("Two letters (ISO 3166). Empty: every country without a profile of its own."),
    )
    purpose = models.CharField(
        _("purpose"), max_length=10, blank=True, choices=Purpose, help_text=_("Empty: every purpose without its own.")
    )
    monday, tuesday, wednesday = _hours(_("Monday")), _hours(_("Tuesday")), _hours(_("Wednesday"))
    thursday, friday = _hours(_("Thursday")), _hours(_("Friday"))
    saturday, sunday = _hours(_("Saturday")), _hours(_("Sunday"))
    closed_on_holidays = models.BooleanField(
        _("closed on holidays"), default=False, help_text=_("On the days in the list of holidays nobody is called.")
    )
    eve_hours = models.CharField(
        _("hours on the day before a holiday"),
        max_length=100,
        blank=True,
        help_text=_("They only narrow the hours of that weekday. Empty: as on the weekday."),
    )
    holiday_hours = models.CharField(
        _("hours on holidays"),
        max_length=100,
        blank=True,
        help_text=_("They only narrow the hours of that weekday. Empty: as on the weekday."),
    )
    attempts_per_day = models.PositiveSmallIntegerField(
        _("attempts in 24 hours"), default=3, help_text=_("To one callee, by anybody, in any way. 0: no limit.")
    )
    attempts_per_week = models.PositiveSmallIntegerField(
        _("attempts in 7 days"), default=0, help_text=_("In any 7 days that follow each other. 0: no limit.")
    )
    attempts_per_month = models.PositiveSmallIntegerField(
        _("attempts in 30 days"), default=0, help_text=_("In any 30 days that follow each other. 0: no limit.")
    )
    hours_after_abandoned = models.PositiveSmallIntegerField(
        _("hours of rest after an abandoned call"),
        default=72,
        validators=[MaxValueValidator(720)],
        help_text=_("After a call that the callee answered and no agent took. 0: none."),
    )
    days_after_answered = models.PositiveSmallIntegerField(
        _("days of rest after a conversation"),
        default=0,
        validators=[MaxValueValidator(MAX_REST_DAYS)],
        help_text=_("After a call that the callee answered. 0: none."),
    )
    days_after_refusal = models.PositiveSmallIntegerField(
        _("days of rest after a refusal"),
        default=0,
        validators=[MaxValueValidator(MAX_REST_DAYS)],
        help_text=_("After a call in which the callee said no, as somebody noted it. 0: none."),
    )
    consent = models.CharField(_("consent"), max_length=8, choices=ConsentRule, default=ConsentRule.NEVER)
    consent_days = models.PositiveSmallIntegerField(
        _("consent is valid for days"), default=0, help_text=_("Then the list must give its date. 0: without an end.")
    )
    registry = models.CharField(
        _("do-not-call registry"),
        max_length=100,
        blank=True,
        help_text=_("Its name, where numbers must be checked against one before a call. Empty: none."),
    )
    registry_days = models.PositiveSmallIntegerField(
        _("a check is valid for days"), default=21, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    refused_caller_ids = ArrayField(
        models.CharField(max_length=2, validators=[country_check()]),
        verbose_name=_("refused caller IDs"),
        default=list,
        blank=True,
        help_text=_("Countries whose numbers must not be shown to callees here, such as HK, SG."),
    )
    doubtful_caller_ids = ArrayField(
        models.CharField(max_length=2, validators=[country_check()]),
        verbose_name=_("doubtful caller IDs"),
        default=list,
        blank=True,
        help_text=_("The same, only warned of: some routes refuse these."),
    )
    required_caller_prefixes = ArrayField(
        models.CharField(max_length=15, validators=[digits_check()]),
        verbose_name=_("required caller IDs"),
        default=list,
        blank=True,
        help_text=_("Only DIDs whose digits, with country code, begin so are shown to callees here, such as 91140."),
    )
    area_code_is_enough = models.BooleanField(
        _("the area code tells the time zone"),
        default=True,
        help_text=_("Off: where a row names another time zone, it must be a time to call in both."),
    )
    calls_per_minute = models.PositiveSmallIntegerField(
        _("calls a minute from one DID"), default=0, help_text=_("To this country. 0: no limit but the DID's own.")
    )
    source = models.CharField(
        _("source"), max_length=500, blank=True, help_text=_("Law, code or contract that these rules come from.")
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        ordering = ("country", "purpose")
        verbose_name = _("country profile")
        verbose_name_plural = _("country profiles")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "purpose"],
                name="uniq_profile_per_country_and_purpose",
                violation_error_message=_("There is a profile for this country and purpose already."),
            ),
            models.CheckConstraint(condition=Q(country__regex=r"^([A-Z]{2})?$"), name="profile_country_form"),
        ]

    def __str__(self) -> str:
        parts = (self.country or str(_("all other countries")), self.get_purpose_display() if self.purpose else "")
        return " · ".join(filter(None, parts))

    def clean(self) -> None:
        wrong = tidy_hours(self, (*WEEKDAYS, "eve_hours", "holiday_hours"))
        if self.closed_on_holidays and self.holiday_hours:
            text = _("Nobody is called on holidays. Leave the hours empty, or untick “closed on holidays”.")
            wrong.setdefault("holiday_hours", ValidationError(text))
        if wrong:
            raise ValidationError(wrong)

    def windows(self) -> tuple[calling_hours.Windows, ...]:
        """Monday first. Raises ValidationError, which `clean` has ruled out."""
        return tuple(calling_hours.parse_windows(getattr(self, name)) for name in WEEKDAYS)
