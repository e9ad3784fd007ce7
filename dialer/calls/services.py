"""What people do with calls. Plain functions; each owns its transaction."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, NoReturn

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dialer.ledger import open_orders, transitions
from dialer.ledger.enqueue import enqueue
from dialer.ledger.open_orders import BlockingOrder
from dialer.models import (
    Agent,
    AgentPhone,
    Attempt,
    CallRequest,
    ConnectNumber,
    DidNumber,
    EventKind,
    ProviderAccount,
    Purpose,
    Ring,
)
from dialer.models.call_parties import CallParties, what_is_wrong
from dialer.outcomes import results
from dialer.policy import decisions, single_call
from dialer.policy.override_reasons import check_reason
from dialer.policy.rules import Verdict
from dialer.providers import adapters
from dialer.providers.orders import order_of
from dialer.support import timing
from telephony.contract.orders import PreparedRequest
from telephony.http.unix_ms import to_ms

KEY_USED = "key_used"
HELD_BY_ORDER = ("open_order", "in_doubt")


class OrderRefused(Exception):
    """The portal does not take this order. `holder` is the open order in the way, where that is the reason.

    With `may_be_overridden`, somebody with the permission may order it nevertheless and write why.
    """

    def __init__(
        self, message: str, *, code: str, holder: BlockingOrder | None = None, may_be_overridden: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.holder = holder
        self.may_be_overridden = may_be_overridden


def request_call(
    *,
    account: ProviderAccount,
    callee: str,
    requested_by: AbstractUser,
    now: datetime,
    did: DidNumber | None = None,
    connect_number: ConnectNumber | None = None,
    agent: Agent | None = None,
    agent_phone: AgentPhone | None = None,
    options: dict[str, Any] | None = None,
    ring_order: str = Ring.CONNECT_FIRST,
    delay_ms: int = 0,
    purpose: str = Purpose.SERVICE,
    consent_ref: str = "",
    override_reason: str = "",
    idempotency_key: uuid.UUID | None = None,
    retry_of: CallRequest | None = None,
) -> CallRequest:
    """Commits one order and the job that sends it. The same key again returns the first order.

    `callee` is E.164, `delay_ms` milliseconds; which of the other fields there are depends on the account's kind.
    With a written `override_reason` the rules that may be overruled are.
    Raises OrderRefused, and PermissionDenied for an override, or a call as an agent, without the permission.
    """
    if agent and not requested_by.has_perm("dialer.use_agent"):
        raise PermissionDenied
    parties = CallParties(did=did, connect_number=connect_number, agent=agent, agent_phone=agent_phone)
    call = CallRequest(
        account=account,
        **parties.columns(),
        options=options or {},
        callee=callee,
        ring_order=ring_order,
        delay_ms=delay_ms,
        purpose=purpose,
        consent_ref=consent_ref,
        override_reason=override_reason.strip(),
        idempotency_key=idempotency_key or uuid.uuid4(),
        requested_by=requested_by,
        requested_at=now,
        not_before=now,
        expires_at=now + timing.call_expiry(),
        retry_of=retry_of,
    )
    _must_be_complete(call)
    _must_say_why(call)
    try:
        with transaction.atomic():
            _take_turn(call)
            if earlier := _with_same_key(call):
                return _same_order(earlier, callee)
            against = single_call.verdicts_on(single_call.Asked.of(call), now=now)
            if not against or _overruled(call, against):
                _commit_order(call, against, now=now)
                return call
    except IntegrityError as exc:
        return _earlier_or_refuse(call, exc)
    return _refuse(call, against, now=now)


def _must_be_complete(call: CallRequest) -> None:
    if wrong := what_is_wrong(call.account, call.build_order()):
        raise OrderRefused(wrong, code="incomplete")


def _must_say_why(call: CallRequest) -> None:
    if call.override_reason:
        try:
            check_reason(call.override_reason)
        except ValidationError as exc:
            raise OrderRefused(exc.messages[0], code="short_reason") from exc


def _take_turn(call: CallRequest) -> None:
    """Calls of one account, DID or agent take turns, so that two do not both take the last place."""
    ProviderAccount.objects.select_for_update(no_key=True).get(pk=call.account_id)
    rows = ((DidNumber, call.did_id), (Agent, call.agent_id), (AgentPhone, call.agent_phone_id))
    for model, pk in rows:
        if pk:
            model.objects.select_for_update(no_key=True).get(pk=pk)


def _with_same_key(call: CallRequest) -> CallRequest | None:
    return CallRequest.objects.filter(idempotency_key=call.idempotency_key, requested_by=call.requested_by).first()


def _overruled(call: CallRequest, against: list[Verdict]) -> bool:
    if not call.override_reason or not all(verdict.rule.may_be_overridden for verdict in against):
        return False
    if not call.requested_by.has_perm("dialer.override_policy"):
        raise PermissionDenied
    return True


def _refuse(call: CallRequest, against: list[Verdict], *, now: datetime) -> NoReturn:
    """The refusal is kept whatever happens to the caller's page."""
    for verdict in against:
        decisions.record(verdict, callee=call.callee, source="form", now=now, by=call.requested_by)
    first = against[0]
    if first.code in HELD_BY_ORDER:
        refuse_if_held(call.callee)
    if not first.rule.may_be_overridden:
        raise OrderRefused(first.message, code=first.code)
    # Whoever overrules one rule overrules all of them, so all of them are said.
    text = " ".join(verdict.message for verdict in against)
    raise OrderRefused(text, code=first.code, may_be_overridden=True)


def _commit_order(call: CallRequest, overruled: list[Verdict], *, now: datetime) -> None:
    call.save()
    Attempt.objects.create(callee=call.callee, source=call.kind, source_id=call.pk, opened_at=now)
    call.add_event(EventKind.REQUESTED, now=now, by=call.requested_by)
    for verdict in overruled:
        _keep_override(call, verdict, now=now)
    enqueue(call)


def _keep_override(call: CallRequest, verdict: Verdict, *, now: datetime) -> None:
    by, reason = call.requested_by, call.override_reason
    decisions.record(verdict, callee=call.callee, source=call.kind, source_id=call.pk, now=now, by=by, override=reason)
    call.add_event(EventKind.OVERRIDDEN, now=now, by=by, detail=f"{verdict.message} {reason}")


def _same_order(earlier: CallRequest, callee: str) -> CallRequest:
    if earlier.callee != callee:  # a form that the Back button brought back, with a new number in it
        text = _("This form has already placed another call. Check the number and press Call again.")
        raise OrderRefused(text, code=KEY_USED)
    return earlier


def _earlier_or_refuse(call: CallRequest, exc: IntegrityError) -> CallRequest:
    """The database said no: a double click (same key) gets the first order, another order to that callee a refusal."""
    if earlier := _with_same_key(call):
        return _same_order(earlier, call.callee)
    if "one_open_order_per_callee" not in str(exc):
        raise exc
    refuse_if_held(call.callee)
    # The order in the way ended between the insert and our look at it.
    raise OrderRefused(_("Another order to this number has just ended. Press Call again."), code="open_order") from exc


def refuse_if_held(callee: str) -> None:
    """Raises OrderRefused, with the order in the way, when this callee (E.164) has an open one."""
    if holder := open_orders.blocking_order_of(callee):
        text = _("This number already has an open order: %(order)s. Wait until it ends.")
        raise OrderRefused(text % {"order": holder.text}, code="open_order", holder=holder)


def preview_call(
    *,
    account: ProviderAccount,
    callee: str,
    now: datetime,
    did: DidNumber | None = None,
    connect_number: ConnectNumber | None = None,
    agent: Agent | None = None,
    agent_phone: AgentPhone | None = None,
    options: dict[str, Any] | None = None,
    ring_order: str = Ring.CONNECT_FIRST,
    delay_ms: int = 0,
    purpose: str = Purpose.SERVICE,
    consent_ref: str = "",
) -> PreparedRequest:
    """The request as it would leave now, made by the code that sends. Nothing is stored, nothing leaves.

    Raises OrderRefused, and telephony.errors.CredentialsRefused when the account's settings are incomplete.
    """
    parties = CallParties(did=did, connect_number=connect_number, agent=agent, agent_phone=agent_phone)
    call = CallRequest(
        account=account,
        **parties.columns(),
        options=options or {},
        callee=callee,
        ring_order=ring_order,
        delay_ms=delay_ms,
        purpose=purpose,
        consent_ref=consent_ref,
    )
    _must_be_complete(call)
    # Another open order to the callee is no reason to hide what the request would be.
    against = [
        found
        for found in single_call.verdicts_on(single_call.Asked.of(call), now=now)
        if found.code not in HELD_BY_ORDER
    ]
    if against:
        raise OrderRefused(against[0].message, code=against[0].code)
    adapter = adapters.offline_adapter(account)
    return call.prepare(adapter, order_of(call), now_ms=to_ms(now))


def call_again(*, call: CallRequest, by: AbstractUser, now: datetime, idempotency_key: uuid.UUID) -> CallRequest:
    """A new order to the same people. Raises OrderRefused while the first one is still open."""
    return request_call(
        account=call.account,
        **CallParties.of(call).columns(),
        options=call.options,
        callee=call.callee,
        ring_order=call.ring_order,
        delay_ms=call.delay_ms,
        purpose=call.purpose,
        consent_ref=call.consent_ref,
        requested_by=by,
        now=now,
        idempotency_key=idempotency_key,
        retry_of=call,
    )


def cancel_call(*, call: CallRequest, by: AbstractUser, now: datetime) -> bool:
    """Takes back an order that has not left yet. False when it already has."""
    reason = _("Cancelled by %(user)s before it was sent.") % {"user": by.get_username()}
    return transitions.cancel(call, now=now, code="cancelled", reason=reason, by=by)


def close_call(*, call: CallRequest, by: AbstractUser, reason: str, now: datetime) -> bool:
    """Frees the callee of an accepted call that a person knows to be over. False when it was closed already.

    Some providers report nothing of a call; nobody should wait for the window then. Raises PermissionDenied.
    """
    if not by.has_perm("dialer.resolve_callrequest"):
        raise PermissionDenied
    return results.close_unheard(call, now=now, why=reason, by=by)
