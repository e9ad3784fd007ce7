"""A session as it lies in the database: sealed, because whoever has it is the agent."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from dialer.support import crypto
from telephony.contract.agents import SavedSession

log = logging.getLogger(__name__)


def seal_session(saved: SavedSession | None, *, now: datetime) -> str:
    if saved is None:
        return ""
    content: dict[str, Any] = {"guid": saved.guid, "cookies": [list(cookie) for cookie in saved.cookies]}
    if saved.polled_for > 0:
        # By the machines' clocks. Where they differ, the poll that follows begins early or late, and nothing else.
        content["polled_until"] = now.timestamp() + saved.polled_for
    return crypto.seal(json.dumps(content))


def unseal_session(ciphertext: str, *, now: datetime) -> SavedSession | None:
    """None where there is none, or it cannot be opened any more: then the agent is signed in anew."""
    if not ciphertext:
        return None
    try:
        content = json.loads(crypto.unseal(ciphertext))
        cookies = tuple((str(name), str(value)) for name, value in content["cookies"])
        polled_for = max(float(content.get("polled_until", 0.0)) - now.timestamp(), 0.0)
        return SavedSession(guid=str(content["guid"]), cookies=cookies, polled_for=polled_for)
    except (crypto.Unreadable, ValueError, KeyError, TypeError) as exc:
        log.warning("A saved session could not be read; the agent signs in again (%s).", type(exc).__name__)
        return None
