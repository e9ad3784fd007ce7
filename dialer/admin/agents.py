"""Agents of a contact centre and their phones: set up here, and what was asked of them to look at."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from dialer.admin.in_use import InUseAdmin
from dialer.admin.readonly import ReadOnlyAdmin, ReadOnlyInline
from dialer.admin.webhooks import pretty
from dialer.models import Agent, AgentCommand, AgentLogEntry, AgentPhone, AgentStatus, ProviderAccount
from dialer.support.subscriptable import ModelForm
from dialer.web.request_user import person
from telephony import registry
from telephony.contract.vocabulary import Capability

# The gateway's own limit (page 1202).
LONGEST_PASSWORD = 32


def _accounts_with(capability: Capability) -> models.QuerySet[ProviderAccount]:
    kinds = [kind.key for kind in registry.KINDS.values() if capability in kind.can]
    return ProviderAccount.objects.filter(kind__in=kinds)


class AgentForm(ModelForm[Agent]):
    new_password = forms.CharField(
        label=gettext_lazy("New password"),
        required=False,
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "Stored encrypted and never shown again. Leave empty to keep the current password. Used at the next "
            "sign-in."
        ),
    )

    def clean_new_password(self) -> str:
        """The form's rules are the provider's (page 1202): 1 to 32 characters, and none of them a line break."""
        password = str(self.cleaned_data["new_password"])
        if password and not password.isprintable():
            raise forms.ValidationError(_("Use printable characters without line breaks."))
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.instance.pk and not cleaned.get("new_password") and "new_password" not in self.errors:
            self.add_error("new_password", _("Enter the agent's password. The agent cannot be signed in without it."))
        return cleaned


class AgentStatusInline(ReadOnlyInline):
    model = AgentStatus
    fields = ("state", "since", "reason", "call", "asked_by", "signed_in_at", "polled_at")
    verbose_name_plural = gettext_lazy("current state")


@admin.register(Agent)
class AgentAdmin(InUseAdmin):
    usage = ((ngettext_lazy("%(shown)s call", "%(shown)s calls", "n"), "dialer_callrequest", "agent_id"),)
    form = AgentForm
    list_display = ("agent_id", "name", "account", "phone", "person", "state", "password_shown", "is_active", "used_by")
    list_display_links = ("agent_id", "name")
    list_filter = ("is_active", "account", "status__state")
    list_select_related = ("account", "user", "status")
    search_fields = ("agent_id", "name", "phone")
    fields = (
        "account",
        "agent_id",
        "name",
        "phone",
        "skills",
        "auto_answer",
        "auto_idle",
        "user",
        "new_password",
        "password_shown",
        "is_active",
    )
    readonly_fields = ("password_shown",)
    inlines = (AgentStatusInline,)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "account":
            kwargs["queryset"] = _accounts_with(Capability.AGENT_CALLS)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only look gets no field to type a password into."""
        if self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request)):
            return self.fields
        return [name for name in self.fields if name != "new_password"]

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        if password := form.cleaned_data.get("new_password"):
            obj.set_password(password, now=timezone.now())
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("person"), ordering="user__username")
    def person(self, agent: Agent) -> str:
        return agent.user.get_username() if agent.user else "–"

    @admin.display(description=gettext_lazy("password"), ordering="password_set_at")
    def password_shown(self, agent: Agent) -> str:
        if not agent.password_box or agent.password_set_at is None:
            return _("not set")
        return _("set on %(at)s") % {"at": date_format(localtime(agent.password_set_at), "DATETIME_FORMAT")}

    @admin.display(description=gettext_lazy("now"), ordering="status__state")
    def state(self, agent: Agent) -> str:
        status = getattr(agent, "status", None)
        return str(status.get_state_display()) if status else _("signed out")


@admin.register(AgentPhone)
class AgentPhoneAdmin(InUseAdmin):
    usage = (
        (ngettext_lazy("%(shown)s call", "%(shown)s calls", "n"), "dialer_callrequest", "agent_phone_id"),
        (
            ngettext_lazy("%(shown)s campaign", "%(shown)s campaigns", "n"),
            "campaigns_campaign_agent_phones",
            "agentphone_id",
        ),
    )
    list_display = ("number", "label", "account", "listed", "is_active", "used_by")
    list_filter = ("is_active", "account")
    list_select_related = ("account",)
    search_fields = ("number", "label")
    fields = ("number", "label", "account", "listed", "is_active")
    readonly_fields = ("listed",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "account":
            kwargs["queryset"] = _accounts_with(Capability.AGENT_PHONES)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("read from the provider"), ordering="synced_at")
    def listed(self, row: AgentPhone) -> str:
        return date_format(localtime(row.synced_at), "DATETIME_FORMAT") if row.synced_at else _("entered by hand")


@admin.register(AgentCommand)
class AgentCommandAdmin(ReadOnlyAdmin):
    list_display = ("at", "agent", "kind", "by", "done_at", "error")
    list_filter = ("kind", "agent__account", "at")
    list_select_related = ("agent", "by")
    search_fields = ("agent__name", "by__username")
    fields = (("agent", "kind"), "call", ("by", "at"), "done_at", "error")


@admin.register(AgentLogEntry)
class AgentLogEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "agent", "kind", "call")
    list_filter = ("agent__account", "at")
    list_select_related = ("agent", "call__did", "call__agent", "call__agent_phone", "call__connect_number")
    search_fields = ("kind", "agent__name")
    fields = (("at", "agent"), "kind", "call", "content_text")
    readonly_fields = ("content_text",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj:
            # What displays the row gets no request, so the row itself says what this person may see.
            obj.shows_numbers = person(request).has_perm("dialer.view_callrequest")
        return super().get_form(request, obj, change, **kwargs)

    @admin.display(description=gettext_lazy("as received"))
    def content_text(self, entry: AgentLogEntry) -> str:
        body = json.dumps(entry.content).encode()
        return format_html("<pre>{}</pre>", pretty(body, masked=not entry.shows_numbers))
