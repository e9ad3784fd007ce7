from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns and call lists")

    def ready(self) -> None:
        from campaigns.chunks import books, settlement
        from campaigns.models import Entry, ProviderTask
        from campaigns.pacing import entry_results
        from campaigns.planning import services
        from campaigns.policy import evaluator, hold_back
        from dialer import notices
        from dialer.calls import campaign_links
        from dialer.ledger import open_orders, stop_switch, transitions
        from dialer.models import CallRequest
        from dialer.outcomes import ingest, results
        from dialer.policy import change_hooks
        from dialer.policy import what_if as effects
        from dialer.reconcile import books as all_books

        transitions.register(ProviderTask, follow=settlement.follow_task, last_look=hold_back.last_look)
        transitions.also_follow(ProviderTask, notices.follow_order)
        transitions.also_follow(CallRequest, entry_results.follow_call)
        campaign_links.register(entry_results.campaign_link_of)
        results.on_results(entry_results.take_results)
        stop_switch.on_release(services.pump_running)
        change_hooks.on_change(hold_back.defer_wake)
        effects.register(evaluator.count_by_rule)
        ingest.register(settlement.settle_entries)
        all_books.register(books.task_lines)
        open_orders.register_source(Entry.SOURCE, settlement.describe_entry)
