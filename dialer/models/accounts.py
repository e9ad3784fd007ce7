from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from dialer.models.audit import audited
from dialer.models.fields import currency_check
from telephony import registry
from telephony.contract.vocabulary import Capability
from telephony.registry import KINDS


class ProviderAccountQuerySet(models.QuerySet["ProviderAccount"]):
    def usable(self) -> ProviderAccountQuerySet:
        return self.filter(is_active=True, suspended_at=None)

    def suspended(self) -> ProviderAccountQuerySet:
        return self.filter(is_active=True).exclude(suspended_at=None)


# What the portal notes by itself, with every request or sync, is no change of settings.
@audited(exclude=["next_slot_at", "balance", "credit", "balance_currency", "balance_at", "balance_error"])
class ProviderAccount(models.Model):
    """An account at a provider. Its secrets stand in the environment, under the prefix; none is in this row.

    Written by the admin; slots and suspension by `providers/rate_and_suspension`, the balance by
    `providers/account_sync`.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("provider"), max_length=20, choices=[(kind.key, kind.label) for kind in KINDS.values()])
    env_prefix = models.CharField(
        _("environment prefix"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9_]*$", _("Capital letters, digits and _ only, such as NXCLOUD."))],
        help_text=_(
            "The portal reads settings and secrets from environment variables with this prefix, such as "
            "NXCLOUD_ACCESS_KEY."
        ),
    )
    requests_per_second = models.DecimalField(
        _("requests per second"),
        max_digits=6,
        decimal_places=2,
        default=10,
        validators=[MinValueValidator(0.01), MaxValueValidator(1000)],
        help_text=_("Maximum rate for sending orders, across all workers."),
    )
    concurrent_calls = models.PositiveIntegerField(
        _("concurrent calls"),
        default=0,
        help_text=_("Maximum number of open single calls of this account. 0: no limit."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[currency_check()],
        help_text=_("Currency of call costs and campaign budgets. Empty: the portal's currency."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True, editable=False)
    suspended_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    # Where all workers meet: one UPDATE of it keeps the rate (rate_and_suspension.take_slots).
    next_slot_at = models.DateTimeField(null=True, editable=False)
    balance = models.DecimalField(_("balance"), max_digits=16, decimal_places=4, null=True, editable=False)
    credit = models.DecimalField(_("credit"), max_digits=16, decimal_places=4, null=True, editable=False)
    balance_currency = models.CharField(max_length=10, blank=True, editable=False)
    balance_at = models.DateTimeField(_("balance requested"), null=True, editable=False)
    balance_error = models.CharField(max_length=300, blank=True, editable=False)
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
                # A person has to mend the cause, so there is always one to read.
                condition=models.Q(suspended_at=None, suspended_reason="")
                | (models.Q(suspended_at__isnull=False) & ~models.Q(suspended_reason="")),
                name="account_suspended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def tells_records(self) -> bool:
        """Whether this provider can be asked what became of a call."""
        return registry.can(self.kind, Capability.CALL_RECORDS)


class RecordCursor(models.Model):
    """How far one source of call records of an account is read, and when it may be asked again.

    Written by `reconcile/cursors`.
    """

    class Source(models.TextChoices):
        CALLS = "calls", _("call records")
        DIDS = "dids", _("DID call records")

    account = models.ForeignKey(
        ProviderAccount, on_delete=models.CASCADE, related_name="record_cursors", verbose_name=_("provider account")
    )
    source = models.CharField(_("source"), max_length=10, choices=Source)
    read_to = models.DateTimeField(_("retrieved up to"), null=True)
    asked_at = models.DateTimeField(_("last request"), null=True)
    next_at = models.DateTimeField(_("next request"), null=True, help_text=_("Not before, after a failure."))
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    error = models.CharField(_("last failure"), max_length=500, blank=True)

    class Meta:
        ordering = ("account", "source")
        verbose_name = _("record cursor")
        verbose_name_plural = _("record cursors")
        constraints = [models.UniqueConstraint(fields=["account", "source"], name="uniq_cursor_per_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.source}"
