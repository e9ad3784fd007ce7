"""Accepted and rejected rows into the database, a batch at a time, by COPY."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, connection, transaction

from campaigns.importer.block_verdicts import Accepted
from campaigns.importer.copy_lines import REJECTED_COLUMNS, EntryLines, ids_of, rejected_lines, with_other_ids
from campaigns.importer.rows import Rejected
from campaigns.models import CallList, Entry, ZoneSet
from telephony.numbers.bulk import known_zone_sets

_DELETED_AT_ONCE = 20_000


def add_entries(rows: Accepted, lines: Sequence[str]) -> None:
    """`lines` are EntryLines of the rows. Inside the caller's transaction."""
    if not lines:
        return
    into = f"campaigns_entry ({EntryLines.columns(rows)})"
    try:
        # A savepoint: without it, the error would end the caller's transaction.
        with transaction.atomic():
            _copy(into, lines)
    except IntegrityError as exc:
        if "uniq_order_id" not in str(exc):
            raise
        # Another list has used an id of this one. Looking up every id beforehand would cost more than this.
        taken = set(Entry.objects.filter(order_id__in=ids_of(lines)).values_list("order_id", flat=True))
        _copy(into, with_other_ids(lines, taken))


def add_rejected(call_list: CallList, rows: Sequence[Rejected]) -> None:
    """Inside the caller's transaction."""
    if rows:
        _copy(f"campaigns_rejectedrow ({REJECTED_COLUMNS})", rejected_lines(call_list.pk, rows))


def _copy(into: str, lines: Sequence[str]) -> None:
    """Raises Django's database errors."""
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as rows:
        rows.write("".join(lines))


def zone_ids(markers: Mapping[tuple[str, ...], str]) -> dict[str, int]:
    """Makes the sets of zones that rows named for the first time; marker → id."""
    # Another import may add the same set at this moment; whoever comes second reads it.
    ZoneSet.objects.bulk_create([ZoneSet(zones=list(zones)) for zones in markers], ignore_conflicts=True)
    found = ZoneSet.objects.filter(zones__in=[list(zones) for zones in markers])
    return {markers[tuple(row.zones)]: row.pk for row in found}


def zone_sets() -> dict[tuple[str, ...], int]:
    """Every set of zones that a number can have → its id; an empty set has none."""
    known = [list(zones) for zones in known_zone_sets() if zones]
    found = {tuple(row.zones): row.pk for row in ZoneSet.objects.all()}
    missing = [ZoneSet(zones=zones) for zones in known if tuple(zones) not in found]
    if missing:
        ZoneSet.objects.bulk_create(missing, ignore_conflicts=True)
        found = {tuple(row.zones): row.pk for row in ZoneSet.objects.all()}
    return found


def forget_rows(call_list_id: int) -> None:
    """Removes what is left of a list that is not called. In steps, so that no transaction is long; may run twice."""
    for table in ("campaigns_entry", "campaigns_rejectedrow"):
        with connection.cursor() as cursor:
            while cursor.execute(
                f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE call_list_id = %s LIMIT %s)",
                [call_list_id, _DELETED_AT_ONCE],
            ).rowcount:
                pass
