"""One order as createCall V1.0.0 wants it (page 1303). Everything that cannot be written down is a ValueError."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from telephony.numbers.e164 import wire_digits
from telephony.providers.huawei_aicc.client import CREATE_CALL, Draft, encode

if TYPE_CHECKING:
    from telephony.contract.orders import DialOrder
    from telephony.providers.huawei_aicc.settings import AiccSettings

LONGEST_NUMBER = 32
LONGEST_AGENT_ID = 5
LONGEST_CALL_DATA = 1024
SHORTEST_DID, LONGEST_DID = 11, 14
"""Digits of a number that is shown though it is no access code of the account."""
SHORTEST_SECRET = 16

_CALLBACK_URL = re.compile(r"https?://[A-Za-z0-9-][A-Za-z0-9.-]*[A-Za-z0-9](?::[0-9]{1,5})?/[A-Za-z0-9:./_#?&-]*")
_REFERENCE = re.compile(r"([0-9a-f]{32})(?: |\Z)")


def draft_of(order: DialOrder, settings: AiccSettings) -> Draft:
    """The body of createCall. Raises ValueError with a sentence that names no number."""
    caller, called = _digits(order.agent_phone, "The agent's phone"), wire_digits(order.callee)
    shown, agent_sees = _caller_present(order, settings), order.agent_sees
    payload = {"caller": caller, "called": called}
    if order.agent_id:
        # CC-Gateway knows agents of six digits; this interface has room for five.
        if not (order.agent_id.isascii() and order.agent_id.isdigit() and len(order.agent_id) <= LONGEST_AGENT_ID):
            raise ValueError(f"The agent ID must have 1 to {LONGEST_AGENT_ID} digits: AICC has no room for more.")
        payload["agentWorkNo"] = order.agent_id
    payload["callData"] = call_data_of(order)
    if shown:
        payload["callerPresent"] = shown
    if agent_sees:
        payload["agentPresent"] = _digits(agent_sees, "The number that the agent sees")
    secrets: set[str] = set()
    if order.callback_url:
        # The address in Base64. AICC takes letters, digits and - : . / _ # ? & in it (page 1317): no = and no %.
        if not _CALLBACK_URL.fullmatch(order.callback_url):
            raise ValueError("The callback address has no host or contains characters that AICC does not accept.")
        payload["callBackUrl"] = base64.b64encode(order.callback_url.encode()).decode()
        # Whatever in the address may be its secret: an answer might quote it alone.
        parts = re.split(r"[/#?&:]", urlsplit(order.callback_url).path)
        secrets = {
            payload["callBackUrl"],
            order.callback_url,
            *{part for part in parts if len(part) >= SHORTEST_SECRET and part != order.reference},
        }
    return Draft(
        endpoint=CREATE_CALL,
        body=encode(payload),
        numbers=frozenset({caller, called, shown, agent_sees} - {""}),
        secrets=frozenset(secrets),
    )


def call_data_of(order: DialOrder) -> str:
    """Our reference, then the order's own text: AICC gives no id that it must know, so ours has to come back.

    Every white space becomes one blank, because blanks are left out of what a callback signs (page 1317), and which
    characters are blanks is not told.
    """
    text = " ".join(f"{order.reference} {order.call_data}".split())
    if len(text) > LONGEST_CALL_DATA:
        raise ValueError(f"The call data with its reference must not exceed {LONGEST_CALL_DATA} characters.")
    return text


def order_id_of(call_data: str) -> str:
    """Our reference at the beginning of a call's data, "" where there is none."""
    found = _REFERENCE.match(call_data)
    return found[1] if found else ""


def _caller_present(order: DialOrder, settings: AiccSettings) -> str:
    """What the callee sees: an access code, or a number of 11 to 14 digits where the operator has switched that on."""
    if not order.did:
        return settings.caller_present
    did = wire_digits(order.did)
    if did != settings.caller_present and not SHORTEST_DID <= len(did) <= LONGEST_DID:
        raise ValueError(f"The DID must have {SHORTEST_DID} to {LONGEST_DID} digits, or be the account's access code.")
    return did


def _digits(text: str, what: str) -> str:
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER:
        return text
    raise ValueError(f"{what} must have 1 to {LONGEST_NUMBER} digits and no other characters.")
