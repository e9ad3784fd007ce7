from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.utils import timezone

from dialer.ledger import stop_switch
from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.models import Purpose, StopSwitch
from dialer.policy import decisions, public_holidays, registry_evidence
from dialer.policy.single_call import outlook_on
from dialer.web.country import clean_country
from telephony.numbers import e164


class Command(JsonCommand):
    help = (
        "Calling rules: `check` a number (exits with status 1 if it may not be called now), `stop` all orders, "
        "`release` the stop switch, add public `holidays`, or print the `status`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check", "stop", "release", "holidays", "status"])
        parser.add_argument("number", nargs="?", help="with country code (check)")
        parser.add_argument("--purpose", choices=Purpose.values, default=Purpose.SERVICE.value)
        parser.add_argument("--user", default="", help="username (stop, release)")
        parser.add_argument("--reason", default="", help="reason (stop, release)")
        parser.add_argument("--country", default="", help="two-letter country code (holidays)")
        parser.add_argument("--year", type=int, default=0, help="year, such as 2027 (holidays)")

    def run(self, **options: Any) -> dict[str, Any]:
        return getattr(self, f"_{options['action']}")(options)  # type: ignore[no-any-return]

    def _check(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            callee = e164.parse(options["number"] or "")
        except e164.NumberError as exc:
            raise CliError(f"{exc.message} {exc.suggestion}", status=2) from exc
        outlook = outlook_on(callee, purpose=options["purpose"], now=timezone.now())
        self.exit_status = 0 if outlook.may_be_called else 1
        return {
            "number": callee,
            "country": outlook.country,
            "local_time": outlook.clocks,
            "time_zones": list(outlook.zones),
            "allowed_today": outlook.hours,
            "rules": outlook.whose,
            "may_be_called": outlook.may_be_called,
            "reasons": [
                {"rule": verdict.code, "reason": verdict.message, "next_at": verdict.next_at}
                for verdict in outlook.verdicts
            ],
            "decisions": [
                {"at": row.at, "rule": row.rule, "outcome": row.outcome, "found": row.found, "limit": row.limit}
                for row in decisions.about(callee, most=10)
            ],
        }

    def _stop(self, options: dict[str, Any]) -> dict[str, Any]:
        left = stop_switch.stop_everything(by=find_user(options["user"]), reason=options["reason"], now=timezone.now())
        way = {"sending": left.sending, "open": left.open, "in_doubt": left.in_doubt}
        return {"stopped": True, "already_on_the_way": way}

    def _release(self, options: dict[str, Any]) -> dict[str, Any]:
        if not options["reason"].strip():
            raise CliError("Give a reason for resuming with --reason.", status=2)
        was_on = stop_switch.release(by=find_user(options["user"]), reason=options["reason"], now=timezone.now())
        return {"stopped": False, "was_stopped": was_on}

    def _holidays(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            country = clean_country(options["country"])
            added = public_holidays.fill(country, options["year"])
        except ValidationError as exc:
            raise CliError(" ".join(exc.messages), status=2) from exc
        return {"country": country, "year": options["year"], "added": added}

    def _status(self, options: dict[str, Any]) -> dict[str, Any]:
        switch = StopSwitch.objects.current()
        return {
            "stopped": switch is not None,
            "stopped_by": str(switch.stopped_by) if switch else "",
            "reason": switch.reason if switch else "",
            "registries": [
                {
                    "country": row.profile.country,
                    "registry": row.profile.registry,
                    "holds": row.holds,
                    "until": row.until,
                }
                for row in registry_evidence.standings(now=timezone.now())
            ],
        }
