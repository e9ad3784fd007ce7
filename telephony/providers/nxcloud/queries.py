"""What NxCloud can be asked: call records, agent groups, the balance. Asking changes nothing and may be repeated."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from telephony.contract.errors import OutcomeUnknown, UnsupportedByProvider
from telephony.contract.records import AgentGroupInfo, AgentInfo, Balance
from telephony.http.error_map import NOT_SENT
from telephony.http.untrusted_json import as_decimal, as_id, as_int, as_text
from telephony.providers.nxcloud import records
from telephony.providers.nxcloud.client import (
    AGENT_GROUPS,
    BALANCE,
    DID_RECORDS,
    GROUP_MEMBERS,
    RECORDS_OF_ORDER,
    RECORDS_PAGE,
    Endpoint,
    NxCloudClient,
    NxCloudSettings,
)
from telephony.providers.nxcloud.did_records import parse_did_record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, tzinfo

    import httpx

    from telephony.contract.records import CallRecord, DidRecord
    from telephony.contract.vocabulary import Direction
    from telephony.http.transport import Reply

RECORD_PAGE_SIZE = 100
DID_RECORD_PAGE_SIZE = 500
AGENT_GROUP_PAGE_SIZE = 200
LARGEST_BALANCE = Decimal(10) ** 12

Item = dict[str, Any]


class NxCloudReads:
    """A RecordSource, DidRecordSource, AgentGroupSource and BalanceSource.

    All raise the classes of contract/errors.py; an answer that cannot be read is OutcomeUnknown, never an empty list.
    """

    def __init__(self, settings: NxCloudSettings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = NxCloudClient(settings, client)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._settings!r})"

    @property
    def record_page_size(self) -> int:
        """NxCloud's limit (wiki page NXCC-API-cdrQuery)."""
        return RECORD_PAGE_SIZE

    async def call_records(
        self, *, start: datetime, end: datetime, page: int, now_ms: int, direction: Direction | None = None
    ) -> list[CallRecord]:
        """One page of records, from page 1; `start` and `end` are aware datetimes.

        The reply has no total. An item that is no record comes back with an empty `provider_call_id`, so that the page
        keeps its length: skip it. NXCC-API-cdrQuery contradicts itself on the unit of the times asked for; its text
        and its sample say seconds.
        """
        payload: dict[str, object] = {
            "startTime": int(start.timestamp()),
            "endTime": int(end.timestamp()),
            "size": RECORD_PAGE_SIZE,
            "page": page,
        }
        if direction is not None and direction in records.QUERY_DIRECTIONS:
            payload["direction"] = records.QUERY_DIRECTIONS[direction]
        items = await self._list_of(RECORDS_PAGE, payload, now_ms=now_ms, what="call records")
        return [records.parse_record(item) for item in items]

    async def records_for_order(self, order_id: str, *, now_ms: int, tenant_id: int | None = None) -> list[CallRecord]:
        """All records of one of our order ids: one for each redial (wiki page NXCC-API-cdrQueryByOrder).

        `tenant_id` is the team id in NxCloud's console, by default the account's. Raises UnsupportedByProvider where
        there is none.
        """
        tenant = self._tenant("Records of one order") if tenant_id is None else tenant_id
        payload = {"tenantId": tenant, "orderId": order_id}
        items = await self._list_of(RECORDS_OF_ORDER, payload, now_ms=now_ms, what="call records")
        return [records.parse_record(item) for item in items]

    @property
    def did_record_page_size(self) -> int:
        """Half of what NxCloud allows (wiki page Query-DID-Number-Call-Records: below 1000)."""
        return DID_RECORD_PAGE_SIZE

    @property
    def did_record_zone(self) -> tzinfo:
        """Of the days that are asked for and the times that come back: RECORDS_ZONE."""
        return self._settings.records_zone

    async def did_records(self, *, day: date, page: int, now_ms: int) -> list[DidRecord]:
        """One page, from 1, of the records of one day (wiki page Query-DID-Number-Call-Records).

        NxCloud names no zone for day or times: both are taken to be in the account's RECORDS_ZONE. A row that is no
        record comes back empty, so that the page keeps its length.
        """
        payload = {"date": day.isoformat(), "pageSize": DID_RECORD_PAGE_SIZE, "page": page}
        envelope, reply = await self._client.read(DID_RECORDS, payload, now_ms=now_ms)
        data = envelope.content.get("data", ...)
        # As in _list_of: nothing else than null and {} says that there is none.
        rows = [] if data is None or data == {} else _rows_of(data, page=page)
        if rows is None:
            raise _unreadable("complete list of DID records", reply)
        return [parse_did_record(item, zone=self._settings.records_zone) for item in rows]

    @property
    def agent_group_page_size(self) -> int:
        """NxCloud's limit (wiki page NXCC-API-groupQuery)."""
        return AGENT_GROUP_PAGE_SIZE

    async def agent_groups(self, *, page: int, now_ms: int) -> list[AgentGroupInfo]:
        """One page, from 1, of all groups (wiki page NXCC-API-groupQuery). Raises UnsupportedByProvider as below.

        The page requires a queueName and does not say how to ask for all: it is sent empty. A row that is no group
        comes back with an empty `group_no`, so that the page keeps its length: skip it.
        """
        payload = {
            "tenantId": self._tenant("Agent groups"),
            "queueName": "",
            "size": AGENT_GROUP_PAGE_SIZE,
            "page": page,
        }
        items = await self._list_of(AGENT_GROUPS, payload, now_ms=now_ms, what="agent groups")
        return [
            AgentGroupInfo(
                group_no=as_id(item.get("groupNo"), limit=64),
                name=as_text(item.get("groupName")),
                remark=as_text(item.get("remark")),
                ring_policy=as_int(item.get("ringPolicy")),
            )
            for item in items
        ]

    async def members_of(self, group_no: str, *, now_ms: int) -> list[AgentInfo]:
        """Who is in a group (wiki page NXCC-API-queueAgents); agents without an account name are left out.

        Raises UnsupportedByProvider where the account has no TENANT_ID.
        """
        payload = {"tenantId": self._tenant("The members of a group"), "queueNo": group_no}
        items = await self._list_of(GROUP_MEMBERS, payload, now_ms=now_ms, what="agents")
        agents = (
            AgentInfo(
                user_name=as_id(item.get("userName")),
                nick_name=as_text(item.get("nickName")),
                sip_number=as_id(item.get("sipNumber"), limit=64),
            )
            for item in items
        )
        return [agent for agent in agents if agent.user_name]

    async def balance(self, *, now_ms: int) -> Balance:
        """What is left (wiki page Customer-get-balance). RateLimited for code 211: how often is not published."""
        envelope, reply = await self._client.read(BALANCE, None, now_ms=now_ms)
        data = envelope.content.get("data")
        found: Item = data if isinstance(data, dict) else {}
        amount = as_decimal(found.get("amount_cus"), below=LARGEST_BALANCE)
        if amount is None:
            raise _unreadable("balance", reply)
        credit = as_decimal(found.get("credit_cus"), below=LARGEST_BALANCE)
        return Balance(amount=amount, credit=credit, currency=as_id(found.get("currency"), limit=10))

    def _tenant(self, what: str) -> int:
        if self._settings.tenant_id is None:
            raise UnsupportedByProvider(
                f"{what} need the account's TENANT_ID: set it to the team ID from NxCloud's console. {NOT_SENT}",
                code="no_tenant",
            )
        return self._settings.tenant_id

    async def _list_of(
        self, endpoint: Endpoint, payload: Mapping[str, object], *, now_ms: int, what: str
    ) -> list[Item]:
        envelope, reply = await self._client.read(endpoint, payload, now_ms=now_ms)
        # Only null and {} stand for an empty list: "no such call" settles doubts, so a reply must really say it.
        data = envelope.content.get("data", ...)
        if data is None or data == {}:
            return []
        if not isinstance(data, list):
            raise _unreadable(f"list of {what}", reply)
        return _items(data)


def _items(rows: list[Any]) -> list[Item]:
    return [row if isinstance(row, dict) else {"item": row} for row in rows]


def _rows_of(data: object, *, page: int) -> list[Item] | None:
    """The rows of a page with totals. None where it has no list, or where its totals promise rows that it lacks."""
    if not isinstance(data, dict):
        return None
    found = data.get("list")
    rows = _items(found) if isinstance(found, list) else []
    total = as_int(data.get("totalRow")) or 0
    missing = min(total - (page - 1) * DID_RECORD_PAGE_SIZE, DID_RECORD_PAGE_SIZE) - len(rows)
    if (found is not None and not isinstance(found, list)) or missing > 0:
        return None
    return rows


def _unreadable(what: str, reply: Reply) -> OutcomeUnknown:
    return OutcomeUnknown(f"NxCloud's answer has no {what}.", code="unreadable_reply", exchange=reply.exchange)
