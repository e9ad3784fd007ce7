"""Campaigns on the command line: the options that name one, and the making of one that is not there yet."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db.models import Model
from django.utils import timezone

from campaigns.models import RETRIED, Campaign, Channel, DispatchType, RetryRule, StartupType
from campaigns.pages.forms import CampaignForm
from campaigns.planning import services
from campaigns.policy import account_fit
from dialer.management.cli import CliError
from dialer.models import AgentGroup, AgentPhone, ConnectNumber, DidNumber, ProviderAccount, Purpose
from telephony import registry

Row = TypeVar("Row", bound=Model)
OF_CALLS = ("connect_number", "did", "agent_phone")
"""Options named as the fields of telephony.contract.DialOrder that they become."""
DISPATCH_TYPES = {choice.name.lower(): choice.value for choice in DispatchType}
STARTUP_TYPES = {choice.name.lower(): choice.value for choice in StartupType}


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument("--create", action="store_true", help="create the campaign as a draft if it does not exist")
    parser.add_argument("--country", help="two-letter country code for numbers without a country code")
    parser.add_argument("--account", metavar="NAME", help="provider account (default: the only suitable one)")
    parser.add_argument("--channel", choices=Channel.values, help="how numbers reach the provider (default: task)")
    parser.add_argument("--purpose", choices=Purpose.values)
    parser.add_argument("--description")

    task = parser.add_argument_group("provider tasks")
    task.add_argument("--agent-group", metavar="NO", help="the provider's number of the agent group")
    task.add_argument("--strategy", metavar="NAME", help="exactly as in the provider's console")
    task.add_argument("--dispatch-type", choices=DISPATCH_TYPES)
    task.add_argument("--predict-rate", type=_decimal)
    task.add_argument("--ratio-rate", type=_decimal)
    task.add_argument("--start-count", type=int)
    task.add_argument("--startup", choices=STARTUP_TYPES)
    task.add_argument("--chunk-size", type=int, help="numbers per provider task; 0 uses the portal setting")

    calls = parser.add_argument_group("paced and preview calls")
    calls.add_argument(
        "--connect-number", metavar="NUMBER", help="number that reaches the agents, if the account needs one; E.164"
    )
    calls.add_argument("--did", action="append", default=[], metavar="NUMBER", help="repeat for more (default: all)")
    calls.add_argument(
        "--agent-phone", action="append", default=[], metavar="NUMBER", help="digits; repeat for more (default: all)"
    )
    calls.add_argument("--calls-per-minute", type=int)
    calls.add_argument("--concurrent-calls", type=int)
    calls.add_argument("--line-seconds", type=int, help="assumed call length if the provider does not report the end")
    calls.add_argument("--priority", type=int, help="1 is the highest priority, 9 the lowest")
    calls.add_argument(
        "--retry",
        action="append",
        default=[],
        type=_retry,
        metavar="RESULT:MINUTES:CALLS",
        help="call numbers with this result again: minutes to wait, calls in all, such as busy:10:3; results: "
        f"{', '.join(RETRIED)}",
    )


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as exc:
        raise ValueError(text) from exc


def _retry(text: str) -> RetryRule:
    """Raises ValueError, which argparse tells."""
    disposition, minutes, calls = text.split(":")
    return RetryRule(disposition=disposition, wait_minutes=int(minutes), most_calls=int(calls))


def campaign_of(options: dict[str, Any], user: User) -> Campaign:
    campaign = Campaign.objects.filter(name=options["campaign"]).first()
    if campaign:
        _must_agree(campaign, options)
        return campaign
    if not options["create"]:
        raise CliError(f"There is no campaign “{options['campaign']}”. Use --create to create it.", status=2)
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
        "channel": options["channel"],
        "purpose": options["purpose"],
        "calls_per_minute": options["calls_per_minute"],
        "concurrent_calls": options["concurrent_calls"],
        "line_seconds": options["line_seconds"],
        "priority": options["priority"],
    }
    return {name: value for name, value in columns.items() if value is not None}


def _must_agree(campaign: Campaign, options: dict[str, Any]) -> None:
    """Refuses options that differ from an existing campaign: an import does not change its settings silently."""
    given = _given(options)
    other = [name for name, value in given.items() if getattr(campaign, name) != value]
    if options["account"] and campaign.account.name != options["account"]:
        other.append("account")
    if options["agent_group"] and (not campaign.agent_group or campaign.agent_group.group_no != options["agent_group"]):
        other.append("agent_group")
    number = options["connect_number"]
    if number and (not campaign.connect_number or campaign.connect_number.number != number):
        other.append("connect_number")
    pools = (("did", campaign.dids), ("agent_phone", campaign.agent_phones))
    for name, rows in pools:
        if options[name] and set(options[name]) != set(rows.values_list("number", flat=True)):
            other.append(name)
    if other:
        text = f"The campaign “{campaign.name}” already exists with other settings: {', '.join(other)}."
        raise CliError(f"{text} Leave them out, or choose another name.", status=2)


def _create(options: dict[str, Any], user: User) -> Campaign:
    account = _choose_account(options)
    kind = registry.KINDS[account.kind]
    needed = ["agent_group", "strategy"]
    if (options["channel"] or Channel.TASK) != Channel.TASK:
        # DIDs and agent phones have a default: all of the account.
        needed = ["connect_number"] if "connect_number" in kind.call_needs else []
    if missing := [name for name in ("country", *needed) if not options[name]]:
        raise CliError(f"A new campaign also needs {_names(missing)}.", status=2)
    if unknown := _unknown_to(account, options):
        raise CliError(f"{kind.label} does not support {_names(unknown)}: leave it out.", status=2)

    campaign = Campaign(name=options["campaign"], account=account, **_given(options))
    if campaign.is_by_task:
        number = options["agent_group"]
        missing_group = f"The account {account} has no active agent group “{number}”."
        campaign.agent_group = _find(AgentGroup, missing_group, account=account, group_no=number)
    elif number := options["connect_number"]:
        campaign.connect_number = _find(ConnectNumber, f"There is no active Connect number {number}.", number=number)
    related = {
        "dids": [
            _find(DidNumber, f"The account {account} has no active DID {number}.", account=account, number=number)
            for number in options["did"]
        ],
        "agent_phones": [
            _find(
                AgentPhone, f"The account {account} has no active agent phone {number}.", account=account, number=number
            )
            for number in options["agent_phone"]
        ],
        "retry_rules": options["retry"],
    }
    _check(campaign, *options["retry"])
    try:
        return services.create_campaign(campaign=campaign, by=user, now=timezone.now(), related=related)
    except services.TransitionRefused as refusal:
        raise CliError(str(refusal), status=2) from refusal


def _find(model: type[Row], missing: str, **columns: Any) -> Row:
    """The active row that an option names; `missing` says what there is not."""
    found: Row | None = model.objects.filter(is_active=True, **columns).first()
    if found is None:
        raise CliError(missing, status=2)
    return found


def _names(options: Iterable[str]) -> str:
    return ", ".join(f"--{name.replace('_', '-')}" for name in options)


def _choose_account(options: dict[str, Any]) -> ProviderAccount:
    """The one that was named, or the only one that the channel and the other options can be used with."""
    channel, name = options["channel"] or Channel.TASK.value, options["account"]
    if name:
        account = _find(ProviderAccount, f"There is no active provider account “{name}”.", name=name)
        if wrong := account_fit.misfit_reason(account, channel):
            raise CliError(wrong, status=2)
        return account
    fitting = [
        account
        for account in ProviderAccount.objects.filter(is_active=True)
        if account_fit.is_usable(account.kind, channel)
    ]
    # Where no account supports these options, _create says which of them is wrong.
    accounts = [account for account in fitting if not _unknown_to(account, options)] or fitting
    if len(accounts) == 1:
        return accounts[0]
    text = f"There are {len(accounts)} active provider accounts for “{channel}” ({account_fit.labels_for(channel)})."
    raise CliError(f"{text} Choose one with --account.", status=2)


def _unknown_to(account: ProviderAccount, options: dict[str, Any]) -> list[str]:
    fields = registry.KINDS[account.kind].call_fields
    return [name for name in OF_CALLS if options[name] and name not in fields]


def _check(campaign: Campaign, *retries: RetryRule) -> None:
    """The rules of the form."""
    try:
        CampaignForm.check_country(campaign.country)
        campaign.full_clean(exclude=["created_by"])
        for rule in retries:
            rule.clean_fields(exclude=["campaign"])
    except ValidationError as exc:
        problems = exc.message_dict if hasattr(exc, "error_dict") else {"country": exc.messages}
        text = " ".join(f"{name}: {' '.join(messages)}" for name, messages in problems.items())
        raise CliError(text, status=2) from exc
