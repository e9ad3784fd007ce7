"""What people asked of an agent, done in the order in which they asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dialer.agents.sessions import store
from dialer.models import AgentCommand
from telephony.contract.errors import ProviderError, SessionLost

if TYPE_CHECKING:
    from dialer.agents.sessions.agent_runner import Runner
    from dialer.agents.sessions.work_queue import Todo
    from telephony.contract.agents import AgentSession

Kind = AgentCommand.Kind


class Commands:
    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._last = 0
        """Pk of the newest one that was done: the desk may have looked before that."""

    def wait(self, todo: Sequence[Todo]) -> bool:
        return any(command.pk > self._last for command in todo)

    async def do(self, todo: Sequence[Todo]) -> None:
        for command in list(todo):
            if command.pk <= self._last:
                continue
            error = await self._do(command)
            self._last = command.pk
            await self._runner.database(store.done, command.pk, now=self._runner.desk.clock(), error=error)

    async def switch_off(self) -> None:
        """An administrator switched the agent off. A call that goes on is not torn down."""
        reason = _("The agent, or its provider account, was switched off.")
        if self._runner.live.is_set() and (error := await self._sign_out(force=False, reason=reason)):
            await self._runner.write(reason=error[:500])
        elif self._runner.is_wanted:
            await self._runner.be_over(reason)

    async def _do(self, command: Todo) -> str:
        """ "" when it is done, else why not."""
        runner = self._runner
        match command.kind:
            case Kind.SIGN_IN | Kind.FORCE_SIGN_IN:
                if runner.live.is_set():
                    await runner.hearing.look()
                    return _("The agent is signed in already.")
                return await runner.sign_in(force=command.kind == Kind.FORCE_SIGN_IN)
            case Kind.SIGN_OUT | Kind.FORCE_SIGN_OUT:
                return await self._sign_out(force=command.kind == Kind.FORCE_SIGN_OUT)
            case Kind.IDLE:
                return await self._tell(lambda session: session.set_idle())
            case Kind.BUSY:
                return await self._tell(lambda session: session.set_busy())
            case Kind.HANG_UP:
                return await self._hang_up(command.call_pk)
        return _("This is not known: %s") % command.kind

    async def _sign_out(self, *, force: bool, reason: str = "") -> str:
        runner = self._runner
        if not runner.live.is_set() or runner.session is None:
            await runner.be_over(reason)
            return ""
        following = runner.calling.following
        if force and following and following.is_open:
            following.tracker.hang_up_asked()
        runner.pause()
        try:
            await runner.session.sign_out(force=force)
        except SessionLost:
            pass  # there was nobody to sign out
        except ProviderError as exc:
            if following:
                following.tracker.hang_up_refused()
            runner.go_live()
            await runner.write(reason=exc.message[:500])
            await runner.hearing.look()
            return exc.message
        await runner.be_over(reason)
        return ""

    async def _tell(self, ask: Callable[[AgentSession], Awaitable[None]]) -> str:
        runner = self._runner
        try:
            session = runner.must_be_live()
            await ask(session)
        except SessionLost as exc:
            if runner.live.is_set():
                await runner.lose(exc.message)
            return exc.message
        except ProviderError as exc:
            await runner.hearing.look()
            return exc.message
        return ""

    async def _hang_up(self, call_pk: int | None) -> str:
        """Ends that call and no other one."""
        following = self._runner.calling.following
        if following is None or following.pk != call_pk or not following.is_open:
            return _("The call was over.")
        # Before it is done: its events may be faster than its answer.
        following.tracker.hang_up_asked()
        if error := await self._tell(lambda session: session.release()):
            following.tracker.hang_up_refused()
        return error
