"""A signed-in agent's session: its guid that changes, its cookie, and when it was last heard of."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

NODE = ".AgentGateway0"


def new_guid() -> str:
    return secrets.token_hex(16) + NODE


@dataclass(slots=True, kw_only=True)
class Session:
    """Times are of the sandbox's monotonic clock."""

    phone: str
    auto_idle: bool
    release_phone: bool
    started: float
    heard: float
    """When the last poll began or ended."""
    guid: str = field(default_factory=new_guid)
    guid_since: float = 0.0
    cookie: str = field(default_factory=lambda: secrets.token_hex(8))
    skills: tuple[int, ...] = ()
    polling: int = 0
    """Polls that wait now."""
    _before: dict[str, float] = field(default_factory=dict)
    """Guids of before, and until when they are valid."""

    def accepts(self, guid: str, now: float) -> bool:
        return guid == self.guid or self._before.get(guid, -1.0) >= now

    def change_guid(self, now: float, overlap: float) -> str:
        # Several may overlap: a request that was signed before the change may still be on its way.
        self._before = {guid: until for guid, until in self._before.items() if until >= now}
        self._before[self.guid] = now + overlap
        self.guid, self.guid_since = new_guid(), now
        return self.guid

    def guids(self) -> set[str]:
        return {self.guid, *self._before}
