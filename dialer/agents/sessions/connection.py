"""One agent's session as this process has it open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from dialer.agents.sessions.leases import LeaseLost
from dialer.models import AgentState
from telephony.contract.agents import AgentEvent, AgentLogin, AgentSession, AgentSessions, SavedSession
from telephony.contract.errors import SessionLost


@dataclass(frozen=True, slots=True)
class UnsavedSession:
    """A session that this process could not save any more. It counts while the database has the one it replaces."""

    replaces: SavedSession
    session: SavedSession = field(repr=False)


class Connection:
    """Opened, paused and resumed by the runner alone; the other parts only ask for the live session."""

    def __init__(self, require_lease: Callable[[], None]) -> None:
        self._require_lease = require_lease
        self.adapter: AgentSessions | None = None
        self.session: AgentSession | None = None
        self.saved: SavedSession | None = None
        """The session as the database has it."""
        self.live = asyncio.Event()
        """Signed in, and polled."""
        self.generation = 0
        """Which session this is: an answer to a request of one before says nothing of this one."""
        self._login: AgentLogin | None = None

    def open(self, adapter: AgentSessions, login: AgentLogin, *, saved: SavedSession | None = None) -> AgentSession:
        self.adapter = adapter
        # The same session as long as it can be: its cookies lead to the gateway's node that knows the agent.
        if self.session is None or login != self._login:
            self.session, self._login = adapter.session(login, saved=saved), login
        return self.session

    def pause(self) -> None:
        """No more polls; what the one that waits now says of the session does not count any more."""
        self.live.clear()
        self.generation += 1

    def resume(self) -> None:
        self.generation += 1
        self.live.set()

    def state_after(self, event: AgentEvent) -> AgentState | None:
        """What the agent does after the event; None where it does not say."""
        told = self.adapter.state_after(event) if self.adapter else None
        return AgentState(told.value) if told else None

    def live_session(self) -> AgentSession:
        """Raises SessionLost where nobody is signed in, or the lease on the agent may have run out."""
        try:
            self._require_lease()
        except LeaseLost as exc:
            text = _("Another process is managing the agent now. Nothing was sent.")
            raise SessionLost(text, code="not_held") from exc
        if self.session is None or not self.live.is_set():
            raise SessionLost(_("The agent is not signed in. Nothing was sent."), code="no_session")
        return self.session

    # Saving: the Guid changes with answers, and without the newest one no other process can go on.

    def changed_session(self) -> SavedSession | None:
        """None where the database has the session as it is, or there is none."""
        latest = self.session.saved if self.session and self.live.is_set() else None
        return latest if latest != self.saved else None

    def session_to_hand_over(self) -> SavedSession | None:
        """For the process that goes on at once, when this one stops."""
        return self.session.hand_over() if self.session and self.live.is_set() else None

    def note_saved(self, saved: SavedSession) -> None:
        """Unless the session ended while it was being saved."""
        if self.saved is not None and self.live.is_set():
            self.saved = saved

    def unsaved(self) -> UnsavedSession | None:
        """What the database does not have yet of the session. Its last poll is over before the lease is."""
        latest = self.session.saved if self.session else None
        if self.saved is None or latest is None or latest == self.saved:
            return None
        return UnsavedSession(self.saved, latest)
