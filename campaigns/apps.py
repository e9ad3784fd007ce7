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
        from dialer import hooks
        from dialer.models import CallRequest

        hooks.order_kinds[ProviderTask.kind] = hooks.OrderKind(
            ProviderTask, last_look=hold_back.last_look, followers=[settlement.follow_task]
        )
        hooks.order_kinds[CallRequest.kind].followers.append(entry_results.follow_call)
        hooks.open_order_describers[Entry.SOURCE] = settlement.describe_entry
        hooks.stop_release_listeners.append(services.pump_running)
        hooks.rule_change_listeners.append(hold_back.defer_wake)
        hooks.record_settlers.append(settlement.settle_entries)
        hooks.result_listeners.append(entry_results.apply_results)
        hooks.campaign_link_finders.append(entry_results.campaign_link_of)
        hooks.waiting_counters.append(evaluator.count_by_rule)
        hooks.line_sources.append(books.task_lines)
