from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns and call lists")

    def ready(self) -> None:
        from campaigns import books, holds, judging, services, settlement
        from campaigns.models import Entry, ProviderTask
        from campaigns.pacing import follow
        from dialer import attempts, ingest, ledger, notices, origins, results
        from dialer.models import CallRequest
        from dialer.policy import changes, effects, stop
        from dialer.reconcile import books as all_books

        ledger.register(ProviderTask, follow=settlement.follow_task, last_look=holds.last_look)
        ledger.also_follow(ProviderTask, notices.follow_order)
        ledger.also_follow(CallRequest, follow.follow_call)
        origins.register(follow.campaign_of)
        results.on_results(follow.take_results)
        stop.on_release(services.pump_running)
        changes.on_change(holds.wake_later)
        effects.register(judging.counts_by_rule)
        ingest.register(settlement.settle_entries)
        all_books.register(books.task_lines)
        attempts.register_source(Entry.SOURCE, settlement.describe_entry)
