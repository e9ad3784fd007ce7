from __future__ import annotations

import time
from typing import Any, TypeVar

from django.core.management.base import CommandParser
from django.db.models import Model, QuerySet
from django.utils import timezone

from dialer.calls import services
from dialer.calls.services import CallPreview
from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.models import (
    Agent,
    AgentPhone,
    ConnectNumber,
    DidNumber,
    ProviderAccount,
    Purpose,
    Ring,
    State,
)
from dialer.models.call_draft import CallDraft
from dialer.models.call_parties import CallParties
from telephony.contract.errors import ProviderError
from telephony.numbers import e164

Row = TypeVar("Row", bound=Model)

POLL_SECONDS = 0.05
MEDIA = {"voice": 0, "video": 1, "negotiated": 2}


class Command(JsonCommand):
    help = (
        "Order one call. Prints reference, state, provider_call_id and reason. Exits with status 1 if the order was "
        "refused or not accepted when --wait ended; a running worker sends it. With --preview: prints the request and, "
        "under “against”, every rule that would refuse the order now; exits with status 1 when there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, help="username of a supervisor")
        parser.add_argument("--callee", required=True, help="number to call, with country code")
        parser.add_argument("--account", help="provider account (default: the account of the DID, agent or phone)")
        parser.add_argument("--did", "--shows", help="DID that the call is placed from, or that the callee sees")
        parser.add_argument("--connect-number", help="Amazon Connect number of the agents (NxCloud)")
        parser.add_argument("--agent", type=int, metavar="ID", help="signed-in agent who places the call (CC-Gateway)")
        parser.add_argument("--caller", metavar="PHONE", help="agent's phone, which rings first (AICC)")
        parser.add_argument("--agent-sees", metavar="NUMBER", help="number shown on the agent's phone (AICC)")
        parser.add_argument("--work-no", metavar="ID", help="agent that the call is assigned to (AICC)")
        parser.add_argument("--skill", type=int, metavar="ID", help="agent's skill queue (CC-Gateway)")
        parser.add_argument("--media", choices=list(MEDIA), help="media type, voice by default (CC-Gateway)")
        parser.add_argument(
            "--call-data", metavar="TEXT", help="text returned with the result; not for secrets (Huawei)"
        )
        parser.add_argument("--ring-order", choices=Ring.values, default=Ring.CONNECT_FIRST.value)
        parser.add_argument(
            "--delay-ms", type=int, default=0, help="milliseconds that the provider waits before dialling"
        )
        parser.add_argument("--purpose", choices=Purpose.values, default=Purpose.SERVICE.value)
        parser.add_argument("--consent", default="", help="where the callee's consent is recorded")
        parser.add_argument("--override", default="", metavar="REASON", help="override a rule, for this reason")
        parser.add_argument("--preview", action="store_true", help="print the request without sending it")
        parser.add_argument(
            "--wait", type=float, metavar="SECONDS", help="wait until the order has been accepted or refused"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        user = find_user(options["user"])
        if not user.has_perm("dialer.add_callrequest"):
            raise CliError(
                f"{user.username} does not have permission to place calls. Add the user to the group Supervisor."
            )
        draft = _read_draft(options)
        try:
            if options["preview"]:
                shown = services.preview_call(draft, now=timezone.now())
                self.exit_status = 1 if shown.against else 0
                return _as_json(shown)
            call = services.request_call(draft, by=user, now=timezone.now(), override_reason=options["override"])
        except services.OrderRefused as exc:
            where = f" See {exc.blocking_order.url}" if exc.blocking_order else ""
            raise CliError(f"{exc.message}{where}") from exc
        except ProviderError as exc:
            raise CliError(exc.message) from exc
        except ValueError as exc:  # the provider has no form for one of these; it names no number
            raise CliError(str(exc)) from exc
        if options["wait"] is not None:
            deadline = time.monotonic() + options["wait"]
            while not call.is_settled and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
                call.refresh_from_db()
            # In doubt is no success: a script must not go on as if somebody had been called.
            self.exit_status = 0 if call.state == State.ACCEPTED else 1
        return {
            "reference": call.reference,
            "state": call.state,
            "provider_call_id": call.provider_call_id,
            "reason": call.reason,
        }


def _read_draft(options: dict[str, Any]) -> CallDraft:
    if not 0 <= options["delay_ms"] <= 3_600_000:
        raise CliError("--delay-ms must be from 0 to 3600000 (one hour).", status=2)
    did = _find_number(DidNumber, options["did"], option="--did")
    agent, agent_phone = _find_agent(options), _find_agent_phone(options)
    connect_number = _find_number(ConnectNumber, options["connect_number"], option="--connect-number")
    account: ProviderAccount | None
    if options["account"]:
        account = _find_account(options["account"])
    else:
        account = next((row.account for row in (did, agent, agent_phone) if row), None)
    if account is None:
        raise CliError("Give --did, --agent or --caller, or choose an --account.", status=2)
    # Whether the provider has these fields is said when the order is looked at.
    further = {
        "agent_sees": options["agent_sees"],
        "agent_id": options["work_no"],
        "skill_id": options["skill"],
        "media": MEDIA.get(options["media"]),
        "call_data": options["call_data"],
    }
    return CallDraft(
        account=account,
        callee=_parse_number(options["callee"], option="--callee"),
        parties=CallParties(did=did, connect_number=connect_number, agent=agent, agent_phone=agent_phone),
        options={name: value for name, value in further.items() if value is not None},
        ring_order=options["ring_order"],
        delay_ms=options["delay_ms"],
        purpose=options["purpose"],
        consent_ref=options["consent"],
    )


def _find_account(name: str) -> ProviderAccount:
    account = ProviderAccount.objects.filter(name=name).first()
    if account is None:
        raise CliError(f"There is no provider account “{name}”.", status=2)
    return account


def _find_agent(options: dict[str, Any]) -> Agent | None:
    if options["agent"] is None:
        return None
    found: QuerySet[Agent] = Agent.objects.active().filter(agent_id=options["agent"])
    return _only_row(
        found, options, what=f"--agent: {options['agent']} is not an active agent", add="under Agents in the admin"
    )


def _find_agent_phone(options: dict[str, Any]) -> AgentPhone | None:
    if not options["caller"]:
        return None
    # A phone of AICC is kept as the provider lists it: digits, and no number that could be parsed.
    digits = "".join(character for character in options["caller"] if character not in "+ -()")
    found: QuerySet[AgentPhone] = AgentPhone.objects.active().filter(number=digits)
    where = "under Agent phones in the admin, or refresh the account's phones there"
    return _only_row(found, options, what=f"--caller: {digits} is not an active agent phone", add=where)


def _only_row(found: QuerySet[Row], options: dict[str, Any], *, what: str, add: str) -> Row:
    """The one row of the account that was named, or of all accounts."""
    of_account = found.filter(account=_find_account(options["account"])) if options["account"] else found
    rows = list(of_account.select_related("account")[:2])
    if not rows:
        raise CliError(f"{what} of this account. Add it {add}.", status=2)
    if len(rows) > 1:
        raise CliError(f"{what} of exactly one account. Choose one with --account.", status=2)
    return rows[0]


def _parse_number(text: str, *, option: str) -> str:
    try:
        return e164.parse(text)
    except e164.NumberError as exc:
        raise CliError(f"{option}: {exc.message} {exc.suggestion}", status=2) from exc


def _find_number(model: Any, text: str | None, *, option: str) -> Any:
    if not text:
        return None
    number = _parse_number(text, option=option)
    row = model.objects.filter(number=number).first()
    if row is None:
        name = model._meta.verbose_name
        raise CliError(f"{option}: {number} is not a known {name}. Add it in the admin.", status=2)
    return row


def _as_json(shown: CallPreview) -> dict[str, Any]:
    prepared = shown.request
    return {
        "method": prepared.method,
        "url": prepared.url,
        "headers": dict(prepared.headers),
        "string_to_sign": prepared.string_to_sign,
        "body": prepared.body.decode(),
        "against": [{"rule": verdict.code, "says": verdict.message} for verdict in shown.against],
    }
