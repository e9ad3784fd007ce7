"""Is our end of the call free? An agent, and an agent's phone, have one call at a time."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dialer.models import Agent, AgentPhone, AgentStatus, CallRequest
from dialer.models.call_parties import CallParties
from dialer.models.submissions import State
from dialer.policy.rules import Verdict

ON_THE_WAY = (State.PENDING, State.SENDING, State.ACCEPTED)
"""A call in doubt does not keep its agent: nobody knows whether there is one, and the agent's own state shows it."""


def verdict_on(parties: CallParties, *, own: CallRequest | None) -> Verdict | None:
    """`own` is the call itself where it is an order already."""
    if parties.agent:
        return _on_agent(parties.agent, own=own)
    if (phone := parties.agent_phone) and (busy := _open_call(own, agent_phone=phone)):
        return Verdict("agent_busy", found=_("The phone %s") % phone, limit=busy.describe())
    return None


def _on_agent(agent: Agent, *, own: CallRequest | None) -> Verdict | None:
    status = AgentStatus.objects.filter(agent=agent).first()
    if status is None or not status.is_wanted:
        return Verdict("agent_signed_out", found=str(agent))
    if busy := _open_call(own, agent=agent):
        return Verdict("agent_busy", found=str(agent), limit=busy.describe())
    if not status.may_call:
        return Verdict("agent_busy", found=str(agent), limit=str(status.get_state_display()))
    return None


def _open_call(own: CallRequest | None, **who: Agent | AgentPhone) -> CallRequest | None:
    still_open = CallRequest.objects.described().filter(closed_at=None, state__in=ON_THE_WAY, **who)
    other: CallRequest | None = still_open.exclude(pk=own.pk if own else None).first()
    return other
