"""What the rules say about all numbers of one country, one set of time zones and one purpose, at one moment.

A million numbers stand on a few hundred grounds. Whatever does not depend on the number itself is decided here once.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dialer.models import ConsentRule, CountryProfile
from dialer.policy.regions import narrowed
from dialer.policy.registry_check import RegistryCheck, check_of
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict
from dialer.support.calling_hours import Week, as_text, local_times, zone_of

LIMIT_OF = {
    "rest_after_refusal": "days_after_refusal",
    "rest_after_answered": "days_after_answered",
    "abandoned": "hours_after_abandoned",
    "capped_month": "attempts_per_month",
    "capped_week": "attempts_per_week",
    "capped_day": "attempts_per_day",
}
"""The column of the profile behind each rule about what was before."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phone may be, and why it is called."""

    country: str
    """ISO 3166; "" where the number has none."""
    zones: tuple[str, ...]
    """IANA names of every possible zone."""
    purpose: str
    region: str = ""
    """ISO 3166-2 of the part of the country, where it has rules of its own."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is the same for all numbers of a campaign."""

    uses_ai: bool = False
    hours: Week | None = None
    """Only narrows those of the country."""
    has_budget: bool = False
    currency: str = ""
    """Of the budget (ISO 4217); "" for the portal's own."""


@dataclass(frozen=True, slots=True)
class Ground:
    verdict: Verdict | None
    """The rule that holds back every number here but the hours; None where there is none."""
    hours: Verdict | None
    """Outside calling hours, and until when."""
    needs_consent: bool
    consent_since: date | None
    """The consent must not be older; None for one of any age."""
    profile: CountryProfile
    """Of the country, with the stricter caps of the region."""
    week: Week
    zones: tuple[str, ...]
    registry: RegistryCheck | None = None
    """Every number needs a young answer of its own; None where no registry is asked."""

    def closes_at(self, now: datetime) -> datetime | None:
        """The moment (UTC) at which the hours that are open now end; None where that is days away."""
        return self.week.closes_at(now, self.zones)

    def opens_from(self, moment: datetime) -> datetime | None:
        """The first moment (UTC) from then on that lies inside the hours; None when there is none soon."""
        return self.week.next_open(moment, self.zones)

    def without(self, code: str) -> Ground:
        """The same ground without one of its rules, to see what else holds against a number."""
        if self.verdict and self.verdict.code == code:
            return replace(self, verdict=None)
        if code == "outside_hours":
            return replace(self, hours=None)
        if code == "registry_stale":
            return replace(self, registry=None)
        if code in ("consent_missing", "consent_old"):
            return replace(self, needs_consent=False)
        # A copy: the profile is the book's, and other grounds stand on it, too.
        profile = copy(self.profile)
        setattr(profile, LIMIT_OF[code], 0)
        return replace(self, profile=profile)


def ground_of(book: Rulebook, place: Place, circumstances: Circumstances, *, now: datetime) -> Ground:
    """`now` is UTC."""
    profile = book.profile_of(place.country, place.purpose)
    needs_consent = profile.consent == ConsentRule.ALWAYS or (
        profile.consent == ConsentRule.FOR_AI and circumstances.uses_ai
    )
    rule = book.regions.rule_of(place.region, place.purpose)
    if rule:
        profile = narrowed(profile, rule)
    layers = layers_of(book, profile, place, circumstances)
    week = narrowest(layers)
    hours = _hours(layers, week, place, now=now) if place.zones else None
    # Only where the hours name no next time: all other places have an hour in common.
    apart = _never_together(week, place, now=now) if hours and hours.next_at is None else None
    return Ground(
        verdict=apart or _held(book, profile, place, circumstances, now=now),
        hours=hours,
        needs_consent=needs_consent,
        consent_since=now.date() - timedelta(days=profile.consent_days) if profile.consent_days else None,
        profile=profile,
        week=week,
        zones=place.zones,
        registry=check_of(book, profile, place.country, now=now),
    )


@dataclass(frozen=True, slots=True)
class Layer:
    """Hours, and whose they are."""

    whose: str
    week: Week


def layers_of(book: Rulebook, profile: CountryProfile, place: Place, circumstances: Circumstances) -> tuple[Layer, ...]:
    """Each only narrows the ones before: of the country, of the region, of the campaign."""
    layers = [Layer(str(profile), book.week_of(profile, place.country))]
    if rule := book.regions.rule_of(place.region, place.purpose):
        closed = book.holidays_of(place.country) if rule.closed_on_holidays else frozenset()
        layers.append(Layer(str(rule), Week(rule.windows(), closed)))
    if circumstances.hours:
        layers.append(Layer(_("the campaign"), circumstances.hours))
    return tuple(layers)


def narrowest(layers: Sequence[Layer]) -> Week:
    week = layers[0].week
    for layer in layers[1:]:
        week = week.narrowed(layer.week)
    return week


def _held(
    book: Rulebook, profile: CountryProfile, place: Place, circumstances: Circumstances, *, now: datetime
) -> Verdict | None:
    if not place.zones:
        return Verdict("no_time_zone")
    if circumstances.has_budget and book.price_of(place.country, currency=circumstances.currency) is None:
        return Verdict("price_unknown", limit=place.country or _("numbers without a country"))
    return None


def _hours(layers: Sequence[Layer], week: Week, place: Place, *, now: datetime) -> Verdict | None:
    if week.is_open(now, place.zones):
        return None
    # All of them together are open where each of them is.
    whose = [layer.whose for layer in layers if not layer.week.is_open(now, place.zones)]
    limit = _("%(hours)s (hours of %(whose)s)")
    return Verdict(
        "outside_hours",
        found=clocks(now, place.zones),
        limit=limit % {"hours": allowed_today(week, place, now=now), "whose": ", ".join(whose)},
        next_at=week.next_open(now, place.zones),
    )


def _never_together(week: Week, place: Place, *, now: datetime) -> Verdict | None:
    """Zones so far apart that it is night in one of them whenever the others may be called.

    Holidays are left out: they end, and this does not.
    """
    if len(place.zones) < 2 or week.is_never or Week(week.days).next_open(now, place.zones):
        return None
    clocks_west_to_east = local_times(now, place.zones)
    (_early, west), (_late, east) = clocks_west_to_east[0], clocks_west_to_east[-1]
    return Verdict("no_common_hour", found=_("%(west)s and %(east)s") % {"west": west[0], "east": east[-1]})


def allowed_today(week: Week, place: Place, *, now: datetime) -> str:
    """The windows of today in the first of the zones, for people."""
    if not place.zones:
        return ""
    day = now.astimezone(zone_of(place.zones[0])).date()
    if day in week.closed:
        return _("no calls on this holiday")
    return as_text(week.on(day)) or _("no calls on this day")


def clocks(now: datetime, zones: tuple[str, ...]) -> str:
    """“14:05” where all clocks agree, else the span: “Fri 23:05 to Sat 02:05”."""
    times = [local for local, _names in local_times(now, zones)]
    if not times:
        return ""
    first, last = times[0], times[-1]
    if first == last:
        return date_format(first, "D H:i")
    if first.date() == last.date():
        return _("%(first)s to %(last)s") % {"first": date_format(first, "D H:i"), "last": date_format(last, "H:i")}
    return _("%(first)s to %(last)s") % {"first": date_format(first, "D H:i"), "last": date_format(last, "D H:i")}
