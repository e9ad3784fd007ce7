"""Agents of a contact centre who sign in, are told events, and place calls; and what a provider must do for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from telephony.contract.capabilities import CallPlacer
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import AgentState, CallStage


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLogin:
    """What a CC-Gateway agent signs in with."""

    agent_id: str
    password: str = field(repr=False)
    phone: str
    """Digits of the phone that is bound for the session; * and # are allowed."""
    skills: tuple[str, ...] | None = None
    """None: all skills that the agent is configured for."""
    auto_answer: bool = True
    auto_idle: bool = True
    """Idle after a call; otherwise wrap-up."""
    agent_type: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSession:
    """What lets another process go on with an agent's session. As secret as a password."""

    guid: str = field(repr=False)
    cookies: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    polled_for: float = field(default=0.0, compare=False)
    """Seconds for which the gateway may still hold a poll that nobody waits for any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent:
    """One event of an agent, in our words. `kind` is a member of huawei_ccgateway.events.EventKind."""

    kind: str
    event_type: str
    """The provider's name for it."""
    call_id: str = ""
    """"" for events of the agent's phone, which carry none: they are of the agent's current call."""
    number: str = ""
    """The other party's digits, where the event names them."""
    code: str = ""
    text: str = ""
    at: datetime | None = None
    """UTC, where the provider says when it happened."""
    raw: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class AgentSession(CallPlacer, Protocol):
    """One agent's session. One request of a kind at a time; polling goes on beside the others.

    Every method but `poll`'s empty answer raises SessionLost where the provider does not know the session, and the
    other classes of errors.py with the result code in plain words.
    """

    @property
    def saved(self) -> SavedSession | None:
        """As it is now: it changes with answers. None before sign-in and after sign-out."""

    def hand_over(self) -> SavedSession | None:
        """`saved`, for another process: it begins to poll when the poll that was given up here is surely over."""

    @property
    def listening_for(self) -> float:
        """Seconds for which a poll has waited for the next event. An event that is there is answered with at once."""

    async def sign_in(self, *, force: bool = False) -> None:
        """Signs in and takes the skills. RequestRejected with code 100-002 where somebody is signed in already;
        `force` throws that client out."""

    async def poll(self) -> AgentEvent | None:
        """Waits for the next event, some ten seconds; None where there was none. Keeps the provider's pause between two
        polls by itself, so it may be asked again at once; two minutes without a poll sign the agent out. An event is
        delivered once: after OutcomeUnknown or a cancelled poll one may be lost, and `state` says where the agent is.
        """

    async def state(self) -> tuple[AgentState, bool]:
        """What the agent does, and whether in a call."""

    async def release(self) -> None:
        """Hangs up. Done as well where there is nothing to hang up."""

    async def drop(self, call_id: str) -> None:
        """Hangs up one call."""

    async def set_idle(self) -> None: ...

    async def set_busy(self) -> None: ...

    async def sign_out(self, *, force: bool = False) -> None:
        """Done as well where the agent is signed out already. Refused in a call unless `force`, which ends the call."""


@runtime_checkable
class AgentCall(Protocol):
    """What becomes of one call of an agent, out of the agent's events. Nothing is asked; times come in, in UTC.

    No order of the events is relied on, and a repeated one changes nothing: whoever feeds the kept events of a call
    again knows as much as whoever heard them.
    """

    call_id: str
    """The provider's id, "" while nothing has named it."""
    stage: CallStage | None

    @property
    def over(self) -> bool: ...

    def feed(self, event: AgentEvent, *, at: datetime) -> None: ...

    def took(self, call_id: str) -> None:
        """The call-out was answered, with this id or none."""

    def hang_up_asked(self) -> None: ...

    def hang_up_refused(self) -> None: ...

    def events_were_lost(self) -> None:
        """From then on nothing follows from an event that there was not."""

    def agent_is_free(self, *, at: datetime) -> None:
        """There is no call any more, though no event said so."""

    def record(self) -> CallRecord:
        """As far as it is known; it may become more exact after the end."""


@runtime_checkable
class AgentSessions(Protocol):
    """Opens sessions of agents, and reads their events. Nothing is sent by any of it."""

    def session(self, login: AgentLogin, *, saved: SavedSession | None = None) -> AgentSession: ...

    def follow_call(self, *, call_id: str = "", started_at: datetime | None = None) -> AgentCall: ...

    def read_event(self, raw: object, *, agent_id: str) -> AgentEvent | None:
        """`AgentEvent.raw` back into the event; None for what is no event of this agent."""

    def state_after(self, event: AgentEvent) -> AgentState | None:
        """What the agent does after it; None where it does not say."""
