"""How pages say why an order was not taken."""

from __future__ import annotations

from django.utils.html import format_html

from dialer.calls.services import OrderRefused


def refusal_text(refusal: OrderRefused) -> str:
    """The refusal in its own words; the order in the way, where there is one, is a link."""
    if refusal.blocking_order is None:
        return refusal.message
    order = refusal.blocking_order
    before, text, after = refusal.message.partition(order.text)
    return format_html('{}<a href="{}">{}</a>{}', before, order.url, text or order.text, after)
