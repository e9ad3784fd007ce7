from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, transaction
from django.utils import timezone

from dialer.management.cli import needs_migration
from dialer.models import (
    Agent,
    AgentGroup,
    AgentPhone,
    AgentStatus,
    ConnectNumber,
    DidNumber,
    ProviderAccount,
)
from dialer.policy import public_holidays
from telephony.registry import KINDS, ProviderKind

USERS = [("supervisor", "Supervisor"), ("administrator", "Administrator"), ("auditor", "Auditor")]
# Numbers from ranges kept for fiction: Ofcom's for drama, NANP 555-01xx.
DIDS = [("+442079460001", "London"), ("+441144960001", "Sheffield"), ("+12025550101", "Washington")]
CONNECT_NUMBERS = [("+442079460900", "Service desk"), ("+12025550190", "Evening shift")]
AGENT_GROUPS = [("NX00000G000001", "First line"), ("NX00000G000002", "Renewals")]
HUAWEI_DIDS = [("AICC", "+442079460011", "Leeds"), ("CCGATEWAY", "+442079460021", "Bristol")]
# What the sandbox knows of: AICC's phones, and CC-Gateway's agents with their password.
AGENT_PHONES = [("442079460101", "Desk 1"), ("442079460102", "Desk 2"), ("442079460103", "Desk 3")]
AGENTS = [(1001, "Asha"), (1002, "Ben"), (1003, "Chloe"), (1004, "Dev")]
AGENT_PASSWORD = "agent-password"


class Command(BaseCommand):
    help = "Create demo users, account, numbers and groups. Running it again adds what is missing and prints the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                users = _add_users()
                accounts = {kind.prefix: _add_account(kind) for kind in KINDS.values()}
                _add_numbers(accounts)
                _add_agents(accounts)
                public_holidays.keep_filled(now=timezone.now())
                # So that whoever tries the demo can override a rule without another sign-in.
                User.objects.get(username="supervisor").groups.add(Group.objects.get(name="Overrides"))
        except ProgrammingError as exc:
            raise CommandError(needs_migration(exc)) from exc
        seeded = {
            "users": users,
            "accounts": [account.name for account in accounts.values()],
            "dids": [number for number, _ in DIDS],
            "connect_numbers": [number for number, _ in CONNECT_NUMBERS],
            "agent_groups": [number for number, _ in AGENT_GROUPS],
            "agent_phones": [number for number, _ in AGENT_PHONES],
            "agents": [agent_id for agent_id, _ in AGENTS],
        }
        if options["json"]:
            self.stdout.write(json.dumps(seeded, indent=2))
            return
        self.stdout.write("Demo users (role, name, password):")
        for user in users:
            self.stdout.write(f"  {user['role']:<14} {user['username']:<14} {user['password']}")


def _add_users() -> list[dict[str, str]]:
    # Kept beside the demo's data, so that a second `make run` can print the passwords again.
    path = Path(settings.VAR_DIR) / "demo_users.json"
    passwords = json.loads(path.read_text()) if path.exists() else {}
    users = []
    for username, role in USERS:
        user, created = User.objects.get_or_create(username=username, defaults={"is_staff": True})
        password = passwords.get(username)
        if created or password is None:
            password = password or secrets.token_urlsafe(9)
            user.set_password(password)
            user.save(update_fields=["password"])
            user.groups.add(Group.objects.get(name=role))
        users.append({"username": username, "password": password, "role": role})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({user["username"]: user["password"] for user in users}, indent=2))
    return users


def _add_account(kind: ProviderKind) -> ProviderAccount:
    # A name is unique, and somebody may have given this one to an account of their own.
    is_taken = ProviderAccount.objects.filter(name=kind.label).exclude(env_prefix=kind.prefix).exists()
    defaults = {"name": f"{kind.label} (demo)" if is_taken else kind.label, "kind": kind.key}
    return ProviderAccount.objects.get_or_create(env_prefix=kind.prefix, defaults=defaults)[0]


def _add_numbers(accounts: dict[str, ProviderAccount]) -> None:
    dids = [("NXCLOUD", number, label) for number, label in DIDS] + HUAWEI_DIDS
    for prefix, number, label in dids:
        DidNumber.objects.get_or_create(number=number, defaults={"account": accounts[prefix], "label": label})
    for number, label in CONNECT_NUMBERS:
        ConnectNumber.objects.get_or_create(number=number, defaults={"label": label})
    for group_no, name in AGENT_GROUPS:
        group = {"account": accounts["NXCLOUD"], "group_no": group_no}
        AgentGroup.objects.get_or_create(**group, defaults={"name": name})


def _add_agents(accounts: dict[str, ProviderAccount]) -> None:
    for number, label in AGENT_PHONES:
        AgentPhone.objects.get_or_create(account=accounts["AICC"], number=number, defaults={"label": label})
    for agent_id, name in AGENTS:
        if not Agent.objects.filter(account=accounts["CCGATEWAY"], agent_id=agent_id).exists():
            agent = Agent(account=accounts["CCGATEWAY"], agent_id=agent_id, name=name, phone=f"7{agent_id}")
            agent.set_password(AGENT_PASSWORD, now=timezone.now())
            agent.save()
            AgentStatus.objects.create(agent=agent)
