"""Do-not-call lists: numbers that must never be dialled."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dialer.models.audit import audited
from dialer.models.fields import E164Field, e164_check
from dialer.models.identity import ByPhone, identity_field


class Scope(models.TextChoices):
    """For whose calls a list holds."""

    EVERYONE = "everyone", _("all calls")
    COUNTRY = "country", _("callees in one country")
    CAMPAIGN = "campaign", _("campaigns that choose it")


@audited()
class DncList(models.Model):
    """Entries of every active list block; there may be many, by where they came from.

    Written by `dnc/lists` and the admin.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    scope = models.CharField(_("applies to"), max_length=8, choices=Scope, default=Scope.EVERYONE)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Country of the callees: two letters (ISO 3166).")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Numbers on an inactive list may be called.")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("do-not-call list")
        verbose_name_plural = _("do-not-call lists")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="country", country__regex=r"^[A-Z]{2}$")
                | Q(scope__in=["everyone", "campaign"], country=""),
                name="dnc_list_scope_fits_country",
                violation_error_message=_(
                    "Set a country for a list that applies to one country, and only for such a list."
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("dnc:list", args=[self.pk])


# Not when it is added, which its own row tells: a million at once would be written twice.
@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["identity"])
class DncEntry(models.Model):
    """One phone of a list, with why and from where it got there. A second spelling of its number is no second entry.

    Written by the room `dnc`.
    """

    # As with the entries of call lists, a million rows at once are not checked key by key: a list is switched off, not
    # deleted, and Django keeps people who added numbers.
    dnc_list = models.ForeignKey(
        DncList,
        on_delete=models.CASCADE,
        related_name="entries",
        db_index=False,
        db_constraint=False,
        verbose_name=_("do-not-call list"),
    )
    callee = E164Field(_("number"))
    identity = identity_field()
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True, help_text=_("Where the request came from."))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("added by"),
    )
    added_at = models.DateTimeField(_("added"))
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True, help_text=_("Empty: no end date."))

    objects = ByPhone["DncEntry"].as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("do-not-call entry")
        verbose_name_plural = _("do-not-call entries")
        constraints = [
            e164_check("callee", name="dnc_entry_callee_e164"),
            # The phone first: it is looked up at every dial, whatever the list.
            models.UniqueConstraint(
                fields=["identity", "dnc_list"],
                name="uniq_callee_per_dnc_list",
                violation_error_message=_("This number is already on the list."),
            ),
        ]
        indexes = [models.Index(fields=["dnc_list", "id"], name="dnc_entry_by_list")]

    def __str__(self) -> str:
        return f"{self.dnc_list_id}/{self.pk}"
