"""Public holidays of a country and year, from a library that follows their laws, into the portal's own list."""

from __future__ import annotations

import holidays
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from dialer.models import Holiday
from dialer.policy import changes

FIRST_YEAR, LAST_YEAR = 2020, 2100


def fill(country: str, year: int) -> int:
    """Adds the days that are missing; returns how many. What people entered stays. Raises ValidationError."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(_("Choose a year from %(first)d on.") % {"first": FIRST_YEAR})
    try:
        found = holidays.country_holidays(country, years=year, language="en_US")
    except NotImplementedError as exc:
        text = _("No calendar of %(country)s is known. Enter its holidays one by one.")
        raise ValidationError(text % {"country": country}) from exc
    days = [Holiday(country=country, day=day, name=str(name)[:200]) for day, name in sorted(found.items())]
    with transaction.atomic():
        known = set(Holiday.objects.filter(country=country, day__year=year).values_list("day", flat=True))
        missing = [row for row in days if row.day not in known]
        Holiday.objects.bulk_create(missing)
        changes.rules_changed()
    return len(missing)
