"""Records as a provider has them, and as the portal keeps them."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dialer.models import CallDetailRecord, Disposition
from telephony.contract.records import CallRecord, DidRecord
from telephony.contract.vocabulary import Direction
from telephony.contract.vocabulary import Disposition as Disposed
from tests.support.builders import CALLEE, DID, NOW, make_account

_ids = itertools.count(1)


def call_record(call_id: str = "c1", *, started_at: datetime = NOW, **fields: Any) -> CallRecord:
    defaults = {
        "direction": Direction.OUTBOUND,
        "caller": DID.removeprefix("+"),
        "callee": CALLEE.removeprefix("+"),
        "disposition": Disposed.ANSWERED,
        "hangup_code": "2002",
        "started_at": started_at,
        "answered_at": started_at + timedelta(seconds=5),
        "ended_at": started_at + timedelta(seconds=35),
        "talk_seconds": 30,
    }
    return CallRecord(provider_call_id=call_id, **{**defaults, **fields})


def did_record(row_id: str = "", *, started_at: datetime = NOW, **fields: Any) -> DidRecord:
    defaults = {
        "did": DID,
        "other": CALLEE,
        "direction": Direction.OUTBOUND,
        "started_at": started_at,
        "ended_at": started_at + timedelta(seconds=35),
        "talk_seconds": 30,
        "cost": Decimal("0.05"),
        "end_reason": "-7",
        "raw": {"id": row_id},
    }
    return DidRecord(provider_row_id=row_id, **{**defaults, **fields})


def make_record(*, is_did_row: bool = False, started_at: datetime | None = NOW, **columns: Any) -> CallDetailRecord:
    """A stored record that belongs to no order."""
    number = next(_ids)
    defaults = {
        "account": columns.pop("account", None) or make_account(),
        "provider_call_id": f"did:{number}" if is_did_row else f"call-{number}",
        "disposition": Disposition.ANSWERED,
        "direction": "outbound",
        "caller": DID,
        "callee": CALLEE,
        "started_at": started_at,
        "ended_at": started_at and started_at + timedelta(seconds=35),
        "talk_seconds": 30,
        "source": "did_query" if is_did_row else "query",
        "received_at": NOW - timedelta(hours=1),
    }
    return CallDetailRecord.objects.create(**{**defaults, **columns})
