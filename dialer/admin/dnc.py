from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dialer.admin.readonly import ReadOnlyAdmin
from dialer.admin.search import WholeNumberSearch
from dialer.models import DncBlock, DncEntry, DncImport, DncList
from dialer.support.subscriptable import ModelAdmin
from telephony.numbers import e164


@admin.register(DncList)
class DncListAdmin(ModelAdmin[DncList]):
    list_display = ("name", "scope", "country", "is_active", "description", "created_by", "created_at")
    list_filter = ("is_active", "scope")
    list_select_related = ("created_by",)
    fields = ("name", "description", "scope", "country", "is_active")

    def save_model(self, request: HttpRequest, obj: DncList, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: DncList | None = None) -> bool:
        """A list is switched off, not deleted: its numbers would silently be callable again."""
        return False


@admin.register(DncEntry)
# Read-only: entries come and go by dialer/dnc, which wakes the numbers that wait for them.
class DncEntryAdmin(WholeNumberSearch, ReadOnlyAdmin):
    list_display = ("masked_callee", "dnc_list", "reason", "source", "added_by", "added_at", "expires_at")
    list_filter = ("dnc_list",)
    list_select_related = ("dnc_list", "added_by")

    @admin.display(description=_("number"), ordering="callee")
    def masked_callee(self, entry: DncEntry) -> str:
        return e164.mask(entry.callee)


@admin.register(DncBlock)
class DncBlockAdmin(ReadOnlyAdmin):
    list_display = ("written", "dnc_list", "reason", "source", "added_by", "added_at", "expires_at")
    list_filter = ("dnc_list",)
    list_select_related = ("dnc_list", "added_by")
    search_fields = ("written",)


@admin.register(DncImport)
class DncImportAdmin(ReadOnlyAdmin):
    list_display = (
        *("name", "dnc_list", "state", "rows", "taken", "added", "longer", "known", "blocks", "invalid"),
        *("uploaded_by", "uploaded_at"),
    )
    list_filter = ("state", "dnc_list")
    list_select_related = ("dnc_list", "uploaded_by")
    fields = (
        ("name", "dnc_list"),
        ("state", "error"),
        ("size", "sha256", "country"),
        ("rows", "taken", "invalid"),
        ("added", "longer", "known", "blocks"),
        ("columns", "report"),
        ("uploaded_by", "uploaded_at", "finished_at"),
    )
