"""Calls that go on are asked about by the provider's id: callbacks may not come, and pages want to show the way.

After 5, 10, 20 and 40 seconds, then every minute. When a call was asked about last is kept nowhere: the job beats
every five seconds, and each beat asks about the calls that reach one of those ages within it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from dialer.models import CallDetailRecord, CallRequest, ProviderAccount, State
from dialer.outcomes import progress
from dialer.providers import adapters
from dialer.support.async_db import Database, in_common_thread
from dialer.support.timing import Clock
from telephony import registry
from telephony.contract.capabilities import CallStateSource
from telephony.contract.errors import ProviderError
from telephony.contract.vocabulary import Capability
from telephony.http.unix_ms import to_ms

log = logging.getLogger(__name__)
QUESTIONS_PER_BEAT = 20
"""Questions of one account in one beat. Records are read every 20 seconds, and tell of all calls that have ended."""

OpenCall = tuple[int, str]
"""A call, and its id at the provider."""

# The newest first: somebody may look at it, and of older ones the records tell.
# A span of five seconds holds one beat of the job, whenever that comes: 5 to 15 are the questions after 5 and 10
# seconds.
DUE = """
    SELECT account_id, id, provider_call_id
      FROM (SELECT account_id, id, provider_call_id,
                   row_number() OVER (PARTITION BY account_id ORDER BY id DESC) AS place
              FROM (SELECT call.account_id, call.id, call.provider_call_id,
                           extract(epoch FROM %(beat)s - call.settled_at) AS age
                      FROM dialer_callrequest call
                     WHERE call.state = 'accepted' AND call.closed_at IS NULL AND call.provider_call_id <> ''
                       AND call.account_id = ANY(%(accounts)s)) waiting
             WHERE (age >= 5 AND age < 15) OR (age >= 20 AND age < 25) OR (age >= 40 AND (age - 40) %% 60 < 5)) due
     WHERE place <= %(most)s
     ORDER BY place
"""


async def poll_due_calls(*, beat: datetime, clock: Clock, db: Database = in_common_thread) -> int:
    """Asks about the calls whose turn it is at this beat; how many."""
    due = await db(due_calls, beat)
    await asyncio.gather(*(poll_calls(calls, account=account, clock=clock, db=db) for account, calls in due))
    return sum(len(calls) for _account, calls in due)


def due_calls(beat: datetime) -> list[tuple[ProviderAccount, list[OpenCall]]]:
    kinds = [kind for kind in registry.KINDS if registry.can(kind, Capability.CALL_STATE)]
    accounts = ProviderAccount.objects.usable().filter(kind__in=kinds).in_bulk()
    if not accounts:
        return []
    found: dict[int, list[OpenCall]] = {}
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"beat": beat, "accounts": list(accounts), "most": QUESTIONS_PER_BEAT})
        for account_id, pk, call_id in cursor.fetchall():
            found.setdefault(account_id, []).append((pk, call_id))
    return [(accounts[account_id], calls) for account_id, calls in found.items()]


def find_open_call(reference: str, *, account_id: int) -> OpenCall | None:
    waiting = CallRequest.objects.still_open().filter(account_id=account_id, reference=reference, state=State.ACCEPTED)
    call: OpenCall | None = waiting.exclude(provider_call_id="").values_list("pk", "provider_call_id").first()
    return call


async def poll_calls(calls: Sequence[OpenCall], *, account: ProviderAccount, clock: Clock, db: Database) -> None:
    """One after the other, until the provider does not answer. What it cannot tell is left to its records."""
    try:
        source = adapters.adapter_for(account)
    except ProviderError:
        return  # not configured, which is told where accounts are
    if not isinstance(source, CallStateSource):
        return
    for pk, call_id in calls:
        try:
            told = await source.call_state(call_id, now_ms=to_ms(clock()))
        except ProviderError as exc:
            log.warning("Account %s did not report the state of the call of order %s: %s", account.pk, pk, exc.message)
            if exc.was_answered:
                continue
            return
        source_name = CallDetailRecord.Source.STATE
        await db(progress.apply_progress, told, account_id=account.pk, source=source_name, now=clock())
