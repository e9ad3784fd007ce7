"""What AICC can be asked: where a call is, what became of calls, their recordings, and the agents' phones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from telephony.contract.errors import OutcomeUnknown, ProviderError, UnsupportedByProvider
from telephony.contract.vocabulary import Disposition
from telephony.http.error_map import NOT_SENT
from telephony.http.unix_ms import to_ms
from telephony.http.untrusted_json import as_id, as_int, as_text
from telephony.providers.huawei_aicc.client import CALL_RECORDS, CALL_STATE, PHONES, RECORDING, AiccClient, unreadable
from telephony.providers.huawei_aicc.codes import NOTHING_FOUND
from telephony.providers.huawei_aicc.records import parse_progress, parse_record, serial_of

if TYPE_CHECKING:
    from datetime import datetime

    import httpx

    from telephony.contract.records import CallProgress, CallRecord
    from telephony.http.transport import Reply
    from telephony.providers.huawei_aicc.client import Envelope
    from telephony.providers.huawei_aicc.settings import AiccSettings

PAGE_SIZE = 100
LONGEST_WINDOW = timedelta(days=7)
LONGEST_LINK = 4096
AROUND_A_CALL = timedelta(minutes=1)
MOST_PAGES = 3


class AiccReads:
    """A CallStateSource, RecordSource, RecordingLinkSource and AgentPhoneSource.

    All raise the classes of contract/errors.py; an answer that cannot be read is OutcomeUnknown, never an empty list.
    """

    def __init__(self, settings: AiccSettings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = AiccClient(settings, client)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._settings!r})"

    async def call_state(self, provider_call_id: str, *, now_ms: int) -> CallProgress:
        """Where a call is (page 1306). While it rings, AICC does not say whose phone: that is AGENT_RINGING.

        Of a call that somebody hung up this page does not say whether anybody talked, so its record is looked up.
        RequestRejected where the id has no form that AICC knows; that a search failed (1) is OutcomeUnknown.
        """
        envelope, reply = await self._client.read(CALL_STATE, {"callSerialNo": provider_call_id}, now_ms=now_ms)
        found = serial_of(envelope.result.get("callSerialNo"))
        if (found and found != provider_call_id) or not as_id(envelope.result.get("state")):
            raise unreadable("state of this call", reply)
        progress = parse_progress(envelope.result, zone=self._settings.records_zone, provider_call_id=provider_call_id)
        if progress.record is None or progress.record.disposition is not Disposition.UNKNOWN:
            return progress
        return replace(progress, record=await self._fuller(progress.record, now_ms=now_ms))

    async def _fuller(self, record: CallRecord, *, now_ms: int) -> CallRecord:
        """The same call's record with all its times, where AICC has one by now."""
        if record.started_at is None or record.ended_at is None or record.ended_at < record.started_at:
            return record
        start, end = record.started_at - AROUND_A_CALL, record.ended_at + AROUND_A_CALL
        try:
            for page in range(1, MOST_PAGES + 1):
                rows = await self.call_records(start=start, end=end, page=page, now_ms=now_ms)
                same = (row for row in rows if row.provider_call_id == record.provider_call_id)
                if (found := next(same, None)) is not None:
                    return replace(found, order_id=found.order_id or record.order_id, other=found.other or record.other)
                if len(rows) < PAGE_SIZE:
                    break
        except ProviderError:
            # The state that was asked for is known without it.
            pass
        return record

    @property
    def record_page_size(self) -> int:
        """AICC's own (page 1305)."""
        return PAGE_SIZE

    async def call_records(self, *, start: datetime, end: datetime, page: int, now_ms: int) -> list[CallRecord]:
        """One page of records, from page 1 (page 1305); `start` and `end` are aware, and at most seven days apart.

        A row that is no record, or of a call that goes on, has an empty `provider_call_id`, so that the page keeps its
        length: skip it. UnsupportedByProvider for a longer time.
        """
        if end - start > LONGEST_WINDOW:
            raise UnsupportedByProvider(
                f"AICC accepts at most seven days per request for records. {NOT_SENT}", code="window"
            )
        offset = (page - 1) * PAGE_SIZE
        payload = {
            "startTime": _milliseconds(start),
            "endTime": _milliseconds(end),
            "offset": str(offset),
            "limit": str(PAGE_SIZE),
        }
        try:
            envelope, reply = await self._client.read(CALL_RECORDS, payload, now_ms=now_ms)
        except OutcomeUnknown as exc:
            # On page 1305 code 1 means an empty page; on page 1306 it means that the search failed.
            if exc.code == NOTHING_FOUND and exc.exchange and exc.exchange.status == 200:
                return []
            raise
        rows = _rows(envelope, "callInfo", offset=offset, what="complete list of call records", reply=reply)
        return [parse_record(row, zone=self._settings.records_zone) for row in rows]

    async def recording_link(self, provider_call_id: str, *, now_ms: int) -> str:
        """A link that is good for five minutes (page 1307): fetch at once, and keep it nowhere."""
        envelope, reply = await self._client.read(RECORDING, {"callSerialNo": provider_call_id}, now_ms=now_ms)
        link = as_id(envelope.result.get("url"), limit=LONGEST_LINK)
        # A space is printable to isprintable, so it is asked for apart.
        if not link.startswith(("https://", "http://")) or not link.isprintable() or " " in link:
            raise unreadable("link to a recording", reply)
        return link

    @property
    def agent_phone_page_size(self) -> int:
        """AICC's own (page 1308)."""
        return PAGE_SIZE

    async def agent_phones(self, *, page: int, now_ms: int) -> list[str]:
        """One page, from 1, of the phones that may stand in `agent_phone` (page 1308).

        A row without digits is "", so that the page keeps its length: skip it. The passwords that come along are
        thrown away.
        """
        offset = (page - 1) * PAGE_SIZE
        payload = {"limit": str(PAGE_SIZE), "offset": str(offset)}
        envelope, reply = await self._client.read(PHONES, payload, now_ms=now_ms)
        rows = _rows(envelope, "phone", offset=offset, what="complete list of phones", reply=reply)
        phones = (as_text(row.get("phoneNum")) for row in rows)
        return [phone if phone.isascii() and phone.isdigit() and len(phone) <= 32 else "" for phone in phones]


def _rows(envelope: Envelope, name: str, *, offset: int, what: str, reply: Reply) -> list[dict[str, Any]]:
    """The rows of one page. OutcomeUnknown where there is no list, or `total` promises rows that it lacks: "no such
    call" settles doubts, so an answer must really say it."""
    found, total = envelope.result.get(name), as_int(envelope.result.get("total"))
    rows = found if isinstance(found, list) else []
    missing = min((total or 0) - offset, PAGE_SIZE) - len(rows)
    if (found is not None and not isinstance(found, list)) or (found is None and total is None) or missing > 0:
        raise unreadable(what, reply)
    return [row if isinstance(row, dict) else {"item": row} for row in rows]


def _milliseconds(moment: datetime) -> str:
    return str(to_ms(moment))
