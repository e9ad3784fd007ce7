"""Callbacks as they came: what became of each, and once more from the beginning."""

from __future__ import annotations

import json
import re
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dialer.admin.readonly import ReadOnlyAdmin
from dialer.inbox import apply, endpoints
from dialer.models import WebhookDelivery
from dialer.web.request_user import person
from telephony.numbers import e164

DIGITS = re.compile(r"\+?[0-9]{7,}")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "account", "topic", "call_id", "is_signed", "state", "tries", "next_try_at", "error")
    list_filter = ("state", "topic", "is_signed", "account", "received_at")
    list_select_related = ("account",)
    fields = (
        ("account", "received_at"),
        ("topic", "is_signed"),
        ("call_id", "order_id"),
        ("state", "applied_at"),
        ("tries", "next_try_at"),
        "error",
        "body_text",
    )
    readonly_fields = ("call_id", "body_text")
    actions = ("apply_again",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj:
            # What displays the row gets no request, so the row itself says what this person may see.
            obj.shows_numbers = person(request).has_perm("dialer.view_callrequest")
        return super().get_form(request, obj, change, **kwargs)

    @admin.display(description=_("call ID"))
    def call_id(self, delivery: WebhookDelivery) -> str:
        receiver = endpoints.push_receiver_of(delivery.account)
        try:
            return str(receiver.parse_push(delivery.push()).provider_call_id) if receiver else "–"
        except ValueError:
            return "–"

    @admin.display(description=_("body"))
    def body_text(self, delivery: WebhookDelivery) -> str:
        return format_html("<pre>{}</pre>", pretty(bytes(delivery.body), masked=not delivery.shows_numbers))

    def has_apply_permission(self, request: HttpRequest) -> bool:
        """Whoever sets up the accounts, which are administrators."""
        return person(request).has_perm("dialer.change_provideraccount")

    @admin.action(description=_("Apply again"), permissions=["apply"])
    def apply_again(self, request: HttpRequest, chosen: QuerySet[WebhookDelivery]) -> None:
        count = apply.requeue_callbacks(chosen.values_list("pk", flat=True))
        text = ngettext("%(n)d callback will be applied again.", "%(n)d callbacks will be applied again.", count)
        messages.success(request, text % {"n": count})


def pretty(body: bytes, *, masked: bool) -> str:
    """JSON with a line for each value, anything else as it came; `masked` hides digits of everything like a number."""
    text = body.decode(errors="replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _hide(text) if masked else text
    return json.dumps(_masked(value) if masked else value, indent=2, ensure_ascii=False)


def _masked(value: Any) -> Any:
    match value:
        case str():
            return _hide(value)
        case list():
            return [_masked(item) for item in value]
        case dict():
            return {key: _masked(item) for key, item in value.items()}
        case int() if e164.from_wire(str(value)):  # a time in milliseconds is none
            return e164.mask(str(value))
    return value


def _hide(text: str) -> str:
    return DIGITS.sub(lambda found: e164.mask(found[0]), text)
