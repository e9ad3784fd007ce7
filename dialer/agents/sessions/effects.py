"""What the parts of an agent's session ask for. The runner applies effects in order, and alone changes the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dialer.agents.sessions.call_follower import FollowedCall
from dialer.agents.sessions.store import ReceivedEvent
from dialer.models import AgentState


@dataclass(frozen=True, slots=True)
class Lost:
    """The session ended and nobody asked for it: sign in again at once, never by force."""

    why: str


@dataclass(frozen=True, slots=True)
class Over:
    """The agent is signed out, and stays so until a person asks for more."""

    reason: str = ""
    offers_force: bool = False


@dataclass(frozen=True, slots=True)
class Resumed:
    """The session goes on, with polls."""


@dataclass(frozen=True, slots=True)
class Became:
    """The gateway says what the agent does now."""

    state: AgentState


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway refused a request; the agent's page shows why."""

    reason: str


@dataclass(frozen=True, slots=True)
class StoreEvent:
    event: ReceivedEvent
    now: datetime


@dataclass(frozen=True, slots=True)
class CallOver:
    """Events say that the call ended: close it, after so many seconds in which its cause may still come."""

    call: FollowedCall
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class CallGone:
    """The gateway knows of no call, and no event will tell more of the one that was followed."""


@dataclass(frozen=True, slots=True)
class CallClosed:
    """The result of the agent's call is stored: the agent may take the next one."""


@dataclass(frozen=True, slots=True)
class LookNow:
    """Ask the gateway what the agent does. `drained`: every event was heard, so a call that is not there is over."""

    drained: bool = False
    after: float = 0.0
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Wake:
    """There may be work."""


SessionChange = Lost | Over | Resumed | Became | Refused | StoreEvent
FollowUp = CallOver | CallGone | CallClosed | LookNow | Wake
Effect = SessionChange | FollowUp
Effects = tuple[Effect, ...]
