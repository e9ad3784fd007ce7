"""Agents as their pages show them: what each one does now, since when, and what may be asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from dialer.models import Agent, AgentLogEntry, AgentState, AgentStatus, CallRequest
from dialer.models.agents import IN_CALL

SILENT_AFTER = timedelta(seconds=60)
"""A desk that holds an agent writes so with every renewal of its leases, every ten seconds unless set otherwise."""
SIGNED_IN = frozenset({AgentState.IDLE, AgentState.BUSY, AgentState.WRAP_UP, AgentState.REST, *IN_CALL})
ATTENDED = frozenset({AgentState.SIGNING_IN, AgentState.SIGNING_OUT, AgentState.LOST, *SIGNED_IN})
"""A desk looks after the agent, or should."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something that a person may ask of an agent. `asks_first`: its page says what will happen, and asks again."""

    action: str
    label: str | Promise
    icon: str
    look: str = ""
    asks_first: bool = False


SIGN_IN = Button("sign-in", gettext_lazy("Sign in"), "arrow-right-end-on-rectangle", "btn-primary")
SIGN_OUT = Button("sign-out", gettext_lazy("Sign out"), "arrow-left-start-on-rectangle")
TAKE_OVER = Button("take-over", gettext_lazy("Sign out the other client…"), "exclamation-triangle", "btn-danger", True)
END_AND_SIGN_OUT = Button(
    "end-and-sign-out", gettext_lazy("End call, sign out…"), "arrow-left-start-on-rectangle", "", True
)
READY = Button("ready", gettext_lazy("Ready"), "play", "btn-primary")
NOT_READY = Button("not-ready", gettext_lazy("Not ready"), "pause")
HANG_UP = Button("hang-up", gettext_lazy("Hang up"), "phone-x-mark", "btn-danger")
BUTTONS = MappingProxyType(
    {button.action: button for button in (SIGN_IN, SIGN_OUT, TAKE_OVER, END_AND_SIGN_OUT, READY, NOT_READY, HANG_UP)}
)


@dataclass(frozen=True, slots=True)
class AgentRow:
    agent: Agent
    state: AgentState
    call: CallRequest | None = None
    reason: str = ""
    seconds: int | None = None
    """How long in this state, in whole minutes, so that a page changes once a minute."""
    is_silent: bool = False
    """A desk should look after the agent, and none has written so for a while."""
    offers_force: bool = False
    buttons: tuple[Button, ...] = (SIGN_IN,)

    @property
    def may_call(self) -> bool:
        return self.state == AgentState.IDLE and not self.is_silent

    @property
    def version(self) -> tuple[Any, ...]:
        """What the row shows; `seconds` and `is_silent` move with the clock, the rest with the agent."""
        agent = self.agent
        facts = (agent.pk, agent.name, agent.phone, agent.account.name, str(agent.user))
        return (*facts, self.state, self.call and self.call.pk, self.reason, self.seconds, self.is_silent, self.buttons)


def agent_row(agent: Agent, *, now: datetime) -> AgentRow:
    status: AgentStatus | None = getattr(agent, "status", None)
    if status is None:
        return AgentRow(agent, AgentState.SIGNED_OUT)
    state = AgentState(status.state)
    heard = max(filter(None, (status.polled_at, status.since)), default=None)
    return AgentRow(
        agent=agent,
        state=state,
        call=status.call,
        reason=status.reason,
        seconds=int((now - status.since).total_seconds()) // 60 * 60 if status.since else None,
        is_silent=state in ATTENDED and (heard is None or now - heard > SILENT_AFTER),
        offers_force=status.offers_force,
        buttons=_buttons(status, state),
    )


def _buttons(status: AgentStatus, state: AgentState) -> tuple[Button, ...]:
    if state == AgentState.SIGNED_OUT:
        return (SIGN_IN, TAKE_OVER) if status.offers_force else (SIGN_IN,)
    if state == AgentState.SIGNING_OUT:
        return ()
    if state in IN_CALL:
        return (HANG_UP, END_AND_SIGN_OUT) if status.call else (END_AND_SIGN_OUT,)
    if state == AgentState.IDLE:
        return (NOT_READY, SIGN_OUT)
    return (READY, SIGN_OUT) if state in SIGNED_IN else (SIGN_OUT,)


def count_agents() -> dict[str, int]:
    """Of all agents that are listed, by one query."""
    state = "status__state"
    counts: dict[str, int] = Agent.objects.listed().aggregate(
        all=Count("pk"),
        here=Count("pk", filter=Q(**{f"{state}__in": SIGNED_IN})),
        idle=Count("pk", filter=Q(**{state: AgentState.IDLE})),
        in_call=Count("pk", filter=Q(**{f"{state}__in": IN_CALL})),
    )
    return counts


EVENT_LABELS: MappingProxyType[str, str | Promise] = MappingProxyType(
    {
        "AgentOther_InService": gettext_lazy("signed in"),
        "AgentState_Ready": gettext_lazy("idle"),
        "AgentState_Force_Ready": gettext_lazy("set to ready by someone else"),
        "AgentState_Busy": gettext_lazy("busy with a call"),
        "AgentState_SetNotReady_Success": gettext_lazy("not ready"),
        "AgentState_CancelNotReady_Success": gettext_lazy("ready again"),
        "AgentState_Force_SetNotReady": gettext_lazy("set to not ready by someone else"),
        "AgentState_Work": gettext_lazy("wrap-up"),
        "AgentState_SetWork_Success": gettext_lazy("wrap-up"),
        "AgentState_CancelWork_Success": gettext_lazy("wrap-up over"),
        "AgentState_SetRest_Success": gettext_lazy("resting"),
        "AgentState_CancelRest_Success": gettext_lazy("rest over"),
        "AgentOther_PhoneAlerting": gettext_lazy("the agent's own phone is ringing"),
        "AgentOther_PhoneOffhook": gettext_lazy("the agent picked up"),
        "AgentOther_PhoneRelease": gettext_lazy("the agent's phone hung up"),
        "AgentOther_PhoneBusy": gettext_lazy("the agent's phone is busy"),
        "AgentEvent_Customer_Alerting": gettext_lazy("the callee's phone is ringing"),
        "AgentEvent_Talking": gettext_lazy("talking"),
        "AgentEvent_Call_Out_Fail": gettext_lazy("the call failed"),
        "AgentEvent_Connect_Fail": gettext_lazy("the call failed"),
        "OUTBOUND_DETECT_EVENT": gettext_lazy("why the call failed"),
        "AgentEvent_Call_Release": gettext_lazy("the call is over"),
        "AgentEvent_Customer_Release": gettext_lazy("the callee hung up"),
        "AgentEvent_Ringing": gettext_lazy("incoming call"),
        "AgentEvent_Auto_Answer": gettext_lazy("incoming call answered automatically"),
        "AgentEvent_No_Answer": gettext_lazy("incoming call not answered"),
        "AgentEvent_linkagePhoneCallOut": gettext_lazy("dialled on the phone"),
        "AgentMediaEvent_Record": gettext_lazy("recording started"),
        "AgentMediaEvent_Record_Fail": gettext_lazy("recording failed"),
        "AgentMediaEvent_StopRecordDone": gettext_lazy("recording ended"),
        "AgentOther_ShutdownService": gettext_lazy("signed out by the provider"),
        "AgentSession_Destroyed": gettext_lazy("the session ended"),
        "portal_signed_in": gettext_lazy("the portal signed the agent in"),
        "portal_signed_in_by_force": gettext_lazy("the portal signed the agent in and signed out another client"),
        "portal_resumed": gettext_lazy("another process of the portal took over"),
        "portal_signed_out": gettext_lazy("the portal signed the agent out"),
        "portal_lost": gettext_lazy("the portal lost the connection"),
    }
)
"""What the events of CC-Gateway are called (pages 1346 to 1399), and what the portal writes itself."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of an agent's log in plain words."""

    entry: AgentLogEntry
    label: str
    detail: str
    is_ours: bool
    """The portal wrote it itself."""


def log_line(entry: AgentLogEntry) -> LogLine:
    text = entry.content.get("text") if isinstance(entry.content, dict) else ""
    label = capfirst(str(EVENT_LABELS.get(entry.kind, entry.kind)))
    return LogLine(entry, label, str(text or ""), is_ours=entry.kind.startswith("portal_"))
