"""An order's history as its page shows it: what happened, and what went over the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db.models import Case, Q, When

from dialer.models import CallDetailRecord, CallRequest, EventKind, ProviderExchange, SubmissionEvent

LOOKS = MappingProxyType(
    {
        EventKind.REQUESTED: ("neutral", "phone-arrow-up-right"),
        EventKind.CLAIMED: ("info", "paper-airplane"),
        EventKind.ACCEPTED: ("good", "check"),
        EventKind.REJECTED: ("bad", "x-mark"),
        EventKind.NOT_SENT: ("neutral", "arrow-path"),
        EventKind.HELD: ("warn", "pause"),
        EventKind.IN_DOUBT: ("warn", "question-mark-circle"),
        EventKind.CANCELLED: ("neutral", "no-symbol"),
        EventKind.RESOLVED: ("good", "user"),
        EventKind.PROVEN: ("good", "document-check"),
        EventKind.RESULT: ("good", "phone"),
        EventKind.CLOSED: ("neutral", "clock"),
        EventKind.OVERRIDDEN: ("warn", "exclamation-triangle"),
        EventKind.GIVEN_BACK: ("info", "arrow-uturn-left"),
        EventKind.LISTENED: ("neutral", "speaker-wave"),
        EventKind.AGENT_RINGS: ("info", "bell"),
        EventKind.AGENT_ANSWERS: ("info", "user"),
        EventKind.RINGS: ("info", "phone-arrow-up-right"),
        EventKind.TALKS: ("good", "phone"),
        EventKind.HANG_UP: ("neutral", "phone-x-mark"),
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    event: SubmissionEvent
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class ShownExchange:
    row: ProviderExchange
    request_body: str
    reply_body: str


def steps_of(submission: Any) -> list[Step]:
    return [Step(event, *LOOKS[EventKind(event.kind)]) for event in submission.events.select_related("by")]


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
