from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialerConfig(AppConfig):
    name = "dialer"
    verbose_name = _("Calls and numbers")

    def ready(self) -> None:
        from dialer import checks, notices  # noqa: F401  (checks register on import)
        from dialer.ledger import open_orders, stop_switch, sweep, transitions
        from dialer.models import CallRequest
        from dialer.outcomes import ingest, results
        from dialer.policy import single_call
        from dialer.reconcile import books

        transitions.register(CallRequest, follow=results.follow_call, last_look=single_call.last_look)
        transitions.also_follow(CallRequest, notices.notify_if_in_doubt)
        stop_switch.on_release(sweep.wake_waiting)
        ingest.register(results.settle_calls)
        books.register(books.call_lines)
        open_orders.register_source(CallRequest.kind, open_orders.describe_call)
