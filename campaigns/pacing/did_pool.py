"""The DIDs that a paced campaign may call from: the one that rested longest, within the caps of each.

Where the provider can choose what the callee sees, an account may have no DID at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from campaigns.models import Campaign
from campaigns.policy import account_fit
from dialer.models import CountryProfile, DidNumber
from dialer.models.call_parties import CallParties
from dialer.policy import number_checks
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# Each LATERAL probes the index of one DID, newest call first, and reads no more rows than its cap.
_USE = """
    SELECT d.id, (SELECT max(c.requested_at) FROM dialer_callrequest c WHERE c.did_id = d.id),
           (SELECT count(*) FROM (SELECT 1 FROM dialer_callrequest c WHERE c.did_id = d.id
             AND c.requested_at > %(minute)s AND c.state NOT IN ('cancelled', 'rejected')
             ORDER BY c.requested_at DESC LIMIT d.of_minute) x),
           (SELECT count(*) FROM (SELECT 1 FROM dialer_callrequest c WHERE c.did_id = d.id
             AND c.requested_at > %(day)s AND c.state NOT IN ('cancelled', 'rejected')
             ORDER BY c.requested_at DESC LIMIT d.of_day) x)
      FROM unnest(%(ids)s::bigint[], %(of_minute)s::bigint[], %(of_day)s::bigint[]) AS d (id, of_minute, of_day)
"""


@dataclass(slots=True)
class Line:
    did: DidNumber
    last_used: datetime
    of_minute: int
    of_day: int

    def has_room(self, per_minute: int) -> bool:
        caps = [cap for cap in (self.did.calls_per_minute, per_minute) if cap]
        if caps and self.of_minute >= min(caps):
            return False
        return not self.did.calls_per_day or self.of_day < self.did.calls_per_day


class Pool:
    def __init__(self, campaign: Campaign, *, book: Rulebook, now: datetime) -> None:
        self._book = book
        self._connect_number = account_fit.our_columns(campaign)["connect_number"]
        self._tick = now
        # A country may cap the calls a minute of any DID, so that they have to be counted whatever the DID's own cap.
        self.per_minute = max((profile.calls_per_minute for profile in book.profiles.values()), default=0)
        dids, were_chosen = _dids_of(campaign)
        self._lines = _lines_of(dids, most_of_minute=self.per_minute, now=now)
        self._has_to_have_one = were_chosen or account_fit.needs(campaign, "did")

    @property
    def is_empty(self) -> bool:
        """Whether no call can leave."""
        return self._has_to_have_one and not self._lines

    @property
    def has_caps(self) -> bool:
        """Whether calls from elsewhere could take the last place of a DID."""
        caps = any(line.did.calls_per_minute or line.did.calls_per_day for line in self._lines)
        return caps or bool(self.per_minute and self._lines)

    @property
    def did_ids(self) -> list[int]:
        return [line.did.pk for line in self._lines]

    def take(self, *, callee: str, country: str, purpose: str) -> DidNumber | Verdict | None:
        """The DID for one call to `callee` (E.164), or why there is none; None where the provider chooses it."""
        if not self._lines and not self._has_to_have_one:
            return self._does_not_fit(None, callee=callee, country=country, purpose=purpose)
        profile: CountryProfile = self._book.profile_of(country, purpose)
        refused: Verdict | None = None
        full: Line | None = None
        for line in sorted(self._lines, key=lambda line: line.last_used):
            against = self._does_not_fit(line.did, callee=callee, country=country, purpose=purpose)
            if against:
                refused = against
            elif not line.has_room(profile.calls_per_minute):
                full = line
            else:
                self._use(line)
                return line.did
        if full is None and refused is not None:
            return refused
        return _full(full, profile, now=self._tick)

    def _does_not_fit(self, did: DidNumber | None, *, callee: str, country: str, purpose: str) -> Verdict | None:
        parties = CallParties(did=did, connect_number=self._connect_number)
        if callee in parties.numbers:
            return Verdict("calls_itself")
        return number_checks.verdict_on_caller_id(self._book, parties=parties, callee_country=country, purpose=purpose)

    def _use(self, line: Line) -> None:
        # A moment later than the last one, so that calls of one batch go around.
        self._tick += timedelta(microseconds=1)
        line.last_used = self._tick
        line.of_minute += 1
        line.of_day += 1


def _full(line: Line | None, profile: CountryProfile, *, now: datetime) -> Verdict:
    if line is None:
        return Verdict("did_off", found="–")
    caps = [cap for cap in (line.did.calls_per_minute, profile.calls_per_minute) if cap]
    if caps and line.of_minute >= min(caps):
        return Verdict("did_minute", found=str(line.of_minute), limit=str(min(caps)), next_at=now + MINUTE / 4)
    return Verdict(
        "did_day", found=str(line.of_day), limit=str(line.did.calls_per_day), next_at=now + timedelta(hours=1)
    )


def _dids_of(campaign: Campaign) -> tuple[list[DidNumber], bool]:
    """Those that may be called from, and whether a person chose them."""
    chosen = campaign.dids.filter(is_active=True, account_id=campaign.account_id)
    if campaign.dids.exists():
        return list(chosen), True
    return list(DidNumber.objects.active().filter(account_id=campaign.account_id)), False


def _lines_of(dids: list[DidNumber], *, most_of_minute: int, now: datetime) -> list[Line]:
    if not dids:
        return []
    values: dict[str, Any] = {
        "ids": [did.pk for did in dids],
        "of_minute": [max(did.calls_per_minute, most_of_minute) for did in dids],
        "of_day": [did.calls_per_day for did in dids],
        "minute": now - MINUTE,
        "day": now - DAY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_USE, values)
        used = {pk: (last, of_minute, of_day) for pk, last, of_minute, of_day in cursor.fetchall()}
    return [
        Line(did, last_used=used[did.pk][0] or _NEVER, of_minute=used[did.pk][1], of_day=used[did.pk][2])
        for did in dids
    ]
