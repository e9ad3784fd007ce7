"""Valid numbers that are not to be called by this list: duplicates of several kinds, and do-not-call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.formats import date_format

from campaigns.importer import rows as reasons
from campaigns.importer.rows import RowError
from campaigns.importer.verdicts import Accepted
from campaigns.models import CallList, Campaign, Entry
from dialer import dnc
from dialer.dnc import as_array

HeldBack = dict[int, RowError]
"""Callee (wire digits as an integer) → why."""


class HeldBackNumbers:
    """The questions that one call list asks of the database, each one query for a whole batch."""

    def __init__(self, call_list: CallList, *, now: datetime) -> None:
        self._call_list = call_list
        self._now = now
        self._dnc_lists = list(call_list.campaign.dnc_lists.values_list("pk", flat=True))
        self._since = now - timedelta(days=call_list.called_within_days)
        # Nobody else adds to this campaign while a list is read (run.py's lock).
        others = Entry.objects.filter(campaign_id=call_list.campaign_id).exclude(call_list=call_list)
        self._has_others = others.exists()

    def among(self, rows: Accepted) -> HeldBack:
        """The first reason of each number, in the order that tells a supervisor most."""
        numbers = rows.callees.tolist()
        countries = [rows.fact_sets[place].country for place in rows.facts.tolist()]
        found = _in_campaign(self._call_list.campaign_id, numbers) if self._has_others else {}
        for callee, listing in dnc.listings_of(
            numbers, countries=countries, now=self._now, dnc_lists=self._dnc_lists
        ).items():
            found.setdefault(callee, reasons.do_not_call(listing.list_name, listing.reason))
        if self._call_list.skip_other_campaigns:
            found = _elsewhere(self._call_list.campaign_id, numbers) | found
        if days := self._call_list.called_within_days:
            found = _called_since(numbers, self._since, days=days) | found
        return found


def _in_campaign(campaign_id: int, callees: Sequence[int]) -> HeldBack:
    rows = _rows(
        """
        SELECT e.callee, e.line_number, l.name
          FROM campaigns_entry e JOIN campaigns_calllist l ON l.id = e.call_list_id
         WHERE e.campaign_id = %s AND e.callee = ANY(%s::bigint[])
        """,
        [campaign_id, as_array(callees)],
    )
    return {callee: reasons.duplicate_in_campaign(line, name) for callee, line, name in rows}


def _elsewhere(campaign_id: int, callees: Sequence[int]) -> HeldBack:
    """Numbers that other campaigns are still to call, or are calling."""
    running = Campaign.objects.filter(state__in=[Campaign.State.RUNNING, Campaign.State.PAUSED])
    others = dict(running.exclude(pk=campaign_id).values_list("pk", "name"))
    if not others:
        return {}
    rows = _rows(
        """
        SELECT e.callee, e.campaign_id
          FROM campaigns_entry e JOIN campaigns_calllist l ON l.id = e.call_list_id AND l.state = %s
         WHERE e.campaign_id = ANY(%s) AND e.callee = ANY(%s::bigint[]) AND e.state = ANY(%s)
        """,
        [
            CallList.State.READY,
            list(others),
            as_array(callees),
            [Entry.State.WAITING, Entry.State.ORDERED, Entry.State.IN_DOUBT],
        ],
    )
    return {callee: reasons.duplicate_elsewhere(others[pk]) for callee, pk in rows}


def _called_since(callees: Sequence[int], since: datetime, *, days: int) -> HeldBack:
    """Numbers that were ordered since then by anybody; orders that never left do not count."""
    rows = _rows(
        """
        SELECT a.callee, max(a.opened_at)
          FROM dialer_attempt a
         WHERE a.callee = ANY(%s::bigint[]) AND a.opened_at >= %s AND a.counts
         GROUP BY a.callee
        """,
        [as_array(callees), since],
    )
    return {callee: reasons.called_recently(f"{date_format(at, 'j F Y')} UTC", days) for callee, at in rows}


def _rows(query: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()
