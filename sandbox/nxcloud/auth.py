"""NxCloud's checks of who is asking, written again from its convention page and sharing nothing with our client.

The order of the checks is not documented; this one gives each documented cause its own code.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

SKEW_MS = 60_000
SIGNED_HEADERS = ("accessKey", "action", "bizType", "ts")
_DIGESTS = {"md5": hashlib.md5, "sha256": hashlib.sha256}


def refusal(
    headers: Mapping[str, str],
    body: bytes,
    *,
    access_key: str,
    access_secret: str,
    business: tuple[str, str],
    now_ms: int,
) -> tuple[int, str] | None:
    """Code and message of the first check that fails, None when all pass.

    Header names come in lower case; `business` is the bizType and action of the endpoint.
    """
    for name in (*SIGNED_HEADERS, "sign"):
        if not headers.get(name.lower()):
            return 1001, f"Authentication failed (missing common parameters: {name})"
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return 1003, "Authentication failed (invalid signature: Content-Type must be application/json)"
    if headers["accesskey"] != access_key:
        return 1005, "Authentication failed (insufficient permissions)"
    if (headers["biztype"], headers["action"]) != business:
        return 1002, "Authentication failed (parameter error: bizType or action)"
    if not re.fullmatch(r"[0-9]{13}", headers["ts"]) or abs(int(headers["ts"]) - now_ms) > SKEW_MS:
        return 1004, "Authentication failed (timestamp expired)"
    expected = signature(headers, body, access_secret)
    if expected is None or not hmac.compare_digest(expected.encode(), headers["sign"].encode()):
        return 1003, "Authentication failed (invalid signature)"
    return None


def signature(headers: Mapping[str, str], body: bytes, access_secret: str) -> str | None:
    """Lower-case hex digest, or None for an algorithm that NxCloud does not name."""
    digest = _DIGESTS.get(headers.get("algorithm") or "md5")
    if digest is None:
        return None
    signed = "&".join(f"{name}={headers[name.lower()]}" for name in SIGNED_HEADERS).encode()
    if body:
        signed += b"&body=" + body
    return digest(signed + b"&accessSecret=" + access_secret.encode()).hexdigest()
