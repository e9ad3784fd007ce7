"""Do-not-call lists: who must not be called, and what people do with the lists."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import IntegrityError, connection, transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from dialer.models import DncEntry, DncImport, DncList
from dialer.models.dnc import Scope
from dialer.models.identity import key_of, keys_of
from dialer.policy.defaults import OPT_OUT_LIST
from dialer.policy.territories import HOME_OF_SUBJECT, authorities_over
from telephony.numbering import facts_of

IMPORT_JOB = "dialer.tasks.import_dnc"


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
IS_LISTED = f"""
    SELECT TRUE AS is_listed
      FROM dialer_dncentry e JOIN dialer_dnclist l ON l.id = e.dnc_list_id
     WHERE e.identity = s.identity AND {_HOLDS}
     LIMIT 1
"""
"""Lateral part of the policy's statement: whether the subject `s` (identity, country) must not be called."""
LISTED = f"""
    SELECT concat_ws(' ', l.name || '.', nullif(e.reason, '')) AS found
      FROM dialer_dncentry e JOIN dialer_dnclist l ON l.id = e.dnc_list_id
     WHERE e.identity = s.identity AND {_HOLDS}
     ORDER BY e.id LIMIT 1
"""
"""The same with the list's name and its reason, for those that are listed."""
ENDS_AT = f"""
    SELECT max(coalesce(e.expires_at, 'infinity')) AS ends_at
      FROM dialer_dncentry e JOIN dialer_dnclist l ON l.id = e.dnc_list_id
     WHERE e.identity = s.identity AND {_HOLDS}
"""
"""The same with the moment at which the last of its entries ends; infinity where one holds for ever."""


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
              FROM dialer_dncentry e JOIN dialer_dnclist l ON l.id = e.dnc_list_id
             WHERE e.identity = ANY(%(keys)s::bigint[])
               AND l.is_active AND (e.expires_at IS NULL OR e.expires_at > %(now)s)
               AND (l.scope <> 'campaign' OR l.id = ANY(%(dnc_lists)s::bigint[]))
             ORDER BY e.identity, e.id
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
        for list_country, listing in by_key.get(key, ()):
            if list_country in ("", *authorities_over(country)):
                found.setdefault(callee, listing)
    return found


def listing_of(callee: str, *, now: datetime) -> Listing | None:
    """`callee` is E.164 with the plus sign."""
    number = int(callee.removeprefix("+"))
    return listings_of([number], countries=[facts_of(callee).country], now=now).get(number)


def as_array(numbers: Sequence[int]) -> str:
    """PostgreSQL's text form of an array: for tens of thousands of integers much faster than the driver's own."""
    return f"{{{','.join(map(str, numbers))}}}"


def make_list(
    *, name: str, description: str, by: AbstractUser, scope: str = Scope.EVERYONE, country: str = ""
) -> DncList:
    """Raises DncRefused, PermissionDenied."""
    _must_have(by, "dialer.add_dnclist")
    try:
        with transaction.atomic():
            return DncList.objects.create(
                name=name, description=description, scope=scope, country=country, created_by=by
            )
    except IntegrityError as exc:
        raise DncRefused(_("There is a list with this name already. Choose another name.")) from exc


def switch(*, dnc_list: DncList, is_active: bool, by: AbstractUser) -> None:
    """The numbers of a list that is off may be called. Raises PermissionDenied."""
    _must_have(by, "dialer.change_dnclist")
    DncList.objects.filter(pk=dnc_list.pk).update(is_active=is_active)


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
    _must_have(by, "dialer.add_dncentry")
    about = {"reason": reason, "source": source, "added_by": by, "added_at": now, "expires_at": expires_at}
    entry, is_new = DncEntry.objects.get_or_create(
        dnc_list=dnc_list, identity=key_of(callee), defaults={"callee": callee, **about}
    )
    if not is_new and entry.expires_at and (expires_at is None or expires_at > entry.expires_at):
        DncEntry.objects.filter(pk=entry.pk).update(expires_at=expires_at, reason=reason or entry.reason)
    return is_new


def opt_out(*, callee: str, source: str, by: AbstractUser, now: datetime) -> bool:
    """One click: this number (E.164) is never called again. False where it was on the list already."""
    opt_outs, _made = DncList.objects.get_or_create(name=OPT_OUT_LIST)
    if not opt_outs.is_active:
        raise DncRefused(_("The list of opt-outs is switched off. An administrator has to switch it on first."))
    reason = _("Asked not to be called again.")
    return add(dnc_list=opt_outs, callee=callee, reason=reason, source=source, by=by, now=now)


def remove(*, entry: DncEntry, by: AbstractUser) -> None:
    """The number may be called again. Raises PermissionDenied."""
    _must_have(by, "dialer.delete_dncentry")
    entry.delete()


def upload(
    *,
    dnc_list: DncList,
    file: File,
    country: str,
    by: AbstractUser,
    now: datetime,
    expires_at: datetime | None = None,
    read_later: bool = True,
) -> DncImport:
    """Stores the file and commits its row, and with `read_later` the job that reads it.

    Rows that name no day of their own hold until `expires_at`. Raises DncRefused, PermissionDenied.
    """
    _must_have(by, "dialer.add_dncimport")
    digest, size = _measure(file)
    name = PurePath(str(file.name or "")).name[-200:] or "numbers.csv"
    row = DncImport(
        dnc_list=dnc_list,
        name=name,
        size=size,
        sha256=digest,
        country=country,
        expires_at=expires_at,
        uploaded_by=by,
        uploaded_at=now,
    )
    row.file.save(digest, File(file), save=False)
    try:
        with transaction.atomic():
            row.save()
            if read_later:
                enqueue(row.pk)
    except BaseException:
        row.file.delete(save=False)
        raise
    return row


def _measure(file: File) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in file.chunks():
        size += len(chunk)
        digest.update(chunk)
    if not size:
        raise DncRefused(_("The file is empty. Choose a list with one number per line."))
    if size > settings.PORTAL_UPLOAD_BYTES:
        text = _("The file is larger than %(limit)s. Split it into several files.")
        raise DncRefused(text % {"limit": filesizeformat(settings.PORTAL_UPLOAD_BYTES)})
    return digest.hexdigest(), size


def enqueue(dnc_import_id: int) -> None:
    jobs.configure_task(IMPORT_JOB, queue="imports").defer(dnc_import_id=dnc_import_id)


def _must_have(user: AbstractUser, permission: str) -> None:
    if not user.has_perm(permission):
        raise PermissionDenied
