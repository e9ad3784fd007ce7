from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from campaigns.models import ProviderTask, TaskEvent
from dialer.admin.history import exchanges_of
from dialer.admin.readonly import ReadOnlyAdmin, ReadOnlyInline


class TaskEventInline(ReadOnlyInline):
    model = TaskEvent
    fields = ("at", "kind", "by", "detail")
    ordering = ("id",)


@admin.register(ProviderTask)
class ProviderTaskAdmin(ReadOnlyAdmin):
    list_display = ("reference", "campaign", "number", "size", "state", "reason", "sent_at", "closed_at")
    list_filter = ("state", "account", "requested_at")
    list_select_related = ("campaign", "account")
    search_fields = ("reference", "campaign__name")
    inlines = (TaskEventInline,)
    fields = (
        ("reference", "account"),
        ("campaign", "number", "size"),
        ("state", "reason"),
        ("requested_by", "requested_at"),
        ("sent_at", "settled_at", "closed_at"),
        ("attempts", "provider_request_id"),
        ("resolved_by", "resolution"),
        "exchanges",
    )
    readonly_fields = ("exchanges",)

    @admin.display(description=_("HTTP exchanges"))
    def exchanges(self, task: ProviderTask) -> str:
        return exchanges_of(task)
