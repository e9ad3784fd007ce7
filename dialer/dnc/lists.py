"""Do-not-call lists: who must not be called, and what people do with the lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from dialer.hooks import rules_changed
from dialer.models import DncEntry, DncList
from dialer.models.dnc import Scope
from dialer.models.identity import key_of, keys_of
from dialer.support.permissions import require
from dialer.support.sql import as_array
from dialer.support.territories import HOME_OF_SUBJECT, authorities_over
from telephony.numbers.number_facts import facts_of

OPT_OUT_LIST = "Opt-outs"
"""The list that one click fills; the first migration makes it."""


class DncRefused(Exception):
    """This cannot be done; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a number stands; the earliest entry where it is in several lists."""

    list_name: str
    reason: str


_HOLDS = f"""
    l.is_active AND (e.expires_at IS NULL OR e.expires_at > %(now)s)
    AND (l.scope = 'everyone' OR (l.scope = 'country' AND l.country IN (s.country, {HOME_OF_SUBJECT}))
         OR (l.scope = 'campaign' AND l.id = ANY(%(dnc_lists)s::bigint[])))
"""
_ENTRY = "FROM dialer_dncentry e JOIN dialer_dnclist l ON l.id = e.dnc_list_id WHERE e.identity = s.identity"
# Said as in the index dnc_block_by_number, which is used for no other expression; rpad fills up to DIGITS.
_BLOCK = """
    FROM dialer_dncblock e JOIN dialer_dnclist l ON l.id = e.dnc_list_id
   WHERE int8range(e.first, e.last, '[]') @> rpad(s.identity::text, 15, '0')::bigint
"""
# Each branch is one probe of an index, and the first that finds something ends both.
IS_LISTED = f"""
    (SELECT TRUE AS is_listed {_ENTRY} AND {_HOLDS} LIMIT 1)
    UNION ALL
    (SELECT TRUE {_BLOCK} AND {_HOLDS} LIMIT 1)
    LIMIT 1
"""
"""Lateral part of the policy's statement: whether the subject `s` (identity, country) must not be called."""
_FOUND = "concat_ws(' ', l.name || '.', nullif(e.reason, '')) AS found"
LISTED = f"""
    (SELECT {_FOUND} {_ENTRY} AND {_HOLDS} ORDER BY e.id LIMIT 1)
    UNION ALL
    (SELECT {_FOUND} {_BLOCK} AND {_HOLDS} ORDER BY e.id LIMIT 1)
    LIMIT 1
"""
"""The same with the list's name and its reason, for those that are listed."""
ENDS_AT = f"""
    SELECT max(ends_at) AS ends_at
      FROM (SELECT coalesce(e.expires_at, 'infinity') AS ends_at {_ENTRY} AND {_HOLDS}
            UNION ALL
            SELECT coalesce(e.expires_at, 'infinity') {_BLOCK} AND {_HOLDS}) each_one
"""
"""The same with the moment at which the last of its entries and blocks ends; infinity where one holds for ever."""


def listings_of(
    callees: Sequence[int], *, countries: Sequence[str], now: datetime, dnc_lists: Sequence[int] = ()
) -> dict[int, Listing]:
    """Those of the numbers (wire digits as integers) that must not be called, in whichever spelling they are listed.

    One query, whatever the size. `countries` are theirs (ISO 3166), in the same order; `dnc_lists` are ids of lists
    that one campaign chose.
    """
    if not callees:
        return {}
    keys = keys_of(callees)
    with connection.cursor() as cursor:
        # An array, not a join: with one the planner probes the index, for the other it would read a list of millions.
        cursor.execute(
            """
            SELECT e.identity, l.country, l.name, e.reason
              FROM (SELECT identity, dnc_list_id, reason, expires_at, 1 AS place, id FROM dialer_dncentry
                     WHERE identity = ANY(%(keys)s::bigint[])
                     UNION ALL
                    SELECT s.identity, b.dnc_list_id, b.reason, b.expires_at, 2, b.id
                      FROM unnest(%(keys)s::bigint[]) s (identity)
                      JOIN dialer_dncblock b
                        ON int8range(b.first, b.last, '[]') @> rpad(s.identity::text, 15, '0')::bigint
                   ) e JOIN dialer_dnclist l ON l.id = e.dnc_list_id
             WHERE l.is_active AND (e.expires_at IS NULL OR e.expires_at > %(now)s)
               AND (l.scope <> 'campaign' OR l.id = ANY(%(dnc_lists)s::bigint[]))
             ORDER BY e.identity, e.place, e.id
            """,
            {"keys": as_array(keys), "now": now, "dnc_lists": list(dnc_lists)},
        )
        rows = cursor.fetchall()
    return _of_callees(rows, zip(callees, keys, countries, strict=True)) if rows else {}


def _of_callees(rows: Sequence[tuple[int, str, str, str]], asked: Iterable[tuple[int, int, str]]) -> dict[int, Listing]:
    """`rows` are entries with key, country of the list, its name and reason; `asked` are callee, key and country."""
    by_key: dict[int, list[tuple[str, Listing]]] = defaultdict(list)
    for key, list_country, name, reason in rows:
        by_key[key].append((list_country, Listing(name, reason)))
    found: dict[int, Listing] = {}
    for callee, key, country in asked:
        # A list for one country holds for its territories too; whose numbers these are only Python knows.
        for list_country, listing in by_key.get(key, ()):
            if list_country in ("", *authorities_over(country)):
                found.setdefault(callee, listing)
    return found


def listing_of(callee: str, *, now: datetime) -> Listing | None:
    """`callee` is E.164 with the plus sign."""
    number = int(callee.removeprefix("+"))
    return listings_of([number], countries=[facts_of(callee).country], now=now).get(number)


def make_list(
    *, name: str, description: str, by: AbstractUser, scope: str = Scope.EVERYONE, country: str = ""
) -> DncList:
    """Raises DncRefused, PermissionDenied."""
    require(by, "dialer.add_dnclist")
    try:
        with transaction.atomic():
            return DncList.objects.create(
                name=name, description=description, scope=scope, country=country, created_by=by
            )
    except IntegrityError as exc:
        raise DncRefused(_("A list with this name already exists. Choose another name.")) from exc


def switch(*, dnc_list: DncList, is_active: bool, by: AbstractUser) -> None:
    """The numbers of a list that is off may be called. Raises PermissionDenied."""
    require(by, "dialer.change_dnclist")
    with transaction.atomic():
        DncList.objects.filter(pk=dnc_list.pk).update(is_active=is_active)
        rules_changed()  # numbers that wait for an entry's end need not wait any more


def add(
    *,
    dnc_list: DncList,
    callee: str,
    reason: str,
    source: str,
    by: AbstractUser,
    now: datetime,
    expires_at: datetime | None = None,
) -> bool:
    """From the commit on, nobody is called at `callee` (E.164). False where it was in the list already.

    So it is where the list has another spelling of its phone. An entry that has expired, or would earlier, holds anew.
    Raises PermissionDenied.
    """
    require(by, "dialer.add_dncentry")
    about = {"reason": reason, "source": source, "added_by": by, "added_at": now, "expires_at": expires_at}
    entry, is_new = DncEntry.objects.get_or_create(
        dnc_list=dnc_list, identity=key_of(callee), defaults={"callee": callee, **about}
    )
    if not is_new and entry.expires_at and (expires_at is None or expires_at > entry.expires_at):
        DncEntry.objects.filter(pk=entry.pk).update(expires_at=expires_at, reason=reason or entry.reason)
    return is_new


def opt_out(*, callee: str, source: str, by: AbstractUser, now: datetime) -> bool:
    """One click: this number (E.164) is never called again. False where it was on the list already."""
    return bool(opt_out_many([int(callee.removeprefix("+"))], source=source, by=by, now=now))


def opt_out_many(callees: Sequence[int], *, source: str, by: AbstractUser, now: datetime) -> int:
    """None of the numbers (wire digits as integers) is ever called again. How many were not on the list for ever.

    Raises DncRefused, PermissionDenied.
    """
    require(by, "dialer.add_dncentry")
    opt_outs, _made = DncList.objects.get_or_create(name=OPT_OUT_LIST)
    if not opt_outs.is_active:
        raise DncRefused(_("The opt-out list is switched off. An administrator has to switch it on first."))
    reason = _("Asked not to be called again.")
    with connection.cursor() as cursor:
        # One row a phone: PostgreSQL refuses a statement that would touch one entry twice, for two spellings.
        cursor.execute(
            """
            INSERT INTO dialer_dncentry AS e (dnc_list_id, callee, reason, source, added_by_id, added_at)
            SELECT DISTINCT ON (identity) %s, callee, %s, %s, %s, %s
              FROM unnest(%s::bigint[], %s::bigint[]) AS each_one (callee, identity) ORDER BY identity
            ON CONFLICT (identity, dnc_list_id) DO UPDATE SET expires_at = NULL, reason = EXCLUDED.reason
             WHERE e.expires_at IS NOT NULL
            """,
            [opt_outs.pk, reason, source[:200], by.pk, now, as_array(callees), as_array(keys_of(callees))],
        )
        added: int = cursor.rowcount
    return added


def remove(*, entry: DncEntry, by: AbstractUser) -> None:
    """The number may be called again. Raises PermissionDenied."""
    require(by, "dialer.delete_dncentry")
    with transaction.atomic():
        entry.delete()
        rules_changed()
