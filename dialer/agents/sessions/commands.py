"""What people ask of an agent who is signed in: each function sends the request and says what follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dialer.agents.sessions.call_follower import FollowedCall
from dialer.agents.sessions.effects import Effects, LookNow, Lost, Over, Refused, Resumed
from dialer.agents.sessions.work_queue import WaitingCommand
from dialer.models import AgentCommand
from telephony.contract.agents import AgentSession
from telephony.contract.errors import ProviderError, SessionLost

Kind = AgentCommand.Kind
LiveSession = Callable[[], AgentSession]
"""Raises SessionLost where nobody is signed in."""


@dataclass(frozen=True, slots=True)
class Answer:
    error: str = ""
    """Why it was not done."""
    effects: Effects = ()


async def carry_out(command: WaitingCommand, live_session: LiveSession, *, call: FollowedCall | None) -> Answer:
    """Every kind but signing in and out. `call` is the one that the agent is in, or was in last."""
    match command.kind:
        case Kind.IDLE:
            return await _send(live_session, lambda session: session.set_idle())
        case Kind.BUSY:
            return await _send(live_session, lambda session: session.set_busy())
        case Kind.HANG_UP:
            return await _hang_up(live_session, call if call and call.pk == command.call_pk else None)
    return Answer(_("Unknown command: %s") % command.kind)


async def sign_out(session: AgentSession, *, force: bool, reason: str, call: FollowedCall | None) -> Answer:
    """Polls must be paused."""
    if force and call and call.is_open:
        call.tracker.hang_up_asked()
    try:
        await session.sign_out(force=force)
    except SessionLost:
        pass  # there was nobody to sign out
    except ProviderError as exc:
        if call:
            call.tracker.hang_up_refused()
        return Answer(exc.message, (Resumed(), Refused(exc.message), LookNow()))
    return Answer(effects=(Over(reason),))


async def _send(live_session: LiveSession, request: Callable[[AgentSession], Awaitable[None]]) -> Answer:
    try:
        await request(live_session())
    except SessionLost as exc:
        return Answer(exc.message, (Lost(exc.message),))
    except ProviderError as exc:
        return Answer(exc.message, (LookNow(),))
    return Answer()


async def _hang_up(live_session: LiveSession, call: FollowedCall | None) -> Answer:
    """Ends that call and no other one."""
    if call is None or not call.is_open:
        return Answer(_("The call had already ended."))
    # Before it is done: its events may be faster than its answer.
    call.tracker.hang_up_asked()
    answer = await _send(live_session, lambda session: session.release())
    if answer.error:
        call.tracker.hang_up_refused()
    return answer
