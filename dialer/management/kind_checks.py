"""What the doctor asks about an account besides its settings, by what its kind of provider can do. Never dials."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.utils.translation import ngettext

from dialer.models import Agent, AgentPhone, AgentState, AgentStatus, ProviderAccount
from dialer.providers import adapters
from telephony import registry
from telephony.contract.capabilities import AgentPhoneSource
from telephony.contract.errors import ProviderError
from telephony.contract.vocabulary import Capability
from telephony.http.unix_ms import to_ms

AWAY = (AgentState.SIGNED_OUT, AgentState.SIGNING_IN, AgentState.SIGNING_OUT, AgentState.LOST)
"""In all other states an agent is signed in."""

TROUBLES = {
    "without_password": (
        "%(n)d agent has no password, so it cannot be signed in. Enter one in the admin.",
        "%(n)d agents have no password, so they cannot be signed in. Enter their passwords in the admin.",
    ),
    "unreadable_password": (
        "The password of %(n)d agent was encrypted with a key that is not in PORTAL_FIELD_KEY. Add the key, or enter "
        "the password again.",
        "The passwords of %(n)d agents were encrypted with a key that is not in PORTAL_FIELD_KEY. Add the key, or "
        "enter the passwords again.",
    ),
    "lost": (
        "The session of %(n)d agent is lost; the portal is trying to restore it.",
        "The sessions of %(n)d agents are lost; the portal is trying to restore them.",
    ),
    "not_looked_after": (
        "%(n)d agent should be signed in, but no worker is managing it. Start `manage.py procrastinate worker`.",
        "%(n)d agents should be signed in, but no worker is managing them. Start `manage.py procrastinate worker`.",
    ),
}
"""One agent, several agents: by the name of the count."""


def check_kind(account: ProviderAccount, found: list[str], *, offline: bool, now: datetime) -> dict[str, Any]:
    """Adds sentences to `found`; what is reported of the account."""
    report: dict[str, Any] = {}
    if registry.can(account.kind, Capability.AGENT_PHONES):
        report["agent_phones"] = AgentPhone.objects.active().filter(account=account).count()
        if not report["agent_phones"]:
            found.append("There are no agent phones. Use “Refresh agent phones” on the account's admin page.")
        if not offline and not adapters.problems_of(account, for_orders=True):
            try:
                async_to_sync(_ask_for_phones)(account, now_ms=to_ms(now))
                report["access"] = True
            except ProviderError as exc:
                found.append(exc.message)
                report["access"] = False
    if registry.can(account.kind, Capability.AGENT_CALLS):
        report["agents"] = _agents(account, found, now=now)
    return report


async def _ask_for_phones(account: ProviderAccount, *, now_ms: int) -> None:
    # The cheapest question that needs a token: it shows that the token is given and accepted, and changes nothing.
    async with adapters.opened(account) as source:
        if isinstance(source, AgentPhoneSource):
            await source.agent_phones(page=1, now_ms=now_ms)


def _agents(account: ProviderAccount, found: list[str], *, now: datetime) -> dict[str, int]:
    agents = list(Agent.objects.active().filter(account=account))
    statuses = AgentStatus.objects.filter(agent__in=agents)
    counts = {
        "active": len(agents),
        "without_password": sum(not agent.password_box for agent in agents),
        "unreadable_password": sum(not agent.has_readable_password for agent in agents),
        "signed_in": statuses.exclude(state__in=AWAY).count(),
        "lost": statuses.filter(state=AgentState.LOST).count(),
        "not_looked_after": statuses.filter(is_wanted=True).exclude(held_until__gt=now).count(),
    }
    for name, (one, several) in TROUBLES.items():
        if counts[name]:
            found.append(ngettext(one, several, counts[name]) % {"n": counts[name]})
    return counts
