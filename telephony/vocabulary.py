"""The words every adapter maps to. What the provider said is kept beside them, never instead."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class RingOrder(StrEnum):
    """Which leg of a bridged call rings first."""

    CONNECT_FIRST = "connect_first"
    CALLEE_FIRST = "callee_first"


class DispatchType(IntEnum):
    """How a provider task hands answered calls to agents; the values are NxCloud's."""

    NONE = 0
    RATIO = 1
    PREDICTIVE = 2


class StartupType(IntEnum):
    """When a provider task begins to dial; the values are NxCloud's."""

    NONE = 0
    MANUAL = 1
    SCHEDULED = 2
    IMMEDIATE = 3


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    TASK = "task"
    """Dialled by a provider task (NxCloud says AICC)."""
    UNKNOWN = "unknown"


class Disposition(StrEnum):
    """How an attempt ended on the line. Only a provider's record, event or callback sets it."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    VOICEMAIL = "voicemail"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class NumberKind(IntEnum):
    """What a numbering plan says of a line; the values are those of `phonenumbers`."""

    FIXED = 0
    MOBILE = 1
    FIXED_OR_MOBILE = 2
    """The plan does not tell them apart, as in North America."""
    TOLL_FREE = 3
    PREMIUM = 4
    SHARED_COST = 5
    VOIP = 6
    PERSONAL = 7
    PAGER = 8
    UAN = 9
    """A company's one number for all its places."""
    VOICEMAIL = 10
    UNKNOWN = 99
