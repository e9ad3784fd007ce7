from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from dialer import services
from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.models import CallRequest, ConnectNumber, DidNumber, ProviderAccount, Purpose, Ring, State
from telephony import e164
from telephony.contract import PreparedRequest
from telephony.errors import ProviderError

POLL_SECONDS = 0.05


class Command(JsonCommand):
    help = (
        "Order one call. Prints reference, state, provider_call_id and reason. Status 1 when the order was refused, "
        "or when --wait ended without an acceptance; a running worker does the sending."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, help="username of a supervisor")
        parser.add_argument("--did", required=True, help="the DID number the call leaves from")
        parser.add_argument("--callee", required=True, help="the number to call, with country code")
        parser.add_argument("--connect-number", required=True, help="the Amazon Connect number of the agents")
        parser.add_argument("--ring-order", choices=Ring.values, default=Ring.CONNECT_FIRST.value)
        parser.add_argument("--delay-ms", type=int, default=0, help="milliseconds the provider waits before it dials")
        parser.add_argument("--purpose", choices=Purpose.values, default=Purpose.SERVICE.value)
        parser.add_argument("--consent", default="", help="where the callee's consent is written down")
        parser.add_argument("--override", default="", metavar="REASON", help="call against a rule, for this reason")
        parser.add_argument("--account", help="name of the provider account (default: the DID's)")
        parser.add_argument("--preview", action="store_true", help="print the request that would be sent; send nothing")
        parser.add_argument("--wait", type=float, metavar="SECONDS", help="wait until the order is settled")

    def run(self, **options: Any) -> dict[str, Any]:
        user = find_user(options["user"])
        if not user.has_perm("dialer.add_callrequest"):
            raise CliError(f"{user.username} may not place calls. Add the user to the group Supervisor.")
        order = _order(options)
        try:
            if options["preview"]:
                return _shown(services.preview_call(**order, now=timezone.now()))
            call = services.request_call(
                **order, requested_by=user, now=timezone.now(), override_reason=options["override"]
            )
        except services.OrderRefused as exc:
            where = f" See {exc.holder.url}" if exc.holder else ""
            raise CliError(f"{exc.message}{where}") from exc
        except ProviderError as exc:
            raise CliError(exc.message) from exc
        if options["wait"] is not None:
            call = _settled(call, seconds=options["wait"])
            self.exit_status = 0 if call.state == State.ACCEPTED else 1
        return {
            "reference": call.reference,
            "state": call.state,
            "provider_call_id": call.provider_call_id,
            "reason": call.reason,
        }


def _order(options: dict[str, Any]) -> dict[str, Any]:
    did = _find(DidNumber, options["did"], option="--did")
    account = did.account
    if options["account"]:
        account = ProviderAccount.objects.filter(name=options["account"]).first()
        if account is None:
            raise CliError(f"There is no provider account “{options['account']}”.", status=2)
    if not 0 <= options["delay_ms"] <= 3_600_000:
        raise CliError("--delay-ms goes from 0 to 3600000 (one hour).", status=2)
    return {
        "account": account,
        "did": did,
        "callee": _number(options["callee"], option="--callee"),
        "connect_number": _find(ConnectNumber, options["connect_number"], option="--connect-number"),
        "ring_order": options["ring_order"],
        "delay_ms": options["delay_ms"],
        "purpose": options["purpose"],
        "consent_ref": options["consent"],
    }


def _number(text: str, *, option: str) -> str:
    try:
        return e164.parse(text)
    except e164.NumberError as exc:
        raise CliError(f"{option}: {exc.message} {exc.suggestion}", status=2) from exc


def _find(model: Any, text: str, *, option: str) -> Any:
    number = _number(text, option=option)
    row = model.objects.filter(number=number).first()
    if row is None:
        name = model._meta.verbose_name
        raise CliError(f"{option}: {number} is no {name} of the portal. Add it in the admin.", status=2)
    return row


def _settled(call: CallRequest, *, seconds: float) -> CallRequest:
    deadline = time.monotonic() + seconds
    while not call.is_settled and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        call.refresh_from_db()
    return call


def _shown(prepared: PreparedRequest) -> dict[str, Any]:
    return {
        "method": prepared.method,
        "url": prepared.url,
        "headers": dict(prepared.headers),
        "string_to_sign": prepared.string_to_sign,
        "body": prepared.body.decode(),
    }
