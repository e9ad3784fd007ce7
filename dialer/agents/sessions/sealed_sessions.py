"""A session as it lies in the database: sealed, because whoever has it is the agent."""

from __future__ import annotations

import json
import logging

from dialer.support import crypto
from telephony.contract.agents import SavedSession

log = logging.getLogger(__name__)


def box_of(saved: SavedSession | None) -> str:
    if saved is None:
        return ""
    return crypto.seal(json.dumps({"guid": saved.guid, "cookies": [list(cookie) for cookie in saved.cookies]}))


def open_box(box: str) -> SavedSession | None:
    """None where there is none, or it cannot be opened any more: then the agent is signed in anew."""
    if not box:
        return None
    try:
        content = json.loads(crypto.unseal(box))
        cookies = tuple((str(name), str(value)) for name, value in content["cookies"])
        return SavedSession(guid=str(content["guid"]), cookies=cookies)
    except (crypto.Unreadable, ValueError, KeyError, TypeError) as exc:
        log.warning("A kept session cannot be opened (%s).", type(exc).__name__)
        return None
