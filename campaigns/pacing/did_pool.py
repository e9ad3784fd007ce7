"""The DIDs that a paced campaign may call from: the one that rested longest, within the caps of each.

Where the provider can choose what the callee sees, an account may have no DID at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.models import ConnectNumber, CountryProfile, DidNumber
from dialer.models.call_parties import CallParties
from dialer.policy import number_checks
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict

LOOK_AGAIN_MINUTE, LOOK_AGAIN_DAY = timedelta(seconds=15), timedelta(hours=1)
"""When a DID at its cap may have room again, at the earliest."""


@dataclass(slots=True)
class DidUse:
    """A DID with its last call, and its calls of the last minute and the last 24 hours."""

    did: DidNumber
    last_used: datetime
    of_minute: int
    of_day: int

    def minute_cap(self, of_country: int) -> int:
        """0 where there is none."""
        return min((cap for cap in (self.did.calls_per_minute, of_country) if cap), default=0)

    def has_room(self, *, per_minute: int) -> bool:
        """`per_minute` is the country's cap."""
        cap = self.minute_cap(per_minute)
        return not (cap and self.of_minute >= cap) and not (
            self.did.calls_per_day and self.of_day >= self.did.calls_per_day
        )

    def count_call(self, *, at: datetime) -> None:
        self.last_used = at
        self.of_minute += 1
        self.of_day += 1

    def verdict_on_full(self, *, per_minute: int, now: datetime) -> Verdict:
        if (cap := self.minute_cap(per_minute)) and self.of_minute >= cap:
            found, limit = str(self.of_minute), str(cap)
            return Verdict("did_minute", found=found, limit=limit, next_at=now + LOOK_AGAIN_MINUTE)
        found, limit = str(self.of_day), str(self.did.calls_per_day)
        return Verdict("did_day", found=found, limit=limit, next_at=now + LOOK_AGAIN_DAY)


class DidPool:
    def __init__(
        self,
        uses: Iterable[DidUse],
        *,
        must_have_one: bool,
        connect_number: ConnectNumber | None,
        book: Rulebook,
        now: datetime,
    ) -> None:
        self._uses = list(uses)
        self._must_have_one = must_have_one
        self._connect_number = connect_number
        self._book = book
        self._tick = now

    @property
    def is_lacking(self) -> bool:
        """Whether there is no DID, and no call can leave without one."""
        return self._must_have_one and not self._uses

    def reserve_did(self, *, callee: str, country: str, purpose: str) -> DidNumber | Verdict | None:
        """The DID for one call to `callee` (E.164), or why there is none; None where the provider chooses it."""
        if not self._uses and not self._must_have_one:
            return self._verdict_on(None, callee=callee, country=country, purpose=purpose)
        profile: CountryProfile = self._book.profile_of(country, purpose)
        refusal, full = Verdict("did_off", found="–"), None
        # The first that fits and has room: a verdict on each of a hundred DIDs, for each call, would take its time.
        for use in sorted(self._uses, key=lambda use: use.last_used):
            against = self._verdict_on(use.did, callee=callee, country=country, purpose=purpose)
            if against:
                refusal = against
            elif use.has_room(per_minute=profile.calls_per_minute):
                # A moment later than the last one, so that calls of one batch go around.
                self._tick += timedelta(microseconds=1)
                use.count_call(at=self._tick)
                return use.did
            else:
                full = use
        return full.verdict_on_full(per_minute=profile.calls_per_minute, now=self._tick) if full else refusal

    def _verdict_on(self, did: DidNumber | None, *, callee: str, country: str, purpose: str) -> Verdict | None:
        parties = CallParties(did=did, connect_number=self._connect_number)
        if callee in parties.numbers:
            return Verdict("calls_itself")
        return number_checks.verdict_on_caller_id(self._book, parties=parties, callee_country=country, purpose=purpose)
