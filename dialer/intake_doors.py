"""Which addresses take callbacks, and for which account: asked of the database once a second, not once a callback."""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from dialer import providers
from dialer.models import ProviderAccount
from telephony.contract import Push
from telephony.errors import CredentialsRefused
from telephony.vocabulary import Trust

log = logging.getLogger(__name__)
MAX_AGE = 1.0
"""Seconds for which an account that was switched off may still be pushed to."""


@dataclass(frozen=True, slots=True)
class Door:
    """The address of one account. Nothing in it is for showing."""

    account_id: int
    secret: str
    receiver: Any

    def lets_in(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the push is the provider's; header names in lower case."""
        if self.receiver is None:
            log.warning("Account %s is not configured, so its pushes cannot be verified.", self.account_id)
            return False
        push = Push(topic="call-record", headers=dict(headers), body=body)
        return self.receiver.trust(push, now_ms=int(time.time() * 1000)) is Trust.SIGNED


Read = Callable[[], Mapping[str, Door]]
"""Tells the doors of the active accounts, by environment prefix. Raises DatabaseError."""


def find(known: Mapping[str, Door], prefix: str, secret: str) -> Door | None:
    """The door with this prefix and secret, compared in constant time."""
    door = known.get(prefix.upper().replace("-", "_"))
    # Compared in any case, so that time does not tell which prefixes there are.
    expected = door.secret if door else ""
    same = hmac.compare_digest(secret.encode("utf-8", "replace"), (expected or "none").encode())
    return door if expected and same else None


def read() -> dict[str, Door]:
    """As they are now."""
    accounts = ProviderAccount.objects.filter(is_active=True).order_by("-pk")
    return {account.env_prefix: _door(account) for account in accounts}


class Remembered:
    """The same for all threads of one process, a second old at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._doors: Mapping[str, Door] = {}
        self._read_at = float("-inf")

    def __call__(self) -> Mapping[str, Door]:
        if time.monotonic() - self._read_at > MAX_AGE:
            with self._lock:
                if time.monotonic() - self._read_at > MAX_AGE:
                    self._doors = read()
                    self._read_at = time.monotonic()
        return self._doors


def _door(account: ProviderAccount) -> Door:
    secret = providers.config_of(account).get("WEBHOOK_PATH", "")
    return Door(account.pk, secret, receiver_of(account))


# Making one costs as much as a hundred callbacks.
_receivers: dict[object, Any] = {}


def receiver_of(account: ProviderAccount) -> Any:
    """The adapter that understands the pushes of this account; None where it is not configured."""
    key = (account.pk, account.kind, tuple(sorted(providers.config_of(account).items())))
    if key not in _receivers:
        try:
            _receivers[key] = providers.offline_adapter(account)
        except CredentialsRefused:
            _receivers[key] = None
    return _receivers[key]


def address_of(account: ProviderAccount) -> str:
    """Path of the address for the provider's console; "" where the account's secret part is not set."""
    secret = providers.config_of(account).get("WEBHOOK_PATH", "")
    return reverse("webhooks:push", args=[account.env_prefix.lower(), secret, "call-record"]) if secret else ""
