"""What people do with calls. Plain functions; each owns its transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialer.hooks import BlockingOrder
from dialer.ledger import open_orders, transitions
from dialer.ledger.enqueue import enqueue
from dialer.models import Attempt, CallRequest, EventKind
from dialer.models.call_draft import CallDraft
from dialer.models.call_parties import what_is_wrong
from dialer.outcomes import results
from dialer.policy import decisions, single_call
from dialer.policy.override_reasons import check_reason
from dialer.policy.rules import Verdict
from dialer.providers import adapters
from dialer.providers.orders import order_of
from dialer.support import timing
from dialer.support.permissions import require
from telephony.contract.orders import PreparedRequest
from telephony.http.unix_ms import to_ms

KEY_USED = "key_used"
HELD_BY_ORDER = ("open_order", "in_doubt")
"""Rules that an order in the way stands behind: the refusal names it, with a link."""


class OrderRefused(Exception):
    """The portal does not take this order. `blocking_order` is the open order in the way, where that is the reason.

    With `may_be_overridden`, somebody with the permission may order it nevertheless and write why.
    """

    def __init__(
        self, message: str, *, code: str, blocking_order: BlockingOrder | None = None, may_be_overridden: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.blocking_order = blocking_order
        self.may_be_overridden = may_be_overridden


def request_call(
    draft: CallDraft,
    *,
    by: AbstractUser,
    now: datetime,
    key: uuid.UUID | None = None,
    override_reason: str = "",
    retry_of: CallRequest | None = None,
) -> CallRequest:
    """Commits one order and the job that sends it. The same key with the same draft returns the first order.

    With a written `override_reason` the rules that may be overruled are.
    Raises OrderRefused, and PermissionDenied for an override, or a call as an agent, without the permission.
    """
    if draft.parties.agent:
        require(by, "dialer.use_agent")
    key = key or uuid.uuid4()
    call = draft.as_call(
        override_reason=override_reason.strip(),
        idempotency_key=key,
        requested_by=by,
        requested_at=now,
        not_before=now,
        expires_at=now + timing.call_expiry(),
        retry_of=retry_of,
    )
    _must_be_complete(call)
    if call.override_reason:
        try:
            check_reason(call.override_reason)
        except ValidationError as exc:
            raise OrderRefused(exc.messages[0], code="short_reason") from exc
    try:
        with transaction.atomic():
            _lock_places(draft)
            if earlier := _repeated(draft, key, by=by):
                return earlier
            against = single_call.verdicts_on(draft, now=now)
            if not against or _overruled(call, against):
                _commit_order(call, against, now=now)
                return call
    except IntegrityError as exc:
        # A double click whose first press was not committed when we looked; another order to that callee else.
        if earlier := _repeated(draft, key, by=by):
            return earlier
        if "one_open_order_per_callee" not in str(exc):
            raise
        # The index knew of an order to that callee that was not there yet when the rules were asked.
        if blocking := open_orders.blocking_order_of(draft.callee):
            raise OrderRefused(_held_text(blocking), code="open_order", blocking_order=blocking) from exc
        # It ended between the insert and our look at it.
        ended = _("Another order to this number has just ended. Press Call again.")
        raise OrderRefused(ended, code="open_order") from exc
    _refuse(call, against, now=now)


def order_of_key(key: uuid.UUID, *, by: AbstractUser) -> CallRequest | None:
    """The order that was made with this key. Raises OrderRefused, saying nothing of it, where somebody else made it."""
    earlier: CallRequest | None = CallRequest.objects.for_pages().filter(idempotency_key=key).first()
    if earlier and earlier.requested_by_id != by.pk:
        raise OrderRefused(_("This form has already been used. Check it, then press Call again."), code=KEY_USED)
    return earlier


def _repeated(draft: CallDraft, key: uuid.UUID, *, by: AbstractUser) -> CallRequest | None:
    if earlier := order_of_key(key, by=by):
        must_be_same_call(draft, earlier)
    return earlier


def must_be_same_call(draft: CallDraft, earlier: CallRequest) -> None:
    """Raises OrderRefused where the key of `earlier` comes with another draft, and says what differs.

    So comes a form that the Back button brought back, with something changed in it: what was changed must not be lost.
    """
    if draft.was_ordered_as(earlier):
        return
    differences = draft.differences(earlier)
    text = ngettext(
        "This form already placed another call: %(what)s differs. Check it, then press Call again.",
        "This form already placed another call: %(what)s differ. Check them, then press Call again.",
        len(differences),
    )
    raise OrderRefused(text % {"what": get_text_list(differences, _("and"))}, code=KEY_USED)


def _must_be_complete(call: CallRequest) -> None:
    if wrong := what_is_wrong(call.account, call.build_order()):
        raise OrderRefused(wrong, code="incomplete")


def _lock_places(draft: CallDraft) -> None:
    """Calls of one account, DID or agent take turns, so that two do not both take the last place.

    Account, DID, agent, phone: paced calls lock theirs in the same order, so that none waits for the other for ever.
    """
    rows = (draft.account, draft.parties.did, draft.parties.agent, draft.parties.agent_phone)
    for row in filter(None, rows):
        # NO KEY: rows that only point at these can be added meanwhile.
        type(row).objects.select_for_update(no_key=True).get(pk=row.pk)


def _overruled(call: CallRequest, against: list[Verdict]) -> bool:
    if not call.override_reason or not all(verdict.rule.may_be_overridden for verdict in against):
        return False
    require(call.requested_by, "dialer.override_policy")
    return True


def _commit_order(call: CallRequest, overruled: list[Verdict], *, now: datetime) -> None:
    by, reason = call.requested_by, call.override_reason
    # The attempt carries the id of its call, so the call is stored first; where the index refuses one, both go.
    call.save()
    Attempt.objects.create(callee=call.callee, source=call.kind, source_id=call.pk, opened_at=now)
    call.add_event(EventKind.REQUESTED, now=now, by=by)
    for verdict in overruled:
        decisions.record(
            verdict, callee=call.callee, source=call.kind, source_id=call.pk, now=now, by=by, override=reason
        )
        # In the history of the call as well: who reads it must see which rule was broken, and why.
        call.add_event(EventKind.OVERRIDDEN, now=now, by=by, detail=f"{verdict.message} {reason}")
    enqueue(call)


def _refuse(call: CallRequest, against: list[Verdict], *, now: datetime) -> NoReturn:
    """With everything that speaks against the call: whoever mends one thing, or overrules one, must know them all."""
    for verdict in against:
        # Outside the transaction of the order: the refusal is kept whatever happens to the caller's page.
        decisions.record(verdict, callee=call.callee, source="form", now=now, by=call.requested_by)
    is_held = any(verdict.code in HELD_BY_ORDER for verdict in against)
    blocking = open_orders.blocking_order_of(call.callee) if is_held else None
    texts = (
        _held_text(blocking) if blocking and verdict.code in HELD_BY_ORDER else verdict.message for verdict in against
    )
    first = against[0]  # what nobody may overrule stands in front
    raise OrderRefused(
        " ".join(texts),
        code="open_order" if blocking and first.code in HELD_BY_ORDER else first.code,
        blocking_order=blocking,
        may_be_overridden=first.rule.may_be_overridden,
    )


def _held_text(blocking_order: BlockingOrder) -> str:
    text = _("This number already has an open order: %(order)s. Wait until it ends.")
    return text % {"order": blocking_order.text}


@dataclass(frozen=True, slots=True)
class CallPreview:
    request: PreparedRequest
    """As it would leave now, byte for byte but for what is made anew at each sending."""
    against: tuple[Verdict, ...]
    """Every rule for which Call would refuse it now."""


def preview_call(draft: CallDraft, *, now: datetime) -> CallPreview:
    """The request as it would leave now, made by the code that sends. Nothing is stored, nothing leaves.

    A rule against the call hides nothing: people look at requests outside calling hours, too.
    Raises OrderRefused where something is missing in the call, ValueError where its provider has no form for it, and
    telephony.contract.errors.CredentialsRefused when the account's settings are incomplete.
    """
    call = draft.as_call()
    _must_be_complete(call)
    # The code that sends makes the request, so that a preview cannot differ from it.
    adapter = adapters.offline_adapter(draft.account)
    request = call.prepare(adapter, order_of(call), now_ms=to_ms(now))
    return CallPreview(request, tuple(single_call.verdicts_on(draft, now=now)))


def call_again(*, call: CallRequest, by: AbstractUser, now: datetime, key: uuid.UUID) -> CallRequest:
    """A new order to the same people. Raises OrderRefused while the first one is still open."""
    return request_call(CallDraft.of(call), by=by, now=now, key=key, retry_of=call)


def cancel_call(*, call: CallRequest, by: AbstractUser, now: datetime) -> bool:
    """Takes back an order that has not left yet. False when it already has."""
    reason = _("Cancelled by %(user)s before it was sent.") % {"user": by.get_username()}
    return transitions.cancel(call, now=now, code="cancelled", reason=reason, by=by)


def close_call(*, call: CallRequest, by: AbstractUser, reason: str, now: datetime) -> bool:
    """Frees the callee of an accepted call that a person knows to be over. False when it was closed already.

    Some providers report nothing of a call; nobody should wait for the window then. Raises PermissionDenied.
    """
    require(by, "dialer.resolve_callrequest")
    return results.close_without_result(call, now=now, why=reason, by=by)
