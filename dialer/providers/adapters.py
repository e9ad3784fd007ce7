"""From an account row to an adapter: the only reader of the providers' environment variables."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from dialer.models import ProviderAccount
from dialer.providers.tokens import StoredTokens
from telephony import registry
from telephony.contract.access_tokens import UsesTokens
from telephony.contract.errors import CredentialsRefused
from telephony.contract.vocabulary import Capability
from telephony.http import transport

# A pump puts eight calls at a time on a client: beyond thirty in flight one becomes slow
# (docs/adr/0006-paced-calls.md).
CONNECTIONS = 10
CONNECTIONS_WITH_POLLS = 60
"""Of a client that agents share (sessions.http_lanes): each has one in a poll nearly always, and needs another."""

# One client per account and event loop: an httpx client must not outlive the loop that opened its connections.
_adapters: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Any, Any]] = weakref.WeakKeyDictionary()


def config_of(account: ProviderAccount) -> dict[str, str]:
    """Short variable name → value, those that are set. Read at each call: nothing is cached in the process."""
    config = registry.config_from(account.kind, os.environ, prefix=account.env_prefix)
    return {name: value.strip() for name, value in config.items()}


def problems_of(account: ProviderAccount, *, for_orders: bool = False) -> list[str]:
    """One sentence per missing or unusable variable, with its full name and what to do.

    `for_orders`: only what keeps the account from sending.
    """
    config = config_of(account)
    return registry.check_config(account.kind, config, prefix=account.env_prefix, for_orders=for_orders)


def base_urls(account: ProviderAccount) -> tuple[str, ...]:
    """The addresses this account talks to, defaults included."""
    return registry.base_urls(account.kind, config_of(account))


def recording_hosts(account: ProviderAccount) -> list[str]:
    """Hosts on which this account's recordings may lie: those that are set, and the API's own."""
    named = registry.complete(account.kind, config_of(account)).get("RECORDING_HOSTS")
    if named is None:  # the kind has no recordings
        return []
    own = (urlsplit(url) for url in base_urls(account))
    return [*(host.strip() for host in named.split(",") if host.strip()), *(parts.netloc for parts in own)]


def is_sandbox(account: ProviderAccount) -> bool:
    """Whether any address of this account is on this machine: no real provider is."""
    return any(transport.is_loopback(url) for url in base_urls(account))


def adapter_for(account: ProviderAccount, *, lane: int = 0) -> Any:
    """The account's adapter, its connections kept while the event loop lives. Each lane has connections of its own.

    Raises CredentialsRefused when the environment lacks what the provider needs.
    """
    config = config_of(account)
    key = (account.pk, account.kind, lane, tuple(sorted(config.items())))
    adapters = _adapters.setdefault(asyncio.get_running_loop(), {})
    if key not in adapters:
        adapters[key] = build(account, config)
    return adapters[key]


def build(account: ProviderAccount, config: dict[str, str]) -> Any:
    return _adapter(account, config, _client(account, config))


@asynccontextmanager
async def opened(account: ProviderAccount) -> AsyncIterator[Any]:
    """An adapter for a few questions, whose connections are closed afterwards. Raises as `adapter_for`."""
    config = config_of(account)
    async with _client(account, config) as client:
        yield _adapter(account, config, client)


def _client(account: ProviderAccount, config: dict[str, str]) -> Any:
    try:
        return transport.open_client(
            *registry.base_urls(account.kind, config),
            verify=registry.verification_of(account.kind, config),
            connections=CONNECTIONS_WITH_POLLS if registry.can(account.kind, Capability.AGENT_CALLS) else CONNECTIONS,
        )
    except registry.ConfigurationError as exc:
        raise CredentialsRefused(str(exc), code="not_configured") from exc


def _adapter(account: ProviderAccount, config: dict[str, str], client: Any) -> Any:
    try:
        adapter = registry.build_adapter(account.kind, config, client, prefix=account.env_prefix)
    except registry.ConfigurationError as exc:
        raise CredentialsRefused(str(exc), code="not_configured") from exc
    if isinstance(adapter, UsesTokens):
        adapter.keep_tokens_in(StoredTokens(account.pk))
    return adapter


def offline_adapter(account: ProviderAccount) -> Any:
    """An adapter to prepare and to parse with, outside any event loop; nothing is sent. Raises CredentialsRefused."""
    return build(account, config_of(account))
