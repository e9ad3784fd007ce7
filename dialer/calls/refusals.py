"""How pages say why an order was not taken."""

from __future__ import annotations

from django.utils.html import format_html

from dialer.calls.services import OrderRefused


def refusal_text(refusal: OrderRefused) -> str:
    """The refusal in its own words; the order in the way, where there is one, is a link."""
    if refusal.holder is None:
        return refusal.message
    before, text, after = refusal.message.partition(refusal.holder.text)
    return format_html('{}<a href="{}">{}</a>{}', before, refusal.holder.url, text or refusal.holder.text, after)
