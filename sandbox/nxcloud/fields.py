"""NxCloud's checks of what is asked: required fields, types, ranges. A complaint is a sentence that names the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Check = Callable[[Any], str | None]


@dataclass(frozen=True)
class Field:
    name: str
    check: Check
    required: bool = True


def complaint(body: Mapping[str, Any], fields: Iterable[Field], *, within: str = "") -> str | None:
    """The first thing that is wrong, None when nothing is. Fields that NxCloud does not name are ignored."""
    for field in fields:
        value = body.get(field.name)
        if value is None:
            if field.required:
                return f"{within}{field.name} cannot be empty"
        elif wrong := field.check(value):
            return f"{within}{field.name} {wrong}"
    return None


def digits(value: Any) -> str | None:
    valid = isinstance(value, str) and re.fullmatch(r"[0-9]{8,15}", value)
    return None if valid else "must be a string of 8 to 15 digits, with country code and without +"


def text(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else "must be a non-empty string"


def any_text(value: Any) -> str | None:
    return None if isinstance(value, str) else "must be a string"


def matching(pattern: str, wrong: str) -> Check:
    return lambda value: None if isinstance(value, str) and re.fullmatch(pattern, value) else wrong


def integer(minimum: int, maximum: int | None = None) -> Check:
    """JSON booleans are no integers, though Python thinks so."""
    limit = f"of {minimum} or more" if maximum is None else f"from {minimum} to {maximum}"

    def check(value: Any) -> str | None:
        valid = type(value) is int and value >= minimum and (maximum is None or value <= maximum)
        return None if valid else f"must be an integer {limit}"

    return check


def rate(value: Any) -> str | None:
    return None if type(value) in (int, float) and 0 <= value < float("inf") else "must be a number of 0 or more"


def day(value: Any) -> str | None:
    wrong = "must be a date like 2026-01-31"
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return wrong
    try:
        date.fromisoformat(value)
    except ValueError:
        return wrong
    return None


def ring_order(value: Any) -> str | None:
    """NxCloud's table says string, its sample says number."""
    return None if value in ("0", "1") or (type(value) is int and value in (0, 1)) else 'must be "0" or "1"'


def call_list(value: Any) -> str | None:
    if not isinstance(value, list) or not value:
        return "must be a non-empty array"
    seen: set[str] = set()
    for index, entry in enumerate(value):
        if not isinstance(entry, dict):
            return f"entry {index} must be an object"
        if wrong := complaint(entry, ENTRY, within=f"entry {index}: "):
            return wrong
        if entry["orderID"] in seen:
            return f"entry {index}: orderID must be unique"
        seen.add(entry["orderID"])
    return None


ENTRY = (
    Field("orderID", matching(r"\S{1,32}", "must be a string of 1 to 32 characters")),
    Field("userPhone", digits),
    Field("other", any_text),
)

DIALOUT = (
    Field("did", digits),
    Field("callee", digits),
    Field("connectNumber", digits),
    Field("ringOrder", ring_order, required=False),
    Field("delayTime", integer(0, 86_400_000), required=False),
)

CREATE_AND_CALL = (
    Field("country", matching(r"[A-Za-z]{2}", "must be a two-letter country code")),
    Field("taskName", text),
    Field("taskDesc", any_text, required=False),
    Field("strategyName", text),
    Field("dispatchType", integer(0, 2)),
    Field("agentGroupNo", text),
    Field("predictCallRate", rate),
    Field("ratioCallRate", rate),
    Field("startCount", integer(0)),
    Field("startupType", integer(0, 3), required=False),
    Field("callList", call_list),
)

# NxCloud's own column of examples shows milliseconds where its text says seconds. Thirteen digits are refused, so that
# a client that mixes the two hears of it here.
_SECONDS = integer(0, 99_999_999_999)

CDR_PAGE = (
    Field("startTime", _SECONDS),
    Field("endTime", _SECONDS),
    Field("answered", integer(0, 2), required=False),
    Field("direction", integer(0, 3), required=False),
    *(Field(name, any_text, required=False) for name in ("name", "caller", "callee", "callId", "orderId")),
    Field("size", integer(1, 100)),
    Field("page", integer(1)),
)

QUERY_BY_ORDER_ID = (
    Field("tenantId", integer(1)),
    Field("orderId", text),
)

DID_CDR = (
    Field("date", day),
    Field("pageSize", integer(1, 999)),
    Field("page", integer(1)),
    *(Field(name, any_text, required=False) for name in ("didNumber", "callNumber")),
    Field("type", integer(0, 1), required=False),
)

GROUPS_PAGE = (
    Field("tenantId", integer(1)),
    Field("queueName", any_text),
    Field("size", integer(1, 200)),
    Field("page", integer(1)),
)

GROUP_MEMBERS = (
    Field("tenantId", integer(1)),
    Field("queueNo", text),
)
