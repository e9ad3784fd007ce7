"""Call detail records, how far they are read, and uploaded files of them. Only for looking."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from dialer.admin.readonly import ReadOnlyAdmin
from dialer.models import CallDetailRecord, RecordCursor, RecordFile
from telephony.numbers import e164


@admin.register(CallDetailRecord)
class CallDetailRecordAdmin(ReadOnlyAdmin):
    list_display = (
        "received_at",
        "provider_call_id",
        "reference",
        "match",
        "disposition",
        "hangup_code",
        "talk_seconds",
        "masked_callee",
        "source",
    )
    list_filter = ("disposition", "source", "match", "account", "received_at")
    list_select_related = ("account",)
    search_fields = ("provider_call_id", "reference", "order_id")
    fields = (
        ("account", "source", "received_at"),
        ("provider_call_id", "did_row"),
        ("reference", "match"),
        ("order_id", "task_id"),
        ("direction", "caller", "callee"),
        ("disposition", "hangup_code", "hangup_reason", "abandoned"),
        ("started_at", "answered_at", "ended_at", "talk_seconds"),
        ("cost", "currency"),
        "has_recording",
        "as_received",
    )
    readonly_fields = ("has_recording", "as_received")

    @admin.display(description=_("callee"))
    def masked_callee(self, record: CallDetailRecord) -> str:
        return e164.mask(record.callee) if record.callee.startswith("+") else "–"

    @admin.display(description=_("recording"), boolean=True)
    def has_recording(self, record: CallDetailRecord) -> bool:
        return record.has_recording

    @admin.display(description=_("as received"))
    def as_received(self, record: CallDetailRecord) -> str:
        return format_html("<pre>{}</pre>", json.dumps(without_addresses(record.raw), indent=2, ensure_ascii=False))


def without_addresses(value: Any) -> Any:
    """Whoever knows where a recording lies can fetch it there, past the portal."""
    if isinstance(value, dict):
        return {name: without_addresses(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_addresses(inner) for inner in value]
    return "…" if isinstance(value, str) and "://" in value else value


@admin.register(RecordCursor)
class RecordCursorAdmin(ReadOnlyAdmin):
    list_display = ("account", "source", "read_to", "asked_at", "next_at", "failures", "error")
    list_select_related = ("account",)


@admin.register(RecordFile)
class RecordFileAdmin(ReadOnlyAdmin):
    list_display = ("uploaded_at", "name", "account", "state", "uploaded_by")
    list_select_related = ("account", "uploaded_by")
    list_filter = ("state", "account")
    fields = (
        "name",
        "account",
        "state",
        "error",
        "counts",
        "size",
        "zone",
        "uploaded_by",
        "uploaded_at",
        "finished_at",
    )
