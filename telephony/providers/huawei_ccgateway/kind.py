"""Huawei CC-Gateway as a kind of provider account: its variables and how an adapter is made of them."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from telephony.configuration import ConfigurationError, ProviderKind, Variable, check_url
from telephony.contract.vocabulary import Capability
from telephony.providers.huawei_ccgateway.adapter import CcGatewayAdapter
from telephony.providers.huawei_ccgateway.client import CcGatewaySettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

LONGEST_PAUSE_MS = 5_000


def _check_bundle(value: str) -> str:
    try:
        ssl.create_default_context(cafile=value)
    except (OSError, ssl.SSLError):
        return (
            "is not a readable certificate file: give the path of a PEM file with the gateway's certificate authority."
        )
    return ""


def _check_pause(value: str) -> str:
    good = value.isascii() and value.isdigit() and int(value) <= LONGEST_PAUSE_MS
    return "" if good else f"must be milliseconds from 0 to {LONGEST_PAUSE_MS}: correct it."


def _verify(config: Mapping[str, str]) -> ssl.SSLContext | bool:
    if not config["CA_BUNDLE"]:
        return True
    try:
        return ssl.create_default_context(cafile=config["CA_BUNDLE"])
    except (OSError, ssl.SSLError):
        raise ConfigurationError(f"CA_BUNDLE {_check_bundle(config['CA_BUNDLE'])}") from None


def _build(config: Mapping[str, str], client: httpx.AsyncClient) -> CcGatewayAdapter:
    settings = CcGatewaySettings(
        base_url=config["BASE_URL"].rstrip("/"), poll_pause=int(config["POLL_PAUSE_MS"]) / 1000
    )
    return CcGatewayAdapter(settings, client)


CCGATEWAY = ProviderKind(
    key="huawei_ccgateway",
    label="Huawei CC-Gateway",
    prefix="CCGATEWAY",
    variables=(
        Variable("BASE_URL", required=True, help="up to and with /agentgateway/resource", check=check_url),
        Variable("CA_BUNDLE", help="PEM file with the gateway's own certificate authority", check=_check_bundle),
        Variable(
            "POLL_PAUSE_MS", default="200", help="pause between two polls of an agent, milliseconds", check=_check_pause
        ),
    ),
    build=_build,
    can=frozenset({Capability.AGENT_CALLS}),
    call_fields=("agent_id", "did", "skill_id", "call_data", "media"),
    call_needs=("agent_id",),
    verify=_verify,
)
