from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from dialer.admin.in_use import InUseAdmin
from dialer.admin.search import NumberSearch
from dialer.models import AgentGroup, ConnectNumber, DidNumber


@admin.register(DidNumber)
class DidNumberAdmin(NumberSearch, InUseAdmin):
    usage = ((_("calls"), "dialer_callrequest", "did_id"),)
    list_display = ("number", "label", "country", "account", "is_active", "used_by")
    list_filter = ("is_active", "account")
    list_select_related = ("account",)
    search_fields = ("number", "label")
    fields = ("number", "label", "account", "calls_per_minute", "calls_per_day", "is_active")

    @admin.display(description=_("country"))
    def country(self, row: DidNumber) -> str:
        return row.country


@admin.register(ConnectNumber)
class ConnectNumberAdmin(NumberSearch, InUseAdmin):
    usage = ((_("calls"), "dialer_callrequest", "connect_number_id"),)
    list_display = ("number", "label", "is_active", "used_by")
    list_filter = ("is_active",)
    search_fields = ("number", "label")
    fields = ("number", "label", "is_active")


@admin.register(AgentGroup)
class AgentGroupAdmin(InUseAdmin):
    usage = ((_("campaigns"), "campaigns_campaign", "agent_group_id"),)
    list_display = ("group_no", "name", "account", "is_active", "used_by")
    list_filter = ("is_active", "account")
    list_select_related = ("account",)
    search_fields = ("group_no", "name")
    fields = ("group_no", "name", "account", "is_active")
