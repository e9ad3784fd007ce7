"""Addresses that providers call back, each with a secret part.

`/webhooks/<account's prefix>/<secret>/<topic>`: the secret is the account's own, or one made for a single order, which
tells the order and gives nothing else away.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from django.conf import settings
from django.urls import reverse

from dialer.models import ProviderAccount
from dialer.providers import adapters
from telephony import registry

ORDER_SECRET = re.compile(r"([0-9A-Za-z]{8,32})-([0-9a-f]{32})")
RELEASED = "released"


def secret_of(account: ProviderAccount) -> str:
    """The account's own secret part; "" where none is set, and then nothing is taken."""
    return adapters.config_of(account).get("WEBHOOK_PATH", "")


def order_secret(account_secret: str, reference: str) -> str:
    """The secret part of the address of one order."""
    mac = hmac.new(account_secret.encode(), reference.encode(), hashlib.sha256).hexdigest()[:32]
    return f"{reference}-{mac}"


def order_of(account_secret: str, given: str) -> str:
    """The reference that a secret part was made for; "" where it is none of this account. Constant time."""
    found = ORDER_SECRET.fullmatch(given)
    if not found or not account_secret:
        return ""
    return found[1] if hmac.compare_digest(order_secret(account_secret, found[1]), given) else ""


def for_order(account: ProviderAccount, reference: str) -> str:
    """Where the end of this order is to be told; "" where the kind or the account has none."""
    secret = secret_of(account)
    if not secret or "callback_url" not in registry.KINDS[account.kind].call_fields:
        return ""
    path = reverse("webhooks:push", args=[account.env_prefix.lower(), order_secret(secret, reference), RELEASED])
    return f"{settings.PORTAL_PUBLIC_URL}{path}"
