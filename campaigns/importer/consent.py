"""The columns about consent and purpose, and rows that must not be called without a consent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _

from campaigns.importer.dates import DayOrder, readings_of
from campaigns.importer.rows import RowError
from campaigns.models import Campaign
from dialer.models import ConsentRule, Purpose
from dialer.policy.rulebook import Rulebook, profiles
from dialer.policy.rules import Verdict
from telephony.numbers.bulk import Column
from telephony.numbers.number_facts import zones_in

Errors = dict[int, RowError]


@dataclass(frozen=True)
class ConsentRules:
    """What the country profiles want of a list's rows."""

    book: Rulebook
    purpose: str
    """The campaign's; a row may name its own."""
    uses_ai: bool
    today: date
    _needs: dict[tuple[str, str], date | None] = field(default_factory=dict)
    _area_codes: dict[tuple[str, str], bool] = field(default_factory=dict)

    @classmethod
    def of(cls, campaign: Campaign, *, now: datetime) -> ConsentRules:
        """Today is the campaign's country's day where that is latest."""
        days = [now.astimezone(ZoneInfo(zone)).date() for zone in zones_in(campaign.country)]
        return cls(Rulebook(profiles()), campaign.purpose, campaign.uses_ai, max(days, default=now.date()))

    def since(self, country: str, purpose: str) -> date | None:
        """The oldest consent that will do; None where none is needed."""
        key = (country, purpose or self.purpose)
        # A million rows ask, about a few countries and purposes.
        if key not in self._needs:
            profile = self.book.profile_of(*key)
            is_needed = profile.consent == ConsentRule.ALWAYS or (
                profile.consent == ConsentRule.FOR_AI and self.uses_ai
            )
            # date.min: a consent of any age will do, also one that names no day.
            oldest = self.today - timedelta(days=profile.consent_days) if profile.consent_days else date.min
            self._needs[key] = oldest if is_needed else None
        return self._needs[key]

    def area_codes(self, purposes: Sequence[str]) -> Callable[[int, str], bool]:
        """Place of a row and its number's country → whether the area code is enough against the row's time zone.

        `purposes` are the rows' own, "" for the campaign's, or none at all.
        """
        return lambda row, country: self._area_code_is_enough(country, purposes[row] if purposes else "")

    def _area_code_is_enough(self, country: str, purpose: str) -> bool:
        key = (country, purpose or self.purpose)
        if key not in self._area_codes:
            self._area_codes[key] = self.book.profile_of(*key).area_code_is_enough
        return self._area_codes[key]

    def asks_nothing(self, countries: Sequence[str]) -> bool:
        """Whether no purpose in any of these countries needs a consent."""
        return all(self.since(country, purpose) is None for country in countries for purpose in ("", *Purpose.values))


def purposes_of(cells: Sequence[str], errors: Errors) -> list[str]:
    """One of Purpose per row, "" where the row names none."""
    known: Mapping[str, str] = {value: value for value in Purpose.values}
    found = []
    for place, cell in enumerate(cells):
        text = cell.strip().lower()
        if text and text not in known:
            wrong = _("“%(text)s” is not a valid purpose.") % {"text": cell.strip()[:40]}
            suggestion = _("Use marketing, service or collection, or leave the cell empty.")
            errors.setdefault(place, RowError("unknown_purpose", wrong, suggestion))
        found.append(known.get(text, ""))
    return found


@dataclass(frozen=True, slots=True)
class ConsentDates:
    """What the column with the days of consent says; empty where the file has none."""

    days: list[str] = field(default_factory=list)
    """ISO, "" for a row without a day that can be read."""
    errors: Errors = field(default_factory=dict)
    """Rows whose day is wrong. They are refused where a consent is needed, and nowhere else."""


def dates_of(cells: Sequence[str], *, order: DayOrder, today: date) -> ConsentDates:
    """`order` is what the whole column tells of its two-way dates. A day after `today` is no consent yet."""
    if not cells:
        return ConsentDates()
    # Days repeat all through a column; each text is read once.
    read = {cell: readings_of(cell) for cell in set(cells)}
    picked = {cell: order.pick(days) for cell, days in read.items()}
    days = [day.isoformat() if (day := picked[cell]) and day <= today else "" for cell in cells]
    errors = {}
    for place in (place for place, day in enumerate(days) if not day and cells[place].strip()):
        cell, readings = cells[place], read[cells[place]]
        how = _("Write the date as year-month-day, such as 2026-03-31.")
        if (day := picked[cell]) is not None:
            text = _("The consent date %(date)s is in the future.") % {"date": day.isoformat()}
            how = _("Correct the date, or upload the row after that day.")
            errors[place] = RowError("consent_date_future", text, how)
        elif not readings:
            text = _("The date “%(text)s” cannot be read.") % {"text": cell.strip()[:40]}
            errors[place] = RowError("consent_date_unreadable", text, how)
        else:
            text = _("“%(text)s” could be %(one)s or %(other)s, and no row in the file shows which part is the month.")
            values = {"text": cell.strip()[:40], "one": readings[0].isoformat(), "other": readings[-1].isoformat()}
            errors[place] = RowError("consent_date_ambiguous", text % values, how)
    return ConsentDates(days, errors)


def refuse_without(
    rules: ConsentRules, column: Column, *, refs: Sequence[str], dates: ConsentDates, purposes: Sequence[str]
) -> Errors:
    """Rows with a valid number that lack the consent they need."""
    if rules.asks_nothing([facts.country for facts in column.fact_sets]):
        return {}
    refused: Errors = {}
    for place in np.flatnonzero(column.callees).tolist():
        country = column.fact_sets[column.facts[place]].country
        since = rules.since(country, purposes[place] if purposes else "")
        if since is None:
            continue
        given = dates.days[place] if dates.days else ""
        if place in dates.errors:
            refused[place] = dates.errors[place]
        elif not (refs and refs[place].strip()):
            refused[place] = _refusal(Verdict("consent_missing", limit=country or "–"))
        elif since > date.min and (not given or date.fromisoformat(given) < since):
            refused[place] = _refusal(Verdict("consent_old", found=given or "–", limit=since.isoformat()))
    return refused


def _refusal(verdict: Verdict) -> RowError:
    suggestion = _("Add the columns consent_ref and consent_date, or choose another purpose for the campaign.")
    return RowError(verdict.code, verdict.message, suggestion)
