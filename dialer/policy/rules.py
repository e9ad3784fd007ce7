"""The rules by name: what each says to people, “no” or “later”, and whether a person may overrule it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.policy.party_rules import OWN_SIDE
from dialer.policy.verdict_texts import Outcome, Rule
from dialer.policy.verdict_texts import later as _later
from dialer.policy.verdict_texts import no as _no

_ALL = (
    _no(
        "do_not_call",
        gettext_lazy("do-not-call list"),
        gettext_lazy("This number is on the do-not-call list %(found)s It must not be called."),
    ),
    _later(
        "do_not_call_until",
        gettext_lazy("do-not-call list, with an end"),
        gettext_lazy("This number is on the do-not-call list %(found)s It must not be called until its entry ends."),
    ),
    _no(
        "consent_missing",
        gettext_lazy("no consent"),
        gettext_lazy("Calls of this purpose to %(limit)s need the callee's consent, and none is given."),
        may_be_overridden=True,
    ),
    _no(
        "consent_old",
        gettext_lazy("consent too old"),
        gettext_lazy("The consent is of %(found)s; calls of this purpose need one given on %(limit)s or later."),
        may_be_overridden=True,
    ),
    _no(
        "no_time_zone",
        gettext_lazy("no time zone"),
        gettext_lazy(
            "Nobody can tell in which time zone this phone is. Give a column time_zone with names like Asia/Jakarta."
        ),
        may_be_overridden=True,
    ),
    _no(
        "no_common_hour",
        gettext_lazy("no common hour"),
        gettext_lazy(
            "This phone may be in %(found)s, and no time of day lies in the calling hours of both. Correct the row's "
            "column time_zone, or give one with the place where the phone is, such as Asia/Jakarta."
        ),
        may_be_overridden=True,
    ),
    _later(
        "registry_stale",
        gettext_lazy("no fresh registry answer"),
        gettext_lazy(
            "%(limit)s must be asked about a number before it is called; last answer: %(found)s. Record a result file."
        ),
        may_be_overridden=True,
    ),
    _later(
        "price_unknown",
        gettext_lazy("no price"),
        gettext_lazy("The campaign has a budget, and no price is known for %(limit)s. An administrator can set one."),
    ),
    _later(
        "in_doubt",
        gettext_lazy("earlier order in doubt"),
        gettext_lazy("Nobody knows whether an earlier order to this number was taken. Settle it at the in-doubt desk."),
    ),
    _later(
        "open_order",
        gettext_lazy("another order open"),
        gettext_lazy("There is an open order to this number already. It must end first."),
    ),
    _later(
        "rest_after_refusal",
        gettext_lazy("rest after a refusal"),
        gettext_lazy("This callee said no on %(found)s; %(limit)s days of rest follow."),
        may_be_overridden=True,
    ),
    _later(
        "rest_after_answered",
        gettext_lazy("rest after a conversation"),
        gettext_lazy("Somebody spoke with this callee on %(found)s; %(limit)s days of rest follow."),
        may_be_overridden=True,
    ),
    _later(
        "abandoned",
        gettext_lazy("rest after an abandoned call"),
        gettext_lazy("This callee answered on %(found)s and no agent took the call; %(limit)s hours of rest follow."),
        may_be_overridden=True,
    ),
    _later(
        "capped_month",
        gettext_lazy("monthly cap"),
        gettext_lazy("Called %(found)s times in the last 30 days, and %(limit)s are allowed."),
        may_be_overridden=True,
    ),
    _later(
        "capped_week",
        gettext_lazy("weekly cap"),
        gettext_lazy("Called %(found)s times in the last 7 days, and %(limit)s are allowed."),
        may_be_overridden=True,
    ),
    _later(
        "capped_day",
        gettext_lazy("daily cap"),
        gettext_lazy("Called %(found)s times in the last 24 hours, and %(limit)s are allowed."),
        may_be_overridden=True,
    ),
    _later(
        "outside_hours",
        gettext_lazy("outside calling hours"),
        gettext_lazy("It is %(found)s where this phone may be. Calls are allowed there: %(limit)s."),
        may_be_overridden=True,
    ),
    _later(
        "hours_end_soon",
        gettext_lazy("calling hours end soon"),
        gettext_lazy("Calling hours end at %(found)s where this phone may be, too soon for a provider task."),
    ),
    _later(
        "too_many_before",
        gettext_lazy("too many before it"),
        gettext_lazy("The provider has as many numbers as it reaches before calling hours end. This one waits."),
    ),
    _no(
        "caller_id_refused",
        gettext_lazy("caller ID refused"),
        gettext_lazy("A caller ID of %(found)s must not be shown to numbers in %(limit)s. Choose another DID."),
        may_be_overridden=True,
    ),
    _no(
        "caller_id_required",
        gettext_lazy("caller ID of another range"),
        gettext_lazy("Only caller IDs that begin with %(limit)s may be shown there. Choose another DID."),
        may_be_overridden=True,
    ),
    _later(
        "did_minute",
        gettext_lazy("calls a minute of the DID"),
        gettext_lazy(
            "%(found)s calls left this DID in the last minute, and %(limit)s are allowed. Choose another DID."
        ),
    ),
    _later(
        "did_day",
        gettext_lazy("calls a day of the DID"),
        gettext_lazy("%(found)s calls left this DID in 24 hours, and %(limit)s are allowed. Choose another DID."),
    ),
    _later(
        "account_busy",
        gettext_lazy("concurrent calls"),
        gettext_lazy("%(found)s calls of this account are open, and %(limit)s are allowed at a time."),
    ),
    _later(
        "stopped",
        gettext_lazy("stop switch"),
        gettext_lazy("%(found)s stopped all orders: %(limit)s Nothing leaves until somebody releases the stop switch."),
    ),
    _later(
        "budget_day",
        gettext_lazy("budget of the day"),
        gettext_lazy("The budget of the day, %(limit)s, is used up: %(found)s are ordered."),
    ),
    _later(
        "budget",
        gettext_lazy("budget of the campaign"),
        gettext_lazy("What is left of the campaign's budget, %(limit)s, does not pay for this call. Raise the budget."),
    ),
    _later(
        "nobody_left",
        gettext_lazy("nobody left in the chunk"),
        gettext_lazy("Rules hold back every number of this chunk now; nothing of it was sent."),
    ),
    _later(
        "retry",
        gettext_lazy("another try"),
        gettext_lazy("The last call ended so: %(found)s. The campaign calls %(limit)s times at most."),
    ),
    _later(
        "not_sent",
        gettext_lazy("order did not leave"),
        gettext_lazy("The last order did not reach the provider, so nobody was called: %(found)s"),
    ),
    _later(
        "skipped",
        gettext_lazy("skipped for now"),
        gettext_lazy("Somebody looked at this number and skipped it for half an hour."),
    ),
    *OWN_SIDE,
)
RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in _ALL})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why one number is not called now."""

    code: str
    found: str = ""
    limit: str = ""
    next_at: datetime | None = None
    """UTC; None where nobody can say when, or never."""

    @property
    def rule(self) -> Rule:
        return RULES[self.code]

    @property
    def is_final(self) -> bool:
        return self.rule.outcome == Outcome.NO

    @property
    def message(self) -> str:
        """Sentences for people: what was found, the limit, and when it may be called next."""
        text = " ".join((str(self.rule.text) % {"found": self.found, "limit": self.limit}).split())
        return f"{text} {next_text(self.next_at)}" if self.next_at else text


def label_of(code: str) -> str:
    """Of a rule or of any other reason code, for lists."""
    return str(RULES[code].label) if code in RULES else code.replace("_", " ")


def next_text(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return _("Next: %(when)s.") % {"when": f"{date_format(local, 'j F Y, H:i')} {local:%Z}"}
