from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core import checks
from django.core.management.base import CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from dialer.inbox import endpoints
from dialer.ledger import services
from dialer.management import kind_checks
from dialer.management.cli import JsonCommand
from dialer.models import CountryProfile, Holiday, ProviderAccount, StopSwitch
from dialer.policy import registry_evidence
from dialer.providers import adapters
from dialer.support import earlier_migrations
from telephony import registry

HEARD_LATELY = timedelta(seconds=35)
"""A worker's heart beats every 10 s; it is given up for dead after 30 s."""
CLOCK_TOLERANCE = timedelta(seconds=30)
"""Half of what NxCloud allows between its clock and the `ts` of a request."""


class Command(JsonCommand):
    help = "Check clock, settings, database, worker and accounts, and report problems. Never places a call."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--offline", action="store_true", help="do not compare the clock with the providers' hosts")

    def run(self, **options: Any) -> dict[str, Any]:
        messages = [message for message in checks.run_checks() if message.level >= checks.WARNING]
        problems = [f"{message.msg} {message.hint or ''}".strip() for message in messages]
        report: dict[str, Any] = {
            "now": timezone.now().isoformat(),
            "public_url": settings.PORTAL_PUBLIC_URL,
            "settings": {"debug": settings.DEBUG, "var_dir": str(settings.VAR_DIR), "messages": len(messages)},
            "database": _database(problems),
        }
        # Everything further reads tables, which a database behind its migrations may not have.
        if report["database"]["ready"]:
            report["worker"] = _worker(problems)
            report["accounts"] = [
                _account(account, problems, ask_clock=not options["offline"])
                for account in ProviderAccount.objects.filter(is_active=True)
            ]
            report["in_doubt"] = services.in_doubt_count()
            report["policy"] = _policy(problems)
        report["problems"] = problems
        self.exit_status = 1 if problems else 0
        return report


def _database(problems: list[str]) -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            (version,) = cursor.fetchone()
    except DatabaseError as exc:
        problems.append(f"The database does not answer ({type(exc).__name__}). Check DATABASE_URL, or start it.")
        return {"ready": False}
    if earlier_migrations.stopped_halfway(connection):
        problems.append(f"{earlier_migrations.PROBLEM} {earlier_migrations.HINT}")
        return {"ready": False, "version": version}
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        problems.append(f"{missing} migrations are missing. Run `manage.py migrate`.")
    return {"ready": not missing, "version": version, "missing_migrations": missing}


def _worker(problems: list[str]) -> dict[str, Any]:
    last = ProcrastinateWorker.objects.order_by("-last_heartbeat").values_list("last_heartbeat", flat=True).first()
    alive = last is not None and timezone.now() - last < HEARD_LATELY
    if not alive:
        problems.append(
            "No worker has been active recently, so orders stay pending. Start `manage.py procrastinate worker`."
        )
    return {"alive": alive, "last_heartbeat": last}


def _policy(problems: list[str]) -> dict[str, Any]:
    now = timezone.now()
    if switch := StopSwitch.objects.current():
        problems.append(f"{switch.stopped_by} stopped all orders. Use `manage.py policy release` to resume sending.")
    stale = [row.profile.country for row in registry_evidence.standings(now=now) if not row.holds]
    closed = set(CountryProfile.objects.filter(closed_on_holidays=True).values_list("country", flat=True))
    known = set(Holiday.objects.filter(day__year=now.year).values_list("country", flat=True))
    # The profile "" stands for all other countries: it lacks holidays only where no country at all has any.
    missing = sorted(country for country in closed if not (known.intersection([country]) if country else known))
    problems.extend(
        f"{country or 'Other countries'}: no holidays entered for {now.year}. A worker adds them, or use `manage.py "
        "policy holidays`."
        for country in missing
    )
    return {"stopped": switch is not None, "registry_stale": stale, "holidays_missing": missing}


def _account(account: ProviderAccount, problems: list[str], *, ask_clock: bool) -> dict[str, Any]:
    found = adapters.problems_of(account)
    if account.suspended_at:
        found.append(f"Suspended: {account.suspended_reason} Use `manage.py account resume` to resume it.")
    skew = _clock_skew(account, found) if ask_clock else None
    more = kind_checks.check_kind(account, found, offline=not ask_clock, now=timezone.now())
    problems.extend(f"Account {account.name}: {problem}" for problem in found)
    paths = endpoints.callback_paths_of(account)
    return {
        "name": account.name,
        "kind": account.kind,
        "target": "sandbox" if adapters.is_sandbox(account) else "live",
        "base_urls": list(adapters.base_urls(account)),
        "webhook_urls": {topic: settings.PORTAL_PUBLIC_URL + path for topic, path in paths.items()},
        "suspended": account.suspended_at is not None,
        "clock_skew_seconds": skew,
        **more,
        "problems": found,
    }


def _clock_skew(account: ProviderAccount, found: list[str]) -> float | None:
    """Seconds our clock is ahead of the provider's host, from the Date of its front page; None when it sends none."""
    urls = adapters.base_urls(account)
    if not urls:
        return None
    parts = urlsplit(urls[0])
    try:
        verify = registry.verification_of(account.kind, adapters.config_of(account))
        # The front page: it needs no key, and every answer has a Date.
        reply = httpx.get(f"{parts.scheme}://{parts.netloc}/", timeout=5, follow_redirects=False, verify=verify)
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        found.append(f"{parts.netloc} cannot be reached ({type(exc).__name__}). Check the address and the network.")
        return None
    except registry.ConfigurationError:
        return None  # told with the settings
    try:
        theirs = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return None  # without a Date there is nothing to compare
    skew = timezone.now() - theirs
    if abs(skew) > CLOCK_TOLERANCE:
        found.append(
            f"The clock of this machine differs from the provider's by {skew.total_seconds():.0f} s. Set it: NxCloud "
            "refuses requests that are more than 60 s off."
        )
    return round(skew.total_seconds(), 1)
