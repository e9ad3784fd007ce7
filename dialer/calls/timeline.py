"""An order's history as its page shows it: what happened, and what went over the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db.models import Case, Q, When

from dialer.models import CallDetailRecord, CallRequest, ProviderExchange, Stage, SubmissionEvent
from dialer.outcomes import stages
from dialer.web.looks import EVENTS, Tone

STAGE_OF = MappingProxyType({kind.value: stage for stage, kind in stages.EVENTS.items()})


@dataclass(frozen=True, slots=True)
class Step:
    event: SubmissionEvent
    tone: Tone
    icon: str


@dataclass(frozen=True, slots=True)
class ShownExchange:
    row: ProviderExchange
    request_body: str
    reply_body: str


def steps_of(submission: Any) -> list[Step]:
    return [Step(event, *EVENTS[event.kind]) for event in submission.events.select_related("by")]


@dataclass(frozen=True, slots=True)
class ShownStage:
    label: str
    standing: str
    """done, now, next, or skipped: the call ended without it."""


def stages_of(call: CallRequest, steps: list[Step]) -> list[ShownStage]:
    """How far the call has got, for calls of whose way the provider tells; [] for others."""
    if not (call.stage or (call.agent_id and call.closed_at is None)):
        return []
    seen = {STAGE_OF[step.event.kind] for step in steps if step.event.kind in STAGE_OF}
    if call.stage:
        seen.add(Stage(call.stage))
    is_over = call.closed_at is not None
    return [ShownStage(str(stage.label), _standing(stage, call, seen, is_over=is_over)) for stage in Stage]


def _standing(stage: Stage, call: CallRequest, seen: set[Stage], *, is_over: bool) -> str:
    if is_over:
        return "done" if stage in seen or stage == Stage.ENDED else "skipped"
    if stage == call.stage:
        return "now"
    # A provider need not tell of every stage on the way to a later one.
    order = list(Stage)
    return "done" if call.stage and order.index(stage) < order.index(Stage(call.stage)) else "next"


def exchanges_of(reference: str) -> list[ShownExchange]:
    """Newest first, redacted when they were kept."""
    rows = ProviderExchange.objects.filter(reference=reference)
    return [ShownExchange(row, pretty(row.request_body), pretty(row.reply_body)) for row in rows]


def record_of(call: CallRequest) -> CallDetailRecord | None:
    """The provider's record of a finished call: the call's own, or the row of its DID where there is no other."""
    if not call.closed_at:
        return None
    is_of_call = Q(reference=call.reference)
    if call.provider_call_id:
        is_of_call |= Q(provider_call_id=call.provider_call_id)
    records = CallDetailRecord.objects.filter(is_of_call, account=call.account_id).select_related("account")
    # Should several be linked, the one with the call's own id says most.
    is_own = Case(When(provider_call_id=call.provider_call_id, then=0), default=1)
    return records.order_by(is_own, "pk").first()


def pretty(text: str) -> str:
    """JSON with indents; anything else, and JSON too odd to be read, as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
