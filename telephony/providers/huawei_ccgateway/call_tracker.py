"""What became of one call of an agent, out of the agent's events. Pure: times come in, nothing is asked.

No order of the events is promised, and an event may be repeated, so how a call ended follows from which events there
were, never from when they came. Whoever feeds the stored events of a call again knows as much as whoever heard them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import CallStage, Direction, Disposition
from telephony.http.untrusted_json import as_id
from telephony.providers.huawei_ccgateway import codes
from telephony.providers.huawei_ccgateway.events import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from telephony.contract.agents import AgentEvent

_K = EventKind
_FAILURES = frozenset({_K.CALL_OUT_FAIL, _K.CONNECT_FAIL})
_ENDS = frozenset({*_FAILURES, _K.CALL_RELEASE, _K.CUSTOMER_RELEASE})
_AFTERWARDS = frozenset({_K.READY, _K.WRAP_UP})
_RELEVANT = frozenset(
    {
        *(_K.PHONE_ALERTING, _K.PHONE_OFF_HOOK, _K.PHONE_BUSY, _K.PHONE_RELEASE, _K.CUSTOMER_ALERTING, _K.TALKING),
        *(_K.CALL_CAUSE, *_ENDS, *_AFTERWARDS),
    }
)
_OF_SOME_CALL = frozenset({_K.PHONE_RELEASE, *_AFTERWARDS})
"""The call before ends with these as well, and they may still be on their way when the next one is ordered."""
_NAMES_THE_CALL = frozenset({_K.CUSTOMER_ALERTING, _K.TALKING, *_FAILURES})
_OUTBOUND = ("7", "")
"""`feature` of an ordinary outbound call, or none."""
_AGENT_HUNG_UP = "2"
_MOST_EVENTS = 200
_STAGES = tuple(CallStage)
_STAGE_OF = (
    (CallStage.TALKING, _K.TALKING),
    (CallStage.RINGING, _K.CUSTOMER_ALERTING),
    (CallStage.AGENT_ANSWERED, _K.PHONE_OFF_HOOK),
    (CallStage.AGENT_RINGING, _K.PHONE_ALERTING),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    event: AgentEvent
    at: datetime


class CallTracker:
    """One call, from its order on. `call_id` is the call-out's answer; where that had none, the events' own is taken.

    Events of the agent's phone carry no call id and belong to this call, the only one that the agent has. Once the next
    call is ordered they may be of that one: from then on only events with this call's id are to be fed. The network's
    cause is one that comes so late.
    """

    def __init__(self, *, call_id: str = "", started_at: datetime | None = None) -> None:
        self.call_id = call_id
        self.stage: CallStage | None = None
        """The furthest that was seen; None until the agent's phone rings."""
        self._started_at = started_at
        self._hang_up_asked = False
        self._has_gap = False
        self._found_free_at: datetime | None = None
        self._seen: dict[tuple[str, str, str, str], _Seen] = {}

    @property
    def over(self) -> bool:
        return self.stage is CallStage.ENDED

    def feed(self, event: AgentEvent, *, at: datetime) -> None:
        """One event of the agent, heard `at`. Those of other calls, and those that tell of no call, are ignored."""
        if event.kind not in _RELEVANT or (event.kind in _OF_SOME_CALL and not self._has_begun()):
            return
        key = (event.kind, event.call_id, event.code, event.text)
        known = self._seen.get(key)
        # Bounded: whatever the gateway sends must not fill the memory.
        if known is None and len(self._seen) >= _MOST_EVENTS:
            return
        # A repeated event keeps its earliest time, so that it does not matter in which order the two came.
        if known is None or at < known.at:
            self._seen[key] = _Seen(event, at)
        outbound = event.kind != _K.TALKING or event.code in _OUTBOUND
        if not self.call_id and event.kind in _NAMES_THE_CALL and outbound:
            self.call_id = event.call_id
        self._advance()

    def took(self, call_id: str) -> None:
        """The call-out's answer came after the first events."""
        self.call_id = call_id or self.call_id
        self._advance()

    def hang_up_asked(self) -> None:
        """The portal hangs up. To be told only of a call that is not over."""
        self._hang_up_asked = True
        self._advance()

    def hang_up_refused(self) -> None:
        """The gateway did not hang up, so whatever ends the call now is not us."""
        self._hang_up_asked = False

    def events_were_lost(self) -> None:
        """Some may be missing, so that nothing follows any more from one that there was not."""
        self._has_gap = True

    def agent_is_free(self, *, at: datetime) -> None:
        """The agent's state says that there is no call any more: the events of its end, and maybe more, were lost."""
        self._found_free_at = self._found_free_at or at
        self._advance()

    def record(self) -> CallRecord:
        """As far as it is known; UNKNOWN before the call is over. May become more exact: the network's cause comes
        after the end, if it comes."""
        disposition, code, reason = self._outcome()
        answered_at = self._time_of(_K.TALKING)
        ended_at = (self._time_of(*_ENDS, _K.PHONE_RELEASE) or self._found_free_at) if self.over else None
        if answered_at and ended_at:
            ended_at = max(answered_at, ended_at)
        return CallRecord(
            provider_call_id=self.call_id,
            direction=Direction.OUTBOUND,
            caller=self._caller(),
            callee=next((event.number for event in self._own(_K.TALKING, _K.CUSTOMER_ALERTING) if event.number), ""),
            disposition=disposition,
            hangup_code=code,
            hangup_reason=reason,
            started_at=self._started_at or self._time_of(*_RELEVANT),
            answered_at=answered_at,
            ended_at=ended_at,
            talk_seconds=int((ended_at - answered_at).total_seconds()) if answered_at and ended_at else None,
            raw={"events": [seen.event.event_type for seen in sorted(self._own_seen(), key=lambda seen: seen.at)]},
        )

    def _own_seen(self, *kinds: EventKind) -> Iterator[_Seen]:
        for seen in self._seen.values():
            if seen.event.call_id in ("", self.call_id) and (not kinds or seen.event.kind in kinds):
                yield seen

    def _own(self, *kinds: EventKind) -> Iterator[AgentEvent]:
        return (seen.event for seen in self._own_seen(*kinds))

    def _had(self, *kinds: EventKind) -> bool:
        return any(True for _ in self._own(*kinds))

    def _time_of(self, *kinds: EventKind) -> datetime | None:
        return min((seen.at for seen in self._own_seen(*kinds)), default=None)

    def _advance(self) -> None:
        # The phone alone ends a call that was answered; before that it may be put down while a failure is on its way,
        # which says more.
        is_put_down = self._had(_K.PHONE_RELEASE) and (self._hang_up_asked or self._had(_K.TALKING, *_AFTERWARDS))
        if is_put_down or self._had(*_ENDS) or self._found_free_at:
            self.stage = CallStage.ENDED
        reached = next((stage for stage, kind in _STAGE_OF if self._had(kind)), None)
        if reached and (self.stage is None or _STAGES.index(reached) > _STAGES.index(self.stage)):
            self.stage = reached

    def _has_begun(self) -> bool:
        if self._hang_up_asked or self._had(_K.PHONE_ALERTING):
            return True
        return any(event.call_id for event in self._own())

    def _outcome(self) -> tuple[Disposition, str, str]:
        """Result, the network's code and a reason that a supervisor can read."""
        if self._had(_K.TALKING):
            return Disposition.ANSWERED, "", self._who_ended()
        if not self.over:
            return Disposition.UNKNOWN, "", ""
        if self._has_gap and not self._had(*_FAILURES, _K.CALL_CAUSE):
            return Disposition.UNKNOWN, "", "Events of this call were lost, so it is not known whether it was answered"
        if self._hang_up_asked:
            return Disposition.CANCELLED, "", "Hung up in the portal before anyone answered"
        if not self._had(*_ENDS, _K.PHONE_RELEASE):
            return Disposition.UNKNOWN, "", "The gateway events for the end of the call were lost"
        if self._had(_K.PHONE_ALERTING, _K.PHONE_BUSY) and not self._agent_picked_up():
            # The callee's phone never rang, so a cause would be of the agent's own phone.
            return self._without_cause()
        disposition, code, text = self._cause()
        if disposition is not Disposition.UNKNOWN:
            return disposition, code, text
        disposition, _, reason = self._without_cause()
        return disposition, code, f"{reason} ({text})" if text else reason

    def _agent_picked_up(self) -> bool:
        return self._had(_K.PHONE_OFF_HOOK, _K.CUSTOMER_ALERTING)

    def _agent_put_down(self) -> bool:
        return any(event.code == _AGENT_HUNG_UP for event in self._own(_K.PHONE_RELEASE))

    def _without_cause(self) -> tuple[Disposition, str, str]:
        if not self._agent_picked_up() and self._has_gap:
            return Disposition.FAILED, "", "The call failed; events were lost, so it is not known how far it got"
        if not self._agent_picked_up():
            busy = self._had(_K.PHONE_BUSY)
            why = "The agent's phone could not take the call" if busy else "The agent did not answer"
            return Disposition.FAILED, "", why
        if self._had(_K.CALL_RELEASE) and not self._had(*_FAILURES):
            return Disposition.CANCELLED, "", "The agent hung up before anyone answered"
        if self._had(_K.CUSTOMER_ALERTING):
            until = " until the agent hung up" if self._agent_put_down() else ""
            return Disposition.NO_ANSWER, "", f"The callee did not answer{until}"
        return Disposition.FAILED, "", "The call failed before the callee's phone rang"

    def _cause(self) -> tuple[Disposition, str, str]:
        """Of several causes the one that we know, the same one in whichever order they came."""
        found = (
            (event.code, *codes.explain_cause(event.code, event.text))
            for event in sorted(self._own(_K.CALL_CAUSE), key=lambda event: (event.code, event.text))
        )
        causes = sorted(found, key=lambda cause: cause[1] is Disposition.UNKNOWN)
        return (causes[0][1], causes[0][0], causes[0][2]) if causes else (Disposition.UNKNOWN, "", "")

    def _who_ended(self) -> str:
        if not self.over:
            return ""
        if self._hang_up_asked:
            return "Hung up in the portal"
        if self._had(_K.CUSTOMER_RELEASE) and not self._had(_K.CALL_RELEASE):
            return "The callee hung up"
        if self._agent_put_down():
            return "The agent hung up"
        return "The call ended"

    def _caller(self) -> str:
        for event in self._own(_K.TALKING):
            content = event.raw.get("content")
            if isinstance(content, dict):
                return as_id(content.get("caller"), limit=64)
        return ""
