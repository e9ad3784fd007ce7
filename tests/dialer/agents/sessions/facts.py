"""What an agent's session may know of a call."""

from __future__ import annotations

from typing import Any

from dialer.agents.sessions.call_follower import FollowedCall
from telephony.providers.huawei_ccgateway.call_tracker import CallTracker
from tests.support.builders import NOW

CALLEE = "+447700900001"


def followed(**changes: Any) -> FollowedCall:
    facts = {"pk": 5, "callee": CALLEE, "sent_at": NOW, "tracker": CallTracker(call_id="7-7", started_at=NOW)}
    return FollowedCall(**{**facts, "has_id": True, "is_settled": True, **changes})
