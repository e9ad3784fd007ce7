"""What people do with calls and accounts. Plain functions; each owns its transaction."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dialer import attempts, jobs, ledger, limits, policy, providers, results
from dialer.attempts import Holder
from dialer.models import (
    Attempt,
    CallRequest,
    ConnectNumber,
    DidNumber,
    EventKind,
    ProviderAccount,
    Ring,
    State,
    Submission,
)
from telephony.contract import PreparedRequest

KEY_USED = "key_used"


class OrderRefused(Exception):
    """The portal does not take this order. `holder` is the open order in the way, where that is the reason."""

    def __init__(self, message: str, *, code: str, holder: Holder | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.holder = holder


def request_call(
    *,
    account: ProviderAccount,
    did: DidNumber,
    callee: str,
    connect_number: ConnectNumber,
    requested_by: AbstractUser,
    now: datetime,
    ring_order: str = Ring.CONNECT_FIRST,
    delay_ms: int = 0,
    idempotency_key: uuid.UUID | None = None,
    retry_of: CallRequest | None = None,
) -> CallRequest:
    """Commits one order and the job that sends it. The same key again returns the first order.

    `callee` is E.164, `delay_ms` milliseconds. Raises OrderRefused.
    """
    key = idempotency_key or uuid.uuid4()
    if earlier := CallRequest.objects.filter(idempotency_key=key, requested_by=requested_by).first():
        return _same_order(earlier, callee)
    if refusal := policy.refusal_of(account=account, did=did, connect_number=connect_number, callee=callee):
        raise OrderRefused(refusal.message, code=refusal.code)
    call = CallRequest(
        account=account,
        did=did,
        callee=callee,
        connect_number=connect_number,
        ring_order=ring_order,
        delay_ms=delay_ms,
        idempotency_key=key,
        requested_by=requested_by,
        requested_at=now,
        not_before=now,
        expires_at=now + limits.call_expiry(),
        retry_of=retry_of,
    )
    try:
        with transaction.atomic():
            _commit_order(call, now=now)
    except IntegrityError as exc:
        return _earlier_or_refuse(call, exc)
    return call


def _commit_order(call: CallRequest, *, now: datetime) -> None:
    call.save()
    Attempt.objects.create(callee=call.callee, source=call.kind, source_id=call.pk, opened_at=now)
    call.add_event(EventKind.REQUESTED, now=now, by=call.requested_by)
    jobs.enqueue(call)


def _same_order(earlier: CallRequest, callee: str) -> CallRequest:
    if earlier.callee != callee:  # a form that the Back button brought back, with a new number in it
        text = _("This form had already placed another call. Check the number and press Call once more.")
        raise OrderRefused(text, code=KEY_USED)
    return earlier


def _earlier_or_refuse(call: CallRequest, exc: IntegrityError) -> CallRequest:
    """The database said no: a double click (same key) gets the first order, another order to that callee a refusal."""
    same_key = CallRequest.objects.filter(idempotency_key=call.idempotency_key, requested_by=call.requested_by)
    if earlier := same_key.first():
        return _same_order(earlier, call.callee)
    if "one_open_order_per_callee" not in str(exc):
        raise exc
    refuse_if_held(call.callee)
    # The order in the way ended between the insert and our look at it.
    raise OrderRefused(_("Another order to this number just ended. Press Call again."), code="open_order") from exc


def refuse_if_held(callee: str) -> None:
    """Raises OrderRefused, with the order in the way, when this callee (E.164) has an open one."""
    if holder := attempts.holder_of(callee):
        text = _("There is an open order to this number already: %(order)s. It must end first.")
        raise OrderRefused(text % {"order": holder.text}, code="open_order", holder=holder)


def preview_call(
    *,
    account: ProviderAccount,
    did: DidNumber,
    callee: str,
    connect_number: ConnectNumber,
    now: datetime,
    ring_order: str = Ring.CONNECT_FIRST,
    delay_ms: int = 0,
) -> PreparedRequest:
    """The request as it would leave now, made by the code that sends. Nothing is stored, nothing leaves.

    Raises OrderRefused, and telephony.errors.CredentialsRefused when the account's settings are incomplete.
    """
    if refusal := policy.refusal_of(account=account, did=did, connect_number=connect_number, callee=callee):
        raise OrderRefused(refusal.message, code=refusal.code)
    call = CallRequest(
        account=account,
        did=did,
        callee=callee,
        connect_number=connect_number,
        ring_order=ring_order,
        delay_ms=delay_ms,
    )
    adapter = providers.offline_adapter(account)
    return call.prepare(adapter, call.build_order(), now_ms=int(now.timestamp() * 1000))


def call_again(*, call: CallRequest, by: AbstractUser, now: datetime, idempotency_key: uuid.UUID) -> CallRequest:
    """A new order to the same people. Raises OrderRefused while the first one is still open."""
    return request_call(
        account=call.account,
        did=call.did,
        callee=call.callee,
        connect_number=call.connect_number,
        ring_order=call.ring_order,
        delay_ms=call.delay_ms,
        requested_by=by,
        now=now,
        idempotency_key=idempotency_key,
        retry_of=call,
    )


def cancel_call(*, call: CallRequest, by: AbstractUser, now: datetime) -> bool:
    """Takes back an order that has not left yet. False when it already has."""
    reason = _("Cancelled by %(user)s before it was sent.") % {"user": by.get_username()}
    return ledger.cancel(call, now=now, code="cancelled", reason=reason, by=by)


def resolve(*, submission: Submission, called: bool, by: AbstractUser, reason: str, now: datetime) -> bool:
    """Ends a doubt on a person's word. False when it was no longer in doubt. Raises PermissionDenied."""
    if not by.has_perm("dialer.resolve_callrequest"):
        raise PermissionDenied
    return ledger.resolve(submission, called=called, by=by, reason=reason, now=now)


def close_call(*, call: CallRequest, by: AbstractUser, reason: str, now: datetime) -> bool:
    """Frees the callee of an accepted call that a person knows to be over. False when it was closed already.

    Some providers report nothing of a call; nobody should wait for the window then. Raises PermissionDenied.
    """
    if not by.has_perm("dialer.resolve_callrequest"):
        raise PermissionDenied
    return results.close_unheard(call, now=now, why=reason, by=by)


def resume_account(*, account: ProviderAccount, by: AbstractUser, now: datetime) -> int:
    """Lets a suspended account send again; returns how many waiting orders leave. Raises PermissionDenied."""
    if not by.has_perm("dialer.resume_provideraccount"):
        raise PermissionDenied
    with transaction.atomic():
        suspended = ProviderAccount.objects.suspended().filter(pk=account.pk)
        if not suspended.update(suspended_at=None, suspended_reason=""):
            return 0
        return sum(_enqueue_waiting(model, account=account, now=now) for model in ledger.kinds())


def _enqueue_waiting(model: type[Submission], *, account: ProviderAccount, now: datetime) -> int:
    waiting = list(model.objects.claimable(now=now).filter(model.may_leave(), account=account))
    for row in waiting:
        jobs.enqueue(row)
    return len(waiting)


def in_doubt_count() -> int:
    return sum(model.objects.filter(state=State.IN_DOUBT).count() for model in ledger.kinds())
