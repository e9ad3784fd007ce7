from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from dialer.admin.readonly import ReadOnlyAdmin, ReadOnlyInline
from dialer.admin.search import NumberSearch
from dialer.calls.provider_fields import options_of
from dialer.models import CallEvent, CallRequest, ProviderExchange
from telephony.numbers import e164


def exchanges_of(row: Any) -> str:
    """The HTTP exchanges of one order, newest first, for a read-only admin page."""
    exchanges = ProviderExchange.objects.filter(reference=row.reference)
    return render_to_string("admin/dialer/_exchanges.html", {"exchanges": exchanges})


class CallEventInline(ReadOnlyInline):
    model = CallEvent
    fields = ("at", "kind", "by", "detail")
    ordering = ("id",)


@admin.register(CallRequest)
class CallRequestAdmin(NumberSearch, ReadOnlyAdmin):
    list_display = (
        "short_reference",
        "requested_at",
        "masked_callee",
        "state",
        "disposition",
        "from_shown",
        "account",
        "requested_by",
    )
    list_filter = ("state", "disposition", "account", "requested_at")
    list_select_related = ("did", "account", "requested_by", "agent", "agent_phone", "connect_number")
    search_fields = ("callee", "reference", "provider_call_id")
    date_hierarchy = None
    inlines = (CallEventInline,)
    fields = (
        ("reference", "account"),
        ("state", "reason"),
        ("did", "callee", "connect_number"),
        ("agent", "agent_phone", "options_text"),
        ("ring_order", "delay_ms"),
        ("requested_by", "requested_at"),
        ("sent_at", "settled_at", "closed_at"),
        ("provider_call_id", "provider_request_id"),
        "stage",
        ("disposition", "answered_at", "ended_at", "talk_seconds"),
        ("attempts", "retry_of"),
        ("resolved_by", "resolution"),
        "exchanges",
    )
    readonly_fields = ("exchanges", "options_text")

    @admin.display(description=_("further fields"))
    def options_text(self, call: CallRequest) -> str:
        return "; ".join(f"{label}: {value}" for label, value in options_of(call)) or "–"

    @admin.display(description=_("reference"), ordering="id")
    def short_reference(self, call: CallRequest) -> str:
        return str(call)

    @admin.display(description=_("callee"), ordering="callee")
    def masked_callee(self, call: CallRequest) -> str:
        return e164.mask(call.callee)

    @admin.display(description=_("from"), ordering="did__number")
    def from_shown(self, call: CallRequest) -> str:
        return str(call.did or call.connected_party)

    @admin.display(description=_("HTTP exchanges"))
    def exchanges(self, call: CallRequest) -> str:
        return exchanges_of(call)


@admin.register(ProviderExchange)
class ProviderExchangeAdmin(ReadOnlyAdmin):
    list_display = ("at", "reference", "account", "method", "url", "status", "error", "elapsed_ms")
    list_filter = ("account", "status", "at")
    list_select_related = ("account",)
    search_fields = ("reference",)
