from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import CommandParser
from django.utils import timezone

from campaigns import services, uploads
from campaigns.forms import CampaignForm
from campaigns.importer.run import import_call_list
from campaigns.models import CallList, Campaign, DispatchType, StartupType
from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.models import AgentGroup, ProviderAccount

DISPATCH_TYPES = {choice.name.lower(): choice.value for choice in DispatchType}
STARTUP_TYPES = {choice.name.lower(): choice.value for choice in StartupType}


class Command(JsonCommand):
    help = (
        "Read a call list into a campaign, in this process. Prints the counts. Status 1 when the file or the campaign "
        "was refused; rejected rows are no failure. With --create a campaign that is not there yet is made first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="path of a CSV or text file")
        parser.add_argument("--user", required=True, help="username of a supervisor")
        parser.add_argument("--campaign", required=True, metavar="NAME")
        parser.add_argument("--create", action="store_true", help="make the campaign, a draft, if there is none")
        parser.add_argument("--country", help="two letters; national numbers are read as numbers of it")
        parser.add_argument("--agent-group", metavar="NO", help="the provider's number of the agent group")
        parser.add_argument("--strategy", metavar="NAME", help="as it stands in the provider's console")
        parser.add_argument("--account", metavar="NAME", help="provider account (default: the only active one)")
        parser.add_argument("--dispatch-type", choices=DISPATCH_TYPES)
        parser.add_argument("--predict-rate", type=_decimal)
        parser.add_argument("--ratio-rate", type=_decimal)
        parser.add_argument("--start-count", type=int)
        parser.add_argument("--startup", choices=STARTUP_TYPES)
        parser.add_argument("--chunk-size", type=int, help="numbers per provider task; 0 takes the portal's setting")
        parser.add_argument("--description")

    def run(self, **options: Any) -> dict[str, Any]:
        user = find_user(options["user"])
        path = Path(options["file"])
        if not path.is_file():
            raise CliError(f"There is no file {path}.", status=2)
        campaign = _campaign(options, user)
        call_list = _upload(path, campaign, user)
        import_call_list(call_list.pk, clock=timezone.now)
        call_list.refresh_from_db()
        if call_list.state != CallList.State.READY:
            raise CliError(call_list.error or "Another process took over the import of this list.")
        return {
            "campaign": campaign.name,
            "call_list": call_list.pk,
            "state": call_list.state,
            "rows": call_list.rows,
            "accepted": call_list.accepted,
            "repaired": call_list.repaired,
            "duplicates": call_list.duplicates,
            "invalid": call_list.invalid,
            "rejected": call_list.rejected,
        }


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as exc:
        raise ValueError(text) from exc


def _upload(path: Path, campaign: Campaign, user: User) -> CallList:
    with path.open("rb") as stream:
        try:
            return uploads.upload_call_list(
                campaign=campaign, file=File(stream, path.name), by=user, now=timezone.now(), read_later=False
            )
        except uploads.UploadRefused as exc:
            raise CliError(str(exc)) from exc


def _campaign(options: dict[str, Any], user: User) -> Campaign:
    campaign = Campaign.objects.filter(name=options["campaign"]).first()
    if campaign:
        _must_agree(campaign, options)
        return campaign
    if not options["create"]:
        raise CliError(f"There is no campaign “{options['campaign']}”. --create makes it.", status=2)
    return _create(options, user)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """The campaign's columns that were named on the command line."""
    columns = {
        "country": options["country"] and options["country"].upper(),
        "strategy_name": options["strategy"],
        "dispatch_type": DISPATCH_TYPES.get(options["dispatch_type"]),
        "predict_call_rate": options["predict_rate"],
        "ratio_call_rate": options["ratio_rate"],
        "start_count": options["start_count"],
        "startup_type": STARTUP_TYPES.get(options["startup"]),
        "chunk_size": options["chunk_size"],
        "description": options["description"],
    }
    return {name: value for name, value in columns.items() if value is not None}


def _must_agree(campaign: Campaign, options: dict[str, Any]) -> None:
    """Settings of a campaign that is there already are not changed behind anybody's back."""
    given = _given(options)
    other = [name for name, value in given.items() if getattr(campaign, name) != value]
    if options["account"] and campaign.account.name != options["account"]:
        other.append("account")
    if options["agent_group"] and campaign.agent_group.group_no != options["agent_group"]:
        other.append("agent_group")
    if other:
        text = f"The campaign “{campaign.name}” is there already with other settings: {', '.join(other)}."
        raise CliError(f"{text} Leave them out, or choose another name.", status=2)


def _create(options: dict[str, Any], user: User) -> Campaign:
    missing = [name for name in ("country", "agent_group", "strategy") if not options[name]]
    if missing:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise CliError(f"A new campaign also needs {names}.", status=2)
    account = _account(options["account"])
    group = AgentGroup.objects.active().filter(account=account, group_no=options["agent_group"]).first()
    if group is None:
        raise CliError(f"The account {account} has no active agent group “{options['agent_group']}”.", status=2)
    campaign = Campaign(name=options["campaign"], account=account, agent_group=group, **_given(options))
    _check(campaign)
    return services.create_campaign(campaign=campaign, by=user, now=timezone.now())


def _account(name: str | None) -> ProviderAccount:
    accounts = list(ProviderAccount.objects.filter(is_active=True, **({"name": name} if name else {})))
    if len(accounts) == 1:
        return accounts[0]
    if name:
        raise CliError(f"There is no active provider account “{name}”.", status=2)
    raise CliError(f"There are {len(accounts)} active provider accounts. Name one with --account.", status=2)


def _check(campaign: Campaign) -> None:
    """The rules of the form."""
    try:
        CampaignForm.check_country(campaign.country)
        campaign.full_clean(exclude=["created_by"])
    except ValidationError as exc:
        problems = exc.message_dict if hasattr(exc, "error_dict") else {"country": exc.messages}
        text = " ".join(f"{name}: {' '.join(messages)}" for name, messages in problems.items())
        raise CliError(text, status=2) from exc
