"""Settings mistakes, said at start-up with the variable's name and what to do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

from dialer.agents.sessions.leases import LeaseTimes
from dialer.providers import adapters, callback_urls
from dialer.support import earlier_migrations
from telephony.http.transport import is_loopback


@register
def check_agent_hold(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    seconds = settings.PORTAL_AGENT_HOLD_SECONDS
    if LeaseTimes.SHORTEST <= seconds <= LeaseTimes.LONGEST:
        return []
    text = (
        f"PORTAL_AGENT_HOLD_SECONDS is {seconds}: a slow worker would lose its agents, or the gateway would end "
        "their sessions."
    )
    hint = f"Set it to a number from {LeaseTimes.SHORTEST} to {LeaseTimes.LONGEST}, or leave it out."
    return [Error(text, hint=hint, id="dialer.E002")]


@register(Tags.database)
def check_migrations(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Stops `migrate` before Django stumbles over what it finds."""
    return [
        Error(earlier_migrations.PROBLEM, hint=earlier_migrations.HINT, id="dialer.E003")
        for database in databases or ()
        if earlier_migrations.stopped_halfway(connections[database])
    ]


@register(Tags.database)
def check_accounts(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Runs with `check --database default` and before `migrate`, where asking the database is allowed."""
    if not databases:
        return []
    from dialer.models import ProviderAccount

    try:
        accounts = list(ProviderAccount.objects.filter(is_active=True))
    except DatabaseError:
        return []  # before the first migration there are no accounts to check
    return [message for account in accounts for message in _account_messages(account)]


def _account_messages(account: Any) -> list[CheckMessage]:
    hint = "Set it in the environment or in .env; .env.example lists the names."
    stops = adapters.problems_of(account, for_orders=True)
    messages: list[CheckMessage] = [
        Error(f"Account “{account.name}” cannot send: {problem}", hint=hint, id="dialer.E001") for problem in stops
    ]
    messages.extend(
        Warning(f"Account “{account.name}”: {problem}", hint=hint, id="dialer.W002")
        for problem in adapters.problems_of(account)
        if problem not in stops
    )
    if adapters.is_sandbox(account) and settings.PORTAL_PUBLIC_URL.startswith("https://"):
        messages.append(
            Warning(
                f"Account “{account.name}” uses the sandbox on this machine, but the portal has a public address.",
                hint=f"Set {account.env_prefix}_BASE_URL to the provider's address to place real calls.",
                id="dialer.W001",
            )
        )
    # No order has this reference: what counts is whether an order of this account would get an address at all.
    has_address = bool(callback_urls.for_order(account, "x" * 32))
    if has_address and not adapters.is_sandbox(account) and is_loopback(settings.PORTAL_PUBLIC_URL):
        messages.append(
            Warning(
                f"Account “{account.name}” uses the callback address {settings.PORTAL_PUBLIC_URL}, which only this "
                "machine can reach: AICC refuses such orders (retCode 9), or its callbacks never arrive.",
                hint="Set PORTAL_PUBLIC_URL to the address at which the provider can reach the portal.",
                id="dialer.W003",
            )
        )
    return messages
