from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import CommandParser
from django.utils import timezone

from dialer import dnc
from dialer.dnc_forms import clean_country, end_of
from dialer.dnc_import import import_numbers
from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.models import DncImport, DncList
from telephony import e164


class Command(JsonCommand):
    help = (
        "Do-not-call lists: `import` a file of numbers, `add` one, or `check` whether one may be called (status 1 when "
        "it may not)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["import", "add", "check"])
        parser.add_argument("what", help="path of the file, or the number")
        parser.add_argument("--list", metavar="NAME", help="of the list (import, add)")
        parser.add_argument("--create", action="store_true", help="make the list if there is none")
        parser.add_argument("--user", help="username of a supervisor or an administrator (import, add)")
        parser.add_argument("--country", default="", help="two letters; national numbers are read as numbers of it")
        parser.add_argument("--expires", default="", metavar="DAY", help="last day (UTC) on which it holds: 2026-12-31")
        parser.add_argument("--reason", default="")
        parser.add_argument("--source", default="")

    def run(self, **options: Any) -> dict[str, Any]:
        try:
            country = clean_country(options["country"])
        except ValidationError as exc:
            raise CliError(" ".join(exc.messages), status=2) from exc
        if options["action"] == "import":
            return self._import(options, country)
        callee = _number(options["what"], country)
        return self._check(callee) if options["action"] == "check" else self._add(options, callee)

    def _check(self, callee: str) -> dict[str, Any]:
        listing = dnc.listing_of(callee, now=timezone.now())
        self.exit_status = 1 if listing else 0
        return {
            "number": callee,
            "may_be_called": listing is None,
            "list": listing.list_name if listing else "",
            "reason": listing.reason if listing else "",
        }

    def _add(self, options: dict[str, Any], callee: str) -> dict[str, Any]:
        user = find_user(options["user"] or "")
        found = _list(options, user)
        is_new = dnc.add(
            dnc_list=found,
            callee=callee,
            reason=options["reason"],
            source=options["source"],
            expires_at=_end_of(options["expires"]),
            by=user,
            now=timezone.now(),
        )
        return {"number": callee, "list": found.name, "added": is_new}

    def _import(self, options: dict[str, Any], country: str) -> dict[str, Any]:
        user = find_user(options["user"] or "")
        path = Path(options["what"])
        if not path.is_file():
            raise CliError(f"There is no file {path}.", status=2)
        with path.open("rb") as stream:
            try:
                row = dnc.upload(
                    dnc_list=_list(options, user),
                    file=File(stream, path.name),
                    country=country,
                    expires_at=_end_of(options["expires"]),
                    by=user,
                    now=timezone.now(),
                    read_later=False,
                )
            except dnc.DncRefused as exc:
                raise CliError(str(exc)) from exc
        import_numbers(row.pk, clock=timezone.now)
        row.refresh_from_db()
        if row.state != DncImport.State.DONE:
            raise CliError(row.error or "Another process took over this import.")
        return {
            "list": row.dnc_list.name,
            "rows": row.rows,
            "added": row.added,
            "known": row.known,
            "invalid": row.invalid,
        }


def _end_of(day: str) -> datetime | None:
    try:
        return end_of(date.fromisoformat(day) if day else None)
    except ValueError as exc:
        raise CliError(f"--expires: “{day}” is no day. Write it as 2026-12-31.", status=2) from exc


def _number(text: str, country: str) -> str:
    try:
        return e164.parse(text, region=country or None)
    except e164.NumberError as exc:
        raise CliError(f"{exc.message} {exc.suggestion}", status=2) from exc


def _list(options: dict[str, Any], user: Any) -> DncList:
    name = options["list"]
    if not name:
        raise CliError("Name the list with --list.", status=2)
    found = DncList.objects.filter(name=name).first()
    if found:
        return found
    if not options["create"]:
        raise CliError(f"There is no list “{name}”. --create makes it.", status=2)
    return dnc.make_list(name=name, description="", by=user)
