"""Everything that a desk writes down of an agent and of the agent's calls, in one transaction each."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _

from dialer.agents.sessions import sealed_sessions
from dialer.ledger import transitions
from dialer.models import (
    Agent,
    AgentCommand,
    AgentLogEntry,
    AgentState,
    AgentStatus,
    CallDetailRecord,
    CallRequest,
    Stage,
    State,
)
from dialer.outcomes import ingest, results, stages
from telephony.contract.agents import SavedSession
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import Disposition

LONGEST_CONTENT = 20_000
OPEN = (State.SENDING, State.ACCEPTED, State.IN_DOUBT)


class NotOurs(Exception):
    """Another desk holds this agent."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One agent in the hands of one desk."""

    agent_pk: int
    token: uuid.UUID


@dataclass(frozen=True, slots=True)
class OpenCall:
    row: CallRequest
    events: Sequence[tuple[datetime, Any]]
    """When, and the event as it came."""
    hang_up_asked: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an agent when a desk takes it."""

    agent: Agent
    status: AgentStatus
    saved: SavedSession | None
    call: OpenCall | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An event, and what follows from it."""

    kind: str
    content: dict[str, Any]
    at: datetime
    call_pk: int | None
    state: AgentState | None
    in_call: int | None
    """Pk of the call that the agent is in."""
    stage: Stage | None
    call_id: str
    """The provider's id of the call, where the order's row lacks it and this event proves it."""


def known_of(agent_pk: int) -> Known:
    agent = Agent.objects.select_related("account", "status").get(pk=agent_pk)
    status = agent.status
    return Known(agent, status, sealed_sessions.open_box(status.session_box), _open_call(agent_pk))


def agent_of(agent_pk: int) -> Agent:
    return Agent.objects.select_related("account").get(pk=agent_pk)


def _open_call(agent_pk: int) -> OpenCall | None:
    rows = CallRequest.objects.still_open().filter(agent_id=agent_pk, state__in=OPEN, sent_at__isnull=False)
    row = rows.order_by("-pk").first()
    if row is None:
        return None
    entries = AgentLogEntry.objects.filter(call_id=row.pk, content__has_key="eventType").order_by("id")
    asked = AgentCommand.objects.filter(
        call_id=row.pk, kind=AgentCommand.Kind.HANG_UP, done_at__isnull=False, error=""
    ).exists()
    return OpenCall(row, list(entries.values_list("at", "content")), asked)


def write(holder: Holder, *, now: datetime, entry: str = "", text: str = "", **columns: Any) -> None:
    """The agent's status; `since` moves with the state. `entry` adds a line to the log. Raises NotOurs."""
    with transaction.atomic():
        if not _update(holder, now=now, **columns):
            raise NotOurs
        if entry:
            _log(holder.agent_pk, entry, {"text": text} if text else {}, at=now)


def _update(holder: Holder, *, now: datetime, **columns: Any) -> int:
    if "state" in columns:
        columns["since"] = Case(When(state=columns["state"], then=F("since")), default=Value(now))
    return AgentStatus.objects.filter(agent_id=holder.agent_pk, held_by=holder.token).update(polled_at=now, **columns)


def _log(agent_pk: int, kind: str, content: dict[str, Any], *, at: datetime, call_pk: int | None = None) -> None:
    AgentLogEntry.objects.create(agent_id=agent_pk, kind=kind[:60], content=content, at=at, call_id=call_pk)


def done(command_pk: int, *, now: datetime, error: str = "") -> None:
    AgentCommand.objects.filter(pk=command_pk, done_at=None).update(done_at=now, error=error[:500])


def hear(holder: Holder, heard: Heard, *, now: datetime) -> bool:
    """Keeps an event and what it says of agent and call. False when another desk holds the agent: it is kept even so,
    because nobody else will ever get it."""
    columns: dict[str, Any] = {"call_id": heard.in_call}
    if heard.state is not None:
        columns["state"] = heard.state
    content = heard.content if len(str(heard.content)) <= LONGEST_CONTENT else {"eventType": heard.kind}
    with transaction.atomic():
        is_ours = _update(holder, now=now, **columns)
        _log(holder.agent_pk, heard.kind, content, at=heard.at, call_pk=heard.call_pk)
        if heard.call_pk and heard.call_id:
            identify(heard.call_pk, heard.call_id, now=now)
        if heard.call_pk and heard.stage:
            stages.advance_stage(heard.call_pk, heard.stage, at=heard.at)
    return bool(is_ours)


def identify(call_pk: int, call_id: str, *, now: datetime) -> bool:
    """Gives an order the call id that events named, and ends its doubt; whether the row has it now."""
    with transaction.atomic():
        call = CallRequest.objects.select_for_update(of=("self",)).select_related("account").get(pk=call_pk)
        if call.provider_call_id or call.state not in (State.ACCEPTED, State.IN_DOUBT):
            return bool(call.provider_call_id)
        CallRequest.objects.filter(pk=call_pk).update(provider_call_id=call_id[:100])
        call.provider_call_id = call_id[:100]
        if call.state == State.IN_DOUBT:
            transitions.prove(
                call, now=now, evidence=_("The gateway told of this call to the agent: %s.") % call_id[:100]
            )
    return True


def finish(call_pk: int, record: CallRecord | None, *, now: datetime, why: str) -> None:
    """Writes down how the call ended; `why` where its events do not tell. Repeated, it changes nothing.

    `record` is None where nothing proves that the events were of this order.
    """
    with transaction.atomic():
        is_ours = record is not None and bool(record.provider_call_id)
        if record and is_ours:
            identify(call_pk, record.provider_call_id, now=now)
        call = CallRequest.objects.select_related("account").get(pk=call_pk)
        if record and is_ours and record.disposition is not Disposition.UNKNOWN:
            ingest.apply_records([record], account=call.account, source=CallDetailRecord.Source.EVENTS, now=now)
        elif call.state == State.ACCEPTED:
            results.close_without_result(call, now=now, why=why)


def state_of_order(call_pk: int) -> tuple[str, str]:
    """The order's state, and the provider's id of its call."""
    return CallRequest.objects.values_list("state", "provider_call_id").get(pk=call_pk)


def signed_in(holder: Holder, *, now: datetime, session: SavedSession | None, forced: bool) -> None:
    """Kept at once: without the session nobody could go on if this process died now."""
    write(
        holder,
        now=now,
        entry="portal_signed_in_by_force" if forced else "portal_signed_in",
        state=AgentState.SIGNING_IN,
        reason="",
        is_wanted=True,
        offers_force=False,
        signed_in_at=now,
        session_box=sealed_sessions.box_of(session),
    )


def signed_out(holder: Holder, *, now: datetime, reason: str = "", offers_force: bool = False) -> None:
    """Nobody is signed in as this agent any more, and nobody tries. Calls that wait for the agent never leave."""
    with transaction.atomic():
        write(
            holder,
            now=now,
            entry="portal_signed_out",
            text=reason,
            state=AgentState.SIGNED_OUT,
            reason=reason[:500],
            is_wanted=False,
            offers_force=offers_force,
            signed_in_at=None,
            call=None,
            session_box="",
        )
        waiting = CallRequest.objects.pending().filter(agent_id=holder.agent_pk, closed_at=None)
        why = _("Not sent: the agent was signed out. %s") % reason
        for call in waiting.select_related("account"):
            transitions.cancel(call, now=now, code="agent_signed_out", reason=why.strip())


KEEP_SESSIONS = """
    UPDATE dialer_agentstatus status SET session_box = new.box
      FROM unnest(%s::bigint[], %s::text[]) AS new (agent_id, box)
     WHERE status.agent_id = new.agent_id AND status.held_by = %s
"""


def keep_sessions(token: uuid.UUID, sessions: Mapping[int, SavedSession | None]) -> None:
    """Sealed, so that another desk can go on with them."""
    sealed = [sealed_sessions.box_of(saved) for saved in sessions.values()]
    with connection.cursor() as cursor:
        cursor.execute(KEEP_SESSIONS, [list(sessions), sealed, token])
