"""What administrators decide: calling rules per country, holidays, prices, and the portal-wide limits."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dialer.models.audit import audited
from dialer.policy import calendar

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


def _hours(label: Any) -> models.CharField:
    return models.CharField(label, max_length=100, blank=True, default="09:00-20:00")


@audited()
class CountryProfile(models.Model):
    """Who may be called in a country, when and how often. The most special profile applies, alone."""

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
    attempts_per_day = models.PositiveSmallIntegerField(
        _("attempts in 24 hours"), default=3, help_text=_("To one callee, by anybody, in any way. 0: no limit.")
    )
    attempts_per_week = models.PositiveSmallIntegerField(
        _("attempts in 7 days"), default=0, help_text=_("In any 7 days that follow each other. 0: no limit.")
    )
    hours_after_abandoned = models.PositiveSmallIntegerField(
        _("hours of rest after an abandoned call"),
        default=72,
        validators=[MaxValueValidator(720)],
        help_text=_("After a call that the callee answered and no agent took. 0: none."),
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
        wrong = {}
        for name in WEEKDAYS:
            try:
                setattr(self, name, calendar.as_text(calendar.parse_windows(getattr(self, name))))
            except ValidationError as exc:
                wrong[name] = exc
        if wrong:
            raise ValidationError(wrong)

    def windows(self) -> tuple[calendar.Windows, ...]:
        """Monday first. Raises ValidationError, which `clean` has ruled out."""
        return tuple(calendar.parse_windows(getattr(self, name)) for name in WEEKDAYS)


@audited()
class Holiday(models.Model):
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
                violation_error_message=_("This day is a holiday already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.day} {self.name}".strip()


@audited()
class Price(models.Model):
    """What a minute to a country costs, for estimates; bills come from the providers."""

    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        unique=True,
        validators=[country_check()],
        help_text=_("Empty: every country without a price of its own."),
    )
    per_minute = models.DecimalField(
        _("price per minute"), max_digits=9, decimal_places=4, validators=[MinValueValidator(0)]
    )

    class Meta:
        ordering = ("country",)
        verbose_name = _("price")
        verbose_name_plural = _("prices")

    def __str__(self) -> str:
        return f"{self.country or _('all other countries')}: {self.per_minute}"


@audited()
class PortalRules(models.Model):
    """Limits of the whole portal; one row."""

    approval_above = models.PositiveIntegerField(
        _("approval above"),
        default=0,
        help_text=_("Campaigns with more numbers than this start only when a second person approves. 0: never asked."),
    )
    minutes_per_call = models.DecimalField(
        _("minutes per call"),
        max_digits=5,
        decimal_places=2,
        default=2,
        validators=[MinValueValidator(0)],
        help_text=_("How long a call is taken to last when its price is estimated."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD", validators=[RegexValidator(r"^[A-Z]{3}$")])

    class Meta:
        verbose_name = _("portal-wide rules")
        verbose_name_plural = _("portal-wide rules")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="only_one_set_of_portal_rules")]

    def __str__(self) -> str:
        return str(_("Portal-wide rules"))

    @classmethod
    def current(cls) -> PortalRules:
        return cls.objects.get_or_create(pk=1)[0]
