"""How far an accepted call has got, while it goes on. Stages only advance; results come from records (results.py)."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType

from django.db import transaction

from dialer.models import CallEvent, CallRequest, EventKind, Stage
from dialer.models.submissions import State

EVENTS = MappingProxyType(
    {
        Stage.AGENT_RINGING: EventKind.AGENT_RINGS,
        Stage.AGENT_ANSWERED: EventKind.AGENT_ANSWERS,
        Stage.RINGING: EventKind.RINGS,
        Stage.TALKING: EventKind.TALKS,
    }
)


def advance_stage(call_pk: int, stage: Stage, *, at: datetime, detail: str = "") -> bool:
    """Writes the stage and a line of history; False where the call is as far already, or is over.

    `at` is when it happened, in UTC. The end of a call is no stage to advance to: its record says it.
    """
    earlier = ["", *(known.value for known in EVENTS if _rank(known) < _rank(stage))]
    moving = CallRequest.objects.filter(pk=call_pk, stage__in=earlier, closed_at=None)
    with transaction.atomic():
        if stage not in EVENTS or not moving.exclude(state__in=[State.PENDING, State.CANCELLED]).update(stage=stage):
            return False
        CallEvent.objects.create(call_id=call_pk, kind=EVENTS[stage], at=at, detail=detail[:1200])
    return True


def _rank(stage: Stage) -> int:
    return list(Stage).index(stage)
