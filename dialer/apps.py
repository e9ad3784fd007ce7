from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialerConfig(AppConfig):
    name = "dialer"
    verbose_name = _("Calls and numbers")

    def ready(self) -> None:
        from dialer import checks, hooks  # noqa: F401  (checks register on import)
        from dialer.ledger import open_orders
        from dialer.models import CallRequest
        from dialer.outcomes import results
        from dialer.policy import single_call

        hooks.order_kinds[CallRequest.kind] = hooks.OrderKind(
            CallRequest, last_look=single_call.last_look, followers=[results.follow_call]
        )
        hooks.open_order_describers[CallRequest.kind] = open_orders.describe_call
