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
    NEVER = "never", _("not required")
    FOR_AI = "for_ai", _("required for AI voices")
    ALWAYS = "always", _("always required")


def country_check() -> RegexValidator:
    return RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, such as GB, ID or HK."))


def digits_check() -> RegexValidator:
    return RegexValidator(
        r"^[1-9][0-9]{0,14}$", _("Digits in international form without the plus sign, such as 91140.")
    )


def _hours(label: Any) -> models.CharField[str, str]:
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

    Written by the admin, and by the migration 0003_defaults, which brings careful rules.
    """

    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[country_check()],
        help_text=_("Two letters (ISO 3166). Empty: every country without its own profile."),
    )
    purpose = models.CharField(
        _("purpose"),
        max_length=10,
        blank=True,
        choices=Purpose,
        help_text=_("Empty: every purpose without its own rule."),
    )
    monday, tuesday, wednesday = _hours(_("Monday")), _hours(_("Tuesday")), _hours(_("Wednesday"))
    thursday, friday = _hours(_("Thursday")), _hours(_("Friday"))
    saturday, sunday = _hours(_("Saturday")), _hours(_("Sunday"))
    closed_on_holidays = models.BooleanField(
        _("closed on holidays"), default=False, help_text=_("No calls on the days in the list of holidays.")
    )
    eve_hours = models.CharField(
        _("hours on the day before a holiday"),
        max_length=100,
        blank=True,
        help_text=_("Can only narrow the hours of that weekday. Empty: same as the weekday."),
    )
    holiday_hours = models.CharField(
        _("hours on holidays"),
        max_length=100,
        blank=True,
        help_text=_("Can only narrow the hours of that weekday. Empty: same as the weekday."),
    )
    attempts_per_day = models.PositiveSmallIntegerField(
        _("attempts in 24 hours"),
        default=3,
        help_text=_("Attempts to one callee, by any person and any channel. 0: no limit."),
    )
    attempts_per_week = models.PositiveSmallIntegerField(
        _("attempts in 7 days"), default=0, help_text=_("In any 7 consecutive days. 0: no limit.")
    )
    attempts_per_month = models.PositiveSmallIntegerField(
        _("attempts in 30 days"), default=0, help_text=_("In any 30 consecutive days. 0: no limit.")
    )
    hours_after_abandoned = models.PositiveSmallIntegerField(
        _("waiting time after an abandoned call (hours)"),
        default=72,
        validators=[MaxValueValidator(720)],
        help_text=_("After a call that the callee answered but no agent took. 0: none."),
    )
    days_after_answered = models.PositiveSmallIntegerField(
        _("waiting time after a conversation (days)"),
        default=0,
        validators=[MaxValueValidator(MAX_REST_DAYS)],
        help_text=_("After a call that the callee answered. 0: none."),
    )
    days_after_refusal = models.PositiveSmallIntegerField(
        _("waiting time after a refusal (days)"),
        default=0,
        validators=[MaxValueValidator(MAX_REST_DAYS)],
        help_text=_("After a call recorded as a refusal. 0: none."),
    )
    consent = models.CharField(_("consent"), max_length=8, choices=ConsentRule, default=ConsentRule.NEVER)
    consent_days = models.PositiveSmallIntegerField(
        _("consent valid for (days)"),
        default=0,
        help_text=_("The call list must then give the consent date. 0: no expiry."),
    )
    registry = models.CharField(
        _("do-not-call registry"),
        max_length=100,
        blank=True,
        help_text=_("Name of the registry, if numbers must be checked before a call. Empty: none."),
    )
    registry_days = models.PositiveSmallIntegerField(
        _("registry check valid for (days)"), default=21, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    refused_caller_ids = ArrayField(
        models.CharField(max_length=2, validators=[country_check()]),
        verbose_name=_("refused caller IDs"),
        default=list,
        blank=True,
        help_text=_("Countries whose numbers must not be used as caller ID here, such as HK, SG."),
    )
    doubtful_caller_ids = ArrayField(
        models.CharField(max_length=2, validators=[country_check()]),
        verbose_name=_("caller IDs with a warning"),
        default=list,
        blank=True,
        help_text=_("Countries whose numbers only cause a warning: some routes refuse them."),
    )
    required_caller_prefixes = ArrayField(
        models.CharField(max_length=15, validators=[digits_check()]),
        verbose_name=_("required caller IDs"),
        default=list,
        blank=True,
        help_text=_(
            "Only DIDs that begin with these digits (with country code) may be used as caller ID here, such as 91140."
        ),
    )
    area_code_is_enough = models.BooleanField(
        _("area code determines the time zone"),
        default=True,
        help_text=_("Off: if a row names another time zone, the call must be within hours in both zones."),
    )
    calls_per_minute = models.PositiveSmallIntegerField(
        _("calls per minute from one DID"),
        default=0,
        help_text=_("To this country. 0: only the DID's own limit applies."),
    )
    source = models.CharField(
        _("source"), max_length=500, blank=True, help_text=_("Law, code of conduct or contract behind these rules.")
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
                violation_error_message=_("A profile for this country and purpose already exists."),
            ),
            models.CheckConstraint(condition=Q(country__regex=r"^([A-Z]{2})?$"), name="profile_country_form"),
        ]

    def __str__(self) -> str:
        parts = (self.country or str(_("all other countries")), self.get_purpose_display() if self.purpose else "")
        return " · ".join(filter(None, parts))

    def clean(self) -> None:
        wrong = tidy_hours(self, (*WEEKDAYS, "eve_hours", "holiday_hours"))
        if self.closed_on_holidays and self.holiday_hours:
            text = _("No calls are placed on holidays. Leave the hours empty, or clear “closed on holidays”.")
            wrong.setdefault("holiday_hours", ValidationError(text))
        if wrong:
            raise ValidationError(wrong)

    def windows(self) -> tuple[calling_hours.Windows, ...]:
        """Monday first. Raises ValidationError, which `clean` has ruled out."""
        return tuple(calling_hours.parse_windows(getattr(self, name)) for name in WEEKDAYS)
