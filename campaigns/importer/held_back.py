"""Valid numbers that are not to be called by this list: duplicates of several kinds, and do-not-call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.formats import date_format

from campaigns.importer import rows as reasons
from campaigns.importer.block_verdicts import Accepted
from campaigns.importer.rows import RowError
from campaigns.models import CallList, Campaign, Entry
from dialer.dnc import lists as dnc
from dialer.support.sql import as_array
from telephony.numbers.phone_identity import identities

HeldBack = dict[int, RowError]
"""Callee (wire digits as an integer) → why."""
_OfPhones = dict[int, RowError]
"""The same by identity key: the database may have the phone in another spelling than the file."""


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
        numbers, keys = rows.callees.tolist(), identities(rows.callees).tolist()
        countries = [rows.fact_sets[place].country for place in rows.facts.tolist()]
        listings = dnc.listings_of(numbers, countries=countries, now=self._now, dnc_lists=self._dnc_lists)
        listed = {number: reasons.do_not_call(found.list_name, found.reason) for number, found in listings.items()}
        campaign_id, days = self._call_list.campaign_id, self._call_list.called_within_days
        first = _in_campaign(campaign_id, keys) if self._has_others else {}
        last = _called_since(keys, self._since, days=days) if days else {}
        if self._call_list.skip_other_campaigns:
            last |= _elsewhere(campaign_id, keys)
        # In a union the right side wins: first "in this campaign", then "do not call", then what other campaigns did.
        return _told_of(numbers, keys, last) | listed | _told_of(numbers, keys, first)


def _told_of(numbers: Sequence[int], keys: Sequence[int], found: _OfPhones) -> HeldBack:
    """What was found of phones, told of the numbers that the file has for them."""
    return {number: found[key] for number, key in zip(numbers, keys, strict=True) if key in found} if found else {}


def _in_campaign(campaign_id: int, keys: Sequence[int]) -> _OfPhones:
    rows = _rows(
        """
        SELECT e.identity, e.line_number, l.name
          FROM campaigns_entry e JOIN campaigns_calllist l ON l.id = e.call_list_id
         WHERE e.campaign_id = %s AND e.identity = ANY(%s::bigint[]) AND NOT e.is_second_spelling
        """,
        [campaign_id, as_array(keys)],
    )
    return {key: reasons.duplicate_in_campaign(line, name) for key, line, name in rows}


def _elsewhere(campaign_id: int, keys: Sequence[int]) -> _OfPhones:
    """Phones that other campaigns are still to call, or are calling."""
    running = Campaign.objects.filter(state__in=[Campaign.State.RUNNING, Campaign.State.PAUSED])
    others = dict(running.exclude(pk=campaign_id).values_list("pk", "name"))
    if not others:
        return {}
    rows = _rows(
        """
        SELECT e.identity, e.campaign_id
          FROM campaigns_entry e JOIN campaigns_calllist l ON l.id = e.call_list_id AND l.state = %s
         WHERE e.campaign_id = ANY(%s) AND e.identity = ANY(%s::bigint[]) AND NOT e.is_second_spelling
           AND e.state = ANY(%s)
        """,
        [
            CallList.State.READY,
            list(others),
            as_array(keys),
            [Entry.State.WAITING, Entry.State.ORDERED, Entry.State.IN_DOUBT],
        ],
    )
    return {key: reasons.duplicate_elsewhere(others[pk]) for key, pk in rows}


def _called_since(keys: Sequence[int], since: datetime, *, days: int) -> _OfPhones:
    """Phones that were ordered since then by anybody; orders that never left do not count."""
    rows = _rows(
        """
        SELECT a.identity, max(a.opened_at)
          FROM dialer_attempt a
         WHERE a.identity = ANY(%s::bigint[]) AND a.opened_at >= %s AND a.counts
         GROUP BY a.identity
        """,
        [as_array(keys), since],
    )
    return {key: reasons.called_recently(f"{date_format(at, 'j F Y')} UTC", days) for key, at in rows}


def _rows(query: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
