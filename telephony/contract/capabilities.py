"""What an adapter may be able to do, one Protocol each; the portal asks `isinstance` and does without the others.

Times going in are Unix milliseconds (UTC), so that nobody below reads a clock.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Protocol, runtime_checkable

from telephony.contract.orders import Accepted, DialOrder, PreparedRequest, TaskOrder
from telephony.contract.records import (
    AgentGroupInfo,
    AgentInfo,
    Balance,
    CallProgress,
    CallRecord,
    DidRecord,
    Push,
)
from telephony.contract.vocabulary import Disposition, Trust


@runtime_checkable
class CallPlacer(Protocol):
    """Places single calls."""

    def prepare_call(self, order: DialOrder, *, now_ms: int) -> PreparedRequest: ...

    async def place_call(self, order: DialOrder, *, now_ms: int) -> Accepted: ...


@runtime_checkable
class TaskCreator(Protocol):
    """Takes a chunk of a call list and dials it by itself."""

    def prepare_task(self, order: TaskOrder, *, now_ms: int) -> PreparedRequest: ...

    async def create_task(self, order: TaskOrder, *, now_ms: int) -> Accepted: ...


@runtime_checkable
class RecordSource(Protocol):
    """Tells afterwards what happened. Reading twice changes nothing, so these may be retried."""

    async def call_records(self, *, start: datetime, end: datetime, page: int, now_ms: int) -> list[CallRecord]:
        """One page, from 1; a page shorter than `record_page_size` is the last."""

    @property
    def record_page_size(self) -> int: ...


@runtime_checkable
class DidRecordSource(Protocol):
    """Tells what happened on the DIDs, where a call has no record of its own. May be retried."""

    async def did_records(self, *, day: date, page: int, now_ms: int) -> list[DidRecord]:
        """One page, from 1, of one day in the zone that the provider keeps its records in.

        A page shorter than `did_record_page_size` is the last.
        """

    @property
    def did_record_page_size(self) -> int: ...

    @property
    def did_record_zone(self) -> tzinfo: ...


@runtime_checkable
class OrderRecordSource(Protocol):
    """Tells what became of one order by our own order id. May be retried."""

    async def records_for_order(self, order_id: str, *, now_ms: int) -> list[CallRecord]: ...


@runtime_checkable
class HangUpReader(Protocol):
    """Knows the provider's hang-up codes, for records that come by another way than its API."""

    def explain_hangup(self, code: str, *, answered: bool | None = None) -> tuple[Disposition, str, bool]:
        """Result, readable text and whether no agent took the answered call; UNKNOWN and "" for an unlisted code."""


@runtime_checkable
class AgentGroupSource(Protocol):
    """Lists the groups that a task can be given to, and who is in them. May be retried."""

    async def agent_groups(self, *, page: int, now_ms: int) -> list[AgentGroupInfo]:
        """One page, from 1; a page shorter than `agent_group_page_size` is the last."""

    @property
    def agent_group_page_size(self) -> int: ...

    async def members_of(self, group_no: str, *, now_ms: int) -> list[AgentInfo]: ...


@runtime_checkable
class BalanceSource(Protocol):
    """Tells what is left on the account. May be retried, but not often: RateLimited."""

    async def balance(self, *, now_ms: int) -> Balance: ...


@runtime_checkable
class CallStateSource(Protocol):
    """Tells where a call is by the provider's own id. May be retried."""

    async def call_state(self, provider_call_id: str, *, now_ms: int) -> CallProgress:
        """Raises RequestRejected where the provider does not know the call."""


@runtime_checkable
class RecordingLinkSource(Protocol):
    """Makes a link to a call's recording that is good for some minutes. May be retried."""

    async def recording_link(self, provider_call_id: str, *, now_ms: int) -> str:
        """Raises RequestRejected, in plain words, where there is none."""


@runtime_checkable
class AgentPhoneSource(Protocol):
    """Lists the phones that agents of this account can be reached at. May be retried."""

    async def agent_phones(self, *, page: int, now_ms: int) -> list[str]:
        """One page of digits, from 1; a page shorter than `agent_phone_page_size` is the last."""

    @property
    def agent_phone_page_size(self) -> int: ...


@runtime_checkable
class PushReceiver(Protocol):
    """Understands what the provider pushes."""

    @property
    def push_topics(self) -> frozenset[str]: ...

    def trust(self, push: Push, *, now_ms: int) -> Trust:
        """What the push may be believed. Constant time."""

    def parse_push(self, push: Push) -> CallRecord | CallProgress:
        """Raises ValueError with a readable sentence when the body tells of no call."""
