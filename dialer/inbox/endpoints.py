"""The addresses that take callbacks, and their accounts: read from the database once a second, not once a callback."""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from dialer.models import ProviderAccount
from dialer.providers import adapters, callback_urls
from telephony import registry
from telephony.configuration import PushAnswer
from telephony.contract.capabilities import PushReceiver
from telephony.contract.errors import CredentialsRefused
from telephony.contract.records import Push
from telephony.contract.vocabulary import Capability, Trust

log = logging.getLogger(__name__)
MAX_AGE = 1.0
"""Seconds for which an account that was switched off may still be pushed to."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of one account. Nothing in it is for showing."""

    account_id: int
    secret: str
    receiver: Any
    answer: PushAnswer
    has_order_addresses: bool
    """Besides the account's address every order may have one of its own."""

    def knows(self, topic: str) -> bool:
        """An account that is not configured has all topics: it refuses what comes, and says so."""
        return self.receiver is None or topic in self.receiver.push_topics

    def trust(self, push: Push) -> Trust:
        """What the push may be believed."""
        if self.receiver is None:
            log.warning("Account %s is not configured, so its pushes cannot be verified.", self.account_id)
            return Trust.REFUSED
        return self.receiver.trust(push, now_ms=int(time.time() * 1000))  # type: ignore[no-any-return]


EndpointReader = Callable[[], Mapping[str, Endpoint]]
"""Gives the endpoints of the active accounts, by environment prefix. Raises DatabaseError."""


def find_endpoint(known: Mapping[str, Endpoint], prefix: str, secret: str) -> tuple[Endpoint, str] | None:
    """The endpoint with this prefix and secret, compared in constant time; and the order whose address it is, or ""."""
    endpoint = known.get(prefix.upper().replace("-", "_"))
    # Compared in any case, so that time does not tell which prefixes there are.
    expected = endpoint.secret if endpoint else ""
    same = hmac.compare_digest(secret.encode("utf-8", "replace"), (expected or "none").encode())
    if endpoint and expected and same:
        return endpoint, ""
    order_id = callback_urls.order_of(expected or "none", secret)
    return (endpoint, order_id) if endpoint and expected and order_id and endpoint.has_order_addresses else None


def read_endpoints() -> dict[str, Endpoint]:
    """As they are now."""
    endpoints = {}
    # Of two accounts with one prefix the older one, which comes last here, has the address.
    for account in ProviderAccount.objects.filter(is_active=True).order_by("-pk"):
        kind = registry.KINDS[account.kind]
        endpoints[account.env_prefix] = Endpoint(
            account_id=account.pk,
            secret=callback_urls.secret_of(account),
            receiver=push_receiver_of(account),
            answer=kind.push_answer,
            has_order_addresses="callback_url" in kind.call_fields,
        )
    return endpoints


class CachedEndpoints:
    """The same for all threads of one process, a second old at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._endpoints: Mapping[str, Endpoint] = {}
        self._read_at = float("-inf")

    def __call__(self) -> Mapping[str, Endpoint]:
        if time.monotonic() - self._read_at > MAX_AGE:
            with self._lock:
                # Once more, with the lock: whoever waited for it finds what was read meanwhile.
                if time.monotonic() - self._read_at > MAX_AGE:
                    self._endpoints = read_endpoints()
                    self._read_at = time.monotonic()
        return self._endpoints


# Making one costs as much as a hundred callbacks.
_receivers: dict[object, Any] = {}


def push_receiver_of(account: ProviderAccount) -> Any:
    """The adapter that understands the pushes of this account; None where it is not configured, or there are none."""
    if not registry.can(account.kind, Capability.PUSHES):
        return None
    key = (account.pk, account.kind, tuple(sorted(adapters.config_of(account).items())))
    if key not in _receivers:
        try:
            _receivers[key] = adapters.offline_adapter(account)
        except CredentialsRefused:
            _receivers[key] = None
    return _receivers[key]


def callback_paths_of(account: ProviderAccount) -> dict[str, str]:
    """Topic → path of the address for the provider's console; none where the account's secret part is not set."""
    secret, receiver = callback_urls.secret_of(account), push_receiver_of(account)
    topics = sorted(receiver.push_topics) if isinstance(receiver, PushReceiver) and secret else []
    return {topic: reverse("webhooks:push", args=[account.env_prefix.lower(), secret, topic]) for topic in topics}
