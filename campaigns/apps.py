from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns and call lists")

    def ready(self) -> None:
        from campaigns.chunks import books, settlement
        from campaigns.models import Entry, ProviderTask
        from campaigns.pacing import entry_results as follow
        from campaigns.planning import services
        from campaigns.policy import hold_back as holds
        from campaigns.policy import judge as judging
        from dialer import notices
        from dialer.calls import campaign_links as origins
        from dialer.ledger import open_orders as attempts
        from dialer.ledger import stop_switch as stop
        from dialer.ledger import transitions as ledger
        from dialer.models import CallRequest
        from dialer.outcomes import ingest, results
        from dialer.policy import change_hooks as changes
        from dialer.policy import what_if as effects
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
