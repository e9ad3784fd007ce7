from __future__ import annotations

from django.contrib import admin

from campaigns.models import Campaign, CampaignEvent, RetryRule
from dialer.admin.readonly import ReadOnlyAdmin, ReadOnlyInline


class CampaignEventInline(ReadOnlyInline):
    model = CampaignEvent
    fields = ("at", "state", "by", "detail")
    ordering = ("id",)


class RetryRuleInline(ReadOnlyInline):
    model = RetryRule
    fields = ("disposition", "wait_minutes", "most_calls")


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    """Looked at here, run on the campaign's own page."""

    list_display = ("name", "state", "channel", "account", "country", "trouble", "created_by", "created_at")
    list_filter = ("state", "channel", "account", "country", "created_at")
    list_select_related = ("account", "agent_group", "created_by")
    search_fields = ("name", "description", "strategy_name")
    inlines = (RetryRuleInline, CampaignEventInline)
    fields = (
        ("name", "description"),
        ("state", "trouble"),
        ("channel", "account", "country"),
        ("connect_number", "agent_phones", "dids", "ring_order"),
        ("calls_per_minute", "concurrent_calls", "line_seconds", "priority", "pass_number"),
        "agent_group",
        ("strategy_name", "dispatch_type", "startup_type"),
        ("predict_call_rate", "ratio_call_rate", "start_count", "chunk_size"),
        ("created_by", "created_at", "started_at", "ended_at"),
    )
    view_on_site = True
