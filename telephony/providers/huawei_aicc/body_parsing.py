"""The body of a callback as names and values, in any of the ways that it may be written.

Page 1319 names no content type, and its sample is a Java map as Java prints it: {called=…, caller=…, callData=…}.
So JSON and form encoding are read as well.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from telephony.http.untrusted_json import UnreadableBody, load_object, storable_text

MOST_BYTES = 64 * 1024
MOST_FIELDS = 100

# Pages 1318 and 1319.
FIELDS = frozenset(
    {
        *("callSerialNo", "serviceNo", "called", "caller", "callerPresent", "callData", "createCallTime"),
        *("alertingTime", "talkingTime", "releaseTime", "talkDuration", "recordfile", "locationId", "releaseReason"),
        *("agentAlertingTime", "agentTalkingTime", "agentReleaseTime", "agentTalkDuration"),
        *("timestamp", "nonce", "signature"),
    }
)
FREE_TEXT = "callData"

_JSON = re.compile(r'\{\s*["}]')
# Values have commas of their own, as in 2022/02/17,13:10:06:836, but no blank behind them.
_BOUNDARY = re.compile(r"(?:\A|, )([A-Za-z][A-Za-z0-9_]*)=")


def read_body(body: bytes) -> dict[str, Any]:
    """Raises UnreadableBody, which quotes nothing of the body. Repeated names are refused: either might count.

    Values of JSON are of any type, all others text; the word null is a text.
    """
    if len(body) > MOST_BYTES:
        raise UnreadableBody("it is too long")
    try:
        text = storable_text(body.decode("utf-8-sig").strip())
    except UnicodeDecodeError as exc:
        raise UnreadableBody("it is not UTF-8 text") from exc
    if _JSON.match(text) or not text:
        return load_object(body)
    pairs = _map_pairs(text) if text.startswith("{") else _form_pairs(text)
    fields: dict[str, Any] = dict(pairs)
    if len(fields) != len(pairs):
        raise UnreadableBody("it has the same name twice")
    return fields


def _map_pairs(text: str) -> list[tuple[str, str]]:
    inner = text[1:-1]
    names: list[re.Match[str]] = []
    for found in _BOUNDARY.finditer(inner):
        # What looks like an unknown name within the call data is a part of that text, which people write.
        if found[1] in FIELDS or not names or names[-1][1] != FREE_TEXT:
            names.append(found)
    if not text.endswith("}") or not names or names[0].start() > 0:
        raise UnreadableBody("it is neither JSON nor a printed map")
    ends = [*(name.start() for name in names[1:]), len(inner)]
    return [(name[1], inner[name.end() : end]) for name, end in zip(names, ends, strict=True)]


def _form_pairs(text: str) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:  # its text quotes the body
        raise UnreadableBody("it is neither JSON nor a printed map nor a form") from None
    return [(name, storable_text(value)) for name, value in pairs]
