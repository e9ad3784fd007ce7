"""Callbacks that prove nothing: we ask the provider and apply its answer, never the callback itself."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dialer.inbox import apply, store
from dialer.models import CallDetailRecord, ProviderAccount, WebhookDelivery
from dialer.outcomes import progress
from dialer.providers import adapters
from dialer.support.async_db import Database, in_common_thread
from dialer.support.backoff import Backoff
from dialer.support.timing import Clock
from telephony.contract.capabilities import CallStateSource
from telephony.contract.errors import OutcomeUnknown, ProviderError, RateLimited, RequestRejected
from telephony.contract.records import CallProgress, CallRecord
from telephony.contract.vocabulary import CallStage
from telephony.http.unix_ms import to_ms

log = logging.getLogger(__name__)
BATCH = 50
"""Callbacks that one job asks about; the next job begins where it ended."""
TRIES = 12
RETRY = Backoff(timedelta(seconds=5))
"""The last try is an hour and a half after the one before it."""

State = WebhookDelivery.State


class Question(NamedTuple):
    """One call, and what callbacks (by pk) say of it."""

    account: ProviderAccount
    call_id: str
    claims: dict[int, CallRecord | CallProgress]


async def confirm_callbacks(*, clock: Clock, db: Database = in_common_thread) -> int:
    """Asks about the callbacks that are due, oldest first, one after the other; how many questions."""
    questions, is_all = await db(_open_questions, now=clock())
    silent: set[int] = set()
    for question in questions:
        if question.account.pk in silent:
            continue
        try:
            answer = await _ask_provider(question, now=clock())
        except RequestRejected as exc:
            text = _("Not confirmed: the provider does not know this call. %(why)s") % {"why": exc.message}
            await db(_disbelieve, list(question.claims), error=text)
        except ProviderError as exc:
            if not exc.was_answered:  # the account's other questions would end alike; the next sweep asks them
                silent.add(question.account.pk)
            await db(_postpone, list(question.claims), exc, now=clock())
        else:
            await db(_apply_answer, question, answer, now=clock())
    if not is_all and not silent:
        await db(defer_if_due, now=clock())
    return len(questions)


def defer_if_due(*, now: datetime) -> None:
    """For the sweep: those whose time has come, and those whose job was lost."""
    if _due(now).exists():
        store.defer_job(is_signed=False)


def _due(now: datetime) -> QuerySet[WebhookDelivery]:
    its_time = Q(next_try_at=None) | Q(next_try_at__lte=now)
    return WebhookDelivery.objects.filter(its_time, state=State.TO_CONFIRM)


def _open_questions(*, now: datetime) -> tuple[list[Question], bool]:
    """One for each call, however many callbacks tell of it; and whether these are all."""
    found = list(_due(now).select_related("account").order_by("pk")[:BATCH])
    questions: dict[tuple[int, str], Question] = {}
    for delivery in found:
        try:
            claim = apply.receiver_of(delivery.account).parse_push(delivery.push())
        except ValueError as exc:
            _disbelieve([delivery.pk], error=str(exc))
        except ProviderError as exc:
            _postpone([delivery.pk], exc, now=now)
        else:
            key = (delivery.account_id, claim.provider_call_id)
            questions.setdefault(key, Question(delivery.account, key[1], {})).claims[delivery.pk] = claim
    return list(questions.values()), len(found) < BATCH


async def _ask_provider(question: Question, *, now: datetime) -> CallProgress:
    source = adapters.adapter_for(question.account)
    if not isinstance(source, CallStateSource):
        text = _("This provider has no call query, so an unverified callback cannot be confirmed.")
        raise RequestRejected(text, code="no_state")
    return await source.call_state(question.call_id, now_ms=to_ms(now))


def _apply_answer(question: Question, answer: CallProgress, *, now: datetime) -> None:
    """Applies what the provider says. A callback that it does not bear out yet waits."""
    is_over = progress.final_record(answer, now=now) is not None
    goes_on = answer.stage in (CallStage.TALKING, CallStage.ENDED)
    # A claim that the call is over needs the provider's final word; one about its way there does not.
    borne_out = [
        pk for pk, claim in question.claims.items() if is_over or (goes_on and isinstance(claim, CallProgress))
    ]
    with transaction.atomic():
        progress.apply_progress(answer, account_id=question.account.pk, source=CallDetailRecord.Source.STATE, now=now)
        WebhookDelivery.objects.filter(pk__in=borne_out).update(
            state=State.APPLIED, error="", applied_at=now, next_try_at=None
        )
        text = _("The provider does not confirm this (yet).")
        _postpone([pk for pk in question.claims if pk not in borne_out], OutcomeUnknown(text), now=now)


def _postpone(pks: list[int], error: ProviderError, *, now: datetime) -> None:
    for delivery in WebhookDelivery.objects.filter(pk__in=pks, state=State.TO_CONFIRM):
        tries = delivery.tries + 1
        retry_after = error.retry_after if isinstance(error, RateLimited) else None
        gives_up = tries >= TRIES
        # By its state again: since it was read, a person may have put it back to the beginning.
        WebhookDelivery.objects.filter(pk=delivery.pk, state=State.TO_CONFIRM).update(
            state=State.FAILED if gives_up else State.TO_CONFIRM,
            error=error.message[:500],
            tries=tries,
            next_try_at=None if gives_up else now + RETRY.wait(tries, retry_after=retry_after),
        )


def _disbelieve(pks: list[int], *, error: str) -> None:
    WebhookDelivery.objects.filter(pk__in=pks, state=State.TO_CONFIRM).update(state=State.UNREADABLE, error=error[:500])
    log.warning("Could not confirm %d callback(s): %s", len(pks), error)
