"""What comes back from a provider later: records, states of calls, callbacks, groups and the balance.

Times are aware datetimes in UTC. Numbers stay as the provider wrote them, unless a field says E.164.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from telephony.contract.vocabulary import CallStage, Direction, Disposition


def seconds_between(answered_at: datetime | None, ended_at: datetime | None) -> int | None:
    """Whole seconds of talk, from the times: what the providers publish as durations cannot be relied on."""
    if answered_at is None or ended_at is None or ended_at < answered_at:
        return None
    return int((ended_at - answered_at).total_seconds())


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
