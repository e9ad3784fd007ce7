"""One row per call of a provider: what a record says joins what is known of that call, many records in one statement.

A record is out of date when it says an earlier end than is known, or none: it only fills what is empty. Any other
counts as the newest word, and yet what it leaves out stays as it was. Result, hang-up code, reason, answer and talk
time are replaced together where a newer record names another result.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db import connection

from dialer.models import CallDetailRecord
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import Direction
from telephony.numbers import e164

Key = tuple[int, str]
"""Account and the provider's call id."""


class Arrival(NamedTuple):
    account_id: int
    record: CallRecord

    @property
    def key(self) -> Key:
        return self.account_id, self.record.provider_call_id[:100]


NEWER = "(known.ended_at IS NULL OR coalesce(excluded.ended_at >= known.ended_at, FALSE))"
CORRECTS = (
    f"({NEWER} AND excluded.disposition <> known.disposition"
    " AND excluded.disposition <> 'unknown' AND known.disposition <> 'unknown')"
)
FIRST_KNOWN = "CASE WHEN known.disposition = 'unknown' THEN excluded.disposition ELSE known.disposition END"


def _newer_value(name: str) -> str:
    new, old = f"excluded.{name}", f"known.{name}"
    return f"CASE WHEN {NEWER} THEN coalesce({new}, {old}) ELSE coalesce({old}, {new}) END"


def _newer_text(name: str) -> str:
    new, old = f"excluded.{name}", f"known.{name}"
    return f"CASE WHEN ({NEWER} AND {new} <> '') OR {old} = '' THEN {new} ELSE {old} END"


def _corrected(rule: str, name: str) -> str:
    return f"CASE WHEN {CORRECTS} THEN excluded.{name} ELSE {rule} END"


# column → its type, and what it becomes where the call is known. Without a rule it stays as it came first.
COLUMNS = MappingProxyType(
    {
        "account_id": ("bigint", ""),
        "provider_call_id": ("text", ""),
        "order_id": ("text", _newer_text("order_id")),
        "task_id": ("text", _newer_text("task_id")),
        "disposition": ("text", _corrected(FIRST_KNOWN, "disposition")),
        "hangup_code": ("text", _corrected(_newer_text("hangup_code"), "hangup_code")),
        "hangup_reason": ("text", _corrected(_newer_text("hangup_reason"), "hangup_reason")),
        "abandoned": ("boolean", _corrected("known.abandoned OR excluded.abandoned", "abandoned")),
        "started_at": ("timestamptz", _newer_value("started_at")),
        "answered_at": ("timestamptz", _corrected(_newer_value("answered_at"), "answered_at")),
        "ended_at": ("timestamptz", _newer_value("ended_at")),
        "talk_seconds": ("integer", _corrected(_newer_value("talk_seconds"), "talk_seconds")),
        "cost": ("numeric", _newer_value("cost")),
        "currency": ("text", _newer_text("currency")),
        "direction": ("text", _newer_text("direction")),
        "caller": ("text", _newer_text("caller")),
        "callee": ("text", _newer_text("callee")),
        "recording_url": ("text", _newer_text("recording_url")),
        "raw": ("jsonb", f"CASE WHEN {NEWER} AND excluded.raw <> '{{}}' THEN excluded.raw ELSE known.raw END"),
        "source": ("text", ""),
        "received_at": ("timestamptz", ""),
        "reference": ("text", ""),
    }
)

# A repeat writes nothing: the same words are the same record. A source that keeps no words is always looked at.
UPSERT = f"""
    INSERT INTO dialer_calldetailrecord AS known ({", ".join(COLUMNS)})
    SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind, _rule in COLUMNS.values())})
    ON CONFLICT (account_id, provider_call_id) DO UPDATE
       SET {", ".join(f"{name} = {rule}" for name, (_kind, rule) in COLUMNS.items() if rule)}
     WHERE known.raw IS DISTINCT FROM excluded.raw OR excluded.raw = '{{}}'
"""


def split_rounds(arrivals: Iterable[Arrival]) -> list[list[Arrival]]:
    """In the order in which they came, each call once in a round: a repeat is dropped, another word begins the next."""
    # PostgreSQL refuses an upsert that would touch one row twice.
    made: list[dict[Key, Arrival]] = [{}]
    for arrival in arrivals:
        earlier = made[-1].get(arrival.key)
        if earlier and earlier != arrival:
            made.append({})
        made[-1][arrival.key] = arrival
    return [list(some.values()) for some in made if some]


def store_records(arrivals: Sequence[Arrival], *, source: str, now: datetime) -> list[CallDetailRecord]:
    """Stores or merges one round; returns the rows as they are now, in the order of the arrivals."""
    # In the order of the keys, so that two batches with the same calls wait for each other instead of for ever.
    rows = sorted((_columns(arrival, source=source, now=now) for arrival in arrivals), key=lambda row: row[:2])
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [list(column) for column in zip(*rows, strict=True)])
    stored = CallDetailRecord.objects.filter(
        account_id__in={arrival.account_id for arrival in arrivals},
        provider_call_id__in=[arrival.key[1] for arrival in arrivals],
    ).defer("raw", "recording_url")
    by_key = {(row.account_id, row.provider_call_id): row for row in stored}
    return [by_key[arrival.key] for arrival in arrivals]


def _columns(arrival: Arrival, *, source: str, now: datetime) -> tuple[Any, ...]:
    """The values of COLUMNS, in their order."""
    record = arrival.record
    return (
        *arrival.key,
        record.order_id[:64],
        record.task_id[:100],
        record.disposition.value,
        record.hangup_code[:20],
        record.hangup_reason[:200],
        record.abandoned,
        record.started_at,
        record.answered_at,
        record.ended_at,
        record.talk_seconds,
        record.cost,
        record.currency[:10],
        # An empty text never wins over a known direction (_newer_text).
        "" if record.direction is Direction.UNKNOWN else record.direction.value,
        readable_number(record.caller),
        readable_number(record.callee),
        record.recording_url,
        json.dumps(record.raw),
        source,
        now,
        "",
    )


# phonenumbers takes 17 µs for one number, and every record has two; ours come again and again.
@lru_cache(maxsize=10_000)
def readable_number(number: str) -> str:
    """E.164 where the provider's spelling can be read so, else that spelling."""
    return (e164.from_wire(number) if number else None) or number[:64]
