"""How many single calls a DID and an account may have: per minute, per day, at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from dialer.models import CallRequest, CountryProfile, DidNumber, ProviderAccount, State
from dialer.policy.rules import Verdict

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AGAIN = timedelta(seconds=10)
"""When an account with all its calls open may be asked again."""


def verdict_on(
    *, account: ProviderAccount, did: DidNumber | None, profile: CountryProfile, now: datetime
) -> Verdict | None:
    """Whoever orders holds the rows of DID and account, so that two calls do not both take the last place."""
    # What never left, or was refused, used no line of the provider.
    calls = CallRequest.objects.exclude(state__in=[State.CANCELLED, State.REJECTED])
    of_account = None
    count = calls.filter(account=account, closed_at=None).count() if account.concurrent_calls else 0
    if account.concurrent_calls and count >= account.concurrent_calls:
        limit = str(account.concurrent_calls)
        of_account = Verdict("account_busy", found=str(count), limit=limit, next_at=now + AGAIN)
    if did is None:
        return of_account
    # The stricter of the two; 0 stands for no limit.
    per_minute = min(filter(None, (did.calls_per_minute, profile.calls_per_minute)), default=0)
    return (
        _too_many(calls.filter(did=did), "did_day", limit=did.calls_per_day, span=DAY, now=now)
        or _too_many(calls.filter(did=did), "did_minute", limit=per_minute, span=MINUTE, now=now)
        or of_account
    )


def _too_many(calls: QuerySet[CallRequest], code: str, *, limit: int, span: timedelta, now: datetime) -> Verdict | None:
    if not limit:
        return None
    recent = calls.filter(requested_at__gt=now - span)
    count = recent.count()
    if count < limit:
        return None
    # There is room again when the oldest of the calls that fill the cap leaves the span.
    nth = recent.order_by("-requested_at").values_list("requested_at", flat=True)[limit - 1]
    return Verdict(code, found=str(count), limit=str(limit), next_at=nth + span)
