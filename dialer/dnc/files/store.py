"""Numbers and blocks into a do-not-call list, many at a time. What is stored makes a wish longer, never shorter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat

from django.db import connection

from dialer.dnc.files.row_meaning import Meant, Rules
from dialer.models.identity import keys_of
from dialer.support.sql import COPY_NULL, escape_for_copy
from telephony.numbers.number_blocks import NumberBlock


@dataclass(frozen=True, slots=True)
class Into:
    """Whose list it is, and who fills it when."""

    dnc_list_id: int
    by_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    added: int
    longer: int
    """Were in the list with an earlier end."""
    known: int


def store_numbers(meant: Meant, rules: Rules, into: Into) -> Stored:
    """Within the caller's transaction."""
    if not meant.callees:
        return Stored(0, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            # COPY cannot skip what is known, so a batch goes through a table of its own, which lives as long as the
            # connection.
            "CREATE TEMP TABLE IF NOT EXISTS dnc_batch"
            " (callee bigint, identity bigint, reason text, source text, until timestamptz)"
        )
        cursor.execute("TRUNCATE dnc_batch")
        with cursor.copy("COPY dnc_batch FROM STDIN") as target:
            target.write("".join(_lines(meant, rules)))
        # In the order of the keys, in which the unique index is filled fastest; of several ends the last.
        # xmax is 0 in a row that was inserted just now, and not in one that was updated.
        cursor.execute(
            """
            WITH stored AS (
                INSERT INTO dialer_dncentry AS e
                       (dnc_list_id, callee, reason, source, added_by_id, added_at, expires_at)
                SELECT DISTINCT ON (identity) %s, callee, reason, source, %s, %s, until
                  FROM dnc_batch ORDER BY identity, until DESC NULLS FIRST
                ON CONFLICT (identity, dnc_list_id) DO UPDATE
                   SET expires_at = EXCLUDED.expires_at, reason = coalesce(nullif(EXCLUDED.reason, ''), e.reason)
                 WHERE e.expires_at < coalesce(EXCLUDED.expires_at, 'infinity')
                RETURNING xmax = 0 AS is_new
            )
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM stored
            """,
            [into.dnc_list_id, into.by_id, into.now],
        )
        added, longer = cursor.fetchone()
    return Stored(added, longer, len(meant.callees) - added - longer)


def _lines(meant: Meant, rules: Rules) -> Iterator[str]:
    """Of PostgreSQL's COPY text format."""
    texts = meant.texts
    reasons = escape_for_copy(texts.reasons)
    sources = escape_for_copy([source or rules.source for source in texts.sources])
    (usual,) = escape_for_copy([rules.source])
    zones = meant.zones if texts.have_ends(rules) else repeat(None, len(meant.callees))
    for place, callee, key, where in zip(meant.places, meant.callees, keys_of(meant.callees), zones, strict=True):
        until = None if where is None else texts.until(place, where, rules)
        reason = reasons[place] if reasons else ""
        source = sources[place] if sources else usual
        yield f"{callee}\t{key}\t{reason}\t{source}\t{until.isoformat() if until else COPY_NULL}\n"


def store_blocks(meant: Meant, rules: Rules, into: Into) -> int:
    """How many blocks were not in the list. Within the caller's transaction."""
    texts = meant.texts
    return sum(
        store_block(
            block,
            into,
            reason=texts.reason(place),
            source=texts.source(place, rules),
            expires_at=texts.until(place, (), rules),
        )
        for place, block in meant.blocks
    )


def store_block(
    block: NumberBlock, into: Into, *, reason: str, source: str, expires_at: datetime | None = None
) -> bool:
    """False where the list held it already. Phones that can be spelled in two ways are kept by their keys, too."""
    is_new = []
    with connection.cursor() as cursor:
        for each in block.in_keys():
            # No row comes back where the block holds as long already; a row that was inserted has no xmax.
            cursor.execute(
                """
                INSERT INTO dialer_dncblock AS b
                       (dnc_list_id, first, last, written, reason, source, added_by_id, added_at, expires_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
                ON CONFLICT (dnc_list_id, first, last) DO UPDATE
                   SET expires_at = EXCLUDED.expires_at, reason = coalesce(nullif(EXCLUDED.reason, ''), b.reason)
                 WHERE b.expires_at < coalesce(EXCLUDED.expires_at, 'infinity')
                RETURNING xmax = 0
                """,
                [
                    *(into.dnc_list_id, each.first, each.last, each.written[:40], reason, source),
                    *(into.by_id, into.now, expires_at),
                ],
            )
            row = cursor.fetchone()
            is_new.append(bool(row and row[0]))
    return is_new[0]


def reject_lines(dnc_import_id: int, sheet: str, rejected: Iterable[tuple[object, ...]]) -> None:
    """`rejected` are line number, line, cells as JSON, code, reason, suggestion."""
    columns = "dnc_import_id, sheet, line_number, line, cells, code, reason, suggestion"
    with connection.cursor() as cursor, cursor.copy(f"COPY dialer_dncreject ({columns}) FROM STDIN") as target:
        for row in rejected:
            target.write_row((dnc_import_id, sheet, *row))
