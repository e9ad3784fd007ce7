"""From an account row to an adapter: the only reader of the providers' environment variables."""

from __future__ import annotations

import asyncio
import os
import weakref
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from telephony import registry, transport
from telephony.errors import CredentialsRefused

if TYPE_CHECKING:
    from dialer.models import ProviderAccount

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
    named = registry.complete(account.kind, config_of(account))["RECORDING_HOSTS"]
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
    try:
        client = transport.open_client(
            *registry.base_urls(account.kind, config), verify=registry.verification_of(account.kind, config)
        )
        return registry.build_adapter(account.kind, config, client, prefix=account.env_prefix)
    except registry.ConfigurationError as exc:
        raise CredentialsRefused(str(exc), code="not_configured") from exc


def offline_adapter(account: ProviderAccount) -> Any:
    """An adapter to prepare and to parse with, outside any event loop; nothing is sent. Raises CredentialsRefused."""
    return build(account, config_of(account))
