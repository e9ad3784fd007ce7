from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import File
from django.core.management.base import CommandParser
from django.utils import timezone

from campaigns.importer.layout import ListLayout
from campaigns.importer.reading import propose_reading
from campaigns.importer.run import Busy, import_call_list
from campaigns.lists import mapping, opt_out_wishes, uploads
from campaigns.lists import services as list_services
from campaigns.management import campaign_options
from campaigns.models import CallList, Campaign, SavedMapping
from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.support.uploads import UploadRefused
from sheets.errors import FileRefused
from sheets.inspection import Inspection
from sheets.reading import Choice
from telephony.numbers.column_habits import Answers

_ANSWERS = {"is_all_national": "all_national", "has_own_code": "own_code"}
_YES_OR_NO = {"yes": True, "no": False, None: None}


class Command(JsonCommand):
    help = (
        "Import a call list into a campaign in this process and confirm it. Prints the counts. Exits with status 1 "
        "if the file or the campaign was refused; rejected and held rows do not count as failure. With --create, a "
        "missing campaign is created first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="path of a CSV, text, JSON, XLSX, XLS or ODS file; may be compressed")
        parser.add_argument("--user", required=True, help="username of a supervisor")
        parser.add_argument("--campaign", required=True, metavar="NAME")
        campaign_options.add_arguments(parser)
        parser.add_argument("--encoding", help="encoding if the file is not UTF-8, such as gb18030, big5 or cp1252")
        parser.add_argument(
            "--sheet", default="", help="sheet of a workbook (default: the first visible one with rows)"
        )
        parser.add_argument(
            "--header-line", type=int, metavar="N", help="line with the column names; 0 = none (default: detected)"
        )
        parser.add_argument(
            "--hidden-rows",
            choices=["leave-out", "read"],
            default="leave-out",
            help="hidden rows of a workbook (default: leave-out)",
        )
        parser.add_argument("--mapping", metavar="NAME", help="use a saved mapping instead of the detected columns")
        parser.add_argument(
            "--phone-column",
            action="append",
            metavar="COLUMN",
            help="name or number (from 1) of the telephone column; repeat for columns to try next",
        )
        parser.add_argument(
            "--all-national", choices=["yes", "no"], help="whether all numbers are in the campaign's country"
        )
        parser.add_argument(
            "--own-code", choices=["yes", "no"], help="whether digits that begin with the country code include it"
        )
        parser.add_argument(
            "--called-within-days",
            type=int,
            default=0,
            metavar="N",
            help="leave out numbers called in the last N days; 0 = off",
        )
        parser.add_argument(
            "--skip-other-campaigns", action="store_true", help="leave out numbers waiting in another running campaign"
        )
        parser.add_argument(
            "--opt-out", action="store_true", help="add people the file marks as do-not-call to the opt-out list"
        )
        parser.add_argument(
            "--check", action="store_true", help="stop at the report; someone confirms the list in the portal"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        user = find_user(options["user"])
        path = Path(options["file"])
        if not path.is_file():
            raise CliError(f"There is no file {path}.", status=2)
        campaign = campaign_options.campaign_of(options, user)
        with path.open("rb") as stream:
            try:
                call_list = uploads.upload_call_list(
                    campaign=campaign, file=File(stream, path.name), by=user, now=timezone.now(), read_later=False
                )
            except UploadRefused as exc:
                raise CliError(str(exc)) from exc
        try:
            _read(call_list, options, user)
        except (CliError, list_services.ListRefused) as exc:
            # Else a list that this command gives up would wait in the portal for a person.
            if not call_list.is_dropped:
                list_services.cancel(call_list=call_list, by=user, now=timezone.now())
            raise CliError(str(exc)) from exc
        return _counts(campaign, call_list)


def _counts(campaign: Campaign, call_list: CallList) -> dict[str, Any]:
    return {
        "campaign": campaign.name,
        "call_list": call_list.pk,
        "state": call_list.state,
        "recognised_as": call_list.columns["known_as"],
        "rows": call_list.rows,
        "hidden_rows_left_out": mapping.left_out(call_list),
        "accepted": call_list.accepted,
        "repaired": call_list.repaired,
        "duplicates": call_list.duplicates,
        "do_not_call": call_list.do_not_call,
        "opted_out": call_list.report["opted_out"],
        "added_to_opt_out": call_list.report.get("opted_out_added", 0),
        "held": call_list.held,
        "invalid": call_list.invalid,
        "rejected": call_list.rejected,
        "reasons": call_list.report["reasons"],
        "questions": [
            # With the option that answers it, and without the numbers of people.
            {"option": f"--{question['code'].replace('_', '-')}", "rows": question["count"]}
            for question in call_list.report["questions"]
        ],
    }


def _read(call_list: CallList, options: dict[str, Any], user: User) -> None:
    list_services.inspect_list(call_list.pk, now=timezone.now())
    _must_be(call_list, CallList.State.MAPPING)
    inspection = Inspection.from_json(call_list.inspection)
    if not options["encoding"] and not inspection.is_certain:
        # Each of them decodes the whole file, so only a person can tell which one is right.
        found = ", ".join(inspection.encodings)
        raise CliError(f"The file is not UTF-8. Choose its encoding with --encoding; candidates: {found}.", status=2)
    choice = Choice(
        encoding=options["encoding"] or "",
        sheet=options["sheet"],
        header_line=options["header_line"],
        hidden_rows=options["hidden_rows"] == "read" or None,
    )
    list_services.read(
        call_list=call_list,
        choice=choice,
        layout=_layout(call_list, choice, options),
        answers=Answers(**{name: _YES_OR_NO[options[option]] for name, option in _ANSWERS.items()}),
        called_within_days=options["called_within_days"],
        skip_other_campaigns=options["skip_other_campaigns"],
        by=user,
        now=timezone.now(),
        read_later=False,
    )
    try:
        import_call_list(call_list.pk, clock=timezone.now)
    except Busy as exc:
        raise CliError("Another list of this campaign is being read. Try again when it has finished.") from exc
    _must_be(call_list, CallList.State.CHECKED)
    if options["opt_out"]:
        opt_out_wishes.opt_out(call_list=call_list, by=user, now=timezone.now())
    if not options["check"]:
        list_services.confirm(call_list=call_list, by=user, now=timezone.now())


def _must_be(call_list: CallList, state: str) -> None:
    call_list.refresh_from_db()
    if call_list.state != state:
        raise CliError(call_list.error or "Another process has taken over the import of this list.")


def _layout(call_list: CallList, choice: Choice, options: dict[str, Any]) -> ListLayout:
    try:
        proposal = propose_reading(call_list, choice)
    except FileRefused as exc:
        raise CliError(str(exc)) from exc
    if saved := options["mapping"]:
        kept = SavedMapping.objects.filter(name=saved).first()
        if kept is None:
            raise CliError(f"There is no saved mapping “{saved}”.", status=2)
        return proposal.layout.with_saved(kept.header, kept.roles, pack_rest=kept.pack_rest)
    if named := options["phone_column"]:
        return proposal.layout.with_phones([_place(name, proposal.layout) for name in named])
    if not proposal.is_complete:
        columns = ", ".join(proposal.layout.names[:20])
        reason = " ".join(proposal.doubts)
        raise CliError(f"{reason} Choose one with --phone-column; the columns are: {columns}.", status=2)
    return proposal.layout


def _place(name: str, layout: ListLayout) -> int:
    """A column by its name, or by its number from 1."""
    if name in layout.names:
        return layout.names.index(name)
    if name.isdecimal() and 1 <= int(name) <= layout.width:
        return int(name) - 1
    raise CliError(f"There is no column “{name}”; the columns are: {', '.join(layout.names[:20])}.", status=2)
