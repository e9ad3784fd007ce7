"""Public holidays of a country and year, from a library that follows their laws, into the portal's own list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import holidays
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dialer import hooks
from dialer.models import CountryProfile, Holiday, HolidayYear, RegionRule
from dialer.support.territories import covered_by

FIRST_YEAR, LAST_YEAR = 2020, 2100


def fill(country: str, year: int) -> int:
    """Adds the days that are missing; returns how many. What people entered stays. Raises ValidationError."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(_("Choose a year from %(first)d on.") % {"first": FIRST_YEAR})
    try:
        found = _calendar(country, year)
    except NotImplementedError as exc:
        text = _("There is no holiday calendar for %(country)s. Enter its holidays one by one.")
        raise ValidationError(text % {"country": country}) from exc
    with transaction.atomic():
        count = _add_missing(country, found)
        hooks.rules_changed()
    return count


def keep_filled(*, now: datetime) -> int:
    """Adds the public holidays of this year and the next once, wherever a rule asks for them; returns how many.

    Days that people take out again stay out. A country that the library does not know has only what people enter.
    """
    wanted = {(country, year) for country in _countries_that_ask() for year in (now.year, now.year + 1)}
    missing = sorted(wanted.difference(HolidayYear.objects.values_list("country", "year")))
    if not missing:
        return 0
    with transaction.atomic():
        # Written with the days, so that a year is filled once: what people take out again must stay out.
        HolidayYear.objects.bulk_create(
            [HolidayYear(country=country, year=year, filled_at=now) for country, year in missing]
        )
        count = sum(_add_missing(country, _calendar(country, year)) for country, year in missing)
        hooks.rules_changed()
    return count


def _countries_that_ask() -> set[str]:
    """Those of rules that say something about holidays, with their territories; the library's all for “all others”."""
    known = {country for country in holidays.list_supported_countries(include_aliases=False) if len(country) == 2}
    says = ~Q(closed_on_holidays=False, eve_hours="", holiday_hours="")
    asking = set(CountryProfile.objects.filter(says).values_list("country", flat=True))
    asking |= {rule.country for rule in RegionRule.objects.filter(closed_on_holidays=True)}
    if "" in asking:
        return known
    return known.intersection(place for country in asking for place in covered_by(country))


def _calendar(country: str, year: int) -> Mapping[date, str]:
    return holidays.country_holidays(country, years=year, language="en_US")


def _add_missing(country: str, found: Mapping[date, str]) -> int:
    known = set(Holiday.objects.filter(country=country, day__in=list(found)).values_list("day", flat=True))
    missing = [
        Holiday(country=country, day=day, name=str(name)[:200])
        for day, name in sorted(found.items())
        if day not in known
    ]
    Holiday.objects.bulk_create(missing)
    return len(missing)
