"""The submission axis: every transition of an order, each one conditional UPDATE whose row count is looked at.

    outcome of a send          the row becomes      sent again by itself?
    Accepted                   ACCEPTED             –
    RequestNotSent             PENDING, later       yes, a limited number of times; then CANCELLED
    CredentialsRefused         PENDING              when a person resumes the account
    RequestRejected            REJECTED             no
    OutcomeUnknown, or lost    IN_DOUBT             never

Nothing here talks HTTP; nothing here keeps a transaction open while somebody else does.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialer import hooks, notices
from dialer.ledger.enqueue import enqueue
from dialer.models import EventKind, ProviderExchange, State, Submission
from dialer.providers import rate_and_suspension
from dialer.support import timing
from telephony.contract.errors import (
    CredentialsRefused,
    ProviderError,
    RequestNotSent,
    RequestRejected,
    UnsupportedByProvider,
)
from telephony.contract.orders import Accepted, Exchange
from telephony.http.untrusted_json import storable_text

HOPELESS = ("bad_order", "not_built", "invalid_url", "unsupported_protocol")
"""Codes of RequestNotSent that another try cannot change."""

Row = TypeVar("Row", bound=Submission)
Outcome = Accepted | ProviderError


def kinds() -> Iterable[type[Submission]]:
    return [kind.model for kind in hooks.order_kinds.values()]


def model_of(kind: str) -> type[Submission]:
    return hooks.order_kinds[kind].model


def look_once_more(model: type[Submission], pk: int, *, now: datetime) -> None:
    """Cancels a waiting order that the policy no longer allows, with its reason."""
    row = model.objects.claimable(now=now).filter(model.may_leave(), pk=pk).select_related("account").first()
    if row and (against := hooks.order_kinds[model.kind].last_look(row, now=now)):
        cancel(row, now=now, code=against.code, reason=against.message)


def still_may_leave(row: Submission) -> bool:
    """Whether nobody stopped everything, or paused this, since the claim."""
    return bool(type(row).objects.not_stopped().filter(type(row).may_leave(), pk=row.pk).exists())


def claim(model: type[Row], pk: int, *, now: datetime) -> Row | None:
    """PENDING → SENDING with a lease, or None: not there, not due, not ours, or held by its account."""
    token = uuid.uuid4()
    with transaction.atomic():
        # The state stands in the UPDATE itself: a worker that waited for the row looks at it again once it has the
        # lock, but it does not look into the subquery again. Without it two workers claim, and two calls go out.
        may_go = model.objects.claimable(now=now).filter(model.may_leave())
        claimed = (
            model.objects.pending()
            .filter(pk=pk, pk__in=may_go.values("pk"))
            .update(
                state=State.SENDING,
                lease_token=token,
                lease_expires_at=now + timing.lease(),
                sent_at=now,
                reason="",
                reason_code="",
            )
        )
        if not claimed:
            return None
        row: Row = model.objects.select_related("account").get(pk=pk)
        row.add_event(EventKind.CLAIMED, now=now)
        return row


def settle(row: Submission, outcome: Outcome, *, now: datetime) -> bool:
    """Writes what became of a send. False when the row is no longer this claim's to settle."""
    with transaction.atomic():
        if outcome.exchange is not None:
            _exchange_row(row, outcome.exchange, now=now).save()
        match outcome:
            case Accepted():
                return _accept(row, outcome, now=now)
            case RequestNotSent() | UnsupportedByProvider():
                return _not_sent(row, outcome, now=now)
            case CredentialsRefused():
                # The order waits with its account: the next one would be refused for the same key, signature or clock.
                rate_and_suspension.suspend(account=row.account, reason=outcome.message, now=now)
                held = {"not_before": now}
                return _give_up_claim(row, outcome, state=State.PENDING, event=EventKind.HELD, now=now, **held)
            case RequestRejected():
                ended = {"settled_at": now, "closed_at": now}
                return _give_up_claim(row, outcome, state=State.REJECTED, event=EventKind.REJECTED, now=now, **ended)
            case _:
                ended = {"settled_at": now}
                return _give_up_claim(row, outcome, state=State.IN_DOUBT, event=EventKind.IN_DOUBT, now=now, **ended)


def keep_exchanges(answers: Iterable[tuple[Submission, Accepted]], *, now: datetime) -> None:
    ProviderExchange.objects.bulk_create(
        _exchange_row(row, answer.exchange, now=now) for row, answer in answers if answer.exchange
    )


def _exchange_row(row: Submission, exchange: Exchange, *, now: datetime) -> ProviderExchange:
    return ProviderExchange(
        account_id=row.account_id,
        reference=row.reference,
        at=now,
        method=exchange.method,
        url=exchange.url[:500],
        request_headers=[list(header) for header in exchange.request_headers],
        request_body=exchange.request_body,
        status=exchange.status,
        reply_body=storable_text(exchange.reply_body),
        error=exchange.error[:200],
        elapsed_ms=exchange.elapsed_ms,
    )


def _transition(
    row: Submission,
    where: Q,
    *,
    event: EventKind,
    detail: str,
    now: datetime,
    by: AbstractUser | None = None,
    **columns: Any,
) -> bool:
    """The one conditional UPDATE behind every transition, the line in the order's history, and what follows."""
    with transaction.atomic():
        if not type(row).objects.filter(where, pk=row.pk).update(**columns):
            return False
        row.add_event(event, now=now, by=by, detail=detail)
        row.refresh_from_db()
        for follow in hooks.order_kinds[row.kind].followers:
            follow(row, now=now)
        if row.state == State.IN_DOUBT:  # a follower may have proven it at once
            notices.notify_doubts([row], now=now)
    return True


def _held(row: Submission, *states: State) -> Q:
    """Only the claim that holds the token may settle."""
    return Q(lease_token=row.lease_token, state__in=states or [State.SENDING])


def _accept(row: Submission, accepted: Accepted, *, now: datetime) -> bool:
    return _transition(
        row,
        # An answer that arrives after its lease ran out still proves that the order was taken.
        _held(row, State.SENDING, State.IN_DOUBT),
        event=EventKind.ACCEPTED,
        detail=accepted.provider_id,
        now=now,
        state=State.ACCEPTED,
        reason="",
        reason_code="",
        lease_expires_at=None,
        settled_at=now,
        provider_request_id=accepted.request_id[:100],
        **row.provider_fields(accepted),
    )


def _give_up_claim(
    row: Submission, error: ProviderError, *, state: State, event: EventKind, now: datetime, **columns: Any
) -> bool:
    """SENDING → anything but accepted, with the error's words as the reason."""
    return _transition(
        row,
        _held(row),
        event=event,
        detail=error.message,
        now=now,
        state=state,
        lease_expires_at=None,
        reason=error.message[:1000],
        reason_code=error.code[:60],
        **columns,
    )


def _not_sent(row: Submission, error: ProviderError, *, now: datetime) -> bool:
    attempts = row.attempts + 1
    again = now + timing.retry_wait(attempts)
    waits = {"attempts": attempts, "not_before": again}
    if not _give_up_claim(row, error, state=State.PENDING, event=EventKind.NOT_SENT, now=now, **waits):
        return False
    if isinstance(error, UnsupportedByProvider) or error.code in HOPELESS:
        cancel(row, now=now, code=error.code, reason=_("Nothing was sent. %(why)s") % {"why": error.message})
    elif attempts >= timing.send_attempts():
        reason = ngettext(
            "Abandoned after %(n)d attempt; nothing was sent. Last error: %(last)s",
            "Abandoned after %(n)d attempts; nothing was sent. Last error: %(last)s",
            attempts,
        )
        cancel(row, now=now, code=error.code, reason=reason % {"n": attempts, "last": error.message})
    else:
        enqueue(row, at=again)
    return True


def cancel(row: Submission, *, now: datetime, code: str, reason: str, by: AbstractUser | None = None) -> bool:
    """PENDING → CANCELLED: the order never left the house, and now never will."""
    return _transition(
        row,
        Q(state=State.PENDING),
        event=EventKind.CANCELLED,
        detail=reason,
        now=now,
        by=by,
        state=State.CANCELLED,
        reason=reason[:1000],
        reason_code=code[:60],
        settled_at=now,
        closed_at=now,
        resolved_by=by,
    )


def prove(row: Submission, *, now: datetime, evidence: str) -> bool:
    """IN_DOUBT → ACCEPTED on a provider record that carries our reference; `evidence` names it."""
    return _transition(
        row,
        Q(state=State.IN_DOUBT),
        event=EventKind.PROVEN,
        detail=evidence,
        now=now,
        state=State.ACCEPTED,
        reason="",
        reason_code="",
        settled_at=now,
    )


def resolve(row: Submission, *, called: bool, by: AbstractUser, reason: str, now: datetime) -> bool:
    """IN_DOUBT → ACCEPTED (it was called) or REJECTED (it was not), on a person's word, with that word kept."""
    verdict = _("The provider accepted the order.") if called else _("The provider did not accept the order.")
    return _transition(
        row,
        Q(state=State.IN_DOUBT),
        event=EventKind.RESOLVED,
        detail=f"{verdict} {reason}",
        now=now,
        by=by,
        state=State.ACCEPTED if called else State.REJECTED,
        lease_token=None,  # a late answer must not undo what a person decided
        reason=f"{verdict} {reason}"[:1000],
        reason_code="resolved",
        settled_at=now,
        closed_at=now,
        resolved_by=by,
        resolution=reason[:500],
    )
