from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from dialer.models.accounts import ProviderAccount
from dialer.models.audit import audited
from dialer.models.fields import E164Field, e164_check
from telephony.numbers import e164

Row = TypeVar("Row", bound=models.Model, covariant=True)


class ActiveQuerySet(models.QuerySet[Row]):
    def active(self) -> Self:
        return self.filter(is_active=True)


@audited()
class DidNumber(models.Model):
    """A number we own that calls leave from. Written by the admin."""

    number = E164Field(_("number"), unique=True)
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="did_numbers", verbose_name=_("provider account")
    )
    label = models.CharField(_("label"), max_length=80, blank=True)
    calls_per_minute = models.PositiveIntegerField(
        _("calls per minute"), default=0, help_text=_("Single calls from this number. 0: no limit.")
    )
    calls_per_day = models.PositiveIntegerField(
        _("calls in 24 hours"), default=0, help_text=_("Single calls from this number. 0: no limit.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ActiveQuerySet["DidNumber"].as_manager()

    class Meta:
        ordering = ("number",)
        verbose_name = _("DID number")
        verbose_name_plural = _("DID numbers")
        constraints = [e164_check("number", name="did_number_e164")]

    def __str__(self) -> str:
        return f"{self.number} {self.label}".strip()

    @property
    def country(self) -> str:
        return e164.country_of(self.number)


@audited()
class ConnectNumber(models.Model):
    """The Amazon Connect number that reaches the agent. Written by the admin."""

    number = E164Field(_("number"), unique=True)
    label = models.CharField(_("label"), max_length=80, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ActiveQuerySet["ConnectNumber"].as_manager()

    class Meta:
        ordering = ("number",)
        verbose_name = _("Connect number")
        verbose_name_plural = _("Connect numbers")
        constraints = [e164_check("number", name="connect_number_e164")]

    def __str__(self) -> str:
        return f"{self.number} {self.label}".strip()


@audited(exclude=["synced_at"])
class AgentGroup(models.Model):
    """The agents that a campaign feeds, under the provider's group number (such as NX09445G000025).

    Written by the admin; what the provider says of it by `providers/account_sync`.
    """

    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="agent_groups", verbose_name=_("provider account")
    )
    group_no = models.CharField(_("group number"), max_length=64)
    name = models.CharField(_("name"), max_length=80, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    synced_at = models.DateTimeField(_("read from the provider"), null=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ActiveQuerySet["AgentGroup"].as_manager()

    class Meta:
        ordering = ("group_no",)
        verbose_name = _("agent group")
        verbose_name_plural = _("agent groups")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "group_no"],
                name="uniq_agent_group_per_account",
                violation_error_message=_("This account already has a group with this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_no} {self.name}".strip()


class AgentGroupMember(models.Model):
    """An agent of a group, as the provider listed it when it was last asked. Written by `providers/account_sync`."""

    group = models.ForeignKey(AgentGroup, on_delete=models.CASCADE, related_name="members", verbose_name=_("group"))
    user_name = models.CharField(_("account"), max_length=120)
    nick_name = models.CharField(_("name"), max_length=120, blank=True)
    sip_number = models.CharField(_("SIP number"), max_length=64, blank=True)

    class Meta:
        ordering = ("user_name",)
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints = [models.UniqueConstraint(fields=["group", "user_name"], name="uniq_member_per_group")]

    def __str__(self) -> str:
        return f"{self.nick_name or self.user_name}"
