from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from dialer.dnc import blocks as dnc_blocks
from dialer.dnc import importer as dnc_import
from dialer.dnc import lists as dnc
from dialer.dnc import uploads as dnc_uploads
from dialer.dnc.end_days import end_for, read_until
from dialer.dnc.files.first_look import Chosen
from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.models import DncImport, DncList
from dialer.support.uploads import UploadRefused
from dialer.web.country import clean_country
from telephony.numbers import e164
from telephony.numbers.number_blocks import NumberBlock, read_blocks

SHOWN_REJECTS = 20


class Command(JsonCommand):
    help = (
        "Do-not-call lists: `import` a file of numbers (exits with status 1 if rows were skipped), `add` a number or "
        "a block such as +1202555XXXX, or `check` whether a number may be called (status 1 if not)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["import", "add", "check"])
        parser.add_argument("what", help="path of the file or the number")
        parser.add_argument("--list", metavar="NAME", help="name of the list (import, add)")
        parser.add_argument("--create", action="store_true", help="create the list if it does not exist")
        parser.add_argument("--user", help="username of a supervisor or an administrator (import, add)")
        parser.add_argument("--country", default="", help="two-letter country code for numbers without a country code")
        parser.add_argument("--expires", default="", metavar="DAY", help="last day of validity: 2026-12-31")
        parser.add_argument("--reason", default="")
        parser.add_argument("--source", default="")
        parser.add_argument("--both", action="store_true", help="block every possible reading of the digits (add)")
        parser.add_argument("--wide", action="store_true", help="allow blocks of whole areas (import, add)")
        parser.add_argument(
            "--prefixes", action="store_true", help="read bare digits as area codes or prefixes (import)"
        )
        parser.add_argument("--encoding", default="", help="encoding of a file that is not UTF-8 (import)")
        parser.add_argument(
            "--phone-column",
            action="append",
            default=[],
            metavar="NAME",
            help="name or number (from 1) of a column with numbers; can be repeated (import)",
        )

    def run(self, **options: Any) -> dict[str, Any]:
        try:
            options["country"] = clean_country(options["country"])
        except ValidationError as exc:
            raise CliError(" ".join(exc.messages), status=2) from exc
        actions = {"import": self._import, "add": self._add, "check": self._check}
        return actions[options["action"]](options)

    def _check(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            callee = e164.parse(options["what"], region=options["country"] or None)
        except e164.NumberError as exc:
            raise CliError(f"{exc.message} {exc.suggestion}", status=2) from exc
        listing = dnc.listing_of(callee, now=timezone.now())
        self.exit_status = 1 if listing else 0
        return {
            "number": callee,
            "may_be_called": listing is None,
            "list": listing.list_name if listing else "",
            "reason": listing.reason if listing else "",
        }

    def _add(self, options: dict[str, Any]) -> dict[str, Any]:
        user = find_user(options["user"] or "")
        found, until = _find_list(options, user), _read_day(options["expires"])
        callees, blocks = _read_what(options)
        about: dict[str, Any] = {"dnc_list": found, "by": user, "now": timezone.now()}
        about |= {name: options[name] for name in ("reason", "source")}
        with transaction.atomic():
            if blocks:
                is_new = bool(dnc_blocks.add_blocks(blocks=blocks, expires_on=until, **about))
            else:
                added = [dnc.add(callee=callee, expires_at=end_for(callee, until), **about) for callee in callees]
                is_new = any(added)
        written = [block.written for block in blocks] or list(callees)
        return {"number": ", ".join(written), "list": found.name, "added": is_new}

    def _import(self, options: dict[str, Any]) -> dict[str, Any]:
        user = find_user(options["user"] or "")
        path = Path(options["what"])
        if not path.is_file():
            raise CliError(f"There is no file {path}.", status=2)
        with path.open("rb") as stream:
            try:
                row = dnc_uploads.upload(
                    dnc_list=_find_list(options, user),
                    file=File(stream, path.name),
                    country=options["country"],
                    expires_on=_read_day(options["expires"]),
                    by=user,
                    now=timezone.now(),
                    read_later=False,
                )
            except UploadRefused as exc:
                raise CliError(str(exc)) from exc
        chosen = Chosen(
            encoding=options["encoding"],
            holds_prefixes=options["prefixes"] or None,
            allows_wide=options["wide"],
            number_columns=tuple(options["phone_column"]),
        )
        dnc_import.import_numbers(row.pk, clock=timezone.now, chosen=chosen)
        row.refresh_from_db()
        if row.state == DncImport.State.MAPPING:
            # Else the file would wait on its page for somebody who chooses the columns; here options do.
            doubts = " ".join(dnc_import.look_again(row, region=row.country, chosen=chosen).doubts)
            dnc_uploads.discard(dnc_import=row, by=user, now=timezone.now())
            raise CliError(f"{doubts} Options: --phone-column, --country, --encoding, --prefixes, --wide.")
        if row.state != DncImport.State.DONE:
            raise CliError(row.error or "Another process has taken over this import.")
        self.exit_status = 1 if row.invalid else 0
        counts = {name: getattr(row, name) for name in dnc_import.COUNTS}
        # Without their cells, which stay in the portal.
        rejected = row.rejects.values("sheet", "line_number", "code", "reason", "suggestion")[:SHOWN_REJECTS]
        return {"list": row.dnc_list.name, **counts, **row.report, "not_taken": list(rejected)}


def _read_what(options: dict[str, Any]) -> tuple[tuple[str, ...], tuple[NumberBlock, ...]]:
    """Numbers (E.164), or blocks. Raises CliError where it is open which."""
    text, region = options["what"], options["country"] or None
    try:
        blocks = read_blocks(text, region=region)
        if not blocks:
            return (e164.parse(text, region=region),), ()
    except e164.NumberError as exc:
        if len(exc.meant) == 1 or (exc.meant and options["both"]):
            return exc.meant, ()
        ask = f"Add one of {', '.join(exc.meant)}, or all of them with --both." if exc.meant else exc.suggestion
        raise CliError(f"{exc.message} {ask}", status=2) from exc
    if any(block.is_wide for block in blocks) and not options["wide"]:
        written = ", ".join(block.written for block in blocks)
        raise CliError(f"{written} covers a whole area or more. Use --wide to block every number in it.", status=2)
    return (), blocks


def _read_day(text: str) -> date | None:
    until = read_until(text) if text else None
    # In a file the longest reading is taken; whoever types a day here can mend it instead.
    if until and (until.repair or until.day is None):
        raise CliError(f"--expires: “{text}” is not a date. Write it as 2026-12-31.", status=2)
    return until.day if until else None


def _find_list(options: dict[str, Any], user: Any) -> DncList:
    name = options["list"]
    if not name:
        raise CliError("Choose a list with --list.", status=2)
    found = DncList.objects.filter(name=name).first()
    if found:
        return found
    if not options["create"]:
        raise CliError(f"There is no list “{name}”. Use --create to create it.", status=2)
    return dnc.make_list(name=name, description="", by=user)
