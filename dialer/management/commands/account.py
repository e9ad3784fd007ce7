from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from dialer.ledger import services
from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.models import ProviderAccount
from dialer.providers import adapters, rate_and_suspension


class Command(JsonCommand):
    help = "Show, suspend or resume a provider account. Resuming sends its waiting orders."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["status", "suspend", "resume"])
        parser.add_argument("name")
        parser.add_argument("--user", required=True, help="username of an administrator")
        parser.add_argument("--reason", default="", help="reason for the suspension; shown in the portal")

    def run(self, **options: Any) -> dict[str, Any]:
        user = find_user(options["user"])
        account = ProviderAccount.objects.filter(name=options["name"]).first()
        if account is None:
            raise CliError(f"There is no provider account “{options['name']}”.", status=2)
        released = 0
        if options["action"] == "suspend":
            if not user.has_perm("dialer.change_provideraccount"):
                raise CliError(f"{user.username} does not have permission to suspend accounts.")
            if not options["reason"].strip():
                raise CliError("Give a reason with --reason.", status=2)
            rate_and_suspension.suspend(account=account, reason=options["reason"].strip(), now=timezone.now())
        elif options["action"] == "resume":
            released = services.resume_account(account=account, by=user, now=timezone.now())
        account.refresh_from_db()
        return {
            "account": account.name,
            "suspended": account.suspended_at is not None,
            "reason": account.suspended_reason,
            "sandbox": adapters.is_sandbox(account),
            "released": released,
        }
