"""What people ask of agents' sessions: written here as commands, carried out by the process that holds the session."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils.translation import gettext as _

from dialer.ledger import transitions
from dialer.models import Agent, AgentCommand, AgentState, AgentStatus, CallRequest, EventKind, State
from dialer.providers import adapters
from dialer.support import jobs
from dialer.support.permissions import require

Kind = AgentCommand.Kind
PERMISSION = "dialer.use_agent"
SIGNING_IN = (Kind.SIGN_IN, Kind.FORCE_SIGN_IN)
SIGNING_OUT = (Kind.SIGN_OUT, Kind.FORCE_SIGN_OUT)
NOT_SIGNED_IN = (AgentState.SIGNED_OUT, AgentState.SIGNING_IN, AgentState.SIGNING_OUT, AgentState.LOST)


class AgentRefused(Exception):
    """Nothing was written down; the text says why."""


def sign_in(*, agent: Agent, by: AbstractUser, now: datetime, force: bool = False) -> AgentCommand:
    """Has the agent signed in. `force` throws out another client: only with a person's consent.

    Raises AgentRefused, PermissionDenied.
    """
    require(by, PERMISSION)
    _require_usable(agent)
    with transaction.atomic():
        status = _lock_status(agent)
        _require_none_waiting(agent, SIGNING_IN, _("The agent is already being signed in."))
        if status.is_wanted and status.state not in (AgentState.SIGNED_OUT, AgentState.LOST, AgentState.SIGNING_IN):
            raise AgentRefused(_("The agent is already signed in."))
        AgentStatus.objects.filter(pk=status.pk).update(
            state=AgentState.SIGNING_IN, since=now, reason="", is_wanted=True, offers_force=False, asked_by=by
        )
        return _add_command(agent, Kind.FORCE_SIGN_IN if force else Kind.SIGN_IN, by=by, now=now)


def sign_out(*, agent: Agent, by: AbstractUser, now: datetime, force: bool = False) -> AgentCommand:
    """Has the agent signed out; `force` ends a call as well. Raises AgentRefused, PermissionDenied."""
    require(by, PERMISSION)
    with transaction.atomic():
        status = _lock_status(agent)
        # Force may follow a plain sign-out that waits: the person saw that a call keeps the agent signed in.
        same = (Kind.FORCE_SIGN_OUT,) if force else SIGNING_OUT
        _require_none_waiting(agent, same, _("The agent is already being signed out."))
        if not status.is_wanted and status.state == AgentState.SIGNED_OUT:
            raise AgentRefused(_("The agent is already signed out."))
        if status.state == AgentState.TALKING and not force:
            raise AgentRefused(_("The agent is on a call. End the call first, or choose “End call, sign out”."))
        # Shown at once; the desk writes what came of it.
        AgentStatus.objects.filter(pk=status.pk).update(state=AgentState.SIGNING_OUT, since=now)
        return _add_command(agent, Kind.FORCE_SIGN_OUT if force else Kind.SIGN_OUT, by=by, now=now)


def set_ready(*, agent: Agent, by: AbstractUser, ready: bool, now: datetime) -> AgentCommand:
    """Has the agent made ready for calls, or not ready. Raises AgentRefused, PermissionDenied."""
    require(by, PERMISSION)
    with transaction.atomic():
        _require_signed_in(_lock_status(agent))
        return _add_command(agent, Kind.IDLE if ready else Kind.BUSY, by=by, now=now)


def hang_up(*, call: CallRequest, by: AbstractUser, now: datetime) -> AgentCommand | None:
    """Has the agent's call ended; None where it had not left yet and now never will.

    Raises AgentRefused, PermissionDenied.
    """
    require(by, PERMISSION)
    if call.agent is None:
        raise AgentRefused(_("You can only hang up agent calls here."))
    with transaction.atomic():
        # The agent before the call, as the desk locks them; the other way round the two would wait for each other.
        status = _lock_status(call.agent)
        if transitions.cancel(
            call, now=now, code="hung_up", reason=_("Cancelled by hanging up before it was sent."), by=by
        ):
            return None
        call.refresh_from_db(fields=["state", "closed_at"])
        if call.closed_at or call.state not in (State.SENDING, State.ACCEPTED, State.IN_DOUBT):
            raise AgentRefused(_("This call is over."))
        _require_signed_in(status)
        waiting = AgentCommand.objects.filter(agent=call.agent, call=call, kind=Kind.HANG_UP, done_at=None)
        if waiting.exists():
            raise AgentRefused(_("The portal is already ending this call."))
        call.add_event(EventKind.HANG_UP, now=now, by=by)
        return _add_command(call.agent, Kind.HANG_UP, by=by, now=now, call=call)


def _require_usable(agent: Agent) -> None:
    if not agent.is_active:
        raise AgentRefused(_("The agent is switched off. An administrator can switch it on again."))
    if not agent.account.is_active:
        raise AgentRefused(_("The provider account is switched off. An administrator can switch it on again."))
    if not agent.password_box:
        raise AgentRefused(_("The agent has no password yet. An administrator can enter one."))
    if problems := adapters.problems_of(agent.account, for_orders=True):
        raise AgentRefused(_("The provider account is not set up: %(what)s") % {"what": " ".join(problems)})


def _require_signed_in(status: AgentStatus) -> None:
    if not status.is_wanted or status.state in NOT_SIGNED_IN:
        text = _("The agent is not signed in (%(state)s). Sign the agent in first.")
        raise AgentRefused(text % {"state": status.get_state_display()})


def _require_none_waiting(agent: Agent, kinds: tuple[str, ...], text: str) -> None:
    if AgentCommand.objects.filter(agent=agent, done_at=None, kind__in=kinds).exists():
        raise AgentRefused(text)


def _lock_status(agent: Agent) -> AgentStatus:
    """Until the transaction ends: of two people who press at once, the second sees what the first asked for."""
    AgentStatus.objects.get_or_create(agent=agent)
    return AgentStatus.objects.select_for_update().get(agent=agent)


def _add_command(
    agent: Agent, kind: str, *, by: AbstractUser, now: datetime, call: CallRequest | None = None
) -> AgentCommand:
    command = AgentCommand.objects.create(agent=agent, kind=kind, by=by, at=now, call=call)
    jobs.notify_agent(agent.pk)
    return command
