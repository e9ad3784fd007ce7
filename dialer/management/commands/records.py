from __future__ import annotations

from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.core.files.base import File
from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date

from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.models import ProviderAccount, RecordCursor, RecordFile
from dialer.reconcile import books, cursors, files, pull
from dialer.reconcile.forms import RecordFileForm
from dialer.support.uploads import UploadRefused


class Command(JsonCommand):
    help = (
        "Call records: `pull` them from an account now, `upload` a file (only previewed without --apply), or print "
        "the reconciliation of a day with `books` (exits with status 1 if orders are not accounted for)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["pull", "upload", "books"])
        parser.add_argument("file", nargs="?", help="path of the CSV file (upload)")
        parser.add_argument("--account", metavar="NAME", help="provider account (upload; pull: default all)")
        parser.add_argument("--user", help="username of a supervisor or an administrator (upload)")
        parser.add_argument("--zone", default="UTC", help="time zone of times without one (upload)")
        parser.add_argument("--apply", action="store_true", help="apply the file (upload)")
        parser.add_argument("--day", default="", help="day in UTC, such as 2026-03-31 (books; default: today)")

    def run(self, **options: Any) -> Any:
        actions = {"pull": self._pull, "upload": self._upload, "books": self._books}
        return actions[options["action"]](options)

    def _pull(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        # The worker makes them as well; the command also has to work before a worker ran.
        cursors.ensure_cursors()
        found = RecordCursor.objects.select_related("account").filter(account__in=ProviderAccount.objects.usable())
        if options["account"]:
            found = found.filter(account=_find_account(options["account"]))
        pulled = []
        for cursor in found:
            count = async_to_sync(pull.pull_cursor)(cursor.pk, clock=timezone.now)
            cursor.refresh_from_db()
            was_asked = count is not None
            pulled.append(
                {
                    "account": cursor.account.name,
                    "source": cursor.source,
                    "records": count,
                    "asked": was_asked,
                    "read_to": cursor.read_to,
                    "error": cursor.error,
                    "asked_again": None if was_asked and not cursor.error else cursors.free_at(cursor),
                }
            )
        self.exit_status = 1 if any(row["error"] for row in pulled) else 0
        return pulled

    def _upload(self, options: dict[str, Any]) -> dict[str, Any]:
        user = find_user(options["user"] or "")
        path = Path(options["file"] or "")
        if not path.is_file():
            raise CliError(f"There is no file {path}. Give the path of a CSV file.", status=2)
        account = _find_account(options["account"] or "")
        with path.open("rb") as stream:
            file = File(stream, path.name)
            form = RecordFileForm({"account": account.pk, "zone": options["zone"]}, {"file": file})
            if not form.is_valid():
                raise CliError(" ".join(str(error) for errors in form.errors.values() for error in errors), status=2)
            try:
                row = files.upload_file(
                    account=account, file=file, zone=form.cleaned_data["zone"], by=user, now=timezone.now()
                )
            except UploadRefused as exc:
                raise CliError(str(exc)) from exc
        files.process_file(row.pk, clock=timezone.now)
        # Here and not by the job: the command prints what came out.
        if options["apply"] and files.apply_file(file=row, by=user):
            files.process_file(row.pk, clock=timezone.now)
        row = RecordFile.objects.get(pk=row.pk)
        self.exit_status = 1 if row.state == RecordFile.State.FAILED else 0
        return {
            "file": row.name,
            "state": row.state,
            "error": row.error,
            "columns": row.columns,
            "rows": row.counts,
            "report": row.report.path if row.report else None,
        }

    def _books(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            # None for a text that is no date, ValueError for a day that no calendar has.
            day = parse_date(options["day"]) if options["day"] else timezone.now().date()
        except ValueError:
            day = None
        if day is None:
            raise CliError(f"“{options['day']}” is not a date. Write it as 2026-03-31.", status=2)
        found = books.balance_day(day)
        self.exit_status = 1 if found.off_by else 0
        lines = [dict(zip(books.COLUMNS, cells, strict=True)) for cells in books.csv_rows(found)]
        return {"day": day, "differ_by": found.off_by, "lines": lines, "records": found.records, "codes": found.codes}


def _find_account(name: str) -> ProviderAccount:
    account = ProviderAccount.objects.filter(name=name).first()
    if account is None:
        names = ", ".join(ProviderAccount.objects.values_list("name", flat=True)) or "none"
        raise CliError(f"There is no provider account “{name}”. Existing accounts: {names}.", status=2)
    return account
