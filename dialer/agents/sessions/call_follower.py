"""The call that an agent is in, or was in last, as far as events tell."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dialer.models import AgentState, Stage
from telephony.contract.agents import AgentCall, AgentEvent
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import CallStage

SAME_CLOCK = timedelta(minutes=3)
"""The gateway's time of an event is believed when it is not further from ours: the event may have waited for us."""
SETTLING = 5.0
"""Seconds after a call-out in which the gateway may not know of the call yet."""

STATE_OF_STAGE = {
    None: AgentState.DIALLING,
    CallStage.AGENT_RINGING: AgentState.RINGING,
    CallStage.AGENT_ANSWERED: AgentState.DIALLING,
    CallStage.RINGING: AgentState.DIALLING,
    CallStage.TALKING: AgentState.TALKING,
}


@dataclass(slots=True, kw_only=True)
class FollowedCall:
    pk: int
    callee: str
    """E.164."""
    sent_at: datetime
    tracker: AgentCall
    has_id: bool = False
    """The order's row has the provider's call id."""
    is_proven: bool = False
    """An event named a call to this number: our order was taken, whatever became of its answer."""
    is_settled: bool = False
    """The ledger knows what became of the order."""
    is_closed: bool = False
    """The result is written down."""
    stored: CallRecord | None = None
    """What was written down last."""
    began: float = field(default_factory=time.monotonic)

    @property
    def is_open(self) -> bool:
        return not self.is_closed and not self.tracker.over

    @property
    def is_settling(self) -> bool:
        """The gateway may say that the agent is free because it has not begun with the call."""
        return not self.is_settled or time.monotonic() - self.began < SETTLING

    @property
    def state(self) -> AgentState:
        """What the agent does in this call."""
        return STATE_OF_STAGE.get(self.tracker.stage, AgentState.DIALLING)

    def stage(self) -> Stage | None:
        """The furthest one that the call's history has a line for."""
        stage = self.tracker.stage
        return Stage(stage.value) if stage and stage is not CallStage.ENDED else None

    def time_of(self, event: AgentEvent, *, now: datetime) -> datetime:
        """When it happened; never before the order."""
        at = event.at if event.at and abs(now - event.at) <= SAME_CLOCK else now
        return max(at, self.sent_at)

    def owns(self, event: AgentEvent) -> bool:
        """Events of the agent's phone carry no call id and are of the call that is going on."""
        if event.call_id and self.tracker.call_id:
            return event.call_id == self.tracker.call_id
        return not self.is_closed

    def note_proof(self, event: AgentEvent) -> None:
        """An event with the call's id shows that our order was taken, unless it names another number."""
        if event.call_id and event.call_id == self.tracker.call_id:
            named, ordered = (re.sub(r"[^0-9]", "", number) for number in (event.number, self.callee))
            self.is_proven = self.is_proven or not event.number or named == ordered
