from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from dialer.admin.in_use import InUseAdmin
from dialer.admin.readonly import ReadOnlyInline
from dialer.admin.search import NumberSearch
from dialer.models import AgentGroup, AgentGroupMember, ConnectNumber, DidNumber


@admin.register(DidNumber)
class DidNumberAdmin(NumberSearch, InUseAdmin):
    usage = ((ngettext_lazy("%(shown)s call", "%(shown)s calls", "n"), "dialer_callrequest", "did_id"),)
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
    usage = ((ngettext_lazy("%(shown)s call", "%(shown)s calls", "n"), "dialer_callrequest", "connect_number_id"),)
    list_display = ("number", "label", "is_active", "used_by")
    list_filter = ("is_active",)
    search_fields = ("number", "label")
    fields = ("number", "label", "is_active")


class AgentGroupMemberInline(ReadOnlyInline):
    model = AgentGroupMember
    fields = ("user_name", "nick_name", "sip_number")


@admin.register(AgentGroup)
class AgentGroupAdmin(InUseAdmin):
    usage = ((ngettext_lazy("%(shown)s campaign", "%(shown)s campaigns", "n"), "campaigns_campaign", "agent_group_id"),)
    list_display = ("group_no", "name", "account", "members_shown", "listed", "is_active", "used_by")
    list_filter = ("is_active", "account")
    list_select_related = ("account",)
    search_fields = ("group_no", "name")
    fields = ("group_no", "name", "remark", "account", "listed", "is_active")
    readonly_fields = ("remark", "listed")
    inlines = (AgentGroupMemberInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        newest = AgentGroup.objects.filter(account=OuterRef("account")).order_by(F("synced_at").desc(nulls_last=True))
        counted = AgentGroupMember.objects.filter(group=OuterRef("pk")).order_by().values("group")
        return (
            super()
            .get_queryset(request)
            .annotate(
                account_synced_at=Subquery(newest.values("synced_at")[:1]),
                member_count=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0),
            )
        )

    @admin.display(description=_("agents"))
    def members_shown(self, row: Any) -> int:
        return int(row.member_count)

    @admin.display(description=_("listed by the provider"))
    def listed(self, row: Any) -> str:
        """A group that has vanished there is told, never switched off: a campaign may use it."""
        newest = getattr(row, "account_synced_at", None)
        if newest is None:
            return gettext("not checked yet")
        if row.synced_at == newest:
            return gettext("yes, %(at)s") % {"at": date_format(localtime(newest), "DATETIME_FORMAT")}
        if row.synced_at is None:
            return gettext("not listed")
        return gettext("no longer listed, last seen %(at)s") % {
            "at": date_format(localtime(row.synced_at), "DATETIME_FORMAT")
        }
