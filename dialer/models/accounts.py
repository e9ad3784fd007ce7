from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from dialer.models.audit import audited
from telephony.registry import KINDS


class ProviderAccountQuerySet(models.QuerySet["ProviderAccount"]):
    def usable(self) -> ProviderAccountQuerySet:
        return self.filter(is_active=True, suspended_at=None)

    def suspended(self) -> ProviderAccountQuerySet:
        return self.filter(is_active=True).exclude(suspended_at=None)


@audited(exclude=["next_slot_at", "records_pulled_to"])
class ProviderAccount(models.Model):
    """An account at a provider. Its secrets stand in the environment, under the prefix; none is in this row."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("provider"), max_length=20, choices=[(kind.key, kind.label) for kind in KINDS.values()])
    env_prefix = models.CharField(
        _("environment prefix"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9_]*$", _("Capital letters, digits and _ only, such as NXCLOUD."))],
        help_text=_("Settings and secrets are read from variables that begin so, such as NXCLOUD_ACCESS_KEY."),
    )
    requests_per_second = models.DecimalField(
        _("requests per second"),
        max_digits=6,
        decimal_places=2,
        default=10,
        validators=[MinValueValidator(0.01), MaxValueValidator(1000)],
        help_text=_("Orders leave no faster than this, all workers together."),
    )
    concurrent_calls = models.PositiveIntegerField(
        _("concurrent calls"),
        default=0,
        help_text=_("Single calls of this account that may be open at a time. 0: no limit."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True, editable=False)
    suspended_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    next_slot_at = models.DateTimeField(null=True, editable=False)
    records_pulled_to = models.DateTimeField(_("records read up to"), null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProviderAccountQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("provider account")
        verbose_name_plural = _("provider accounts")
        permissions = [("resume_provideraccount", "Can resume a suspended provider account")]
        constraints = [
            models.CheckConstraint(condition=models.Q(requests_per_second__gt=0), name="account_rate_above_zero"),
            models.CheckConstraint(
                condition=models.Q(suspended_at=None, suspended_reason="")
                | (models.Q(suspended_at__isnull=False) & ~models.Q(suspended_reason="")),
                name="account_suspended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name
