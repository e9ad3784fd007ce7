"""NxCloud as a kind of provider account: its variables and how an adapter is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from telephony.configuration import (
    ProviderKind,
    Variable,
    check_header_value,
    check_hosts,
    check_one_of,
    check_secret_path,
    check_url,
    check_whole_number,
    check_zone,
)
from telephony.contract.vocabulary import Capability
from telephony.providers.nxcloud.adapter import NxCloudAdapter
from telephony.providers.nxcloud.client import NxCloudSettings
from telephony.providers.nxcloud.signing import ALGORITHMS, Algorithm

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx


def _build(config: Mapping[str, str], client: httpx.AsyncClient) -> NxCloudAdapter:
    settings = NxCloudSettings(
        base_url=config["BASE_URL"].rstrip("/"),
        task_base_url=config["TASK_BASE_URL"].rstrip("/"),
        access_key=config["ACCESS_KEY"],
        access_secret=config["ACCESS_SECRET"],
        algorithm=cast("Algorithm", config["SIGN_ALGORITHM"]),
        webhook_token=config["WEBHOOK_TOKEN"],
        tenant_id=int(config["TENANT_ID"]) if config["TENANT_ID"] else None,
        records_zone=ZoneInfo(config["RECORDS_ZONE"]),
    )
    return NxCloudAdapter(settings, client)


NXCLOUD = ProviderKind(
    key="nxcloud",
    label="NxCloud",
    prefix="NXCLOUD",
    variables=(
        Variable(
            "BASE_URL",
            default="https://api2.nxcloud.com",
            help="host of DID dial-out and call records",
            check=check_url,
        ),
        Variable("TASK_BASE_URL", same_as="BASE_URL", help="host of outbound tasks (createandcall)", check=check_url),
        Variable("ACCESS_KEY", required=True, help="from the NxCloud console", check=check_header_value),
        Variable("ACCESS_SECRET", required=True, secret=True, help="from the NxCloud console"),
        Variable("SIGN_ALGORITHM", default="md5", help="md5 or sha256", check=check_one_of(ALGORITHMS)),
        Variable("WEBHOOK_TOKEN", secret=True, help="token header of pushed call records, from Call Center settings"),
        Variable(
            "WEBHOOK_PATH",
            secret=True,
            needed_by="WEBHOOK_TOKEN",
            help="secret part of the address that receives call records: 16 or more letters, digits, - and _",
            check=check_secret_path,
        ),
        Variable("TENANT_ID", help="team ID, for agent groups and records of one order", check=check_whole_number),
        Variable(
            "RECORDING_HOSTS",
            default=".nxcloud.com",
            help="additional hosts for recordings, separated by commas",
            check=check_hosts,
        ),
        Variable("RECORDS_ZONE", default="UTC", help="time zone of DID records", check=check_zone),
    ),
    build=_build,
    can=frozenset(
        {
            *(Capability.CALLS, Capability.TASKS, Capability.PUSHES),
            *(Capability.CALL_RECORDS, Capability.DID_RECORDS, Capability.ORDER_RECORDS),
            *(Capability.AGENT_GROUPS, Capability.BALANCE),
        }
    ),
    call_fields=("did", "connect_number", "ring_order", "delay_ms"),
    call_needs=("did", "connect_number"),
)
