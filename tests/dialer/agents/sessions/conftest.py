"""A desk with agents of the simulated gateway, in one process: real database, no sockets."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.utils import timezone

from dialer.agents import services as agent_services
from dialer.agents.sessions import sign_in_policy
from dialer.agents.sessions.desk import Desk
from dialer.agents.sessions.leases import LeaseTimes
from dialer.agents.sessions.notifications import AgentNotifications
from dialer.calls import services
from dialer.models import Agent, AgentCommand, AgentState, AgentStatus, CallRequest
from dialer.support.async_db import in_common_thread
from sandbox.app import create_app
from sandbox.config import SandboxConfig
from sandbox.state import Sandbox
from sandbox.transport import SandboxTransport
from telephony.http import transport
from tests.support.builders import make_agent, make_draft, make_user

ANSWERED, NO_ANSWER, BUSY = "+447700900000", "+447700900010", "+447700900020"
TIMES = LeaseTimes(lease=30, safe=20, renew=10, claim=0.2, look=0.1, save=0.1)
Do = Callable[..., Any]


class NoListener(AgentNotifications):
    """Notifications are delivered at a commit, which these tests never see."""

    async def listen(self) -> None:
        await asyncio.Event().wait()


class Office:
    """What a test asks of the portal, and what it sees of the gateway."""

    def __init__(self, **config: Any) -> None:
        settings = {"speed": 0.02, "ccgateway_poll_seconds": 0.3, **config}
        self.sandbox = Sandbox(SandboxConfig(**settings))
        self.app = create_app(sandbox=self.sandbox)
        self.user = make_user()
        self.agent = make_agent(1001, state=AgentState.SIGNED_OUT)
        self.desk = self.new_desk()

    def new_desk(self) -> Desk:
        return Desk(db=in_common_thread, notifications=NoListener(), times=TIMES)

    def gateway_agent(self, number: int = 1001) -> Any:
        return self.sandbox.gateway.agents[str(number)]

    def run(self, story: Callable[[], Awaitable[Any]], *, is_open: bool = True) -> Any:
        """The story, while the desk works."""

        async def play() -> Any:
            if not is_open:
                return await story()
            task = asyncio.create_task(self.desk.run())
            try:
                return await story()
            finally:
                await stop(task)

        return async_to_sync(play)()

    async def until(self, condition: Callable[[], Any], *, seconds: float = 8) -> Any:
        """Asks the database, or the gateway, until it is so."""
        ends_at = time.monotonic() + seconds
        while True:
            value = await sync_to_async(condition)()
            if value:
                return value
            assert time.monotonic() < ends_at, f"not within {seconds} s; the agent is {await self.seen()}"
            await asyncio.sleep(0.02)

    async def seen(self) -> str:
        status = await sync_to_async(self.status)()
        calls = await sync_to_async(lambda: list(CallRequest.objects.values_list("state", "reason")))()
        return f"{status.state} ({status.reason}), calls: {calls}"

    def status(self, agent: Agent | None = None) -> AgentStatus:
        return AgentStatus.objects.get(agent=agent or self.agent)

    def is_in(self, state: str) -> Callable[[], bool]:
        return lambda: self.status().state == state

    async def ask(self, what: Do, **options: Any) -> Any:
        """One of agent_services; the desk is told as the database would."""
        options = {"by": self.user, "now": timezone.now(), **options}
        if "call" not in options:
            options.setdefault("agent", self.agent)
        result = await sync_to_async(what)(**options)
        self.desk._notifications.receive(str(self.agent.pk))
        return result

    async def sign_in(self, **options: Any) -> AgentCommand:
        command = await self.ask(agent_services.sign_in, **options)
        await self.until(lambda: AgentCommand.objects.get(pk=command.pk).done_at)
        return await AgentCommand.objects.aget(pk=command.pk)

    async def signed_in(self) -> None:
        await self.sign_in()
        await self.until(self.is_in(AgentState.IDLE))

    async def call(self, callee: str = ANSWERED) -> CallRequest:
        draft = make_draft(callee, agent=self.agent)
        row = await sync_to_async(services.request_call)(draft, by=self.user, now=timezone.now())
        self.desk._notifications.receive(str(self.agent.pk))
        return row  # type: ignore[no-any-return]

    async def closed(self, call: CallRequest) -> CallRequest:
        await self.until(lambda: CallRequest.objects.get(pk=call.pk).closed_at)
        return await CallRequest.objects.aget(pk=call.pk)


async def stop(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def open_office(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Office]:
    monkeypatch.setattr(sign_in_policy, "WAIT_FOR_FORGETTING", 0.2)
    real = transport.open_client

    def make(**config: Any) -> Office:
        office = Office(**config)
        monkeypatch.setattr(transport, "open_client", functools.partial(real, transport=SandboxTransport(office.app)))
        return office

    return make


@pytest.fixture
def office(open_office: Callable[..., Office]) -> Office:
    return open_office()
