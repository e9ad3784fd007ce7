"""What goes to a provider: the order, the request made of it, and what the provider said at once.

Numbers are E.164 with the plus sign ("+447700900001"); an adapter makes the provider's form on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from telephony.contract.vocabulary import DispatchType, RingOrder, StartupType


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
