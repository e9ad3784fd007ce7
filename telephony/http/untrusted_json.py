"""Reads what a provider sent while believing nothing: every value may be missing, of another type or absurd."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = int((datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds() * 1000)
_LARGEST_COST = Decimal(10) ** 9


class UnreadableBody(ValueError):
    """The text says what is wrong with the body, and quotes nothing of it."""


def load_object(body: bytes) -> dict[str, Any]:
    """A JSON object whose strings can be stored. Raises UnreadableBody for anything else.

    Repeated keys are refused: {"code": 41000, "code": 0} may be read either way.
    """
    if not body.strip():
        raise UnreadableBody("it is empty")
    try:
        value = json.loads(
            # A byte order mark is no JSON, and some programs write one.
            body.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_unique_keys,
        )
        cleaned = storable(value)
    except UnreadableBody:
        raise
    except UnicodeDecodeError as exc:
        raise UnreadableBody("it is not UTF-8 text") from exc
    except RecursionError as exc:
        raise UnreadableBody("it is nested too deeply") from exc
    except ValueError as exc:
        raise UnreadableBody("it is not JSON") from exc
    if not isinstance(cleaned, dict):
        raise UnreadableBody("it is not a JSON object")
    return cleaned


def _refuse_constant(name: str) -> float:
    raise UnreadableBody(f"it has the value {name}, which is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise UnreadableBody("it has a number that is out of range")
    return number


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise UnreadableBody("it has the same key twice")
    return unique


def storable_text(text: str) -> str:
    """Without NUL and lone surrogates, neither of which PostgreSQL takes in text or jsonb."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def storable(value: Any) -> Any:
    """A value of JSON whose texts, keys too, are as in `storable_text`."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def as_text(value: object, *, limit: int = 255) -> str:
    """A string or a whole number as text, cut at `limit`; "" for every other type."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        return str(value).strip()[:limit]
    except ValueError:  # an integer of thousands of digits
        return ""


def as_id(value: object, *, limit: int = 128) -> str:
    """Like `as_text`, but "" where it is too long: half an id is no id."""
    text = as_text(value, limit=limit + 1)
    return text if len(text) <= limit else ""


def as_int(value: object) -> int | None:
    """A whole number up to 15 digits, also when it is written as text; never a bool or a fraction."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**15 else None
    if isinstance(value, str):
        digits = value.strip()
        unsigned = digits.removeprefix("-")
        return int(digits) if unsigned.isascii() and unsigned.isdigit() and len(unsigned) <= 15 else None
    return None


def as_utc(value: object) -> datetime | None:
    """Unix milliseconds to an aware datetime in UTC; None for 0 ("did not happen") and everything absurd."""
    milliseconds = as_int(value)
    if milliseconds is None or not 0 < milliseconds < _LATEST_MS:
        return None
    return _EPOCH + timedelta(milliseconds=milliseconds)


def as_decimal(value: object, *, below: Decimal = _LARGEST_COST) -> Decimal | None:
    """An amount of money; None for every other type, and for NaN, infinity and what is not `below` (a billion)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        # By way of text: a float's own Decimal has all its binary digits.
        amount = Decimal(str(value)[:40])
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.is_finite() and abs(amount) < below else None
