from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialerConfig(AppConfig):
    name = "dialer"
    verbose_name = _("Calls and numbers")

    def ready(self) -> None:
        from dialer import checks, notices  # noqa: F401  (checks register on import)
        from dialer.ledger import open_orders as attempts
        from dialer.ledger import stop_switch as stop
        from dialer.ledger import sweep as upkeep
        from dialer.ledger import transitions as ledger
        from dialer.models import CallRequest
        from dialer.outcomes import ingest, results
        from dialer.policy import single_call as calls
        from dialer.reconcile import books

        ledger.register(CallRequest, follow=results.follow_call, last_look=calls.last_look)
        ledger.also_follow(CallRequest, notices.follow_order)
        stop.on_release(upkeep.wake_waiting)
        ingest.register(results.settle_calls)
        books.register(books.call_lines)
        attempts.register_source(CallRequest.kind, attempts.describe_call)
