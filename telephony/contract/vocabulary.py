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


class CallStage(StrEnum):
    """Where a call is on its way, as far as the provider tells while it goes on. Stages only ever advance."""

    AGENT_RINGING = "agent_ringing"
    """Our agent's own phone rings first."""
    AGENT_ANSWERED = "agent_answered"
    """Our agent is on the line; the callee's phone does not ring yet."""
    RINGING = "ringing"
    """The callee's phone rings."""
    TALKING = "talking"
    ENDED = "ended"


class AgentState(StrEnum):
    """What a contact-centre agent does now, as far as the portal knows."""

    SIGNED_OUT = "signed_out"
    SIGNING_IN = "signing_in"
    IDLE = "idle"
    BUSY = "busy"
    """Not ready, by the agent's own choice or the platform's."""
    RINGING = "ringing"
    """The agent's own phone rings."""
    DIALLING = "dialling"
    """The agent is off hook, and the callee's phone is called or rings."""
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    REST = "rest"
    SIGNING_OUT = "signing_out"
    LOST = "lost"
    """The portal lost the session and tries to get it back."""


class Capability(StrEnum):
    """What a kind of provider can do for the portal. Each stands for Protocols of capabilities.py."""

    CALLS = "calls"
    """CallPlacer: one call by one stateless request."""
    AGENT_CALLS = "agent_calls"
    """AgentSessions: calls are placed by an agent who is signed in."""
    TASKS = "tasks"
    CALL_RECORDS = "call_records"
    DID_RECORDS = "did_records"
    ORDER_RECORDS = "order_records"
    PUSHES = "pushes"
    CALL_STATE = "call_state"
    RECORDING_LINKS = "recording_links"
    AGENT_GROUPS = "agent_groups"
    AGENT_PHONES = "agent_phones"
    BALANCE = "balance"


class Trust(StrEnum):
    """What a push may be believed."""

    REFUSED = "refused"
    SIGNED = "signed"
    """It proved that it comes from the provider."""
    UNSIGNED = "unsigned"
    """It came to a secret address and may be true: the provider must be asked before it counts."""


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
