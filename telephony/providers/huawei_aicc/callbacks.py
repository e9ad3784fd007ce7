"""What AICC tells by itself: that a call was answered, and that it ended (pages 1317, 1318, 1319)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from telephony.contract.records import CallProgress
from telephony.contract.vocabulary import CallStage, Trust
from telephony.http.unix_ms import from_ms
from telephony.http.untrusted_json import UnreadableBody, as_int, as_text
from telephony.providers.huawei_aicc.body_parsing import read_body
from telephony.providers.huawei_aicc.records import parse_record, read_time, serial_of, text_of

if TYPE_CHECKING:
    from datetime import tzinfo

    from telephony.contract.records import CallRecord, Push
    from telephony.providers.huawei_aicc.settings import AiccSettings, Digest

CONNECTED, RELEASED = "connected", "released"
TOPICS = frozenset({CONNECTED, RELEASED})
OLDEST_SECONDS = 3600
"""AICC names no limit. A signature from further away, past or future, is refused."""

_NOT_SIGNED = frozenset({"timestamp", "nonce", "signature"})
_EPOCH_MS_FROM = 10**11


def trust_of(push: Push, settings: AiccSettings, *, now_ms: int) -> Trust:
    """AICC signs one thing only: the end of a call, told to the address that the order itself named (page 1317).

    All else stays UNSIGNED, for the addresses are set in AICC's console and no key belongs to them; so does everything
    without a CALLBACK_KEY. Nonces are not kept: a body that is sent again within the hour is the same byte for byte,
    and tells what is known already.
    """
    if push.topic not in TOPICS:
        return Trust.REFUSED
    if push.topic == CONNECTED or not push.order_id or not settings.callback_key:
        return Trust.UNSIGNED
    try:
        fields = read_body(push.body)
        expected = signature_of(fields, key=settings.callback_key, digest=settings.callback_digest)
    except ValueError:
        return Trust.REFUSED
    # A plus sign that was put into a form as it is reads as a blank, which Base64 has none of.
    given = as_text(fields.get("signature")).replace(" ", "+")
    good = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
    fresh = _is_fresh(fields.get("timestamp"), zone=settings.records_zone, now_ms=now_ms)
    return Trust.SIGNED if good and fresh else Trust.REFUSED


def signature_of(fields: dict[str, Any], *, key: str, digest: Digest) -> str:
    """The Base64 that `signature` must be (page 1317). Raises ValueError for a value that is no text or whole number.

    The page's words say SHA-256 of the text; its example in Java makes an HMAC of it with the same key. Which one an
    account gets can only be tried, so it is a setting, and never either of them.
    """
    text = text_to_sign(fields, key=key).encode()
    if digest == "hmac-sha256":
        return base64.b64encode(hmac.new(key.encode(), text, hashlib.sha256).digest()).decode()
    return base64.b64encode(hashlib.sha256(text).digest()).decode()


def text_to_sign(fields: dict[str, Any], *, key: str) -> str:
    """Key, timestamp and nonce, then all other fields in the order of their names; blanks of the fields left out."""
    signed = sorted((name, _written(value)) for name, value in fields.items() if name not in _NOT_SIGNED)
    joined = ",".join(f"{name}={value}" for name, value in signed).replace(" ", "")
    return "_".join((key, _written(fields.get("timestamp")), _written(fields.get("nonce")), joined))


def parse(push: Push, *, zone: tzinfo) -> CallRecord | CallProgress:
    """What a callback tells. Raises ValueError with a readable sentence when it tells of no call."""
    try:
        fields = read_body(push.body)
    except UnreadableBody as exc:
        raise ValueError(f"The callback describes no call: {exc}.") from exc
    serial = serial_of(fields.get("callSerialNo"))
    if push.topic not in TOPICS or not serial:
        raise ValueError("The callback describes no call: it has no callSerialNo.")
    told = {name: value for name, value in fields.items() if name != "signature"}
    # A release has no state of its own (page 1319); one that says so would not be taken for the end of a call.
    record = parse_record(told | {"state": "3"}, zone=zone)
    if push.order_id and record.order_id and push.order_id != record.order_id:
        raise ValueError("The callback arrived at the address of one order but names another.")
    order_id = push.order_id or record.order_id
    if push.topic == RELEASED:
        return replace(record, order_id=order_id, raw=told)
    return CallProgress(
        provider_call_id=serial,
        order_id=order_id,
        stage=CallStage.TALKING,
        callee=text_of(fields.get("called")),
        raw=told,
    )


def _written(value: object) -> str:
    """A value as Java writes it into a text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise ValueError("it has a value that is neither text nor a whole number")


def _is_fresh(value: object, *, zone: tzinfo, now_ms: int) -> bool:
    """Page 1317 does not say what a timestamp looks like: Unix seconds or milliseconds, or as times in callbacks."""
    seconds = as_int(value)
    moment = read_time(value if seconds is None or seconds >= _EPOCH_MS_FROM else seconds * 1000, zone)
    if moment is None:
        return False
    age = from_ms(now_ms) - moment
    return abs(age.total_seconds()) <= OLDEST_SECONDS
