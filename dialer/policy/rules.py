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
        gettext_lazy("do-not-call list, with an end date"),
        gettext_lazy("This number is on the do-not-call list %(found)s It must not be called until the entry expires."),
    ),
    _no(
        "consent_missing",
        gettext_lazy("no consent"),
        gettext_lazy("Calls for this purpose to %(limit)s need the callee's consent, and none is recorded."),
        may_be_overridden=True,
    ),
    _no(
        "consent_old",
        gettext_lazy("consent too old"),
        gettext_lazy(
            "The consent dates from %(found)s; calls for this purpose need consent given on %(limit)s or later."
        ),
        may_be_overridden=True,
    ),
    _no(
        "no_time_zone",
        gettext_lazy("no time zone"),
        gettext_lazy("The time zone of this phone is unknown. Add a column time_zone with names such as Asia/Jakarta."),
        may_be_overridden=True,
    ),
    _no(
        "no_common_hour",
        gettext_lazy("no common calling hours"),
        gettext_lazy(
            "This phone may be in %(found)s, and the calling hours there do not overlap. Correct the row's time_zone "
            "column, or add one with the phone's location, such as Asia/Jakarta."
        ),
        may_be_overridden=True,
    ),
    _later(
        "registry_stale",
        gettext_lazy("no recent registry answer"),
        gettext_lazy(
            "Check this number against %(limit)s before calling it; last answer: %(found)s. Record a result file."
        ),
        may_be_overridden=True,
    ),
    _later(
        "price_unknown",
        gettext_lazy("no price"),
        gettext_lazy("The campaign has a budget, but there is no price for %(limit)s. An administrator can set one."),
    ),
    _later(
        "in_doubt",
        gettext_lazy("earlier order in doubt"),
        gettext_lazy(
            "It is not known whether the provider accepted an earlier order to this number. Resolve it at "
            "the in-doubt desk."
        ),
    ),
    _later(
        "open_order",
        gettext_lazy("another order open"),
        gettext_lazy("This number already has an open order. Wait until it ends."),
    ),
    _later(
        "rest_after_refusal",
        gettext_lazy("waiting time after a refusal"),
        gettext_lazy("This callee refused on %(found)s; the waiting time is %(limit)s days."),
        may_be_overridden=True,
    ),
    _later(
        "rest_after_answered",
        gettext_lazy("waiting time after a conversation"),
        gettext_lazy("This callee was reached on %(found)s; the waiting time is %(limit)s days."),
        may_be_overridden=True,
    ),
    _later(
        "abandoned",
        gettext_lazy("waiting time after an abandoned call"),
        gettext_lazy(
            "This callee answered on %(found)s but no agent took the call; the waiting time is %(limit)s hours."
        ),
        may_be_overridden=True,
    ),
    _later(
        "capped_month",
        gettext_lazy("monthly cap"),
        gettext_lazy("Calls in the last 30 days: %(found)s, allowed: %(limit)s."),
        may_be_overridden=True,
    ),
    _later(
        "capped_week",
        gettext_lazy("weekly cap"),
        gettext_lazy("Calls in the last 7 days: %(found)s, allowed: %(limit)s."),
        may_be_overridden=True,
    ),
    _later(
        "capped_day",
        gettext_lazy("daily cap"),
        gettext_lazy("Calls in the last 24 hours: %(found)s, allowed: %(limit)s."),
        may_be_overridden=True,
    ),
    _later(
        "outside_hours",
        gettext_lazy("outside calling hours"),
        gettext_lazy("Local time at this phone is %(found)s. Calling hours today: %(limit)s."),
        may_be_overridden=True,
    ),
    _later(
        "hours_end_soon",
        gettext_lazy("calling hours end soon"),
        gettext_lazy("Calling hours at this phone end at %(found)s, too soon for a provider task."),
    ),
    _later(
        "too_many_before",
        gettext_lazy("queue too long"),
        gettext_lazy(
            "The provider already has as many numbers as it can reach before calling hours end. This number waits."
        ),
    ),
    _no(
        "caller_id_refused",
        gettext_lazy("caller ID refused"),
        gettext_lazy("Numbers in %(limit)s must not be called with a caller ID from %(found)s. Choose another DID."),
        may_be_overridden=True,
    ),
    _no(
        "caller_id_required",
        gettext_lazy("caller ID outside the required range"),
        gettext_lazy("The caller ID must begin with %(limit)s. Choose another DID."),
        may_be_overridden=True,
    ),
    _later(
        "did_minute",
        gettext_lazy("calls per minute of the DID"),
        gettext_lazy("Calls from this DID in the last minute: %(found)s, allowed: %(limit)s. Choose another DID."),
    ),
    _later(
        "did_day",
        gettext_lazy("calls per day of the DID"),
        gettext_lazy("Calls from this DID in the last 24 hours: %(found)s, allowed: %(limit)s. Choose another DID."),
    ),
    _later(
        "account_busy",
        gettext_lazy("concurrent calls"),
        gettext_lazy("Open calls of this account: %(found)s, allowed: %(limit)s. Wait until a call ends."),
    ),
    _later(
        "stopped",
        gettext_lazy("stop switch"),
        gettext_lazy(
            "%(found)s stopped all orders: %(limit)s No orders are sent until someone releases the stop switch."
        ),
    ),
    _later(
        "budget_day",
        gettext_lazy("daily budget"),
        gettext_lazy("The daily budget of %(limit)s is used up: %(found)s has been ordered."),
    ),
    _later(
        "budget",
        gettext_lazy("campaign budget"),
        gettext_lazy("The remaining campaign budget, %(limit)s, does not cover this call. Raise the budget."),
    ),
    _later(
        "nobody_left",
        gettext_lazy("no numbers left in the chunk"),
        gettext_lazy("Calling rules are holding back every number of this chunk; nothing was sent."),
    ),
    _later(
        "retry",
        gettext_lazy("retry"),
        gettext_lazy("Result of the last call: %(found)s. The campaign calls up to %(limit)s times."),
    ),
    _later(
        "not_sent",
        gettext_lazy("order not sent"),
        gettext_lazy("The last order did not reach the provider, so no one was called: %(found)s"),
    ),
    _later(
        "skipped",
        gettext_lazy("skipped for now"),
        gettext_lazy("Someone skipped this number for half an hour."),
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
