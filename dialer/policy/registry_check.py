"""Whether a do-not-call registry was asked about a number: a rule about each number, not about its country."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dialer.models import CountryProfile
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict

CODE = "registry_stale"
NO_COUNTRY = "??"
"""Under which no answer is ever kept."""


@dataclass(frozen=True, slots=True)
class RegistryCheck:
    """A number may be called where the registry said on `since` or later that it is not listed."""

    country: str
    """Under which its answers are kept: that of the profile, which may be the home of a territory. ISO 3166."""
    name: str
    since: date
    last: date | None
    """The day of the last answer about any number."""

    @property
    def unasked(self) -> Verdict | None:
        """Nobody at all may be called, for want of a young answer; None where there is one."""
        if self.last is not None and self.last >= self.since:
            return None
        return self.verdict(self.last.isoformat() if self.last else "")

    def verdict(self, found: str) -> Verdict:
        """`found` is the day of the number's last answer, and a second word where it is listed; "" for none."""
        day, _space, is_listed = found.partition(" ")
        answered = parse_date(day) if day else None
        if answered is None:
            return Verdict(CODE, found=_("none yet"), limit=self.name)
        shown = date_format(answered, "j F Y")
        if is_listed:
            shown = _("%(day)s, when it was listed") % {"day": shown}
        return Verdict(CODE, found=shown, limit=self.name)


def check_of(book: Rulebook, profile: CountryProfile, country: str, *, now: datetime) -> RegistryCheck | None:
    """`country` is the callee's, `now` is UTC. None where no registry has to be asked."""
    if not profile.registry:
        return None
    last, _holds = book.registry_answer(profile, country, now=now)
    since = now.date() - timedelta(days=profile.registry_days)
    return RegistryCheck(profile.country or country or NO_COUNTRY, profile.registry, since, last)
