"""History is for looking: nothing is added, changed or deleted here, not even by a superuser."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from dialer.support.subscriptable import ModelAdmin, TabularInline


class _ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(_ReadOnly, ModelAdmin[Any]):
    show_full_result_count = False
    list_per_page = 50
    actions: Any = None


class ReadOnlyInline(_ReadOnly, TabularInline[Any, Any]):
    extra = 0
    show_change_link = False
