"""Kinds of provider accounts, and the way from a kind and its configuration to an adapter."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from telephony.configuration import ConfigurationError, ProviderKind, Variable
from telephony.providers.huawei_aicc.kind import AICC
from telephony.providers.huawei_ccgateway.kind import CCGATEWAY
from telephony.providers.nxcloud.kind import NXCLOUD

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import httpx

    from telephony.contract.vocabulary import Capability

__all__ = [
    "KINDS",
    "ConfigurationError",
    "ProviderKind",
    "Variable",
    "base_urls",
    "build_adapter",
    "can",
    "check_config",
    "complete",
    "config_from",
    "verification_of",
]

KINDS: Mapping[str, ProviderKind] = MappingProxyType({kind.key: kind for kind in (NXCLOUD, CCGATEWAY, AICC)})


def config_from(kind: str | ProviderKind, environ: Mapping[str, str], *, prefix: str | None = None) -> dict[str, str]:
    """The account's variables out of a mapping such as `os.environ`, without the prefix; unset ones are left out."""
    known = _kind(kind)
    shown = known.prefix if prefix is None else prefix
    names = (variable.name for variable in known.variables)
    return {name: environ[f"{shown}_{name}"] for name in names if f"{shown}_{name}" in environ}


def check_config(
    kind: str | ProviderKind, config: Mapping[str, str], *, prefix: str | None = None, for_orders: bool = False
) -> list[str]:
    """What is wrong with an account's configuration, one sentence each, naming the variable; empty when all is well.

    `for_orders`: only what keeps the account from sending.
    """
    return _kind(kind).problems(config, prefix=prefix, for_orders=for_orders)


def base_urls(kind: str | ProviderKind, config: Mapping[str, str]) -> tuple[str, ...]:
    """Every address the account sends to, for `transport.open_client` and the sandbox banner."""
    values = _kind(kind).complete(config)
    return tuple(dict.fromkeys(url for name, url in values.items() if name.endswith("BASE_URL") and url))


def complete(kind: str | ProviderKind, config: Mapping[str, str]) -> dict[str, str]:
    """Every variable of the kind with its value or default; names without the prefix."""
    return _kind(kind).complete(config)


def can(kind: str | ProviderKind, *wanted: Capability) -> bool:
    """Whether providers of this kind can do all of that."""
    return _kind(kind).can.issuperset(wanted)


def verification_of(kind: str | ProviderKind, config: Mapping[str, str]) -> ssl.SSLContext | bool:
    """What TLS certificates are checked against, for `transport.open_client`. Raises ConfigurationError."""
    known = _kind(kind)
    return known.verify(known.complete(config))


def build_adapter(
    kind_key: str, config: Mapping[str, str], client: httpx.AsyncClient, *, prefix: str | None = None
) -> object:
    """An adapter that sends through `client`; its Protocols of contract.capabilities show what it can do.

    `config` has variable names without the prefix. Raises ConfigurationError with every problem in its text.
    """
    kind = _kind(kind_key)
    if problems := kind.problems(config, prefix=prefix, for_orders=True):
        raise ConfigurationError(" ".join(problems))
    return kind.build(kind.complete(config), client)


def _kind(kind: str | ProviderKind) -> ProviderKind:
    if isinstance(kind, ProviderKind):
        return kind
    try:
        return KINDS[kind]
    except KeyError:
        raise ConfigurationError(f"There is no provider kind {kind!r}: use one of {', '.join(KINDS)}.") from None
