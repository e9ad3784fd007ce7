"""Huawei AICC as a kind of provider account: its variables and how an adapter is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from telephony.configuration import (
    ProviderKind,
    PushAnswer,
    Variable,
    check_header_value,
    check_hosts,
    check_one_of,
    check_secret_path,
    check_url,
    check_zone,
)
from telephony.contract.vocabulary import Capability
from telephony.providers.huawei_aicc.adapter import AiccAdapter
from telephony.providers.huawei_aicc.settings import DIGESTS, AiccSettings, Digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

SHORTEST_KEY = 16
SHORTEST_TOKEN, LONGEST_TOKEN = 600, 3600


def _check_key(value: str) -> str:
    return "" if len(value) >= SHORTEST_KEY else "is too short: AICC asks for 16 characters or more."


def _check_token_seconds(value: str) -> str:
    digits = value.isascii() and value.isdigit() and len(value) <= 4
    good = digits and SHORTEST_TOKEN <= int(value) <= LONGEST_TOKEN
    return "" if good else f"must be a number of seconds from {SHORTEST_TOKEN} to {LONGEST_TOKEN}: correct it."


def _check_digits(value: str) -> str:
    return "" if value.isascii() and value.isdigit() and len(value) <= 32 else "is not a number: use digits only."


def _build(config: Mapping[str, str], client: httpx.AsyncClient) -> AiccAdapter:
    settings = AiccSettings(
        base_url=config["BASE_URL"].rstrip("/"),
        token_base_url=config["TOKEN_BASE_URL"].rstrip("/"),
        app_key=config["APP_KEY"],
        app_secret=config["APP_SECRET"],
        token_seconds=int(config["TOKEN_SECONDS"]),
        tenant_space_id=config["TENANT_SPACE_ID"],
        caller_present=config["CALLER_PRESENT"],
        callback_key=config["CALLBACK_KEY"],
        callback_digest=cast("Digest", config["CALLBACK_DIGEST"]),
        records_zone=ZoneInfo(config["RECORDS_ZONE"]),
    )
    return AiccAdapter(settings, client)


AICC = ProviderKind(
    key="huawei_aicc",
    label="Huawei AICC",
    prefix="AICC",
    variables=(
        Variable("BASE_URL", required=True, help="https://, host and port of the AICC API", check=check_url),
        Variable("TOKEN_BASE_URL", same_as="BASE_URL", help="host of tokenByAkSk, if different", check=check_url),
        Variable("APP_KEY", required=True, help="from the operator", check=check_header_value),
        Variable("APP_SECRET", required=True, secret=True, help="from the operator"),
        Variable(
            "TOKEN_SECONDS",
            default="3600",
            help="token lifetime to request, in seconds (600 to 3600)",
            check=_check_token_seconds,
        ),
        Variable(
            "TENANT_SPACE_ID", help="X-TenantSpaceID header, if the operator requires one", check=check_header_value
        ),
        Variable("CALLER_PRESENT", help="number shown if a call has no DID: an access code", check=_check_digits),
        Variable(
            "CALLBACK_KEY",
            secret=True,
            help="shared key of call-back notifications, 16 characters or more",
            check=_check_key,
        ),
        Variable("CALLBACK_DIGEST", default="hmac-sha256", help="hmac-sha256 or sha256", check=check_one_of(DIGESTS)),
        Variable(
            "WEBHOOK_PATH",
            secret=True,
            needed_by="CALLBACK_KEY",
            help="secret part of the callback addresses: 16 or more letters, digits, - and _",
            check=check_secret_path,
        ),
        Variable("RECORDS_ZONE", default="UTC", help="time zone of callbacks", check=check_zone),
        Variable(
            "RECORDING_HOSTS",
            default=".myhuaweicloud.com",
            help="additional hosts for recordings, separated by commas",
            check=check_hosts,
        ),
    ),
    build=_build,
    can=frozenset(
        {
            *(Capability.CALLS, Capability.CALL_RECORDS, Capability.PUSHES, Capability.CALL_STATE),
            *(Capability.RECORDING_LINKS, Capability.AGENT_PHONES),
        }
    ),
    call_fields=("agent_phone", "did", "agent_sees", "agent_id", "call_data", "callback_url"),
    call_needs=("agent_phone",),
    # Pages 1318 and 1319: a callback is answered with a retCode, 0 for success.
    push_answer=PushAnswer(b'{"retCode": "0", "retMsg": "success"}', "application/json"),
)
