from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from campaigns.importer.rows import repairs_of
from campaigns.models import CallList, Entry, RejectedRow, SavedMapping
from dialer.admin.readonly import ReadOnlyAdmin
from dialer.web.request_user import person
from telephony.numbers import e164
from telephony.numbers.phone_identity import identity_of


@admin.register(CallList)
class CallListAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "campaign",
        "state",
        "rows",
        "accepted",
        "duplicates",
        "do_not_call",
        "held",
        "invalid",
        "uploaded_by",
        "uploaded_at",
    )
    list_filter = ("state", "uploaded_at")
    list_select_related = ("campaign", "uploaded_by")
    search_fields = ("name", "campaign__name", "sha256")
    # The file itself is not offered: it is read by the importer, and its rejects have a page.
    fields = (
        ("name", "campaign"),
        ("state", "error"),
        ("size", "sha256"),
        ("rows", "accepted", "repaired", "duplicates", "do_not_call", "held", "invalid"),
        ("called_within_days", "skip_other_campaigns"),
        ("uploaded_by", "uploaded_at", "reading_since", "finished_at"),
        ("decided_by", "decided_at"),
        ("bytes_read", "bytes_total"),
        "inspection",
        "columns",
        "report",
    )


@admin.register(SavedMapping)
class SavedMappingAdmin(ReadOnlyAdmin):
    """Made on the page of a call list; here it is looked at, or deleted when nobody needs it."""

    list_display = ("name", "columns", "pack_rest", "created_by", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("name",)
    fields = ("name", "header", "roles", "pack_rest", ("created_by", "created_at"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return person(request).has_perm("campaigns.delete_savedmapping")

    @admin.display(description=_("columns"))
    def columns(self, mapping: SavedMapping) -> int:
        return len(mapping.roles)


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = (
        "order_id",
        "masked_callee",
        "country",
        "kind",
        "campaign",
        "state",
        "disposition",
        "reason",
        "order_link",
        "ended_at",
    )
    list_filter = ("state", "disposition", "kind", ("campaign", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("campaign", "task", "call__did", "zones")
    search_fields = ("order_id",)  # shows the box; get_search_results looks
    fields = (
        ("order_id", "external_id", "other"),
        ("campaign", "call_list", "line_number"),
        ("callee", "country", "kind"),
        "zones",
        "extra",
        "repaired",
        ("state", "reason_code", "reason"),
        ("task", "call", "calls", "pass_number"),
        ("disposition", "talk_seconds", "ended_at", "provider_call_id"),
        "not_before",
    )
    readonly_fields = ("repaired",)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """By whole number, order id or call id; over a million entries nothing else ends in time."""
        text = search_term.strip()
        digits = "".join(filter(str.isdigit, text)).removeprefix("00")
        wanted = queryset.none()
        if digits and len(digits) <= 15 and not any(char.isalpha() for char in text):
            wanted = queryset.filter(identity=identity_of(int(digits)))
        for name in ("order_id", "external_id", "provider_call_id"):
            wanted = wanted | queryset.filter(**{name: text})
        return (wanted if text else queryset), False

    @admin.display(description=_("callee"), ordering="callee")
    def masked_callee(self, entry: Entry) -> str:
        return e164.mask(entry.callee)

    @admin.display(description=_("repairs"))
    def repaired(self, entry: Entry) -> str:
        return " ".join(repairs_of(entry.repairs)) or "–"

    @admin.display(description=_("order"))
    def order_link(self, entry: Entry) -> str:
        order = entry.task or entry.call
        return format_html('<a href="{}">{}</a>', order.get_absolute_url(), order) if order else "–"


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin):
    """The original line stays on the row's own page: it may be somebody's number."""

    list_display = ("call_list", "line_number", "reason_code", "reason")
    list_filter = ("reason_code",)
    list_select_related = ("call_list",)
    search_fields = ("call_list__name",)
    ordering = ("-id",)
