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
from typing import Any, Protocol, TypeVar

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from dialer import accounts, limits
from dialer.models import EventKind, ProviderExchange, State, Submission
from telephony.contract import Accepted, Exchange
from telephony.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    RequestNotSent,
    RequestRejected,
    UnsupportedByProvider,
)

HOPELESS = ("bad_order", "not_built", "invalid_url", "unsupported_protocol")
"""Codes of RequestNotSent that another try cannot change."""

Row = TypeVar("Row", bound=Submission)
Outcome = Accepted | ProviderError


class Follower(Protocol):
    """What else changes with an order's state; called in the transition's own transaction."""

    def __call__(self, row: Any, /, *, now: datetime) -> None: ...


_kinds: dict[str, type[Submission]] = {}
_followers: dict[str, Follower] = {}


def register(model: type[Submission], *, follow: Follower) -> None:
    """Makes a kind of order known to the workers, the in-doubt desk and the sweep."""
    _kinds[model.kind] = model
    _followers[model.kind] = follow


def _follow(row: Submission, *, now: datetime) -> None:
    row.refresh_from_db()
    _followers[row.kind](row, now=now)


def kinds() -> Iterable[type[Submission]]:
    return _kinds.values()


def model_of(kind: str) -> type[Submission]:
    return _kinds[kind]


def defer_once(task: str, *, queue: str, lock: str, at: datetime | None = None, **arguments: Any) -> None:
    """Defers a job in the caller's transaction, unless one with the same lock waits already: that one will do."""
    job = jobs.configure_task(task, queue=queue, queueing_lock=lock, schedule_at=at)
    try:
        with transaction.atomic():
            job.defer(**arguments)
    except AlreadyEnqueued:
        return


def enqueue(row: Submission, *, at: datetime | None = None) -> None:
    """Defers the job that sends this row, in the caller's transaction. One waiting job a row is enough."""
    defer_once("dialer.tasks.dispatch", queue="dial", lock=_lock(row), at=at, kind=row.kind, pk=row.pk)


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
                lease_expires_at=now + limits.lease(),
                sent_at=now,
                reason="",
                reason_code="",
            )
        )
        if not claimed:
            return None
        row = model.objects.select_related("account").get(pk=pk)
        row.add_event(EventKind.CLAIMED, now=now)
        return row


def settle(row: Submission, outcome: Outcome, *, now: datetime) -> bool:
    """Writes what became of a send. False when the row is no longer this claim's to settle."""
    with transaction.atomic():
        _keep_exchange(row, outcome.exchange, now=now)
        match outcome:
            case Accepted():
                return _accept(row, outcome, now=now)
            case RequestNotSent() | UnsupportedByProvider():
                return _not_sent(row, outcome, now=now)
            case CredentialsRefused():
                return _credentials_refused(row, outcome, now=now)
            case RequestRejected():
                return _settle_as(row, State.REJECTED, EventKind.REJECTED, outcome, now=now, closed_at=now)
            case _:
                return _settle_as(row, State.IN_DOUBT, EventKind.IN_DOUBT, outcome, now=now)


def _keep_exchange(row: Submission, exchange: Exchange | None, *, now: datetime) -> None:
    if exchange is None:
        return
    ProviderExchange.objects.create(
        account_id=row.account_id,
        reference=row.reference,
        at=now,
        method=exchange.method,
        url=exchange.url[:500],
        request_headers=[list(header) for header in exchange.request_headers],
        request_body=exchange.request_body,
        status=exchange.status,
        reply_body=exchange.reply_body.replace("\x00", "\ufffd"),
        error=exchange.error[:200],
        elapsed_ms=exchange.elapsed_ms,
    )


def _move(row: Submission, *, now: datetime, states: Iterable[State] = (State.SENDING,), **columns: Any) -> bool:
    """The one conditional UPDATE of a settlement: only the claim that holds the token may write."""
    columns = {"lease_expires_at": None, **columns}
    moved = type(row).objects.filter(pk=row.pk, lease_token=row.lease_token, state__in=states).update(**columns)
    if moved:
        _follow(row, now=now)
    return bool(moved)


def _accept(row: Submission, accepted: Accepted, *, now: datetime) -> bool:
    # An answer that arrives after its lease ran out still proves that the order was taken.
    moved = _move(
        row,
        now=now,
        states=(State.SENDING, State.IN_DOUBT),
        state=State.ACCEPTED,
        reason="",
        reason_code="",
        settled_at=now,
        provider_request_id=accepted.request_id[:100],
        **row.provider_fields(accepted),
    )
    if moved:
        row.add_event(EventKind.ACCEPTED, now=now, detail=accepted.provider_id)
    return moved


def _settle_as(
    row: Submission,
    state: State,
    event: EventKind,
    error: ProviderError,
    *,
    now: datetime,
    closed_at: datetime | None = None,
) -> bool:
    moved = _move(
        row,
        now=now,
        state=state,
        reason=error.message[:1000],
        reason_code=error.code[:60],
        settled_at=now,
        closed_at=closed_at,
    )
    if moved:
        row.add_event(event, now=now, detail=error.message)
    return moved


def _not_sent(row: Submission, error: ProviderError, *, now: datetime) -> bool:
    attempts = row.attempts + 1
    again = now + limits.retry_wait(attempts)
    moved = _move(
        row,
        now=now,
        state=State.PENDING,
        attempts=attempts,
        not_before=again,
        reason=error.message[:1000],
        reason_code=error.code[:60],
    )
    if not moved:
        return False
    row.add_event(EventKind.NOT_SENT, now=now, detail=error.message)
    if isinstance(error, UnsupportedByProvider) or error.code in HOPELESS:
        cancel(row, now=now, code=error.code, reason=_("Nothing was sent. %(why)s") % {"why": error.message})
    elif attempts >= limits.send_attempts():
        reason = _("Given up after %(n)d tries; nothing was sent. Last: %(last)s")
        cancel(row, now=now, code=error.code, reason=reason % {"n": attempts, "last": error.message})
    else:
        enqueue(row, at=again)
    return True


def _credentials_refused(row: Submission, error: ProviderError, *, now: datetime) -> bool:
    moved = _move(
        row, now=now, state=State.PENDING, reason=error.message[:1000], reason_code=error.code[:60], not_before=now
    )
    accounts.suspend(account=row.account, reason=error.message, now=now)
    if moved:
        row.add_event(EventKind.HELD, now=now, detail=error.message)
    return moved


def cancel(row: Submission, *, now: datetime, code: str, reason: str, by: AbstractUser | None = None) -> bool:
    """PENDING → CANCELLED: the order never left the house, and now never will."""
    with transaction.atomic():
        moved = (
            type(row)
            .objects.pending()
            .filter(pk=row.pk)
            .update(
                state=State.CANCELLED,
                reason=reason[:1000],
                reason_code=code[:60],
                settled_at=now,
                closed_at=now,
                resolved_by=by,
            )
        )
        if moved:
            row.add_event(EventKind.CANCELLED, now=now, by=by, detail=reason)
            _follow(row, now=now)
    return bool(moved)


def prove(row: Submission, *, now: datetime, evidence: str, **columns: Any) -> bool:
    """IN_DOUBT → ACCEPTED on a provider record that carries our reference; `evidence` names it."""
    with transaction.atomic():
        moved = (
            type(row)
            .objects.in_doubt()
            .filter(pk=row.pk)
            .update(state=State.ACCEPTED, reason="", reason_code="", settled_at=now, **columns)
        )
        if moved:
            row.add_event(EventKind.PROVEN, now=now, detail=evidence)
            _follow(row, now=now)
    return bool(moved)


def resolve(row: Submission, *, called: bool, by: AbstractUser, reason: str, now: datetime) -> bool:
    """IN_DOUBT → ACCEPTED (it was called) or REJECTED (it was not), on a person's word, with that word kept."""
    state = State.ACCEPTED if called else State.REJECTED
    verdict = _("The provider took the order.") if called else _("The provider never took the order.")
    with transaction.atomic():
        moved = (
            type(row)
            .objects.in_doubt()
            .filter(pk=row.pk)
            .update(
                state=state,
                settled_at=now,
                closed_at=now,
                lease_token=None,  # a late answer must not undo what a person decided
                resolved_by=by,
                resolution=reason[:500],
                reason_code="resolved",
                reason=f"{verdict} {reason}"[:1000],
            )
        )
        if moved:
            row.add_event(EventKind.RESOLVED, now=now, by=by, detail=f"{verdict} {reason}")
            _follow(row, now=now)
    return bool(moved)


def expire_leases(model: type[Submission], *, now: datetime) -> int:
    """SENDING whose process died: nobody knows whether the provider got it, so it is in doubt, not pending."""
    lost = OutcomeUnknown(
        _("The worker stopped while it was sending. The provider may have taken the order."), code="lease_expired"
    )
    rows = model.objects.filter(state=State.SENDING, lease_expires_at__lt=now).select_related("account")
    return sum(settle(row, lost, now=now) for row in rows)


def expire_unsent(model: type[Submission], *, now: datetime) -> int:
    """PENDING beyond its time: told to the supervisor instead of sent as a surprise."""
    rows = model.objects.pending().filter(expires_at__lte=now).select_related("account")
    return sum(cancel(row, now=now, code="expired", reason=_expiry_reason(row)) for row in rows)


def _expiry_reason(row: Submission) -> str:
    if row.account.suspended_at:
        why = _("the account %(name)s is suspended: %(reason)s") % {
            "name": row.account.name,
            "reason": row.account.suspended_reason,
        }
    else:
        why = row.reason or _("no worker was free to send it")
    return _("Not sent in time, nothing left the portal: %(why)s") % {"why": why}


def enqueue_forgotten(model: type[Submission], *, now: datetime) -> int:
    """Gives due orders a job again whose job was lost. A second job would find nothing to claim."""
    due = model.objects.claimable(now=now).filter(model.may_leave())[:1000]
    if not due:
        return 0
    with_job = set(
        ProcrastinateJob.objects.filter(
            status__in=["todo", "doing"], queueing_lock__startswith=f"dispatch:{model.kind}:"
        ).values_list("queueing_lock", flat=True)
    )
    forgotten = [row for row in due if _lock(row) not in with_job]
    for row in forgotten:
        enqueue(row)
    return len(forgotten)


def _lock(row: Submission) -> str:
    return f"dispatch:{row.kind}:{row.pk}"
