"""What the portal may ask of a voice provider, and the values that go in and come out.

Numbers are E.164 with the plus sign ("+447700900001"); an adapter makes the provider's form on the wire.
Times going in are Unix milliseconds (UTC), times coming out aware datetimes in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from telephony.contract.vocabulary import CallStage, Direction, DispatchType, Disposition, RingOrder, StartupType, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOrder:
    """One call to place. Which of these a kind of provider takes stands in its `call_fields` (configuration.py)."""

    reference: str
    callee: str
    did: str = ""
    """E.164 of the number that the callee sees; "" where the provider chooses one."""
    connect_number: str = ""
    """E.164 of the Amazon Connect number that reaches the agent (NxCloud)."""
    ring_order: RingOrder = RingOrder.CONNECT_FIRST
    delay_ms: int = 0
    agent_phone: str = ""
    """Digits of the agent's phone, which rings first (AICC `caller`)."""
    agent_id: str = ""
    """Id of the agent who calls (CC-Gateway), or whom the call is booked on (AICC `agentWorkNo`)."""
    agent_sees: str = ""
    """Digits of the number shown on the agent's phone (AICC `agentPresent`)."""
    skill_id: int | None = None
    """The agent's queue (CC-Gateway)."""
    call_data: str = ""
    """Text that goes along with the call and comes back with it. Not for secrets."""
    media: int = 0
    """CC-Gateway `mediaability`: 0 voice, 1 video, 2 negotiated."""
    callback_url: str = ""
    """Where the provider tells the end of this call; holds a secret of this call alone (AICC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEntry:
    """One callee of a provider task."""

    order_id: str
    """Ours, at most 32 characters; comes back in the provider's records."""
    callee: str
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOrder:
    """One chunk of a call list, handed over in one request."""

    reference: str
    task_name: str
    country: str
    """ISO 3166 two-letter code."""
    strategy_name: str
    dispatch_type: DispatchType
    agent_group_no: str
    predict_call_rate: Decimal
    ratio_call_rate: Decimal
    start_count: int
    startup_type: StartupType
    entries: tuple[TaskEntry, ...]
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRequest:
    """A request exactly as it goes to the socket; the dry run shows the same object that is sent."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    string_to_sign: str = ""
    """What was signed, the secret masked."""
    sensitive_headers: frozenset[str] = frozenset()
    """Lower-case names whose values never reach a log or a kept exchange."""
    numbers: frozenset[str] = frozenset()
    """Wire digits of people in this request, masked wherever the exchange is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One HTTP exchange as it may be kept: signature masked, numbers masked."""

    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: str
    status: int | None = None
    reply_body: str = ""
    elapsed_ms: int = 0
    error: str = ""
    """Class of the transport error, where there was no reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took the order. It says nothing of what happens on the line."""

    provider_id: str = ""
    """The provider's call or task id; empty where it gives none (createandcall)."""
    request_id: str = ""
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """The provider's record of a finished call. Every field may be missing but the call id."""

    provider_call_id: str
    order_id: str = ""
    task_id: str = ""
    other: str = ""
    direction: Direction = Direction.UNKNOWN
    caller: str = ""
    """As the provider wrote it."""
    callee: str = ""
    """As the provider wrote it; for task calls NxCloud puts the customer in `caller`."""
    disposition: Disposition = Disposition.UNKNOWN
    hangup_code: str = ""
    hangup_reason: str = ""
    abandoned: bool = False
    """The callee answered and no agent took the call. Only where the provider reports it."""
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    talk_seconds: int | None = None
    """From the times, because the published durations mix seconds and milliseconds."""
    cost: Decimal | None = None
    currency: str = ""
    """As the provider names it; NxCloud's records name none."""
    recording_url: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallProgress:
    """What the provider knows of a call that it took: where it is, and its record once it has ended."""

    provider_call_id: str
    order_id: str = ""
    stage: CallStage | None = None
    """None where the provider waits, or names a state that it does not document."""
    callee: str = ""
    """As the provider wrote it."""
    record: CallRecord | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One callback as it came. `topic` is the last part of its address, such as "call-record"."""

    topic: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    order_id: str = ""
    """Our order id, where the address itself was made for one order alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DidRecord:
    """The provider's record of one call over a DID. It has no call id: only numbers and time lead to the order."""

    provider_row_id: str = ""
    """The row's own id where it has one."""
    did: str = ""
    """E.164, "" where it is missing or unreadable."""
    other: str = ""
    """The other party as E.164, "" where it is missing or unreadable."""
    direction: Direction = Direction.UNKNOWN
    started_at: datetime | None = None
    ended_at: datetime | None = None
    talk_seconds: int | None = None
    """As the provider counts it."""
    cost: Decimal | None = None
    currency: str = ""
    end_reason: str = ""
    """The provider's code as text, such as "-7"."""
    end_reason_text: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentGroupInfo:
    """A group of agents as the provider lists it."""

    group_no: str
    name: str = ""
    remark: str = ""
    ring_policy: int | None = None
    """The provider's number; NxCloud: 1 all phones ring, 2 in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInfo:
    """An agent of a group. `user_name` is the account's name or address."""

    user_name: str
    nick_name: str = ""
    sip_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What is left on the account, in `currency` as the provider names it."""

    amount: Decimal
    credit: Decimal | None = None
    currency: str = ""


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
