"""Everything that a desk reads and writes of an agent and of the agent's calls, in one transaction each.

Every write of the status names the desk's token in its WHERE: a desk whose lease ran out changes nothing.
"""

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
from dialer.agents.sessions.leases import AgentLease, LeaseLost
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

MAX_CONTENT_CHARS = 20_000
OPEN = (State.SENDING, State.ACCEPTED, State.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that was sent and has no result yet, and what its events told so far."""

    row: CallRequest
    events: Sequence[tuple[datetime, Any]]
    """When, and the event as it came."""
    hang_up_asked: bool


@dataclass(frozen=True, slots=True)
class AgentSnapshot:
    """What is known of an agent when a desk takes it."""

    agent: Agent
    status: AgentStatus
    saved: SavedSession | None
    call: OpenCall | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEvent:
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


def load_snapshot(agent_pk: int, *, now: datetime) -> AgentSnapshot:
    agent = Agent.objects.select_related("account", "status").get(pk=agent_pk)
    saved = sealed_sessions.unseal_session(agent.status.session_box, now=now)
    rows = CallRequest.objects.still_open().filter(agent_id=agent_pk, state__in=OPEN, sent_at__isnull=False)
    call = None
    if row := rows.order_by("-pk").first():
        # The portal's own entries have no event type.
        events = AgentLogEntry.objects.filter(call_id=row.pk, content__has_key="eventType").order_by("id")
        hang_ups = AgentCommand.objects.filter(call_id=row.pk, kind=AgentCommand.Kind.HANG_UP, error="")
        hang_up_asked = hang_ups.filter(done_at__isnull=False).exists()
        call = OpenCall(row, list(events.values_list("at", "content")), hang_up_asked)
    return AgentSnapshot(agent, agent.status, saved, call)


def load_agent(agent_pk: int) -> Agent:
    return Agent.objects.select_related("account").get(pk=agent_pk)


def write_status(lease: AgentLease, *, now: datetime, entry: str = "", text: str = "", **columns: Any) -> None:
    """The agent's status; `since` moves with the state. `entry` adds a line to the log. Raises LeaseLost."""
    with transaction.atomic():
        if not _update_status(lease, now=now, **columns):
            raise LeaseLost
        if entry:
            _add_log_entry(lease.agent_pk, entry, {"text": text} if text else {}, at=now)


def _update_status(lease: AgentLease, *, now: datetime, **columns: Any) -> int:
    if "state" in columns:
        # In SQL, because an event may repeat a state that another write has set meanwhile.
        columns["since"] = Case(When(state=columns["state"], then=F("since")), default=Value(now))
    return AgentStatus.objects.filter(agent_id=lease.agent_pk, held_by=lease.token).update(polled_at=now, **columns)


def _add_log_entry(
    agent_pk: int, kind: str, content: dict[str, Any], *, at: datetime, call_pk: int | None = None
) -> None:
    AgentLogEntry.objects.create(agent_id=agent_pk, kind=kind[:60], content=content, at=at, call_id=call_pk)


def finish_command(command_pk: int, *, now: datetime, error: str = "") -> None:
    AgentCommand.objects.filter(pk=command_pk, done_at=None).update(done_at=now, error=error[:500])


def store_event(lease: AgentLease, event: ReceivedEvent, *, now: datetime) -> bool:
    """An event and what it says of agent and call. False when another desk holds the agent: the event is stored even
    so, because nobody else will ever get it."""
    columns: dict[str, Any] = {"call_id": event.in_call}
    if event.state is not None:
        columns["state"] = event.state
    # An event of the gateway is a few hundred characters; a hostile one must not fill the table.
    content = event.content if len(str(event.content)) <= MAX_CONTENT_CHARS else {"eventType": event.kind}
    with transaction.atomic():
        is_ours = _update_status(lease, now=now, **columns)
        _add_log_entry(lease.agent_pk, event.kind, content, at=event.at, call_pk=event.call_pk)
        if event.call_pk and event.call_id:
            set_call_id(event.call_pk, event.call_id, now=now)
        if event.call_pk and event.stage:
            stages.advance_stage(event.call_pk, event.stage, at=event.at)
    return bool(is_ours)


def set_call_id(call_pk: int, call_id: str, *, now: datetime) -> bool:
    """Gives an order the call id that events named, and ends its doubt; whether the row has it now."""
    with transaction.atomic():
        # Locked: the answer to the call-out may be settling the same row. Agent before call, as everywhere.
        call = CallRequest.objects.select_for_update(of=("self",)).select_related("account").get(pk=call_pk)
        if call.provider_call_id or call.state not in (State.ACCEPTED, State.IN_DOUBT):
            return bool(call.provider_call_id)
        CallRequest.objects.filter(pk=call_pk).update(provider_call_id=call_id[:100])
        call.provider_call_id = call_id[:100]
        if call.state == State.IN_DOUBT:
            transitions.prove(
                call, now=now, evidence=_("The gateway reported this call to the agent: %s.") % call_id[:100]
            )
    return True


def store_result(call_pk: int, record: CallRecord | None, *, now: datetime, why: str) -> None:
    """Writes down how the call ended; `why` where its events do not tell. Repeated, it changes nothing.

    `record` is None where nothing proves that the events were of this order.
    """
    with transaction.atomic():
        is_ours = record is not None and bool(record.provider_call_id)
        if record and is_ours:
            # First, because the record finds its call by the id.
            set_call_id(call_pk, record.provider_call_id, now=now)
        call = CallRequest.objects.select_related("account").get(pk=call_pk)
        if record and is_ours and record.disposition is not Disposition.UNKNOWN:
            ingest.apply_records([record], account=call.account, source=CallDetailRecord.Source.EVENTS, now=now)
        elif call.state == State.ACCEPTED:
            results.close_without_result(call, now=now, why=why)


def load_order_state(call_pk: int) -> tuple[str, str]:
    """The order's state, and the provider's id of its call."""
    state_and_id: tuple[str, str] = CallRequest.objects.values_list("state", "provider_call_id").get(pk=call_pk)
    return state_and_id


def store_sign_in(lease: AgentLease, *, now: datetime, session: SavedSession | None, forced: bool) -> None:
    """The session is saved at once: without it no process could go on if this one died now."""
    write_status(
        lease,
        now=now,
        entry="portal_signed_in_by_force" if forced else "portal_signed_in",
        state=AgentState.SIGNING_IN,
        reason="",
        is_wanted=True,
        offers_force=False,
        signed_in_at=now,
        session_box=sealed_sessions.seal_session(session, now=now),
    )


def store_sign_out(lease: AgentLease, *, now: datetime, reason: str = "", offers_force: bool = False) -> None:
    """Nobody is signed in as this agent any more, and nobody tries. Calls that wait for the agent never leave."""
    with transaction.atomic():
        write_status(
            lease,
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
        waiting = CallRequest.objects.pending().filter(agent_id=lease.agent_pk, closed_at=None)
        why = _("Not sent: the agent was signed out. %s") % reason
        for call in waiting.select_related("account"):
            transitions.cancel(call, now=now, code="agent_signed_out", reason=why.strip())


SAVE_SESSIONS = """
    UPDATE dialer_agentstatus status SET session_box = new.ciphertext
      FROM unnest(%s::bigint[], %s::text[]) AS new (agent_id, ciphertext)
     WHERE status.agent_id = new.agent_id AND status.held_by = %s
"""


def save_sessions(token: uuid.UUID, sessions: Mapping[int, SavedSession], *, now: datetime) -> None:
    """Sealed, so that another desk can go on with them."""
    ciphertexts = [sealed_sessions.seal_session(saved, now=now) for saved in sessions.values()]
    with connection.cursor() as cursor:
        cursor.execute(SAVE_SESSIONS, [list(sessions), ciphertexts, token])
