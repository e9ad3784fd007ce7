"""A campaign's numbers before the policy: which grounds they stand on, and the verdict on each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.models import Campaign, Entry, ZoneSet
from dialer.policy.batch import Evaluation, GroundKey, evaluate, query
from dialer.policy.calling_context import Circumstances, Ground, Place, ground_of
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict
from dialer.support.calling_hours import ALWAYS, Week
from dialer.support.sql import as_array
from dialer.support.territories import covered_by
from telephony.numbers.number_facts import zones_in

AREA = """
    CASE WHEN e.country = ANY(%(regional)s::text[]) THEN left(e.callee::text, %(digits)s) ELSE '' END
"""
"""A number's first digits, where they may tell a region that has rules of its own."""
_SUBJECTS = f"""
    SELECT e.id, e.identity, e.country, coalesce(e.zones_id, 0) AS zones,
           coalesce(nullif(e.purpose, ''), %(purpose)s) AS purpose, {AREA} AS area,
           btrim(coalesce(e.extra ->> 'consent_ref', '')) <> '' AS has_consent, e.consented_on
      FROM campaigns_entry e
"""
BY_ID = f"{_SUBJECTS} WHERE e.id = ANY(%(ids)s::bigint[])"
WAITING = f"""{_SUBJECTS}
      JOIN campaigns_calllist l ON l.id = e.call_list_id AND l.campaign_id = %(campaign)s AND l.state = 'ready'
     WHERE e.campaign_id = %(campaign)s AND e.state = 'waiting' LIMIT %(most)s"""


class Evaluator:
    """The policy for one campaign by one rulebook at one moment."""

    def __init__(self, campaign: Campaign, *, now: datetime, book: Rulebook | None = None) -> None:
        self.campaign = campaign
        self.now = now
        self.book = book or Rulebook.current(now=now)
        self.circumstances = Circumstances(
            uses_ai=campaign.uses_ai,
            hours=hours_of(campaign),
            has_budget=has_budget(campaign),
            currency=campaign.account.currency,
        )
        self._grounds_of: dict[Place, Ground] = {}
        regions = self.book.regions
        self._constants: dict[str, Any] = {
            "campaign": campaign.pk,
            "purpose": campaign.purpose,
            # Of territories too, whose rules may be those of the country.
            "regional": [place for country in regions.countries for place in covered_by(country)],
            "digits": regions.digits,
        }
        self._dnc_lists = list(campaign.dnc_lists.values_list("pk", flat=True))

    def evaluate_entries(self, entry_ids: Sequence[int], *, have_attempts: bool = False) -> Iterator[Evaluation]:
        """With `have_attempts` they are in a chunk already, and their own open attempts do not speak against them."""
        if not entry_ids:
            return iter(())
        values = {**self._constants, "ids": as_array(entry_ids)}
        return evaluate(
            BY_ID,
            values,
            self._grounds("e.id = ANY(%(ids)s::bigint[])", values),
            now=self.now,
            dnc_lists=self._dnc_lists,
            own_source=Entry.SOURCE if have_attempts else "",
        )

    def count_waiting(self, *, most: int | None = None) -> dict[str, int]:
        """How many waiting numbers each rule holds back; under "" those that may be called."""
        # LIMIT NULL is no limit.
        values = {**self._constants, "most": most}
        grounds = self._grounds("e.campaign_id = %(campaign)s AND e.state = 'waiting'", values)
        if not grounds:
            return {}
        sql, parameters = query(WAITING, values, grounds, now=self.now, dnc_lists=self._dnc_lists)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT rule, count(*) FROM ({sql}) judged GROUP BY rule", parameters)
            return dict(cursor.fetchall())

    def stale_registry(self) -> Verdict | None:
        """A registry that was not asked about any number lately, and some of the waiting ones need its answer."""
        values = self._constants
        grounds = self._grounds("e.campaign_id = %(campaign)s AND e.state = 'waiting'", values)
        return next(
            (check.unasked for ground in grounds.values() if (check := ground.registry) and check.unasked), None
        )

    def _grounds(self, where: str, values: dict[str, Any]) -> dict[GroundKey, Ground]:
        """Every combination that occurs among the entries."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT DISTINCT e.country, coalesce(e.zones_id, 0), coalesce(nullif(e.purpose, ''), %(purpose)s), {AREA}
                  FROM campaigns_entry e WHERE {where}
                """,
                values,
            )
            keys = cursor.fetchall()
        sets = ZoneSet.objects.filter(pk__in={zones_id for _country, zones_id, *_others in keys})
        zones = {pk: tuple(names) for pk, names in sets.values_list("pk", "zones")}
        return {key: self._ground(key, zones.get(key[1], ())) for key in keys}

    def _ground(self, key: GroundKey, zones: tuple[str, ...]) -> Ground:
        country, _zones_id, purpose, area = key
        region = self.book.regions.region_of(country, area)
        place = Place(country, zones or zones_in(country), purpose, region)
        # The first digits of one region, and all that belong to none, share a ground.
        if place not in self._grounds_of:
            self._grounds_of[place] = ground_of(self.book, place, self.circumstances, now=self.now)
        return self._grounds_of[place]


def hours_of(campaign: Campaign) -> Week | None:
    """The campaign's own window; None where it has none."""
    if not (campaign.hours_from or campaign.hours_to or campaign.weekdays):
        return None
    opens = campaign.hours_from.hour * 60 + campaign.hours_from.minute if campaign.hours_from else 0
    closes = campaign.hours_to.hour * 60 + campaign.hours_to.minute if campaign.hours_to else ALWAYS[0][1]
    days = campaign.weekdays or "1234567"
    return Week(tuple(((opens, closes),) if str(day) in days else () for day in range(1, 8)))


def has_budget(campaign: Campaign) -> bool:
    return campaign.budget is not None or campaign.budget_per_day is not None


ALIVE = (Campaign.State.DRAFT, Campaign.State.RUNNING, Campaign.State.PAUSED)


def count_by_rule(book: Rulebook, *, now: datetime, most: int) -> Counter[str]:
    """The same for all campaigns that may still call, at most so many numbers of each."""
    counts: Counter[str] = Counter()
    for campaign in Campaign.objects.filter(state__in=ALIVE):
        counts.update(Evaluator(campaign, now=now, book=book).count_waiting(most=most))
    return counts
